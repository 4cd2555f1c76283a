"""Customers and contacts as a CSV file: whichever spreadsheet wrote it, and so that none runs its cells."""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from io import StringIO

from gateway.errors import Invalid

MAX_LINES = 20_000
MAX_BYTES = 10 * 1024 * 1024


class Column(StrEnum):
    """What a column holds; the value is its English name."""

    CUSTOMER_ID = "customer id"
    CUSTOMER = "customer"
    DOMAINS = "domains"
    GROUPS = "groups"
    CUSTOMER_NOTE = "customer note"
    NAME = "name"
    ADDRESSES = "addresses"
    NOTE = "note"


GERMAN: Mapping[Column, str] = {
    Column.CUSTOMER_ID: "Kunden-ID",
    Column.CUSTOMER: "Kunde",
    Column.DOMAINS: "Domains",
    Column.GROUPS: "Gruppen",
    Column.CUSTOMER_NOTE: "Notiz zum Kunden",
    Column.NAME: "Name",
    Column.ADDRESSES: "Adressen",
    Column.NOTE: "Notiz",
}
_ALSO = {
    "company": Column.CUSTOMER,
    "firma": Column.CUSTOMER,
    "domain": Column.DOMAINS,
    "group": Column.GROUPS,
    "gruppe": Column.GROUPS,
    "contact": Column.NAME,
    "kontakt": Column.NAME,
    "address": Column.ADDRESSES,
    "e-mail": Column.ADDRESSES,
    "email": Column.ADDRESSES,
    "e-mail address": Column.ADDRESSES,
    "adresse": Column.ADDRESSES,
    "e-mail-adresse": Column.ADDRESSES,
}
_KNOWN = (
    {column.value: column for column in Column}
    | {name.casefold(): column for column, name in GERMAN.items()}
    | _ALSO
)
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_NO_CSV = "This is no CSV: a quotation mark in it is not closed, or stands where none may."
_RUNS = re.compile(r"'*[=+\-@\t\r]")
_REVIVED = re.compile(r"'+[=+\-@\t\r]")


@dataclass(frozen=True, slots=True)
class Line:
    """One record: where it begins in the file, and its cells; `is_too_long` with more cells than columns."""

    number: int
    cells: Mapping[Column, str]
    is_too_long: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """The records of a file, and the columns that nobody knows."""

    lines: tuple[Line, ...]
    ignored: tuple[str, ...]


def read(raw: bytes) -> Table:
    """The records of a file in UTF-8, UTF-16 or Windows-1252, with commas, semicolons or tabs.

    Invalid when it is too large, too long, or does not name its columns in the first line.
    """
    if len(raw) > MAX_BYTES:
        raise Invalid("A file has at most 10 MiB.", field="file")
    text = _text(raw).replace("\0", "")
    first = text.partition("\n")[0].strip()
    delimiter = first[4] if re.fullmatch("sep=[,;\t]", first) else ""
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter or _delimiter(first), strict=True)
    if delimiter:
        next(reader)
    records = _records(reader)
    _, header = next(records, (0, []))
    columns, ignored = _columns(header)
    lines: list[Line] = []
    for number, record in records:
        if len(lines) == MAX_LINES:
            raise Invalid("A file has at most 20000 lines below the first one.", field="file")
        lines.append(_line(number, record, columns))
    return Table(tuple(lines), ignored)


def write(cells: list[str], delimiter: str) -> str:
    """One record, so that no spreadsheet takes a cell for a formula."""
    out = StringIO()
    csv.writer(out, delimiter=delimiter).writerow([defuse(cell) for cell in cells])
    return out.getvalue()


def defuse(cell: str) -> str:
    """The cell with an apostrophe before what a spreadsheet would run; `revive` takes it away."""
    return f"'{cell}" if _RUNS.match(cell) else cell


def revive(cell: str) -> str:
    """The cell as it was before `defuse`."""
    return cell[1:] if _REVIVED.match(cell) else cell


def join(values: tuple[str, ...]) -> str:
    """Several values in one cell, a line each; one that holds a bar gets a line's end to itself."""
    return "\n".join(values) + ("\n" if len(values) == 1 and "|" in values[0] else "")


def split(cell: str) -> tuple[str, ...]:
    """The values of a cell: a line each, or with bars between."""
    parts = cell.split("\n") if "\n" in cell else cell.split("|")
    return tuple(dict.fromkeys(filter(None, (part.strip() for part in parts))))


def _text(raw: bytes) -> str:
    for mark, charset in _BOMS:
        if raw.startswith(mark):
            return _decoded(raw[len(mark) :], charset)
    if b"\0" in raw[:100]:  # UTF-16 without its mark
        return _decoded(raw, "utf-16-be" if raw[:1] == b"\0" else "utf-16-le")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return _decoded(raw, "cp1252")


def _decoded(raw: bytes, charset: str) -> str:
    try:
        return raw.decode(charset)
    except UnicodeDecodeError:
        raise Invalid("This is no text in UTF-8, UTF-16 or Windows-1252.", field="file") from None


def _delimiter(first: str) -> str:
    bare = re.sub(r'"[^"]*"', "", first)
    return max(",;\t", key=bare.count)


def _records(reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Each record that is not blank, with the line where it begins."""
    begins = 1 + getattr(reader, "line_num", 0)
    while True:
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise Invalid(_NO_CSV, field="file") from None
        if any(cell.strip() for cell in record):
            yield begins, record
        begins = 1 + getattr(reader, "line_num", 0)


def _columns(header: list[str]) -> tuple[list[Column | None], tuple[str, ...]]:
    columns = [_KNOWN.get(" ".join(name.split()).casefold()) for name in header]
    known = [column for column in columns if column is not None]
    if len(set(known)) != len(known):
        raise Invalid("A column is named twice in the first line.", field="file")
    if Column.CUSTOMER not in known and Column.ADDRESSES not in known:
        raise Invalid("The first line has to name the columns, at least customer or addresses.", field="file")
    return columns, tuple(name.strip() for name, column in zip(header, columns, strict=True) if not column)


def _line(number: int, record: list[str], columns: list[Column | None]) -> Line:
    cells = {
        column: revive(cell).replace("\r\n", "\n")
        for column, cell in zip(columns, record, strict=False)
        if column is not None
    }
    return Line(number, cells, any(cell.strip() for cell in record[len(columns) :]))
