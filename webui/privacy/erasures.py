"""The pages of erasing: what would go, with the password the beginning, how far it is, the receipt."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import quote

from flask import Blueprint, Response, redirect, request
from flask.typing import ResponseReturnValue

from gateway.desk import certificates, deletionrequests, erasing
from gateway.desk.erasurewords import kind_names, step_names, thing_names
from gateway.desk.views import overview
from gateway.errors import Conflict, Denied, Invalid, NotFound
from gateway.rules.erasure import ErasureKind, Scope, State, Thing
from gateway.store.erasures import Progress
from gateway.store.queries.articles import TicketDetail, get_detail
from gateway.store.session import reading, transaction
from webui import complaints, csp, pages, zones
from webui.files import disposition
from webui.office import office
from webui.privacy import receipts
from webui.rail import rail
from webui.sessions import actor, is_proven, proven, signed_in
from webui.wording import Moment, moment, size

blueprint = Blueprint("erasures", __name__)
blueprint.register_blueprint(receipts.blueprint)

_PATH = "/account/erasures"
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")
_OFFERED = frozenset(ErasureKind) - {ErasureKind.ACCOUNT, ErasureKind.QUARANTINE}
"""The account as a whole is ended on a page of its own; quarantine is emptied by a rule."""


@dataclass(frozen=True, slots=True)
class Row:
    """An erasure as the pages show it; `counts` are what has gone so far, in words."""

    public_id: str
    kind: str
    is_under_way: bool
    step: str
    counts: list[tuple[str, int]]
    asked_at: Moment
    done_at: Moment | None


@blueprint.get(_PATH)
@signed_in
def index() -> ResponseReturnValue:
    """All of the account, and the forms for what has no page of its own."""
    return _index()


@blueprint.get(f"{_PATH}/new")
@signed_in
def preview() -> ResponseReturnValue:
    """What would go: `kind` and `of` say what, `first` and `last` are days for what is erased by time."""
    _check_may()
    try:
        return _dialogue()
    except Invalid as error:
        return _index(complaints.in_words(error)), error.http


@blueprint.post(_PATH)
@proven
def begin() -> ResponseReturnValue:
    """Begin; nothing brings it back."""
    _check_may()
    scope, chosen = _scope(request.form), request.form.getlist("quoted")
    try:
        with transaction() as db:
            now = office().clock.now()
            public_id = deletionrequests.begin(db, actor(), scope, quoted=chosen, now=now)
    except Conflict as error:
        return _index(complaints.in_words(error)), error.http
    return redirect(f"{_PATH}/{public_id}", 303)


@blueprint.get(f"{_PATH}/<public_id>")
@signed_in
def one(public_id: str) -> ResponseReturnValue:
    """How far one is, and its receipt."""
    by = actor()
    with reading() as db:
        found = erasing.show(db, by, public_id)
        views = rail(overview(db, by), by)
    return pages.render("web/privacy/erasure.html", area="account", views=views, row=_row(found))


@blueprint.get(f"{_PATH}/<public_id>/progress")
@signed_in
def progress(public_id: str) -> ResponseReturnValue:
    """How far one is, alone, for a page that looks again."""
    with reading() as db:
        found = erasing.show(db, actor(), public_id)
    return pages.render("web/privacy/erased.html", row=_row(found))


@blueprint.get(f"{_PATH}/<public_id>/receipt")
@signed_in
def receipt(public_id: str) -> ResponseReturnValue:
    """The signed receipt as a file."""
    with reading() as db:
        found = erasing.receipt(db, actor(), public_id)
    answer = Response(found)
    answer.headers["Content-Type"] = "application/json"
    answer.headers["Content-Disposition"] = disposition(f"erasure-{public_id}.json")
    answer.headers["Content-Security-Policy"] = csp.FILE_POLICY
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _check_may() -> None:
    """Before anything else is looked at; what exactly may be erased the desk decides."""
    if not erasing.may_erase(actor(), ErasureKind.CONTACT):
        raise Denied


def _index(wrong: str = "") -> str:
    by = actor()
    with reading() as db:
        found = erasing.list_erasures(db, by)
        unsent = certificates.list_unsent(db, by)
        views = rail(overview(db, by), by)
    return pages.render(
        "web/privacy/erasures.html",
        area="account",
        views=views,
        rows=[_row(row) for row in found],
        unsent=unsent,
        wrong=wrong,
        first=request.args.get("first", ""),
        last=request.args.get("last", ""),
        kind=request.args.get("kind", ""),
    )


def _dialogue() -> str:
    by, scope = actor(), _scope(request.args)
    with reading() as db:
        found = erasing.preview(db, by, scope, now=office().clock.now())
        is_ticket = scope.kind is ErasureKind.TICKET
        detail = get_detail(db, by.sight, int(scope.public_id), with_html=False) if is_ticket else None
        asking = deletionrequests.find_asking(db, by, int(scope.public_id)) if is_ticket else None
        views = rail(overview(db, by), by)
    names = thing_names()
    return pages.render(
        "web/privacy/erase.html",
        area="account",
        views=views,
        kind=kind_names()[scope.kind],
        title=found.title,
        counts=[(names[Thing(thing)], number) for thing, number in found.counts.items()],
        size=size(found.bytes),
        quoted=found.quoted,
        files=_files(detail) if detail else [],
        asks=asking.address if asking else "",
        sent=[(key, request.args.get(key, "")) for key in ("kind", "of", "first", "last")],
        back=_back(scope),
        is_proven=is_proven(),
        here=quote(request.full_path),
    )


def _files(detail: TicketDetail) -> list[tuple[str, str, str]]:
    """The files of a ticket, each of which can be erased alone: public id, name, size."""
    found = (file for article in detail.articles for file in article.attachments)
    return [(file.public_id, file.filename or file.detected_type, size(file.size_bytes)) for file in found]


def _scope(sent: Mapping[str, str]) -> Scope:
    """What was chosen; NotFound for a kind that there is not, Invalid for a day that there is not."""
    kind, of = sent.get("kind", ""), sent.get("of", "")
    if kind not in _OFFERED or (kind == ErasureKind.TICKET and not _NUMBER.fullmatch(of)):
        raise NotFound
    first, last = _midnight(sent.get("first", ""), "first"), _midnight(sent.get("last", ""), "last", later=1)
    return Scope(ErasureKind(kind), of, first, last)


def _midnight(typed: str, field: str, *, later: int = 0) -> datetime | None:
    """When a day begins by the reader's clock, or the one so many days later; None for nothing typed."""
    if not typed:
        return None
    try:
        day = date.fromisoformat(typed) + timedelta(days=later)
        return zones.read(f"{day}T00:00")
    except (ValueError, OverflowError):
        raise Invalid("There is no such day.", field=field) from None


def _back(scope: Scope) -> str:
    match scope.kind:
        case ErasureKind.CONTACT:
            return f"/contacts/{scope.public_id}"
        case ErasureKind.CUSTOMER:
            return f"/customers/{scope.public_id}"
        case ErasureKind.TICKET:
            return f"/t/{scope.public_id}"
        case _:
            return _PATH


def _row(found: Progress) -> Row:
    now, names = office().clock.now(), thing_names()
    return Row(
        public_id=found.public_id,
        kind=kind_names()[found.kind],
        is_under_way=found.state is not State.DONE,
        step=step_names()[found.step],
        counts=[(names[Thing(thing)], number) for thing, number in found.counts.items()],
        asked_at=moment(found.asked_at, now),
        done_at=moment(found.done_at, now) if found.done_at else None,
    )
