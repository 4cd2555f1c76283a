from types import SimpleNamespace

import pytest

from remote_bridge.client.portable.keys import Named, key_of, resolve


@pytest.mark.parametrize(
    ("keysym", "key"),
    [
        (0x61, "a"),
        (0xE4, "ä"),
        (0x20, Named("space")),
        (0xFF0D, Named("enter")),
        (0xFFBE, Named("f1")),
        (0xFFC9, Named("f12")),
        (0xFFE1, Named("shift")),
        (0xFE03, Named("alt_gr")),
        (0xFFB5, "5"),
        (0xFFAF, "/"),
        (0xFF97, Named("up")),
        (0x20AC, "€"),
        (0x01004E2D, "中"),
        (0x0101F600, "😀"),
        (0, None),
        (0x0100D800, None),
        (0x02000000, None),
        (0xFF99 + 0x10000, None),
    ],
)
def test_a_keysym_is_a_name_or_a_character(keysym: int, key: Named | str | None) -> None:
    assert key_of(keysym) == key


def test_a_name_that_a_system_lacks_is_no_key() -> None:
    keys = SimpleNamespace(enter="ENTER")
    assert resolve(keys, Named("enter")) == "ENTER"
    assert resolve(keys, Named("scroll_lock")) is None
    assert resolve(keys, "a") == "a"
