"""Due times: what is promised, in working time, and which promise counts."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import Invalid
from gateway.rules.due import (
    FACTORS,
    NOT_DUE,
    Course,
    Goal,
    Promise,
    Targets,
    Term,
    decide_due,
    due_moment,
    first_answer,
    read_term,
)
from gateway.rules.hours import Hours, read_spans
from gateway.rules.priority import Priority
from gateway.rules.queue import DONE, Effect

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
OFFICE = Hours("UTC", (read_spans("09:00-17:00"),) * 5 + ((), ()))
NOTHING = Promise(Targets(), OFFICE)
ALL = Targets(Term(4, "h"), Term(2, "h"), Term(2, "d"))


def course(
    waits_since: datetime | None = MONDAY,
    *,
    is_answered: bool = False,
    priority: Priority = Priority.NORMAL,
    rested: timedelta = timedelta(0),
) -> Course:
    return Course(MONDAY, waits_since, is_answered, priority, rested)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4 h", Term(4, "h")),
        (" 30min. ", Term(30, "m")),
        ("2 Tage", Term(2, "d")),
        ("1 Std.", Term(1, "h")),
        ("250d", Term(250, "d")),
        ("", None),
        ("  ", None),
    ],
)
def test_a_time_is_read_as_people_write_it(text: str, expected: Term | None) -> None:
    assert read_term(text) == expected


@pytest.mark.parametrize(
    "text", ["4", "h", "0 h", "251 d", "2001 h", "4 weeks", "-1 h", "1.5 h", "9" * 40 + " h"]
)
def test_anything_else_is_no_time(text: str) -> None:
    with pytest.raises(Invalid):
        read_term(text)


@given(st.builds(Term, st.integers(1, 250), st.sampled_from("mhd")))
def test_a_written_time_reads_as_it_was(term: Term) -> None:
    assert read_term(str(term)) == term


@pytest.mark.parametrize("targets", [ALL, Targets(), Targets(resolution=Term(1, "d"), by_priority=True)])
def test_targets_come_back_out_of_their_row(targets: Targets) -> None:
    assert Targets.from_stored(targets.as_stored()) == targets


def test_without_any_target_a_row_holds_none() -> None:
    assert Targets(by_priority=True).as_stored() is None


def test_a_day_is_a_day_of_work() -> None:
    assert Term(2, "d").within(OFFICE) == 16 * HOUR
    assert Term(2, "d").within(Hours()) == 48 * HOUR


def test_the_first_answer_comes_before_the_next_and_the_end() -> None:
    usual = Promise(ALL, OFFICE)
    first = decide_due(course(), usual, ())
    assert first is not None
    assert (first.goal, first.at) == (Goal.FIRST_ANSWER, MONDAY + 4 * HOUR)
    again = decide_due(course(MONDAY + 3 * HOUR, is_answered=True), usual, ())
    assert again is not None
    assert (again.goal, again.at) == (Goal.NEXT_ANSWER, MONDAY + 5 * HOUR)
    end = decide_due(course(None, is_answered=True), usual, ())
    assert end is not None
    assert (end.goal, end.at) == (Goal.RESOLUTION, MONDAY + 32 * HOUR)


def test_the_nearest_counts_when_somebody_waits_late() -> None:
    late = course(MONDAY + 31 * HOUR, is_answered=True)
    found = decide_due(late, Promise(ALL, OFFICE), ())
    assert found is not None
    assert found.goal is Goal.RESOLUTION


def test_rest_puts_the_end_off_and_no_answer() -> None:
    resting = course(None, rested=8 * HOUR)
    found = decide_due(resting, Promise(ALL, OFFICE), ())
    assert found is not None
    assert found.at == MONDAY + 56 * HOUR  # Wednesday's last minute, where it would be Tuesday's
    waiting = decide_due(course(rested=8 * HOUR), Promise(ALL, OFFICE), ())
    assert waiting is not None
    assert waiting.at == MONDAY + 4 * HOUR


def test_a_group_takes_the_place_of_the_mailbox_even_if_it_promises_less() -> None:
    slow = Promise(Targets(first_answer=Term(6, "h")), OFFICE)
    found = decide_due(course(), Promise(ALL, OFFICE), (slow,))
    assert found is not None
    assert found.at == MONDAY + 6 * HOUR


def test_of_several_groups_the_strictest_counts_by_its_own_hours() -> None:
    office = Promise(Targets(first_answer=Term(8, "h")), OFFICE)
    around = Promise(Targets(first_answer=Term(10, "h")), Hours())
    evening = course(MONDAY + 7 * HOUR)
    found = decide_due(evening, NOTHING, (office, around))
    assert found is not None
    assert found.at == MONDAY + 17 * HOUR


def test_a_group_without_a_target_leaves_it_to_the_mailbox() -> None:
    other = Promise(Targets(resolution=Term(1, "d")), OFFICE)
    found = decide_due(course(), Promise(ALL, OFFICE), (other,))
    assert found is not None
    assert (found.goal, found.at) == (Goal.FIRST_ANSWER, MONDAY + 4 * HOUR)


@pytest.mark.parametrize("priority", list(Priority))
def test_priority_counts_where_it_is_said_to(priority: Priority) -> None:
    targets = Targets(first_answer=Term(2, "h"), by_priority=True)
    found = decide_due(course(priority=priority), Promise(targets, OFFICE), ())
    plain = decide_due(course(priority=priority), Promise(Targets(Term(2, "h")), OFFICE), ())
    assert found is not None
    assert plain is not None
    assert found.at - MONDAY == 2 * HOUR * float(FACTORS[priority])
    assert plain.at - MONDAY == 2 * HOUR


def test_a_reminder_leaves_half_an_hour_of_work() -> None:
    targets = Targets(first_answer=Term(15, "m"), resolution=Term(1, "d"))
    early = decide_due(course(None), Promise(targets, OFFICE), ())
    assert early is not None
    assert early.remind_at == early.at - HOUR / 2
    over_night = decide_due(
        Course(MONDAY + 7.75 * HOUR, None, True, Priority.NORMAL, timedelta(0)),  # noqa: FBT003
        Promise(Targets(resolution=Term(30, "m")), OFFICE),
        (),
    )
    assert over_night is not None
    assert (over_night.at, over_night.remind_at) == (MONDAY + 24.25 * HOUR, MONDAY + 7.75 * HOUR)


def test_a_short_time_reminds_at_its_begin() -> None:
    found = decide_due(course(), Promise(Targets(Term(10, "m")), OFFICE), ())
    assert found is not None
    assert found.remind_at == MONDAY


def test_nothing_is_due_where_nothing_is_promised_or_never_comes() -> None:
    assert decide_due(course(), NOTHING, ()) is None
    rare = Hours("UTC", (read_spans("09:00-09:01"), *((),) * 6))
    assert decide_due(course(), Promise(Targets(Term(2000, "h")), rare), ()) is None


def test_a_place_behind_all_that_is_due_is_no_moment() -> None:
    assert due_moment(MONDAY) == MONDAY
    assert due_moment(NOT_DUE) is None
    assert due_moment(DONE) is None


def test_the_first_answer_is_the_first_after_somebody_waited() -> None:
    waits, answers, none = Effect.WAITS, Effect.ANSWERS, Effect.NONE
    times = [MONDAY + n * HOUR for n in range(5)]
    ours_first = list(zip(times, (answers, none, waits, waits, answers), strict=True))
    assert first_answer(ours_first) == (times[2], times[4])
    assert first_answer(ours_first[:4]) is None
    assert first_answer([]) is None
