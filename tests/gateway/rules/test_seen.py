import pytest

from gateway.rules.seen import Seen, read_seen


def test_what_was_seen_is_read_as_it_was_written() -> None:
    assert read_seen(str(Seen(12, 30))) == Seen(12, 30)


@pytest.mark.parametrize("text", ["", "12", "1.2.3", "a.b", "-1.2", "1.", "².1", "1234567890.1"])
def test_anything_else_is_nothing(text: str) -> None:
    assert read_seen(text) is None
