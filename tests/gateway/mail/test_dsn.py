import pytest

from gateway.mail.dsn import (
    MAX_BLOCKS,
    Report,
    address_in,
    enhanced_status,
    precise_status,
    read_reports,
    reply_code,
)

REPORT = """Reporting-MTA: dns; mx.example
Arrival-Date: Mon, 3 Jun 2024 10:00:00 +0000

Final-Recipient: rfc822; bob@example.org
Action: Failed
Status: 5.1.1 (no such user)
Diagnostic-Code: smtp; 550 5.1.1 <bob@example.org>:
 user unknown

Original-Recipient: rfc822;eve@example.org
Action: delayed
Status: 4.4.1
"""


def test_each_recipient_has_its_block() -> None:
    assert list(read_reports(REPORT)) == [
        Report("bob@example.org", "failed", "5.1.1", "550 5.1.1 <bob@example.org>: user unknown"),
        Report("eve@example.org", "delayed", "4.4.1", ""),
    ]


def test_line_ends_of_smtp_and_lines_that_are_no_fields_do_not_matter() -> None:
    report = "\r\n\r\nnonsense\r\nFinal-Recipient: <bob@example.org>\r\nAction: failed\r\n"
    assert [r.recipient for r in read_reports(report)] == ["bob@example.org"]


def test_a_flood_of_blocks_is_bounded() -> None:
    assert len(list(read_reports("Action: failed\n\n" * 10_000))) == MAX_BLOCKS


def test_a_diagnostic_without_a_type_is_kept_whole() -> None:
    assert (
        next(read_reports("Action: failed\nDiagnostic-Code: 550 no; really\n")).diagnostic == "550 no; really"
    )


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("rfc822; bob@example.org", "bob@example.org"),
        ("RFC822;<bob@example.org>", "bob@example.org"),
        ("bob@example.org.", "bob@example.org"),
        ("rfc822; bob", "bob"),
        ("", ""),
    ],
)
def test_the_address_is_found_behind_its_type(value: str, address: str) -> None:
    assert address_in(value) == address


def test_a_status_is_no_part_of_a_host_or_a_version() -> None:
    assert enhanced_status("host 192.5.1.1 said 550 5.7.1 no") == "5.7.1"
    assert enhanced_status("5.1.1.2") == ""


def test_the_precise_status_passes_over_x_0_0() -> None:
    assert precise_status("5.0.0 then 5.2.2") == "5.2.2"
    assert precise_status("5.0.0") == ""


def test_a_reply_code_is_a_failures() -> None:
    assert reply_code("said: 550 no") == "550"
    assert reply_code("250 ok, port 4500") == ""
