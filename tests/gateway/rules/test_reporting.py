"""Reports: days by the clock of a zone, the backlog reckoned back, and how long things took."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import Invalid
from gateway.rules.reporting import (
    QUARTER,
    Calendar,
    Compared,
    Numbers,
    Question,
    Spread,
    Times,
    backlog,
    by_step,
    calendar,
    check,
    heat,
    is_weekly,
    open_at,
    spread,
    within,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WEEK = Question(date(2026, 3, 23), date(2026, 3, 29), "Europe/Berlin")  # clocks are turned on its last day
BEGIN = datetime(2026, 3, 22, 23, tzinfo=UTC)


def quarter(moment: datetime) -> int:
    return int(moment.timestamp()) // QUARTER


def of(question: Question = WEEK) -> Calendar:
    return calendar(question)


def test_days_are_those_of_the_zone_also_when_clocks_are_turned() -> None:
    made = of()
    assert (made.begins, made.ends) == (BEGIN, BEGIN + 7 * DAY - HOUR)
    assert made.before == BEGIN - 7 * DAY
    assert made.step_of(BEGIN) == 0
    assert made.step_of(BEGIN + 7 * DAY - HOUR - timedelta(seconds=1)) == 6
    assert made.step_of(BEGIN - timedelta(seconds=1)) is None
    assert made.step_of(BEGIN + 7 * DAY - HOUR) is None


def test_a_long_period_is_told_by_the_week() -> None:
    long = Question(date(2026, 1, 1), date(2026, 4, 30))
    assert is_weekly(long)
    assert not is_weekly(WEEK)
    starts = of(long).starts
    assert starts[:2] == (date(2026, 1, 1), date(2026, 1, 5))  # a Thursday, then Mondays
    assert all(day.weekday() == 0 for day in starts[1:])


@pytest.mark.parametrize(
    ("question", "field"),
    [
        (Question(date(2026, 3, 2), date(2026, 3, 1)), "ends"),
        (Question(date(2024, 1, 1), date(2026, 3, 1)), "begins"),
        (Question(date(1990, 1, 1), date(1990, 1, 2)), "begins"),
        (Question(date(2026, 3, 1), date(2026, 3, 2), "Europe/Atlantis"), ""),
    ],
)
def test_a_senseless_question_is_refused(question: Question, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        check(question)
    assert caught.value.field == field


def test_a_question_comes_back_out_of_its_row() -> None:
    assert check(WEEK) == WEEK
    assert Question.from_stored(WEEK.as_stored()) == WEEK


def test_counts_fall_into_their_days_and_periods() -> None:
    counts = {
        quarter(BEGIN - HOUR): 1,
        quarter(BEGIN): 2,
        quarter(BEGIN + DAY): 3,
        quarter(BEGIN + 9 * DAY): 4,
    }
    assert by_step(of(), counts) == (2, 3, 0, 0, 0, 0, 0)
    assert within(of(), counts) == Compared(current=5, before=1)


def test_heat_is_by_the_clock_on_the_wall() -> None:
    nine = datetime(2026, 3, 23, 8, 45, tzinfo=UTC)  # 9:45 in Berlin; and on Sunday 10:45
    found = heat(of(), {quarter(nine): 2, quarter(nine + 6 * DAY): 1, quarter(nine - 7 * DAY): 9})
    assert (found[0][9], found[6][10]) == (2, 1)
    assert sum(map(sum, found)) == 3


def test_the_backlog_is_reckoned_back_from_now() -> None:
    changes = {quarter(BEGIN + HOUR): 2, quarter(BEGIN + 2 * DAY): -1, quarter(BEGIN + 8 * DAY): 5}
    assert backlog(of(), 9, changes, now=BEGIN + 9 * DAY) == [5, 5, 4, 4, 4, 4, 4]
    assert open_at(BEGIN, 9, changes) == 3


def test_days_to_come_are_as_it_is_now() -> None:
    changes = {quarter(BEGIN + HOUR): 2}
    assert backlog(of(), 3, changes, now=BEGIN + DAY) == [3] * 7


@given(st.lists(st.tuples(st.integers(0, 6 * 96), st.integers(-3, 3)), max_size=30), st.integers(100, 200))
def test_the_backlog_of_a_day_is_that_of_the_day_before_and_what_changed(
    moved: list[tuple[int, int]], present: int
) -> None:
    changes: dict[int, int] = {}
    for at, count in moved:
        changes[quarter(BEGIN) + at] = changes.get(quarter(BEGIN) + at, 0) + count
    found = backlog(of(), present, changes, now=BEGIN + 30 * DAY)
    before = open_at(BEGIN, present, changes)
    for step, count in enumerate(by_step(of(), changes)):
        before += count
        assert found[step] == before


def test_half_took_no_longer_than_the_median() -> None:
    assert spread([]) == Spread(0, None, None)
    assert spread([7]) == Spread(1, 7, 7)
    assert spread(range(1, 12)) == Spread(11, 6, 10)


def test_times_are_kept_by_day_and_period() -> None:
    times = Times(of())
    for at, seconds in (
        (BEGIN, 10),
        (BEGIN + HOUR, 30),
        (BEGIN + DAY, 5),
        (BEGIN - DAY, 99),
        (BEGIN + 30 * DAY, 7),
    ):
        times.add(at, seconds)
    assert [one.median for one in times.spreads()] == [20, 5, None, None, None, None, None]
    assert times.whole() == (Spread(3, 10, 26), Spread(1, 99, 99))


def test_numbers_come_back_out_of_their_row() -> None:
    numbers = Numbers(
        starts=("2026-03-23",),
        new=(1,),
        closed=(0,),
        backlog=(1,),
        answer_median=(None,),
        answer_p90=(None,),
        resolution_median=(5,),
        resolution_p90=(6,),
        heat=((0,) * 24,) * 7,
        tiles={"new": Compared(1, 0)},
        answered=0,
        resolved=1,
        customers=(("acme", "Acme", 1),),
        tags=(("vip", 1),),
        staff=(("otto", "Otto", 1, 0),),
    )
    assert Numbers.from_stored(numbers.as_stored()) == numbers
    assert not numbers.is_empty
