"""The numbers of a report as CSV files, as a spreadsheet of the reader's language opens them."""

from collections.abc import Iterator, Sequence

from gateway.i18n import _, current_locale
from gateway.rules import csvtable
from gateway.rules.hours import DAYS
from gateway.rules.reporting import HOURS, Numbers

KINDS = ("days", "hours", "customers", "tags", "staff")
_BOM = "\ufeff"  # without it Excel takes UTF-8 for Windows-1252


def file(kind: str, numbers: Numbers) -> str:
    """One of `KINDS` as a file: times are seconds of work, days those of the report's zone."""
    delimiter = ";" if current_locale() == "de" else ","
    records = {
        "days": _days,
        "hours": _hours,
        "customers": _customers,
        "tags": _tags,
        "staff": _staff,
    }[kind](numbers)
    return _BOM + "".join(csvtable.write([_cell(value) for value in record], delimiter) for record in records)


def _days(numbers: Numbers) -> Iterator[Sequence[object]]:
    yield (
        _("from"),
        _("new"),
        _("closed"),
        _("open at the end"),
        _("first answer, median in seconds"),
        _("first answer, 90 % within seconds"),
        _("resolution, median in seconds"),
        _("resolution, 90 % within seconds"),
    )
    yield from zip(
        numbers.starts,
        numbers.new,
        numbers.closed,
        numbers.backlog,
        numbers.answer_median,
        numbers.answer_p90,
        numbers.resolution_median,
        numbers.resolution_p90,
        strict=True,
    )


def _hours(numbers: Numbers) -> Iterator[Sequence[object]]:
    yield _("day of the week, 1 is Monday"), _("hour"), _("mails received")
    for day in range(DAYS):
        for hour in range(HOURS):
            yield day + 1, hour, numbers.heat[day][hour]


def _customers(numbers: Numbers) -> Iterator[Sequence[object]]:
    yield _("customer"), _("new tickets")
    for _id, name, count in numbers.customers:
        yield name, count


def _tags(numbers: Numbers) -> Iterator[Sequence[object]]:
    yield _("tag"), _("new tickets")
    yield from numbers.tags


def _staff(numbers: Numbers) -> Iterator[Sequence[object]]:
    yield _("user name"), _("name"), _("answers"), _("closed")
    yield from numbers.staff


def _cell(value: object) -> str:
    return "" if value is None else str(value)
