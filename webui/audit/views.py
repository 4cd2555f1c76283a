"""The owner's page of the audit log: who did what, whether the chain is whole, and all of it as a file."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from itsdangerous import BadData

from gateway.desk import auditing
from gateway.desk.auditing import Kind
from gateway.desk.views import overview
from gateway.rules.access import Actor, Permission, require
from gateway.store import binding
from gateway.store.audit import GENESIS, Entry
from gateway.store.session import reading
from gateway.store.types import MOST
from webui import pages, signing
from webui.audit import words
from webui.bridge import Told
from webui.files import disposition
from webui.later import Later
from webui.office import office
from webui.rail import rail
from webui.sessions import actor, proven, signed_in
from webui.wording import Moment, moment

blueprint = Blueprint("audit", __name__)

_PATH = "/account/audit"
_SHOWN = 50
_TOLD_FOR = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Row:
    """An entry as the page shows it."""

    seq: int
    at: Moment
    who: str
    what: str
    subject: str
    details: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What a look at the whole chain came to; `broken_at` 0 if it is whole."""

    entries: int
    head: str
    broken_at: int


@blueprint.get(_PATH)
@signed_in
def index() -> ResponseReturnValue:
    """The entries, newest first, of one kind if one is chosen."""
    by, wanted = actor(), request.args.get("kind", "")
    kind = Kind(wanted) if wanted in frozenset(Kind) else None
    before = request.args.get("before", MOST, type=int)
    with reading() as db:
        found = auditing.list_entries(db, by, kind=kind, before=min(max(before, 1), MOST), limit=_SHOWN + 1)
        names = auditing.names_of(db, by, found)
        views = rail(overview(db, by), by)
    shown = found[:_SHOWN]
    narrowed = f"kind={kind.value}&" if kind else ""
    now = office().clock.now()
    return pages.render(
        "web/audit/list.html",
        area="account",
        views=views,
        rows=[
            Row(
                one.seq,
                moment(one.at, now),
                words.actor_of(one, names),
                words.name_of_kind(one.kind),
                words.subject_of(one, names),
                words.details_of(one),
            )
            for one in shown
        ],
        kinds=sorted(words.kind_names().items(), key=lambda item: item[1]),
        kind=kind,
        older=f"{_PATH}?{narrowed}before={shown[-1].seq}" if len(found) > _SHOWN else "",
        checked=_checked(by, request.args.get("checked", "")),
    )


@blueprint.post(f"{_PATH}/check")
@signed_in
def check() -> ResponseReturnValue:
    """Look at the whole chain, beside the pages; then the page says what that came to."""
    by = actor()
    require(by, Permission.OWN_ACCOUNT)
    seal = signing.serializer(_PATH)

    def work() -> Told:
        with reading() as db:
            found = auditing.verify(db, by)
        told = [by.account_id, found.entries, found.head, found.broken_at or 0]
        return Told("303 See Other", [("Location", f"{_PATH}?checked={seal.dumps(told)}")])

    return Later(work)


@blueprint.get(f"{_PATH}/download")
@proven
def download() -> ResponseReturnValue:
    """The whole log, a JSON object a line, oldest first; what each hash is over stands in its line."""
    require(actor(), Permission.OWN_ACCOUNT)
    answer = Response(_lines(actor()), mimetype="application/jsonl")
    answer.headers["Content-Disposition"] = disposition("audit.jsonl")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _lines(by: Actor) -> Iterator[str]:
    entries = _after(by, 0)
    while entries:
        yield "".join(f"{json.dumps(one.values() | {'hash': one.hash})}\n" for one in entries)
        entries = _after(by, entries[-1].seq)


def _after(by: Actor, seq: int) -> tuple[Entry, ...]:
    with binding.to_account(by.account_id), reading() as db:  # the request is over when the rest is read
        return tuple(auditing.give(db, by, seq))


def _checked(by: Actor, told: str) -> Checked | None:
    """What was found just now, as we signed it: nobody can make a page say that a chain is whole."""
    try:
        account_id, entries, head, broken_at = signing.serializer(_PATH).loads(
            told, max_age=int(_TOLD_FOR.total_seconds())
        )
    except BadData:
        return None
    if account_id != by.account_id:
        return None
    return Checked(entries, "" if head == GENESIS else head, broken_at)
