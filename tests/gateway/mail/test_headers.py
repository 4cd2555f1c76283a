from datetime import UTC, datetime

import pytest

from gateway.mail.address import MAX_ADDRESSES
from gateway.mail.headers import (
    MAX_FIELDS,
    Headers,
    first_field,
    parse_date,
    split_headers,
    value_and_parameters,
)


def split(raw: bytes) -> tuple[Headers, bytes, list[str]]:
    defects: list[str] = []
    headers, body = split_headers(raw, 0, len(raw), defects)
    return headers, raw[body:], defects


def test_fields_are_unfolded_and_the_body_begins_after_the_blank_line() -> None:
    headers, body, defects = split(b"Subject: one\r\n two\r\nTo: a@b.example\r\n\r\nhello\r\n")
    assert headers.text("subject") == "one two"
    assert body == b"hello\r\n"
    assert not defects


@pytest.mark.parametrize("end", [b"\n\n", b"\n\r\n", b"\r\n\r\n"])
def test_bare_line_feeds_end_a_header_too(end: bytes) -> None:
    headers, body, _ = split(b"A: 1\nSubject: x" + end + b"body\n\nmore")
    assert (headers.text("subject"), body) == ("x", b"body\n\nmore")


def test_the_earlier_blank_line_counts_where_line_ends_are_mixed() -> None:
    assert split(b"A: 1\r\nB: 2\n\nbody\r\n\r\nmore")[1] == b"body\r\n\r\nmore"


def test_a_mail_that_begins_with_a_blank_line_has_no_header() -> None:
    headers, body, _ = split(b"\r\nhello")
    assert (list(headers.names()), body) == ([], b"hello")


def test_the_line_of_an_mbox_is_no_defect() -> None:
    headers, _, defects = split(b"From ann Mon Jan 1 00:00:00 2024\nSubject: x\n\nbody")
    assert headers.text("subject") == "x"
    assert not defects


def test_a_foreign_line_between_fields_is_skipped_and_named() -> None:
    headers, body, defects = split(b"Subject: x\r\nwhat is this\r\nTo: a@b.example\r\n\r\nbody")
    assert (headers.raw("to"), body) == ("a@b.example", b"body")
    assert defects == ["a line in the header is no field"]


def test_text_right_after_the_fields_is_the_body() -> None:
    headers, body, defects = split(b"Subject: x\r\nDear all\r\nwe write\r\n\r\nyours")
    assert body == b"Dear all\r\nwe write\r\n\r\nyours"
    assert headers.text("subject") == "x"
    assert defects == ["no blank line between header and body"]


def test_text_without_any_field_is_all_body() -> None:
    assert split(b"just words\nand more\n\nend")[1] == b"just words\nand more\n\nend"


def test_fields_are_bounded() -> None:
    headers, body, defects = split(b"X: y\n" * (MAX_FIELDS + 5) + b"\nbody")
    assert len(headers.all_raw("x")) == MAX_FIELDS
    assert body == b"body"
    assert defects == ["too many header fields"]


def test_fields_that_matter_are_found_behind_too_many_others() -> None:
    headers, body, _ = split(b"X: y\n" * 100_000 + b"Subject: one\n two\nList-Id: <x>\n\nbody")
    assert headers.text("subject") == "one two"
    assert "list-id" in headers
    assert body == b"body"


def test_raw_eight_bit_values_follow_the_bodys_charset() -> None:
    headers, _, _ = split("Subject: Привет\r\n\r\n".encode("koi8-r"))
    headers.charset = "koi8-r"
    assert headers.text("subject") == "Привет"


def test_an_empty_field_gives_way_to_a_later_one() -> None:
    assert split(b"Subject:\r\nSubject: x\r\n\r\n")[0].text("subject") == "x"
    assert split(b"A: 1\r\n\r\n")[0].text("subject") == ""


def test_control_characters_do_not_come_through() -> None:
    assert split(b"Subject: a\0b\x07c\r\n\r\n")[0].text("subject") == "abc"


def test_letters_that_turn_the_reading_direction_do_not_come_through() -> None:
    assert split("Subject: a\u202eb\u2066c\r\n\r\n".encode())[0].text("subject") == "abc"


