"""CSV of whichever spreadsheet, read alike, and harmless when it is opened."""

import csv
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import Invalid
from gateway.rules.csvtable import (
    GERMAN,
    MAX_BYTES,
    MAX_LINES,
    Column,
    Line,
    defuse,
    join,
    read,
    revive,
    split,
    write,
)

TEXT = "Kunde;Adressen;Notiz\r\nBäckerei Süß;a@b.example;„Ja“\r\n"
CELLS = {Column.CUSTOMER: "Bäckerei Süß", Column.ADDRESSES: "a@b.example", Column.NOTE: "„Ja“"}


def cells(text: str) -> list[dict[Column, str]]:
    return [dict(line.cells) for line in read(text.encode()).lines]


@pytest.mark.parametrize(
    "raw",
    [
        TEXT.encode("utf-8"),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("cp1252"),
        TEXT.encode("utf-16"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
        TEXT.replace(";", ",").encode(),
        TEXT.replace(";", "\t").encode(),
        TEXT.replace("\r\n", "\n").encode(),
        TEXT.replace("\r\n", "\r").encode(),
    ],
)
def test_every_spreadsheets_file_is_read_alike(raw: bytes) -> None:
    assert read(raw).lines == (Line(2, CELLS),)


def test_a_line_that_names_the_separator_is_none_of_the_lines() -> None:
    assert read(b"sep=;\r\ncustomer;note\r\nA, B;x\r\n").lines == (
        Line(3, {Column.CUSTOMER: "A, B", Column.NOTE: "x"}),
    )


def test_columns_are_named_in_either_language_in_any_order_and_case() -> None:
    english = ",".join(column.value.upper() for column in Column)
    german = ",".join(f" {GERMAN[column]} " for column in Column)
    for header in (english, german):
        assert set(cells(f"{header}\n1,2,3,4,5,6,7,8\n")[0]) == set(Column)
    assert cells("E-Mail,Firma\na@b.example,Acme\n") == [
        {Column.ADDRESSES: "a@b.example", Column.CUSTOMER: "Acme"}
    ]


def test_columns_that_nobody_knows_are_told() -> None:
    table = read(b"customer,Fax,Shoe size\nAcme,1,2\n")
    assert table.ignored == ("Fax", "Shoe size")
    assert table.lines[0].cells == {Column.CUSTOMER: "Acme"}


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "has to name the columns"),
        (b"name,note\nAnn,x\n", "has to name the columns"),
        (b"customer,Kunde\nA,B\n", "named twice"),
        (b'customer\n"Acme\n', "quotation mark"),
        (b"customer\n" + b"x" * 200_000, "quotation mark"),
        (b"\xff\xfec", "no text"),
        (b"customer\n\x81\n", "no text"),
    ],
)
def test_what_is_no_such_file_is_said(raw: bytes, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        read(raw)


def test_lines_are_counted_where_they_begin_and_blank_ones_are_passed_over() -> None:
    lines = read(b'customer,note\n\nA,"two\nlines"\n , \nB,x,too long\n').lines
    assert [(line.number, line.is_too_long) for line in lines] == [(3, False), (6, True)]
    assert lines[0].cells[Column.NOTE] == "two\nlines"


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_a_file_has_so_many_lines(over: int) -> None:
    raw = b"customer\n" + b"A\n" * (MAX_LINES + over)
    if over > 0:
        with pytest.raises(Invalid, match=f"at most {MAX_LINES} lines"):
            read(raw)
    else:
        assert len(read(raw).lines) == MAX_LINES + over


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_a_file_has_so_many_bytes(over: int) -> None:
    line = b"A," + b"x" * 9_997 + b"\n"
    raw = b"customer,note\n" + line * (MAX_BYTES // len(line))
    raw = raw[: raw.rindex(b"\n", 0, MAX_BYTES) + 1]
    raw += b"\n" * (MAX_BYTES + over - len(raw))
    assert len(raw) == MAX_BYTES + over
    if over > 0:
        with pytest.raises(Invalid, match="at most 10 MiB"):
            read(raw)
    else:
        assert read(raw).lines


@pytest.mark.parametrize("cell", ["=1+1", "+49 30 1", "-x", "@sum", "\tx", "\rx", "'=x", "''-x"])
def test_no_cell_is_run_by_a_spreadsheet(cell: str) -> None:
    assert defuse(cell) == f"'{cell}"
    assert revive(defuse(cell)) == cell


@pytest.mark.parametrize("cell", ["", "a=b", "'quoted'", "1-2", " =x"])
def test_harmless_cells_stay_as_they_are(cell: str) -> None:
    assert defuse(cell) == revive(cell) == cell


@given(st.lists(st.text(alphabet="=+-@'\t\"|;,\nxÄ"), min_size=1, max_size=4))
def test_a_record_comes_back_as_it_was(record: list[str]) -> None:
    (found,) = csv.reader(StringIO(write(record, ";"), newline=""), delimiter=";", strict=True)
    assert [revive(cell) for cell in found] == record


@given(st.lists(st.text(alphabet="ab|;, ", min_size=1).map(str.strip).filter(bool), unique=True))
def test_several_values_in_a_cell_come_back_as_they_were(values: list[str]) -> None:
    assert split(join(tuple(values))) == tuple(values)


def test_a_bar_separates_what_people_write() -> None:
    assert split(" North | South||North ") == ("North", "South")
    assert split("A|B\n") == ("A|B",)
    assert split(" ") == ()
