"""The numbers of a report as files."""

import pytest

from gateway.i18n import speaking
from tests.webui.reports.numbers import NUMBERS
from webui.reports import tables


@pytest.mark.parametrize(
    ("kind", "records", "second"),
    [
        ("days", 4, "2026-02-27,3,1,2,3600,7200,,"),
        ("hours", 1 + 7 * 24, "1,0,0"),
        ("customers", 2, "'=Acme,3"),
        ("tags", 3, "vip,2"),
        ("staff", 2, "anna,Anna Albers,1200,300"),
    ],
)
def test_a_file_has_a_head_and_a_record_for_each(kind: str, records: int, second: str) -> None:
    lines = tables.file(kind, NUMBERS).splitlines()
    assert lines[0].startswith("\ufeff")
    assert (len(lines), lines[1]) == (records, second)
    assert kind in tables.KINDS


def test_a_german_file_is_as_german_spreadsheets_read_it() -> None:
    with speaking("de"):
        assert tables.file("tags", NUMBERS).splitlines() == [
            "\ufeffSchlagwort;neue Tickets",
            "vip;2",
            "printer;1",
        ]
