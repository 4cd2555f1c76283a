"""Customers and contacts as a file: exported in one stream; imported after a look at every line."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from gateway import log
from gateway.desk import auditing
from gateway.desk.auditing import Kind
from gateway.desk.views import overview
from gateway.errors import DeskError, Invalid
from gateway.i18n import _, current_locale
from gateway.inbound import csvfile
from gateway.inbound.csvfile import Outcome, Summary
from gateway.rules.csvtable import GERMAN, MAX_BYTES, MAX_LINES, Column
from gateway.store.session import reading, transaction
from webui import complaints, heldfiles, pages, uploads
from webui.bridge import Told
from webui.files import disposition
from webui.heldfiles import Held
from webui.later import Later
from webui.office import office
from webui.rail import rail
from webui.sessions import actor, everywhere

blueprint = Blueprint("transfer", __name__)

_SHOWN = 500


@dataclass(frozen=True, slots=True)
class Line:
    """What becomes of a line of the file."""

    number: int
    word: str
    subject: str
    wrong: str


@dataclass(frozen=True, slots=True)
class Look:
    """What an import would do: counts, then the lines with errors and those that bring something."""

    token: str
    filename: str
    counts: str
    lines: list[Line]
    more: int
    ignored: str
    brings: bool


@blueprint.post("/customers/export")
@everywhere
def export() -> ResponseReturnValue:
    """All customers with their contacts, as a spreadsheet of the reader's language opens them."""
    german = current_locale() == "de"
    with transaction() as db:
        auditing.note(db, actor(), Kind.CUSTOMERS_EXPORTED, now=office().clock.now())
    answer = Response(csvfile.give(actor().account_id, german=german), mimetype="text/csv")
    answer.headers["Content-Disposition"] = disposition("Kunden.csv" if german else "customers.csv")
    return answer


@blueprint.get("/customers/import")
@everywhere
def form() -> ResponseReturnValue:
    """Choose a file; after an import, what it did."""
    counts = {one: request.args.get(one.value, 0, type=int) for one in Outcome}
    stopped = _("The import stopped half-way. The same file again does the rest.")
    return _page(done=_counted(counts), wrong=stopped if "stopped" in request.args else "")


@blueprint.post("/customers/import")
@everywhere
def look() -> ResponseReturnValue:
    """What the file would change, line by line; nothing is changed yet."""
    sent = request.files.get("file")
    try:
        if sent is None or not sent.filename:
            raise Invalid("Please choose a file.")
        raw = sent.stream.read(MAX_BYTES + 1)  # one more than may be, so that it is refused
        found = csvfile.take(actor(), raw, dry_run=True, clock=office().clock)
    except Invalid as error:
        return _page(wrong=complaints.in_words(error)), error.http
    sent.stream.seek(0)
    (file,) = uploads.keep([sent])
    return _page(look=_look(found, heldfiles.hold(file)))


@blueprint.post("/customers/import/do")
@everywhere
def do() -> ResponseReturnValue:
    """Import the file that was looked at, beside the pages; then say what that did."""
    held = heldfiles.redeem([request.form.get("token", "")])
    if not held:
        error = Invalid("Files are held for a day only. Please attach again what is missing.")
        return _page(wrong=complaints.in_words(error)), error.http
    by, here, sha256 = actor(), office(), held[0].file.blob.sha256

    def work() -> Told:
        try:
            found = csvfile.take(by, here.blobs.read(sha256), dry_run=False, clock=here.clock)
        except DeskError as error:
            log.get("web").error("import.stopped", error=type(error).__name__, detail=error.detail)
            return Told("303 See Other", [("Location", "/customers/import?stopped=1")])
        counts = urlencode({one.value: found.count(one) for one in Outcome})
        return Told("303 See Other", [("Location", f"/customers/import?{counts}")])

    return Later(work)


def _page(*, look: Look | None = None, done: str = "", wrong: str = "") -> str:
    by = actor()
    with reading() as db:
        views = rail(overview(db, by), by)
    names = GERMAN if current_locale() == "de" else {column: column.value for column in Column}
    return pages.render(
        "web/customers/import.html",
        area="customers",
        views=views,
        look=look,
        done=done,
        wrong=wrong,
        columns=list(names.values()),
        max_lines=MAX_LINES,
    )


def _look(found: Summary, held: Held) -> Look:
    names = _names()
    telling = [line for line in found.lines if line.outcome is not Outcome.UNCHANGED]
    telling.sort(key=lambda line: line.outcome is not Outcome.ERROR)  # what is wrong comes first
    lines = [
        Line(
            line.line,
            names[line.outcome],
            line.subject,
            complaints.in_words(line.error) if line.error else "",
        )
        for line in telling[:_SHOWN]
    ]
    return Look(
        token=held.token,
        filename=held.file.filename,
        counts=_counted({one: found.count(one) for one in Outcome}),
        lines=lines,
        more=len(telling) - len(lines),
        ignored=", ".join(found.ignored),
        brings=any(line.outcome in (Outcome.CREATED, Outcome.CHANGED) for line in found.lines),
    )


def _names() -> Mapping[Outcome, str]:
    return {
        Outcome.CREATED: _("new"),
        Outcome.CHANGED: _("changed"),
        Outcome.UNCHANGED: _("unchanged"),
        Outcome.ERROR: _("error"),
    }


def _counted(counts: Mapping[Outcome, int]) -> str:
    """How many lines have each outcome, in words; "" for no line at all."""
    names = _names()
    return ", ".join(f"{count} {names[one]}" for one, count in counts.items() if count)
