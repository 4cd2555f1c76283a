"""The mails that did not arrive and those that are held back: what can be done about each."""

from collections.abc import Callable

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from gateway.desk import failures, holding
from gateway.desk.replying import ArticleRef
from gateway.desk.tickets import names_of
from gateway.desk.views import overview
from gateway.errors import Conflict
from gateway.rules.access import Permission, may
from gateway.store import holding as held
from gateway.store.queries.failures import list_failed
from gateway.store.queries.holding import list_held_mail
from gateway.store.session import reading, transaction
from webui import complaints, pages
from webui.office import office
from webui.rail import rail
from webui.sessions import actor, signed_in
from webui.undelivered import heldrows, rows

blueprint = Blueprint("undelivered", __name__)

_SHOWN = 50


@blueprint.get("/undelivered")
@signed_in
def index() -> ResponseReturnValue:
    """What is held back, and what did not arrive, newest first."""
    return _page(done=rows.done(request.args) or heldrows.done(request.args))


@blueprint.post("/articles/<public_id>/resend")
@signed_in
def resend(public_id: str) -> ResponseReturnValue:
    """Send the same mail again to the recipient whom it did not reach."""
    return _act(failures.resend, public_id, "resent")


@blueprint.post("/articles/<public_id>/dismiss")
@signed_in
def dismiss(public_id: str) -> ResponseReturnValue:
    """Put a failure aside."""
    return _act(failures.dismiss, public_id, "dismissed")


@blueprint.post("/held/release")
@signed_in
def release() -> ResponseReturnValue:
    """Let mail leave that is held back: one, all to a recipient, or all, the oldest first."""
    return _settle(holding.release, "released")


@blueprint.post("/held/discard")
@signed_in
def discard() -> ResponseReturnValue:
    """Never send mail that is held back."""
    return _settle(holding.discard, "discarded")


def _settle(verb: Callable[..., int], said: str) -> ResponseReturnValue:
    article, recipient = request.args.get("article"), request.form.get("recipient")
    try:
        with transaction() as db:
            count = verb(db, actor(), article, recipient, now=office().clock.now())
    except Conflict as error:
        return _page(wrong=complaints.in_words(error)), error.http
    return redirect(f"/undelivered?{said}={count}#held", 303)


def _act(verb: Callable[..., ArticleRef], public_id: str, said: str) -> ResponseReturnValue:
    """Do it and go back to where the button was: the list, or with `in=ticket` the ticket."""
    try:
        with transaction() as db:
            recipient = request.form.get("recipient", "")
            article = verb(db, actor(), public_id, recipient, now=office().clock.now())
    except Conflict as error:
        return _page(wrong=complaints.in_words(error)), error.http
    if request.args.get("in") == "ticket":
        return redirect(f"/t/{article.number}#m-{article.public_id}", 303)
    return redirect(f"/undelivered?{said}=1", 303)


def _page(*, done: str = "", wrong: str = "") -> str:
    by = actor()
    with reading() as db:
        found = list_failed(db, by.sight, after=request.args.get("after"), limit=_SHOWN)
        names = names_of(db, by.account_id)
        views = rail(overview(db, by), by)
        waiting = list_held_mail(db, by.sight, limit=_SHOWN)
        count = held.count(db, by.account_id) if waiting.next else len(waiting.items)
    now = office().clock.now()
    may_release = may(by, Permission.RELEASE_HELD)
    return pages.render(
        "web/undelivered/list.html",
        area="undelivered",
        view="undelivered",
        views=views,
        held=heldrows.held_mail(waiting.items, count, names, now, may_release=may_release),
        rows=rows.rows(found.items, names, now),
        older=f"/undelivered?after={found.next}" if found.next else "",
        done=done,
        wrong=wrong,
    )
