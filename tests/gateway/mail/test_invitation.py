"""Calendar parts as programs send them, and as nobody should."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mail.invitation import MAX_CALENDAR_BYTES, MAX_TEXT_CHARS, Invitation, as_stored, read_invitation


def calendar(*lines: str, method: str = "METHOD:REQUEST", before: str = "") -> bytes:
    event = ["BEGIN:VEVENT", "UID:1@x.example", "DTSTAMP:20240601T080000Z", *lines, "END:VEVENT"]
    whole = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//y//EN", method, before, *event, "END:VCALENDAR"]
    return "\r\n".join(filter(None, whole)).encode() + b"\r\n"


def read(*lines: str, method: str = "METHOD:REQUEST", before: str = "") -> Invitation:
    found = read_invitation(calendar(*lines, method=method, before=before))
    assert found is not None
    return found


BERLIN = """BEGIN:VTIMEZONE
TZID:W. Europe Standard Time
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE""".replace("\n", "\r\n")


def test_all_that_an_invitation_says_is_read() -> None:
    found = read(
        "SUMMARY:Visit\\, on site",
        "DTSTART:20240603T100000Z",
        "DTEND:20240603T113000Z",
        "LOCATION:Room 1",
        "ORGANIZER;CN=Ann:mailto:ann@x.example",
        "ATTENDEE:mailto:a@x.example",
        "ATTENDEE:mailto:b@x.example",
        "STATUS:CONFIRMED",
    )
    assert found == Invitation(
        method="REQUEST",
        summary="Visit, on site",
        starts_at=datetime(2024, 6, 3, 10, tzinfo=UTC),
        ends_at=datetime(2024, 6, 3, 11, 30, tzinfo=UTC),
        is_all_day=False,
        is_floating=False,
        location="Room 1",
        organizer="Ann <ann@x.example>",
        attendees=2,
        status="CONFIRMED",
    )


def test_an_event_that_says_nothing_has_nothing() -> None:
    found = read(method="")
    assert found == Invitation("", "", None, None, False, False, "", "", 0, "")  # noqa: FBT003
    assert read("ATTENDEE:mailto:a@x.example").attendees == 1


@pytest.mark.parametrize(
    ("start", "hour", "is_floating"),
    [
        ("DTSTART:20240603T100000Z", 10, False),
        ("DTSTART;TZID=Europe/Berlin:20240603T100000", 8, False),
        ("DTSTART;TZID=W. Europe Standard Time:20240603T100000", 8, False),
        ("DTSTART:20240603T100000", 10, True),
    ],
)
def test_moments_are_told_in_utc(start: str, hour: int, is_floating: bool) -> None:  # noqa: FBT001
    found = read(start, before=BERLIN)
    assert (found.starts_at, found.is_floating) == (datetime(2024, 6, 3, hour, tzinfo=UTC), is_floating)


def test_an_event_of_whole_days_ends_at_the_midnight_after() -> None:
    found = read("DTSTART;VALUE=DATE:20240603", "DTEND;VALUE=DATE:20240605")
    assert found.is_all_day
    assert (found.starts_at, found.ends_at) == (
        datetime(2024, 6, 3, tzinfo=UTC),
        datetime(2024, 6, 5, tzinfo=UTC),
    )
    assert read("DTSTART;VALUE=DATE:20240603").ends_at == datetime(2024, 6, 4, tzinfo=UTC)


def test_a_duration_tells_the_end_too() -> None:
    start = "DTSTART:20240603T100000Z"
    assert read(start, "DURATION:PT90M").ends_at == datetime(2024, 6, 3, 11, 30, tzinfo=UTC)
    assert read(start).ends_at == datetime(2024, 6, 3, 10, tzinfo=UTC)
    assert read("DTSTART:99991231T100000Z", "DURATION:P9999D").ends_at is None


def test_a_moment_that_cannot_be_read_is_none_and_the_rest_stands() -> None:
    found = read("DTSTART:when it suits you", "SUMMARY:Visit")
    assert (found.starts_at, found.summary) == (None, "Visit")
    assert read("DTSTART;TZID=Europe/Berlin:00010101T000000").starts_at is None


def test_the_part_names_the_method_where_the_calendar_does_not() -> None:
    raw = calendar("SUMMARY:x", method="")
    found = read_invitation(raw, method="cancel")
    assert found is not None
    assert found.method == "CANCEL"


def test_words_are_one_short_line() -> None:
    found = read("SUMMARY:a\\nb\u202e c" + "d" * 5000, "ORGANIZER:MAILTO:ann@x.example")
    assert found.summary.startswith("a b c")
    assert len(found.summary) == MAX_TEXT_CHARS
    assert found.organizer == "ann@x.example"
    assert read("ORGANIZER;CN=ann@x.example:mailto:ann@x.example").organizer == "ann@x.example"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"BEGIN:VCALENDAR",
        b"BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nEND:VTODO\r\nEND:VCALENDAR\r\n",
        b"BEGIN:VEVENT",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n\xff\xfe;;;\r\n",
        calendar("SUMMARY:x") + b" " * MAX_CALENDAR_BYTES,
    ],
)
def test_what_is_no_event_is_none(raw: bytes) -> None:
    assert read_invitation(raw) is None


def test_it_is_stored_with_moments_that_json_holds() -> None:
    stored = as_stored(read("DTSTART:20240603T100000Z", "DTEND:20240603T113000Z", "SUMMARY:x"))
    assert json.loads(json.dumps(stored)) == stored
    assert (stored["starts_at"], stored["ends_at"]) == ("2024-06-03T10:00:00Z", "2024-06-03T11:30:00Z")
    assert as_stored(read())["starts_at"] is None


def test_a_byte_order_mark_before_it_does_not_matter() -> None:
    assert read_invitation(b"\xef\xbb\xbf\r\n" + calendar("SUMMARY:x")) is not None


@given(st.binary(max_size=100), st.integers(0, 250))
def test_no_bytes_make_it_raise(damage: bytes, at: int) -> None:
    raw = calendar(
        "SUMMARY:x", "DTSTART:20240603T100000Z", "RRULE:FREQ=DAILY", "ORGANIZER;CN=Ann:mailto:a@x.example"
    )
    read_invitation(raw[:at] + damage + raw[at + len(damage) :])
