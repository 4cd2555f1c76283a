"""The page of exports: ask for one, see it made, download it within seven days."""

from dataclasses import dataclass

from flask import Blueprint, Response, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.wsgi import wrap_file

from gateway.desk import exporting
from gateway.desk.views import overview
from gateway.errors import Conflict
from gateway.i18n import _
from gateway.rules.access import Actor
from gateway.rules.exporting import Scope, State
from gateway.store.exportfiles import ExportFiles
from gateway.store.exports import ExportView
from gateway.store.session import reading, transaction
from webui import complaints, csp, pages
from webui.files import disposition
from webui.office import office
from webui.rail import rail
from webui.sessions import actor, proven, signed_in
from webui.wording import Moment, moment, size

blueprint = Blueprint("exports", __name__)

_PATH = "/account/exports"
_UNDER_WAY = (State.WAITING, State.WORKING)


@dataclass(frozen=True, slots=True)
class Row:
    """An export as the page shows it; `percent` is None where nobody knows yet."""

    public_id: str
    name: str
    notes: str
    is_ready: bool
    is_under_way: bool
    percent: int | None
    size: str
    asked_at: Moment
    expires_at: Moment


@blueprint.get(_PATH)
@signed_in
def index() -> ResponseReturnValue:
    """What one has asked for; where owners ask for all of the account."""
    return _page()


@blueprint.get(f"{_PATH}/progress")
@signed_in
def progress() -> ResponseReturnValue:
    """The list alone, for a page that looks again."""
    rows = _rows(actor())
    return pages.render("web/privacy/exported.html", rows=rows, is_under_way=_is_under_way(rows))


@blueprint.post(_PATH)
@proven
def ask() -> ResponseReturnValue:
    """Ask for one: of the account, or of the customer or contact whose page this comes from."""
    said = request.form.get("scope", "")
    scope = Scope(said) if said in frozenset(Scope) else Scope.ACCOUNT
    subject, notes = request.form.get("subject", ""), "notes" in request.form
    try:
        with transaction() as db:
            exporting.ask(db, actor(), scope, subject, with_notes=notes, now=office().clock.now())
    except Conflict as error:
        return _page(complaints.in_words(error)), error.http
    return redirect(_PATH, 303)


@blueprint.get(f"{_PATH}/<public_id>/download")
@proven
def download(public_id: str) -> ResponseReturnValue:
    """The file, to whoever asked for it."""
    with transaction() as db:
        found = exporting.give(db, actor(), public_id, now=office().clock.now())
    files = ExportFiles(office().settings.blob_dir)
    file = files.open(public_id)
    answer = Response(wrap_file(request.environ, file), direct_passthrough=True)
    answer.headers["Content-Type"] = "application/zip"
    answer.headers["Content-Length"] = str(files.size_bytes(public_id))
    answer.headers["Content-Disposition"] = disposition(f"{found.scope}-{found.asked_at:%Y-%m-%d}.zip")
    answer.headers["Content-Security-Policy"] = csp.FILE_POLICY
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post(f"{_PATH}/<public_id>/remove")
@signed_in
def remove(public_id: str) -> ResponseReturnValue:
    """Remove one before its time, or give it up."""
    with transaction() as db:
        exporting.remove(db, actor(), public_id, now=office().clock.now())
    ExportFiles(office().settings.blob_dir).forget([public_id])
    return redirect(_PATH, 303)


def _page(wrong: str = "") -> str:
    by = actor()
    rows = _rows(by)
    with reading() as db:
        views = rail(overview(db, by), by)
    return pages.render(
        "web/privacy/exports.html",
        area="account",
        views=views,
        rows=rows,
        is_under_way=_is_under_way(rows),
        may_ask=exporting.may_ask(by, Scope.ACCOUNT),
        wrong=wrong,
    )


def _rows(by: Actor) -> list[Row]:
    now = office().clock.now()
    with reading() as db:
        found = exporting.list_exports(db, by, now=now)
        names = exporting.names_of(db, by, found)
    return [
        Row(
            public_id=one.public_id,
            name=_("the whole account") if one.scope is Scope.ACCOUNT else names.get(one.subject_id, "–"),
            notes=_("with internal notes") if one.with_notes else "",
            is_ready=one.state is State.READY,
            is_under_way=one.state in _UNDER_WAY,
            percent=_percent(one),
            size=size(one.size_bytes),
            asked_at=moment(one.asked_at, now),
            expires_at=moment(one.expires_at, now),
        )
        for one in found
    ]


def _percent(one: ExportView) -> int | None:
    return 100 * one.done // one.total if one.state is State.WORKING and one.total else None


def _is_under_way(rows: list[Row]) -> bool:
    return any(row.is_under_way for row in rows)
