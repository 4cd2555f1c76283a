"""The parts of the tickets' pages that change by themselves, each asked for when something has happened."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from gateway.desk import tickets
from gateway.desk.views import Overview, overview
from gateway.desk.views import View as SavedView
from gateway.rules.access import Actor, Sight
from gateway.store.queries.articles import get_detail
from gateway.store.queries.groups import groups_by_customer
from gateway.store.queries.tickets import PAGE, Order, TicketFilter, TicketRow, list_tickets, tickets_of
from gateway.store.session import reading
from gateway.store.unchanged import remembered
from webui import pages
from webui.office import office
from webui.rail import rail
from webui.sessions import actor, signed_in
from webui.tickets import lists, onlookers, page, rows, searching
from webui.tickets.lists import Asked

blueprint = Blueprint("changing", __name__)

_MAX_NUMBERS_CHARS = 1000


@blueprint.get("/news")
@signed_in
def news() -> ResponseReturnValue:
    """The rail's numbers, and how many tickets of a view have had news since a moment, if one is named.

    Those that the page shows already (`shown`) change where they stand; the list itself never moves.
    """
    by, asked = actor(), lists.asked_of(request.args)
    since = request.args.get("since", type=int)
    shown = set(_numbers(request.args.get("shown", "")))
    seen = remembered(("overview", by), partial(_overview, by))
    saved = lists.saved_of(asked, seen.saved)
    found = () if since is None else _newest(asked, saved)
    new = (ticket for ticket in found if ticket.number not in shown)
    return pages.render(
        "web/tickets/news.html",
        views=rail(seen, by),
        view=request.args.get("view", ""),
        has_bar=since is not None,
        changed=sum(_micros(ticket.updated_at) > (since or 0) for ticket in new),
        link=asked.path(),
    )


def _overview(by: Actor) -> Overview:
    with reading() as db:
        return overview(db, by)


def _newest(asked: Asked, saved: SavedView | None) -> Sequence[TicketRow]:
    """The tickets of a list in which something has happened last."""
    by, text = actor(), lists.search_of(asked, saved)
    if text:
        return searching.look(text, Order.NEWEST, None).items
    wanted = replace(lists.filter_for(asked, saved, by), order=Order.NEWEST)
    return remembered(("newest", by.sight, wanted), partial(_tickets, by.sight, wanted))


def _tickets(sight: Sight, wanted: TicketFilter) -> Sequence[TicketRow]:
    with reading() as db:
        return list_tickets(db, sight, wanted).items


@blueprint.get("/rows")
@signed_in
def list_rows() -> ResponseReturnValue:
    """Some lines of a list as they are now, without those that one does not see."""
    by, numbers = actor(), _numbers(request.args.get("n", ""))
    with reading() as db:
        found = tickets_of(db, by.sight, numbers, reader_id=by.staff_id)
        groups = groups_by_customer(db, by.sight, rows.customers_of(found))
        names = tickets.names_of(db, by.account_id)
    told = rows.Shown(office().clock.now(), names, groups, onlookers.marks(by))
    return pages.render("web/tickets/rows.html", rows=rows.lines(found, told))


@blueprint.get("/t/<int(max=999999999):number>/live")
@signed_in
def live(number: int) -> ResponseReturnValue:
    """The part of the ticket's page that changes by itself; unchanged, it is not sent again."""
    by = actor()
    with reading() as db:
        detail = get_detail(db, by.sight, number, with_html=False)
        staff, names = tickets.staff_of(db, by.account_id), tickets.names_of(db, by.account_id)
    shown = page.live_values(
        detail,
        staff,
        names,
        now=office().clock.now(),
        undo=timedelta(seconds=office().settings.undo_seconds),
        open_from=request.args.get("from", ""),
    )
    answer = Response(pages.render("web/tickets/live.html", **shown))
    answer.add_etag()
    return answer.make_conditional(request)


def news_address(asked: Asked, shown: Sequence[TicketRow], now: datetime, *, has_bar: bool) -> str:
    """Where a list asks what is new."""
    since = _micros(now)
    told = {"since": since, "shown": ",".join(str(ticket.number) for ticket in shown)} if has_bar else {}
    named = {"view": asked.view, "order": asked.order or ""}
    return f"/news?{urlencode({name: value for name, value in named.items() if value} | told, safe=',')}"


def _numbers(text: str) -> list[int]:
    """The tickets' numbers in a list of them, at most as many as a page has."""
    words = text[:_MAX_NUMBERS_CHARS].split(",")[:PAGE]
    return [int(word) for word in words if word.isascii() and word.isdecimal() and len(word) <= 9]


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


_EPOCH = datetime.fromtimestamp(0, UTC)