def test_of_very_many_fields_of_a_name_the_first_are_read() -> None:
    headers, _, _ = split(
        b"To: " + b"a@x.example, " * 5000 + b"\n" + (b"To: " + b"," * 50_000 + b"\n") * 30 + b"\n"
    )
    assert headers.count("to") == 31
    assert len(headers.all_raw("to")) < 5
    assert len(headers.addresses("to")) == MAX_ADDRESSES
    assert headers.count("cc") == 0


def test_all_fields_of_a_name_count_for_addresses() -> None:
    headers, _, _ = split(b"To: a@x.example\r\nTo: b@x.example\r\n\r\n")
    assert [a.address for a in headers.addresses("to")] == ["a@x.example", "b@x.example"]
    assert "to" in headers


@pytest.mark.parametrize(
    ("value", "name", "expected"),
    [
        ('text/plain; name="a b.txt"', "name", "a b.txt"),
        ("text/plain; name=a b.txt; x=y", "name", "a b.txt"),
        ('text/plain; name="a\\"b\\\\c.txt"', "name", 'a"b\\c.txt'),
        ('text/plain; name="C:\\temp\\x.txt"', "name", "C:\\temp\\x.txt"),
        ('text/plain; name="never closed', "name", "never closed"),
        ("x; filename*=utf-8''Gr%C3%BC%C3%9Fe.txt", "filename", "Grüße.txt"),
        ("x; filename*0=one; filename*1=two", "filename", "onetwo"),
        ("x; filename*1=two; filename*0=one", "filename", "onetwo"),
        ("x; filename*0*=utf-8''%e2%82; filename*1*=%ac.txt", "filename", "€.txt"),
        ("x; filename*0*=iso-8859-1'de'%fc; filename*1=b.txt", "filename", "üb.txt"),
        ("x; filename*x*=odd", "filename", "odd"),
        ('x; filename*="=?utf-8?q?=C3=BC.txt?="', "filename", "ü.txt"),
    ],
)
def test_parameters_are_read_in_each_of_their_forms(value: str, name: str, expected: str) -> None:
    assert value_and_parameters(value)[1][name] == expected


def test_the_value_is_lower_case_and_may_stand_alone() -> None:
    assert value_and_parameters(" Text/HTML ") == ("text/html", {})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Mon, 3 Jun 2024 10:00:00 +0200", datetime(2024, 6, 3, 8, tzinfo=UTC)),
        ("3 Jun 2024 10:00:00", datetime(2024, 6, 3, 10, tzinfo=UTC)),
        ("Mon, 3 Jun 2024 23:59:60 +0000", datetime(2024, 6, 3, 23, 59, 59, tzinfo=UTC)),
        ("Mon, 3 Jun 2024 10:00:00 GMT (early)", datetime(2024, 6, 3, 10, tzinfo=UTC)),
        ("yesterday", None),
        ("Mon, 33 Jun 2024 10:00:00 +0000", None),
        ("", None),
        ("Mon, 3 Jun 2024 10:00:00 +9999999999", None),
    ],
)
def test_dates_become_moments_in_utc_or_none(value: str, expected: datetime | None) -> None:
    assert parse_date(value) == expected


def test_fields_of_one_name_are_counted() -> None:
    raw = b"Received: a\r\nreceived: b\r\nSubject: x\r\n\r\n"
    headers, _ = split_headers(raw, 0, len(raw), [])
    assert (headers.count("received"), headers.count("subject"), headers.count("to")) == (2, 1, 0)


@pytest.mark.parametrize(
    ("raw", "begins"),
    [
        (b"From: a\nTo: b\nSubject: c\n\nx", 0),
        (b"\n \nFrom: a\nTo: b\nSubject: c\n\nx", 3),
        (b"\r\nX-A: b\r\nFrom: a\r\nTo: b\r\n\r\nx", 2),
        (b"\nFrom: a\nTo: b\n\nSubject: c\n", 0),
        (b"\nHello,\nFrom: a\nTo: b\nSubject: c\n\nx", 0),
        (b"\n\n", 0),
    ],
)
def test_blank_lines_before_a_header_are_passed_over_and_before_words_are_not(
    raw: bytes, begins: int
) -> None:
    assert first_field(raw) == begins
