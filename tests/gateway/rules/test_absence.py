"""Who works on what belongs to somebody who is away."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.rules.absence import MOST_STAND_INS, Absence, Colleague, decide_holder

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)
NOW = Absence(NOON - DAY, NOON + DAY)


def colleague(number: int, *, away: bool = False, stand_in: int | None = None, can: bool = True) -> Colleague:
    return Colleague(number, f"c{number}", can, NOW if away else None, stand_in)


def holder_of(*people: Colleague) -> int | None:
    """Who works on what is the first one's."""
    known = {one.id: one for one in people}
    found = decide_holder(people[0], known.get, now=NOON)
    return found.id if found else None


@pytest.mark.parametrize(
    ("at", "holds"),
    [(NOON - 2 * DAY, False), (NOON - DAY, True), (NOON, True), (NOON + DAY, False)],
)
def test_an_absence_holds_from_its_beginning_up_to_its_end(at: datetime, holds: bool) -> None:  # noqa: FBT001
    assert NOW.holds(at) is holds


def test_who_is_there_keeps_what_is_theirs() -> None:
    assert holder_of(colleague(1, stand_in=2), colleague(2)) == 1
    later = Colleague(1, "c1", True, Absence(NOON + DAY, NOON + 2 * DAY), 2)  # noqa: FBT003
    assert holder_of(later, colleague(2)) == 1


def test_who_is_away_is_stood_in_for() -> None:
    assert holder_of(colleague(1, away=True, stand_in=2), colleague(2)) == 2


def test_without_anybody_to_stand_in_it_is_nobodys() -> None:
    assert holder_of(colleague(1, away=True)) is None
    assert holder_of(colleague(1, away=True, stand_in=9)) is None


def test_stand_ins_who_are_away_are_followed_for_a_few_steps() -> None:
    away = [colleague(n, away=True, stand_in=n + 1) for n in range(1, MOST_STAND_INS + 1)]
    last = MOST_STAND_INS + 1
    assert holder_of(*away, colleague(last)) == last
    assert holder_of(*away, colleague(last, away=True, stand_in=last + 1), colleague(last + 1)) is None


def test_a_circle_ends() -> None:
    assert holder_of(colleague(1, away=True, stand_in=2), colleague(2, away=True, stand_in=1)) is None


def test_who_cannot_hold_it_is_passed_by_and_so_are_those_behind_them() -> None:
    gone = colleague(2, can=False, stand_in=3)
    assert holder_of(colleague(1, away=True, stand_in=2), gone, colleague(3)) is None
    assert holder_of(gone, colleague(3)) is None
