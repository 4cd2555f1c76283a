"""Files of customers and contacts, in and out, a few lines a transaction so that nobody waits for them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from gateway.clock import Clock
from gateway.desk import auditing
from gateway.desk.auditing import Kind
from gateway.desk.csvimport import carry_out
from gateway.desk.csvplan import Plan, Planned
from gateway.errors import DeskError
from gateway.rules import csvtable
from gateway.rules.access import Actor, Permission, require
from gateway.rules.csvtable import GERMAN, Column
from gateway.store import binding
from gateway.store.queries import directory
from gateway.store.queries.directory import Entry
from gateway.store.session import reading, transaction

BATCH = 50
_BOM = "\ufeff"  # without it Excel takes UTF-8 for Windows-1252


class Outcome(StrEnum):
    """What becomes of a line."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Report:
    """What becomes of one line, and whom it is about."""

    line: int
    outcome: Outcome
    subject: str
    error: DeskError | None


@dataclass(frozen=True, slots=True)
class Summary:
    """What becomes of a file, line by line; `ignored` are columns that nobody knows."""

    lines: tuple[Report, ...]
    ignored: tuple[str, ...]

    def count(self, outcome: Outcome) -> int:
        """How many lines have it."""
        return sum(line.outcome is outcome for line in self.lines)


def take(
    by: Actor, raw: bytes, *, dry_run: bool, clock: Clock, told: Callable[[int], None] = lambda _lines: None
) -> Summary:
    """Import a file, or only say what that would do; `told` hears how many lines are done.

    Invalid when the file cannot be read. What is done stays done if the process ends in between: the same
    file again does the rest.
    """
    require(by, Permission.WORK_EVERYWHERE)
    table = csvtable.read(raw)
    with reading() as db:
        everything = list(directory.list_all(db, by.account_id))
        plan = Plan(everything, directory.groups_by_name(db, by.account_id))
    planned = [plan.add(line) for line in table.lines]
    if not dry_run:
        for start in range(0, len(planned), BATCH):
            some = planned[start : start + BATCH]
            with transaction() as db:
                carry_out(db, by, some, now=clock.now())
                if start == 0:
                    auditing.note(db, by, Kind.CUSTOMERS_IMPORTED, now=clock.now(), count=len(planned))
            told(len(some))
    return Summary(tuple(_report(line) for line in planned), table.ignored)


def give(account_id: int, *, german: bool) -> Iterator[str]:
    """The account's customers and contacts, block by block, as a spreadsheet of the language opens them."""
    delimiter = ";" if german else ","
    yield _BOM + csvtable.write([GERMAN[one] if german else one.value for one in Column], delimiter)
    seen, more = 0, True
    while more:
        with binding.to_account(account_id), reading() as db:
            entries, seen = directory.list_customers_with_people(db, account_id, seen=seen)
        yield "".join(_records(entries, delimiter))
        more = bool(entries)
    seen, more = 0, True
    while more:
        with binding.to_account(account_id), reading() as db:
            loose, seen = directory.list_people_without_customer(db, account_id, seen=seen)
        if loose.people:
            yield "".join(_records([loose], delimiter))
        more = bool(seen)


def _report(line: Planned) -> Report:
    change = line.change
    if line.error is not None or change is None:
        outcome = Outcome.ERROR
    elif change.makes:
        outcome = Outcome.CREATED
    else:
        outcome = Outcome.UNCHANGED if change.is_empty else Outcome.CHANGED
    return Report(line.number, outcome, line.subject, line.error)


def _records(entries: list[Entry], delimiter: str) -> Iterator[str]:
    """A record for each person; a customer without people has one, too."""
    for entry in entries:
        company = [
            entry.public_id,
            entry.name,
            csvtable.join(entry.domains),
            csvtable.join(entry.groups),
            entry.note,
        ]
        people = [[p.name, csvtable.join(p.addresses), p.note] for p in entry.people] or [["", "", ""]]
        for person in people:
            yield csvtable.write([*company, *person], delimiter)
