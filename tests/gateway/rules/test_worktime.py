"""Working time: what lies between two moments, and the moment after so much of it."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.rules import worktime
from gateway.rules.hours import DAYS, Hours, Span, is_open, read_spans

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = Hours("Europe/Berlin", (read_spans("09:00-12:30, 13:30-17:00"),) * 5 + ((), ()))
ALWAYS = Hours()
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Asia/Beirut")
SPANS = ("", "09:00-17:00", "00:00-24:00", "01:30-02:30, 02:45-03:15", "22:00-24:00", "02:00-02:01")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def at(text: str) -> datetime:
    """A moment by Berlin's clock; the first of two."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


@st.composite
def weeks(draw: st.DrawFn) -> Hours:
    days = draw(st.tuples(*[st.sampled_from(SPANS)] * DAYS))
    closed = draw(st.frozensets(st.dates(date(2026, 1, 1), date(2027, 12, 31)), max_size=20))
    return Hours(draw(st.sampled_from(ZONES)), tuple(map(read_spans, days)), closed)


moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
amounts = st.timedeltas(timedelta(0), timedelta(days=20))


@settings(max_examples=150, deadline=None)
@given(weeks(), moments, amounts)
def test_what_was_added_is_what_is_measured(hours: Hours, begins: datetime, amount: timedelta) -> None:
    ends = worktime.after(hours, begins, amount)
    if ends is not None:
        assert worktime.between(hours, begins, ends) == amount


@settings(max_examples=150, deadline=None)
@given(weeks(), st.lists(moments, min_size=3, max_size=3).map(sorted))
def test_parts_of_a_time_make_up_the_whole(hours: Hours, three: list[datetime]) -> None:
    first, second, third = three
    whole = worktime.between(hours, first, third)
    assert worktime.between(hours, first, second) + worktime.between(hours, second, third) == whole
    assert timedelta(0) <= whole <= third - first


@settings(max_examples=100, deadline=None)
@given(weeks(), moments, amounts, amounts)
def test_more_work_never_ends_earlier(
    hours: Hours, begins: datetime, one: timedelta, other: timedelta
) -> None:
    less = worktime.after(hours, begins, min(one, other))
    more = worktime.after(hours, begins, max(one, other))
    assert more is None or (less is not None and less <= more)


@settings(max_examples=60, deadline=None)
@given(weeks(), st.sampled_from(["2026-03-28T20:00", "2026-10-24T20:00", "2026-04-04T10:00"]))
def test_where_clocks_are_turned_each_minute_counts_that_is_open(hours: Hours, begins: str) -> None:
    first = at(begins)
    minutes = [first + n * MINUTE for n in range(36 * 60)]
    expected = sum(is_open(hours, minute) for minute in minutes) * MINUTE
    assert worktime.between(hours, first, first + 36 * HOUR) == expected


@settings(max_examples=60, deadline=None)
@given(weeks(), moments, st.timedeltas(MINUTE, HOUR))
def test_before_is_where_so_much_is_left(hours: Hours, ends: datetime, amount: timedelta) -> None:
    begins = worktime.before(hours, ends, amount)
    left = worktime.between(hours, begins, ends)
    assert left == amount or (left < amount and begins == ends - timedelta(days=10))


@pytest.mark.parametrize(
    ("begins", "amount", "ends"),
    [
        ("2026-03-02T09:00", 4 * HOUR, "2026-03-02T14:00"),
        ("2026-03-06T16:30", HOUR, "2026-03-09T09:30"),
        ("2026-03-07T12:00", HOUR, "2026-03-09T10:00"),
        ("2026-03-02T08:00", 7 * HOUR, "2026-03-02T17:00"),
        ("2026-03-02T17:00", timedelta(0), "2026-03-02T17:00"),
    ],
)
def test_nights_breaks_and_weekends_do_not_count(begins: str, amount: timedelta, ends: str) -> None:
    assert worktime.after(OFFICE, at(begins), amount) == at(ends)


def test_around_the_clock_it_is_time_itself() -> None:
    begins = at("2026-03-28T20:00")
    assert worktime.after(ALWAYS, begins, 30 * HOUR) == begins + 30 * HOUR
    assert worktime.between(ALWAYS, begins, begins + 30 * HOUR) == 30 * HOUR
    assert worktime.before(ALWAYS, begins, HOUR) == begins - HOUR
    closed = Hours(closed=frozenset({date(2026, 3, 29)}))
    assert worktime.between(closed, datetime(2026, 3, 28, 12, tzinfo=UTC), begins + 48 * HOUR) == 31 * HOUR


def test_nothing_is_looked_for_beyond_ten_years() -> None:
    rare = Hours("UTC", ((Span(0, 1),), *((),) * 6))
    begins = at("2026-03-02T09:00")
    assert worktime.after(rare, begins, 521 * MINUTE) is not None
    assert worktime.after(rare, begins, 530 * MINUTE) is None
    assert worktime.after(ALWAYS, begins, timedelta(days=4000)) is None


def test_time_does_not_run_backwards() -> None:
    assert worktime.between(OFFICE, at("2026-03-03T12:00"), at("2026-03-02T12:00")) == timedelta(0)


def test_a_day_of_work_is_what_an_open_day_has_on_average() -> None:
    assert worktime.day_of(OFFICE) == 7 * HOUR
    assert worktime.day_of(ALWAYS) == 24 * HOUR
    short_friday = Hours("UTC", (read_spans("09:00-17:00"),) * 4 + (read_spans("09:00-12:00"), (), ()))
    assert worktime.day_of(short_friday) == 7 * HOUR
