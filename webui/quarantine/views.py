"""The quarantine: what waits there and why, one click to let it in or to put it away."""

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from gateway.desk import quarantine
from gateway.desk.views import overview
from gateway.errors import Conflict
from gateway.store.queries.quarantine import get_raw, list_waiting
from gateway.store.session import reading, transaction
from webui import complaints, files, pages
from webui.office import office
from webui.quarantine import rows
from webui.rail import rail
from webui.sessions import actor, everywhere

blueprint = Blueprint("quarantine", __name__)

_SHOWN = 50


@blueprint.get("/quarantine")
@everywhere
def index() -> ResponseReturnValue:
    """What waits, newest first."""
    return _page(done=rows.done(request.args))


@blueprint.post("/quarantine/<public_id>/release")
@everywhere
def release(public_id: str) -> ResponseReturnValue:
    """Let a mail in."""
    try:
        with transaction() as db:
            quarantine.release(db, actor(), public_id, now=office().clock.now())
    except Conflict as error:
        return _page(wrong=complaints.in_words(error)), error.http
    return redirect("/quarantine?released=1", 303)


@blueprint.post("/quarantine/<public_id>/dismiss")
@everywhere
def dismiss(public_id: str) -> ResponseReturnValue:
    """Put a mail away, or with `alike` all of its sender that wait for the same reason."""
    alike = bool(request.form.get("alike"))
    try:
        with transaction() as db:
            count = quarantine.dismiss(db, actor(), public_id, alike=alike, now=office().clock.now())
    except Conflict as error:
        return _page(wrong=complaints.in_words(error)), error.http
    return redirect(f"/quarantine?dismissed={count}", 303)


@blueprint.get("/quarantine/<public_id>/raw")
@everywhere
def raw(public_id: str) -> ResponseReturnValue:
    """A mail as it came in."""
    with reading() as db:
        sha256, is_open = get_raw(db, actor().account_id, public_id)
    return files.raw_mail(sha256, public_id, is_open=is_open)


def _page(*, done: str = "", wrong: str = "") -> str:
    by = actor()
    with reading() as db:
        found = list_waiting(db, by.account_id, after=request.args.get("after"), limit=_SHOWN)
        views = rail(overview(db, by), by)
    return pages.render(
        "web/quarantine/list.html",
        area="quarantine",
        view="quarantine",
        views=views,
        rows=rows.rows(found.items, office().clock.now()),
        older=f"/quarantine?after={found.next}" if found.next else "",
        done=done,
        wrong=wrong,
    )
