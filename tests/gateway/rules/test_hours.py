"""Working hours: by the wall's clock, also on the days on which it is turned."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import Invalid
from gateway.rules.hours import (
    MOST_CLOSED,
    MOST_SPANS,
    Hours,
    Span,
    check_zone,
    is_open,
    next_opening,
    read_closed,
    read_spans,
    write_spans,
)

BERLIN = ZoneInfo("Europe/Berlin")
WORKDAYS = (read_spans("09:00-12:30, 13:30-17:00"),) * 5 + ((), ())
OFFICE = Hours("Europe/Berlin", WORKDAYS)
EVERY_DAY = ("02:15-02:45", "02:30-10:00", "01:00-02:30", "00:00-24:00", "22:00-24:00")
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)


def at(text: str) -> datetime:
    """A moment by Berlin's clock; the first of two."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


def daily(spans: str, zone: str = "Europe/Berlin") -> Hours:
    return Hours(zone, (read_spans(spans),) * 7)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-03-02T08:59:59", False),
        ("2026-03-02T09:00", True),
        ("2026-03-02T12:29:59", True),
        ("2026-03-02T12:30", False),
        ("2026-03-02T13:30", True),
        ("2026-03-02T17:00", False),
        ("2026-03-07T12:00", False),
    ],
)
def test_a_span_begins_with_its_first_minute_and_ends_before_its_last(moment: str, expected: bool) -> None:  # noqa: FBT001
    assert is_open(OFFICE, at(moment)) is expected


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-03-02T08:00", "2026-03-02T09:00"),
        ("2026-03-02T09:30", "2026-03-02T09:30"),
        ("2026-03-02T12:30", "2026-03-02T13:30"),
        ("2026-03-06T17:00", "2026-03-09T09:00"),
        ("2026-03-28T12:00", "2026-03-30T09:00"),  # the clocks are turned in between
    ],
)
def test_the_next_opening_is_found(moment: str, opens: str) -> None:
    assert next_opening(OFFICE, at(moment)) == at(opens)


def test_without_spans_it_is_open_around_the_clock_but_for_closed_days() -> None:
    assert is_open(Hours(), at("2026-03-01T03:00"))
    christmas = Hours("Europe/Berlin", closed=frozenset([date(2026, 12, 25), date(2026, 12, 26)]))
    assert is_open(christmas, at("2026-12-24T23:59:59"))
    assert not is_open(christmas, at("2026-12-25T00:00"))
    assert next_opening(christmas, at("2026-12-25T00:00")) == at("2026-12-27T00:00")


def test_closed_days_put_the_opening_off_week_by_week() -> None:
    mondays = [date(2026, 3, 2) + timedelta(weeks=n) for n in range(MOST_CLOSED)]
    hours = Hours("Europe/Berlin", (read_spans("09:00-17:00"), *((),) * 6), frozenset(mondays))
    assert next_opening(hours, at("2026-03-02T10:00")) == at("2026-03-02T09:00") + timedelta(
        weeks=MOST_CLOSED
    )


@pytest.mark.parametrize(
    ("spans", "moment", "opens"),
    [
        # In spring 02:00 is followed by 03:00.
        ("02:30-10:00", "2026-03-29T01:30", "2026-03-29T03:00"),
        ("02:15-02:45", "2026-03-29T01:30", "2026-03-30T02:15"),
        ("03:00-04:00", "2026-03-29T01:59", "2026-03-29T03:00"),
        # In autumn 03:00 is 02:00 once more.
        ("02:30-02:45", "2026-10-25T02:00", "2026-10-25T02:30"),
    ],
)
def test_turned_clocks(spans: str, moment: str, opens: str) -> None:
    assert next_opening(daily(spans), at(moment)) == at(opens)


@pytest.mark.parametrize(("spans", "again"), [("02:30-02:45", "02:30"), ("01:00-02:30", "02:00")])
def test_the_hour_that_comes_twice_opens_twice(spans: str, again: str) -> None:
    after = at("2026-10-25T02:50")
    second = datetime.fromisoformat(f"2026-10-25T{again}").replace(tzinfo=BERLIN, fold=1).astimezone(UTC)
    assert next_opening(daily(spans), after) == second
    assert is_open(daily(spans), second)


def test_a_day_whose_midnight_never_comes_opens_at_one() -> None:
    """In Brazil clocks were turned at midnight."""
    sao_paulo = ZoneInfo("America/Sao_Paulo")
    sunday = Hours("America/Sao_Paulo", (*((),) * 6, read_spans("00:00-24:00")))
    saturday = datetime(2018, 11, 3, 12, tzinfo=sao_paulo)
    assert next_opening(sunday, saturday) == datetime(2018, 11, 4, 1, tzinfo=sao_paulo)


