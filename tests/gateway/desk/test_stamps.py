"""Stamps: ours, for one thing, today or tomorrow, and worked for where that is asked."""

from datetime import timedelta

import pytest

from gateway.desk import stamps
from gateway.desk.stamps import For, Work
from gateway.errors import Conflict, Invalid
from gateway.rules.proofofwork import is_solved, solve
from tests.world import NOON

KEY = b"key"
BITS = 4


def made(what: For = For.ERROR_REPORT, key: bytes = KEY) -> str:
    return stamps.new_challenge(key, what, now=NOON)


@pytest.mark.parametrize(("days", "holds"), [(-1, False), (0, True), (1, True), (2, False)])
def test_one_holds_today_and_tomorrow(days: int, *, holds: bool) -> None:
    def check() -> None:
        stamps.check(made(), key=KEY, what=For.ERROR_REPORT, now=NOON + timedelta(days=days))

    if holds:
        check()
    else:
        with pytest.raises(Conflict):
            check()


def test_only_ours_and_only_for_the_same_thing() -> None:
    another_day = made().replace("2026-03-02", "2026-03-03")
    for wrong in ("", "x.y.z", made(key=b"other"), made(For.SUGGESTION), another_day):
        with pytest.raises(Invalid):
            stamps.check(wrong, key=KEY, what=For.ERROR_REPORT, now=NOON)


def test_work_is_looked_at_and_so_is_what_it_was_done_for() -> None:
    challenge = made()
    answer = solve(challenge, bits=BITS)
    stamps.check_work(Work(challenge, answer), key=KEY, what=For.ERROR_REPORT, bits=BITS, now=NOON)
    wrong = next(str(n) for n in range(99) if not is_solved(challenge, str(n), bits=BITS))
    foreign = made(key=b"other")
    for work in (Work(challenge, wrong), Work(challenge, ""), Work(foreign, solve(foreign, bits=BITS))):
        with pytest.raises(Invalid):
            stamps.check_work(work, key=KEY, what=For.ERROR_REPORT, bits=BITS, now=NOON)


def test_what_is_kept_of_a_used_one_is_its_own() -> None:
    one, other = made(), made()
    assert stamps.spent(one) == stamps.spent(one) != stamps.spent(other)
    assert one not in stamps.spent(one)
    assert isinstance(stamps.used(), Conflict)
    assert stamps.day_of(NOON).isoformat() == "2026-03-02"
