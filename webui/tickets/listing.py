"""The list of tickets: a standing view, a saved one, or what a search found."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from gateway.desk import tickets as desk
from gateway.desk.mailboxes import list_mailboxes
from gateway.desk.tickets import StaffRef
from gateway.desk.views import Overview, overview
from gateway.i18n import _
from gateway.rules.access import Actor
from gateway.store.queries.groups import GroupRef, groups_by_customer
from gateway.store.queries.paging import Page
from gateway.store.queries.tickets import TicketRow, list_tickets
from gateway.store.session import reading
from gateway.store.unchanged import remembered
from webui import pages
from webui.office import office
from webui.rail import rail
from webui.sessions import actor, current, signed_in
from webui.tickets import changing, done, lists, onlookers, rows, searching, sleep
from webui.wording import priority_names

blueprint = Blueprint("listing", __name__)

_ANY = "*"


@dataclass(frozen=True, slots=True)
class _Read:
    """What a list is made of; a search finds its tickets elsewhere."""

    seen: Overview
    names: Mapping[str, str]
    staff: tuple[StaffRef, ...]
    found: Page[TicketRow]
    groups: Mapping[str, tuple[GroupRef, ...]]
    has_mailbox: bool


@blueprint.get("/")
@signed_in
def index() -> ResponseReturnValue:
    """The list; `done` names an act to tell of."""
    by, now = actor(), office().clock.now()
    asked, after = lists.asked_of(request.args), request.args.get("after")
    read_for, read_after = _unsearched(asked, after)
    read = remembered(("list", by, read_for, read_after), partial(_read, by, read_for, read_after))
    saved = lists.saved_of(asked, read.seen.saved)
    wanted, text = lists.filter_for(asked, saved, by), lists.search_of(asked, saved)
    look = searching.look(text, wanted.order, after) if text else None
    found = look or read.found
    groups, snippets = (look.groups, look.snippets) if look else (read.groups, {})
    shown = rows.Shown(now, read.names, groups, onlookers.marks(by), snippets)
    has_bar = not (asked.query or after)
    return pages.render(
        "web/tickets/list.html",
        area="tickets",
        view=asked.view,
        views=rail(read.seen, by),
        query=asked.query,
        asked=asked,
        saved=saved,
        search=look.head if look else None,
        heading=lists.heading_of(asked, saved),
        orders=lists.order_names(),
        order=wanted.order,
        rows=rows.lines(found.items, shown),
        older=asked.path(after=found.next) if found.next else "",
        news=changing.news_address(asked, found.items, now, has_bar=has_bar),
        has_bar=has_bar,
        staff=read.staff,
        priorities=priority_names(),
        sleeps=sleep.choices(now),
        done=done.named(by, request.args, read.names, now=now, back=asked.path()),
        empty=None if found.items else _empty(asked, look, has_mailbox=read.has_mailbox),
    )


def _unsearched(asked: lists.Asked, after: str | None) -> tuple[lists.Asked, str | None]:
    """What is read beside a search is the same for all of them."""
    is_search = asked.query and not asked.saved_id
    return (lists.Asked(query=_ANY), None) if is_search else (asked, after)


def _read(by: Actor, asked: lists.Asked, after: str | None) -> _Read:
    with reading() as db:
        seen = overview(db, by)
        saved = lists.saved_of(asked, seen.saved)
        found: Page[TicketRow] = Page((), None)
        if not lists.search_of(asked, saved):
            found = list_tickets(db, by.sight, lists.filter_for(asked, saved, by), after=after)
        return _Read(
            seen,
            desk.names_of(db, by.account_id),
            desk.staff_of(db, by.account_id),
            found,
            groups_by_customer(db, by.sight, rows.customers_of(found.items)),
            bool(found.items or list_mailboxes(db, by.account_id, mail_domain=office().settings.mail_domain)),
        )


def _empty(asked: lists.Asked, look: searching.Look | None, *, has_mailbox: bool) -> rows.Empty | None:
    if asked.saved_id:
        return rows.Empty(_("Nothing here"), _("No ticket is as this view wants it at the moment."))
    if look is not None:
        return look.empty
    return rows.empty(asked.view, has_mailbox=has_mailbox, is_starting=current().is_starting)
