"""What people do to one ticket by plain forms, each to be taken back for a while."""

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from gateway.desk import acts, following, marks, merging
from gateway.desk.tickets import TicketChange
from gateway.errors import Conflict, Denied, Invalid
from gateway.rules.status import Status
from gateway.store.session import transaction
from webui import complaints
from webui.office import office
from webui.sessions import actor, current, safe_next, signed_in
from webui.tickets import forms, onward, sleep
from webui.tickets.views import TICKET, ticket_page

blueprint = Blueprint("acting", __name__)


@blueprint.post(f"{TICKET}/status")
@signed_in
def set_status(number: int) -> ResponseReturnValue:
    """Move the ticket to another state; done with it, one goes on as one likes to."""
    status = forms.status_of(request.form.get("status", ""))
    return _change(number, TicketChange(status=status), is_done=status in (Status.CLOSED, Status.SPAM))


@blueprint.post(f"{TICKET}/assignee")
@signed_in
def assign(number: int) -> ResponseReturnValue:
    """Give the ticket to somebody, or to nobody."""
    return _change(number, TicketChange(assignee=request.form.get("assignee") or None))


@blueprint.post(f"{TICKET}/take")
@signed_in
def take(number: int) -> ResponseReturnValue:
    """Give the ticket to oneself."""
    return _change(number, TicketChange(assignee=current().login))


@blueprint.post(f"{TICKET}/customer")
@signed_in
def give_to_customer(number: int) -> ResponseReturnValue:
    """Put the ticket under a customer, or under none."""
    return _change(number, TicketChange(customer=request.form.get("customer") or None))


@blueprint.post(f"{TICKET}/subject")
@signed_in
def rename(number: int) -> ResponseReturnValue:
    """Give the ticket another subject."""
    return _change(number, TicketChange(subject=request.form.get("subject", "")))


@blueprint.post(f"{TICKET}/priority")
@signed_in
def press(number: int) -> ResponseReturnValue:
    """Say how pressing it is."""
    return _change(number, TicketChange(priority=forms.priority_of(request.form.get("priority", ""))))


@blueprint.post(f"{TICKET}/tags")
@signed_in
def tag(number: int) -> ResponseReturnValue:
    """Put tags on the ticket, separated by commas, or take one off."""
    dropped = tuple(filter(None, [request.form.get("drop", "")]))
    added = () if dropped else forms.tags_of(request.form.get("tags", ""))
    return _change(number, TicketChange(add_tags=added, drop_tags=dropped))


@blueprint.post(f"{TICKET}/sleep")
@signed_in
def put_to_sleep(number: int) -> ResponseReturnValue:
    """Let the ticket wait until a moment, or wake it."""
    if "wake" in request.form:
        return _change(number, TicketChange(wake_at=None))
    try:
        until = sleep.moment_of(request.form)
    except Invalid as error:
        return _refused(number, error)
    return _change(number, TicketChange(wake_at=until), is_done=True)


@blueprint.post(f"{TICKET}/unread")
@signed_in
def keep_unread(number: int) -> ResponseReturnValue:
    """Mark the ticket as one to be read once more, and go back to the list."""
    with transaction() as db:
        marks.mark_unread(db, actor(), [number])
    return redirect(safe_next(request.form.get("list")), 303)


@blueprint.post(f"{TICKET}/follow")
@signed_in
def follow(number: int) -> ResponseReturnValue:
    """Follow the ticket, or no more."""
    with transaction() as db:
        following.follow(db, actor(), number, follows=request.form.get("follows") == "1")
    return redirect(f"/t/{number}", 303)


@blueprint.post(f"{TICKET}/seen")
@signed_in
def seen(number: int) -> ResponseReturnValue:
    """Note that one has seen the ticket up to a message: the page says so when somebody looks at it."""
    with transaction() as db:
        marks.mark_seen(db, actor(), number, request.form.get("article", ""))
    return "", 204


@blueprint.post(f"{TICKET}/merge")
@signed_in
def merge(number: int) -> ResponseReturnValue:
    """Let the ticket become part of another one."""
    try:
        into = forms.number_of(request.form.get("into", ""))
        with transaction() as db:
            target, act = acts.merge(db, actor(), number, into, now=office().clock.now())
    except (Invalid, Conflict) as error:
        return _refused(number, error)
    return _told(target, act)


@blueprint.post(f"{TICKET}/unmerge")
@signed_in
def unmerge(number: int) -> ResponseReturnValue:
    """Take a merged ticket apart again."""
    with transaction() as db:
        ticket = merging.unmerge(db, actor(), number, now=office().clock.now())
    return redirect(f"/t/{ticket.number}", 303)


@blueprint.post(f"{TICKET}/split")
@signed_in
def split(number: int) -> ResponseReturnValue:
    """Make a message a ticket of its own, and go there."""
    article, subject = request.form.get("article", ""), request.form.get("subject", "")
    try:
        with transaction() as db:
            made, act = acts.split(db, actor(), article, subject, now=office().clock.now())
    except (Invalid, Conflict) as error:
        return _refused(number, error)
    return _told(made, act)


@blueprint.post(f"{TICKET}/link")
@signed_in
def link(number: int) -> ResponseReturnValue:
    """Link the ticket with another one."""
    try:
        other = forms.number_of(request.form.get("other", ""))
        with transaction() as db:
            act = acts.link(db, actor(), number, other, now=office().clock.now())
    except (Invalid, Conflict) as error:
        return _refused(number, error)
    return _told(number, act)


@blueprint.post(f"{TICKET}/unlink")
@signed_in
def unlink(number: int) -> ResponseReturnValue:
    """Take the link to another one away."""
    other = forms.number_of(request.form.get("other", ""))
    with transaction() as db:
        act = acts.unlink(db, actor(), number, other, now=office().clock.now())
    return _told(number, act)


@blueprint.post("/acts/<public_id>/undo")
@signed_in
def undo(public_id: str) -> ResponseReturnValue:
    """Take back what one has just done, and say so where one was."""
    back = safe_next(request.form.get("back"))
    with transaction() as db:
        done = acts.undo(db, actor(), public_id, now=office().clock.now())
    place = onward.with_act(back, public_id)
    return redirect(f"{place}#composer" if done.kind is acts.Kind.NOTE else place, 303)


def _change(number: int, change: TicketChange, *, is_done: bool = False) -> ResponseReturnValue:
    try:
        with transaction() as db:
            act = acts.change(db, actor(), [number], change, now=office().clock.now())
    except Invalid as error:
        return _refused(number, error)
    here = f"/t/{number}"
    return redirect(onward.with_act(onward.place(here) if is_done else here, act), 303)


def _told(number: int, act: str) -> ResponseReturnValue:
    return redirect(onward.with_act(f"/t/{number}", act), 303)


def _refused(number: int, error: Invalid | Conflict | Denied) -> ResponseReturnValue:
    return ticket_page(number, wrong=complaints.in_words(error)), error.http
