"""How long an act can be taken back."""

from gateway.rules.undoing import OFFERED_FOR, UNDONE_WITHIN


def test_what_is_offered_is_done_also_on_a_slow_line() -> None:
    assert UNDONE_WITHIN > 2 * OFFERED_FOR