def test_where_no_day_ever_opens_nothing_is_found() -> None:
    monday = Hours("UTC", (read_spans("00:00-24:00"), *((),) * 6))
    assert next_opening(monday, datetime(2026, 3, 3, tzinfo=UTC)) == datetime(2026, 3, 9, tzinfo=UTC)
    gap = date(2011, 12, 30)  # Samoa went without this Friday
    friday = Hours("Pacific/Apia", (*((),) * 4, read_spans("00:00-24:00"), (), ()))
    apia = ZoneInfo("Pacific/Apia")
    thursday = datetime(gap.year, gap.month, 29, 12, tzinfo=apia)
    assert next_opening(friday, thursday) == datetime(2012, 1, 6, tzinfo=apia)


spans_of_a_day = st.lists(st.integers(0, 1440), max_size=2 * MOST_SPANS, unique=True).map(
    lambda minutes: tuple(Span(*pair) for pair in zip(*[iter(sorted(minutes))] * 2, strict=False))
)
near_turned_clocks = st.builds(
    lambda day, minutes: datetime.combine(day, datetime.min.time(), UTC) + timedelta(minutes=minutes),
    st.sampled_from([SPRING, AUTUMN, date(2026, 7, 1)]),
    st.integers(-1440, 2 * 1440),
)
some_hours = st.builds(
    Hours,
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]),
    st.tuples(*[spans_of_a_day] * 7),
    st.frozensets(st.sampled_from([SPRING, AUTUMN, SPRING + timedelta(days=1)]), max_size=2),
)


@settings(max_examples=60)
@given(some_hours, near_turned_clocks)
def test_nothing_opens_before_the_next_opening(hours: Hours, moment: datetime) -> None:
    found = next_opening(hours, moment)
    assert found is not None
    assert found >= moment
    assert is_open(hours, found)
    minutes = min(int((found - moment).total_seconds()) // 60, 3 * 1440)
    assert not any(is_open(hours, moment + timedelta(minutes=n)) for n in range(minutes))


@given(some_hours)
def test_hours_survive_their_row_and_spans_their_writing(hours: Hours) -> None:
    assert Hours.from_stored(hours.as_stored()) == hours
    for day in hours.week:
        assert read_spans(write_spans(day)) == day


def test_no_row_is_open_around_the_clock() -> None:
    assert Hours.from_stored(None) == Hours()


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("", ()),
        (" , ", ()),
        ("9:00-17:00", (Span(540, 1020),)),
        ("13:00 – 17:00,08:00-13:00", (Span(480, 780), Span(780, 1020))),
        ("00:00-24:00", (Span(0, 1440),)),
        ("23:59-24:00", (Span(1439, 1440),)),
    ],
)
def test_spans_are_read(text: str, spans: tuple[Span, ...]) -> None:
    assert read_spans(text) == spans


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("9-17", "A span reads"),
        ("09:00-17:00 and 18:00-19:00", "A span reads"),
        ("٠٩:٠٠-١٧:٠٠", "A span reads"),
        ("09:60-17:00", "between 00:00 and 24:00"),
        ("09:00-24:01", "between 00:00 and 24:00"),
        ("24:00-24:00", "between 00:00 and 24:00"),
        ("22:00-06:00", "past midnight"),
        ("09:00-09:00", "past midnight"),
        ("09:00-12:01, 12:00-13:00", "must not overlap"),
    ],
)
def test_what_is_no_span_is_refused_with_its_reason(text: str, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        read_spans(text)


def test_a_day_has_so_many_spans_at_most() -> None:
    spans = [f"{n:02}:00-{n:02}:30" for n in range(MOST_SPANS + 1)]
    assert len(read_spans(",".join(spans[:-1]))) == MOST_SPANS
    with pytest.raises(Invalid, match="at most 4"):
        read_spans(",".join(spans))


def test_closed_days_are_lines_and_have_a_bound() -> None:
    assert read_closed(" 2026-12-25\r\n\n2026-12-25\n2027-01-01 ") == {date(2026, 12, 25), date(2027, 1, 1)}
    lines = [(date(2026, 1, 1) + timedelta(days=n)).isoformat() for n in range(MOST_CLOSED + 1)]
    assert len(read_closed("\n".join(lines[:-1]))) == MOST_CLOSED
    with pytest.raises(Invalid, match="At most 200"):
        read_closed("\n".join(lines))
    for wrong in ("25.12.2026", "2026-02-30", "x"):
        with pytest.raises(Invalid, match="closed day reads"):
            read_closed(wrong)


def test_a_zone_that_the_machine_has_forgotten_counts_as_utc() -> None:
    lost = daily("09:00-17:00", zone="Europe/Atlantis")
    assert is_open(lost, datetime(2026, 3, 2, 9, tzinfo=UTC))
    assert not is_open(lost, datetime(2026, 3, 2, 8, tzinfo=UTC))


@pytest.mark.parametrize("name", ["", "Europe", "Europe/Atlantis", "../etc/passwd", "/etc/passwd", "a\0b"])
def test_a_zone_that_there_is_not_is_refused(name: str) -> None:
    assert check_zone("Europe/Berlin") == "Europe/Berlin"
    with pytest.raises(Invalid, match="no such time zone"):
        check_zone(name)
