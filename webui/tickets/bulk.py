"""What people do to many tickets at once: those that are ticked, or a whole list."""

from collections.abc import Sequence

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from gateway.desk import acts, marks
from gateway.desk.acts import MOST_AT_ONCE
from gateway.desk.tickets import TicketChange
from gateway.desk.views import list_views
from gateway.errors import Invalid
from gateway.rules.searching import parse
from gateway.store.queries.found import find
from gateway.store.queries.narrowing import Viewer
from gateway.store.queries.paging import MAX_LIMIT
from gateway.store.queries.tickets import list_tickets
from gateway.store.session import reading, transaction
from webui import zones
from webui.office import office
from webui.sessions import actor, signed_in
from webui.tickets import forms, lists, onward, sleep

blueprint = Blueprint("bulk", __name__)

_MOST_PAGES = 400
"""Of a search: each looks at 2,000 messages at most."""


@blueprint.post("/bulk")
@signed_in
def act() -> ResponseReturnValue:
    """Do it, and tell of it above the list."""
    by, now = actor(), office().clock.now()
    asked = lists.asked_of(request.form)
    numbers = _whole(asked) if "whole" in request.form else _ticked()
    if not numbers:
        return redirect(asked.path(), 303)
    if "read" in request.form:
        with transaction() as db:
            marks.mark_read(db, by, numbers)
        return redirect(asked.path(), 303)
    change = _change()
    with transaction() as db:
        done = acts.change(db, by, numbers, change, now=now)
    return redirect(onward.with_act(asked.path(), done), 303)


def _ticked() -> Sequence[int]:
    texts = request.form.getlist("n")[:MAX_LIMIT]
    return [int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) <= 9]


def _whole(asked: lists.Asked) -> Sequence[int]:
    """Every ticket of the list as it is now; Invalid where these are too many."""
    by = actor()
    viewer = Viewer(by.staff_id, office().clock.now(), zones.zone_of_reader())
    numbers: list[int] = []
    after: str | None = None
    with reading() as db:
        saved = lists.saved_of(asked, list_views(db, by))
        wanted, text = lists.filter_for(asked, saved, by), lists.search_of(asked, saved)
        query = parse(text)
        for _page in range(_MOST_PAGES):
            if text:
                found = find(db, by.sight, query, viewer, wanted=wanted, after=after, limit=MAX_LIMIT)
                numbers += [one.ticket.number for one in found.items]
                after = found.next
            else:
                page = list_tickets(db, by.sight, wanted, after=after, limit=MAX_LIMIT)
                numbers += [ticket.number for ticket in page.items]
                after = page.next
            if after is None or len(numbers) > MOST_AT_ONCE:
                break
    if after is not None:
        raise Invalid("At most 10,000 tickets at once.", field="whole")
    return numbers


def _change() -> TicketChange:
    form = request.form
    match form.get("do", "status"):
        case "assign":
            return TicketChange(assignee=form.get("assignee") or None)
        case "tag":
            return TicketChange(add_tags=forms.tags_of(form.get("tags", "")))
        case "untag":
            return TicketChange(drop_tags=forms.tags_of(form.get("tags", "")))
        case "priority":
            return TicketChange(priority=forms.priority_of(form.get("priority", "")))
        case "sleep":
            return TicketChange(wake_at=sleep.moment_of(form))
        case _:
            return TicketChange(status=forms.status_of(form.get("status", "")))
