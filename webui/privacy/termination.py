"""Ending the account: for its owner alone, who may take it back as long as there is time."""

from datetime import timedelta

from flask import Blueprint, make_response, redirect, request
from flask.typing import ResponseReturnValue

from gateway.desk import erasurewords, terminating
from gateway.desk.views import overview
from gateway.errors import Conflict, DeskError, Gone, Invalid
from gateway.rules.access import Permission, require
from gateway.store.session import reading, transaction
from webui import complaints, pages, sessions
from webui.office import office
from webui.proving import check_own
from webui.rail import rail
from webui.sessions import actor, current, signed_in
from webui.wording import moment, size

blueprint = Blueprint("termination", __name__)

_OVER_PATH = "/terminated"
_MOST_CHARS = 1000


@blueprint.get(sessions.TERMINATION_PATH)
@signed_in
def index() -> ResponseReturnValue:
    """What goes with the account and what it takes; of one that ends, until when it can be taken back."""
    return _page()


@blueprint.post(sessions.TERMINATION_PATH)
@signed_in
def terminate() -> ResponseReturnValue:
    """End it, with the owner's password and the account's name."""
    require(actor(), Permission.OWN_ACCOUNT)
    here = office()
    grace = timedelta(days=here.settings.termination_grace_days)
    try:
        check_own(request.form.get("password", "")[: _MOST_CHARS + 1], field="password")
        name = request.form.get("name", "")[:_MOST_CHARS]
        with transaction() as db:
            terminating.terminate(db, actor(), name, grace=grace, now=here.clock.now())
    except (Invalid, Conflict) as error:
        return _page(error), error.http
    return redirect(sessions.TERMINATION_PATH, 303) if grace else sessions.end(redirect(_OVER_PATH, 303))


@blueprint.post(f"{sessions.TERMINATION_PATH}/back")
@signed_in
def take_back() -> ResponseReturnValue:
    """Let it go on."""
    try:
        with transaction() as db:
            terminating.take_back(db, actor(), now=office().clock.now())
    except (Conflict, Gone) as error:
        return _page(error), error.http
    return redirect("/account", 303)


@blueprint.get(_OVER_PATH)
def over() -> ResponseReturnValue:
    """Told to whoever has just ended their account; it knows nobody."""
    return make_response(pages.render("web/privacy/terminated.html"))


def _page(error: DeskError | None = None) -> str:
    by, here = actor(), office()
    now, ends_at = here.clock.now(), current().terminates_at
    if ends_at is not None:
        require(by, Permission.OWN_ACCOUNT)
        wrong = complaints.in_words(error) if error else ""
        return pages.render("web/privacy/ending.html", until=moment(ends_at, now), wrong=wrong)
    with reading() as db:
        found = terminating.view(db, by, now=now)
        views = rail(overview(db, by), by)
    things = erasurewords.thing_names()
    return pages.render(
        "web/privacy/termination.html",
        area="account",
        views=views,
        business=found.name,
        is_operators=found.is_operators,
        goes=[
            (name, count) for one, name in things.items() if (count := found.goes.counts.get(one.value, 0))
        ],
        size=size(found.goes.bytes),
        days=here.settings.termination_grace_days,
        typed=request.form.get("name", "")[:_MOST_CHARS],
        wrong=complaints.in_words(error) if error else "",
        field=error.field if isinstance(error, Invalid) else "",
    )
