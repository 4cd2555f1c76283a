import pytest

from remote_bridge.client.x11.keymap import LEVEL3, LOCK, SHIFT, Keymap, Stroke, is_letter

A, Q, ONE, UP, EURO, AE = ord("a"), ord("q"), ord("1"), 0xFF52, 0x20AC, 0xE4
ROWS = [
    [A, 0],  # 10: a letter alone stands for both its cases
    [Q, ord("Q"), Q, ord("Q"), ord("@"), 0x7D9],  # 11: German
    [ONE, ord("!"), ONE, ord("!"), 0xB9, 0xA1],  # 12
    [UP, 0, UP],  # 13
    [0, 0, 0, 0],  # 14
    [AE, 0xC4],  # 15
    [ord("e"), ord("E"), ord("e"), ord("E"), EURO, EURO],  # 16
    [0x6C6, 0x6E6, A, ord("A")],  # 17: two groups
    [],  # 18
]
MAP = Keymap(10, ROWS)


@pytest.mark.parametrize(
    ("keysym", "stroke"),
    [
        (A, Stroke(10, shift=False, level3=None)),
        (ord("A"), Stroke(10, shift=True, level3=None)),
        (ord("@"), Stroke(11, shift=False, level3=True)),
        (ord("!"), Stroke(12, shift=True, level3=False)),
        (UP, Stroke(13, shift=None, level3=None)),
        (0xC4, Stroke(15, shift=True, level3=None)),
        (0x010000C4, Stroke(15, shift=True, level3=None)),
        (EURO, Stroke(16, shift=None, level3=True)),
        (0x6C6, Stroke(17, shift=False, level3=None)),
    ],
)
def test_a_keysym_is_typed_with_as_little_as_it_takes(keysym: int, stroke: Stroke) -> None:
    assert MAP.find(keysym) == stroke


@pytest.mark.parametrize("keysym", [0, 0x01004E2D, ord("ß"), 0x010000DF])
def test_what_the_keyboard_lacks_is_not_found(keysym: int) -> None:
    assert MAP.find(keysym) is None


def test_the_second_group_is_another_keyboard_where_there_is_one() -> None:
    second = Keymap(10, ROWS, group=1)
    assert second.at(17, 0) == A
    assert second.at(10, 0) == A
    assert MAP.at(17, 0) == 0x6C6


@pytest.mark.parametrize(
    ("code", "state", "keysym"),
    [
        (10, 0, A),
        (10, SHIFT, ord("A")),
        (10, LOCK, ord("A")),
        (10, LOCK | SHIFT, A),
        (12, LOCK, ONE),
        (12, SHIFT, ord("!")),
        (11, LEVEL3, ord("@")),
        (13, SHIFT, UP),
        (99, 0, 0),
    ],
)
def test_a_key_types_what_its_modifiers_say(code: int, state: int, keysym: int) -> None:
    assert MAP.at(code, state) == keysym


def test_unused_keys_may_be_lent() -> None:
    assert MAP.unused() == [18, 14]


def test_letters_are_letters_in_every_script() -> None:
    assert all(map(is_letter, (A, AE, 0x01000436)))
    assert not any(map(is_letter, (ONE, UP, 0x01002603, 0x01FFFFFF)))
