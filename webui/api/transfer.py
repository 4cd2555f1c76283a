"""Customers and contacts as a file of comma-separated values, out and in."""

from contextvars import copy_context
from typing import Self

from flask import Response
from pydantic import Field

from gateway import log
from gateway.desk import auditing
from gateway.desk.auditing import Kind
from gateway.errors import DeskError
from gateway.inbound import csvfile
from gateway.inbound.csvfile import Outcome, Report, Summary
from gateway.rules import csvtable
from gateway.rules.access import Permission, require
from gateway.rules.csvtable import MAX_BYTES
from gateway.store.session import transaction
from webui.api import bodies, problems
from webui.api.access import actor
from webui.api.routes import answer, blueprint
from webui.api.schemas import Shape
from webui.bridge import Told
from webui.files import disposition
from webui.later import Later
from webui.office import office

_CSV = "text/csv"


class ImportQuery(Shape):
    """With `dry_run` it is only said what the file would change."""

    dry_run: bool = False


class ImportedLine(Shape):
    """What becomes of a line (1 is the heading's), and whom it is about; `error` says why nothing does."""

    line: int
    outcome: Outcome
    subject: str
    error: str | None

    @classmethod
    def of(cls, report: Report) -> Self:
        """As the import has it."""
        said = report.error.public if report.error else None
        return cls(line=report.line, outcome=report.outcome, subject=report.subject, error=said)


class Imported(Shape):
    """What becomes of a file. `ignored` are columns that nobody knows."""

    created: int
    changed: int
    unchanged: int
    errors: int
    ignored: list[str]
    lines: list[ImportedLine] = Field(max_length=csvtable.MAX_LINES)

    @classmethod
    def of(cls, summary: Summary) -> Self:
        """As the import has it."""
        return cls(
            created=summary.count(Outcome.CREATED),
            changed=summary.count(Outcome.CHANGED),
            unchanged=summary.count(Outcome.UNCHANGED),
            errors=summary.count(Outcome.ERROR),
            ignored=list(summary.ignored),
            lines=[ImportedLine.of(line) for line in summary.lines],
        )


@blueprint.post("/customers/export", responses={200: {"description": "The file.", "content": {_CSV: {}}}})
def export_customers() -> Response:
    """All customers with their contacts, in UTF-8; it can be imported again. It is noted in the audit log."""
    by = actor()
    require(by, Permission.WORK_EVERYWHERE)
    with transaction() as db:
        auditing.note(db, by, Kind.CUSTOMERS_EXPORTED, now=office().clock.now())
    sent = Response(csvfile.give(by.account_id, german=False), mimetype=_CSV)
    sent.headers["Content-Disposition"] = disposition("customers.csv")
    return sent


@blueprint.post("/customers/import", responses={200: Imported})
@bodies.takes_text(_CSV)
def import_customers(query: ImportQuery) -> Response:
    """Import a file (text/csv, 10 MiB and 20,000 lines at most), or with `dry_run` only say what that does.

    What is there already stays, so the same file again changes nothing.
    """
    raw, by, clock = bodies.read_text(_CSV, MAX_BYTES), actor(), office().clock
    found = csvfile.take(by, raw, dry_run=True, clock=clock)  # also refuses what cannot be read
    if query.dry_run:
        return answer(Imported.of(found))

    def work() -> Told:
        try:
            told = answer(Imported.of(csvfile.take(by, raw, dry_run=False, clock=clock)))
        except DeskError as error:
            log.get("api").error("import.stopped", error=type(error).__name__, detail=error.detail)
            told = problems.of_desk_error(error)
        return Told(told.status, [*told.headers], told.get_data())

    context = copy_context()  # answers are made as within the request
    return Later(lambda: context.run(work))
