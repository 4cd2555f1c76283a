"""Which list a page shows: a standing view, a saved one or a search, in an order."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from gateway.desk.views import View as SavedView
from gateway.errors import NotFound
from gateway.i18n import _
from gateway.rules.access import Actor
from gateway.store.queries.tickets import Order, TicketFilter
from webui.rail import DEFAULT_VIEW, MENTIONED, MENTIONS, SAVED, filter_of, view_names

MAX_QUERY_CHARS = 1000


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address or a form names: a view or a query, an order if another than its own is wanted."""

    view: str = DEFAULT_VIEW
    query: str = ""
    order: Order | None = None

    @property
    def saved_id(self) -> str:
        """The public id of the saved view it names, "" for none."""
        return self.view.removeprefix(SAVED) if self.view.startswith(SAVED) else ""

    def path(self, **further: str | None) -> str:
        """The address of this list."""
        values = {"view": self.view, "q": self.query, "order": self.order, **further}
        return f"/?{urlencode({name: value for name, value in values.items() if value})}"


def asked_of(values: Mapping[str, str]) -> Asked:
    """What was asked for; an order that is none is the list's own."""
    query = " ".join(values.get("q", "").split())[:MAX_QUERY_CHARS]
    view = values.get("view", "")[:80] or ("" if query else DEFAULT_VIEW)
    order = values.get("order", "")
    return Asked(view, query, Order(order) if order in frozenset(Order) else None)


def saved_of(asked: Asked, saved: tuple[SavedView, ...]) -> SavedView | None:
    """The saved view that is meant, None if none is; NotFound for one that they do not see."""
    if not asked.saved_id:
        return None
    found = next((one for one in saved if one.public_id == asked.saved_id), None)
    if found is None:
        raise NotFound("There is no such view.")
    return found


def search_of(asked: Asked, saved: SavedView | None) -> str:
    """The search that finds the list, "" for a standing view that needs none."""
    if asked.view == MENTIONS:
        return MENTIONED
    return saved.query if saved else asked.query


def filter_for(asked: Asked, saved: SavedView | None, by: Actor) -> TicketFilter:
    """Which tickets the list holds without a search, and in which order with one, for whoever looks."""
    own = TicketFilter(order=saved.order) if saved else filter_of(asked.view, by)
    return replace(own, order=asked.order or own.order, reader_id=by.staff_id)


def heading_of(asked: Asked, saved: SavedView | None) -> str:
    """What stands above the list."""
    if saved is not None:
        return saved.name
    if asked.query:
        return _("Results for “%(query)s”") % {"query": asked.query}
    return view_names().get(asked.view, _("Tickets"))


def order_names() -> Mapping[Order, str]:
    """What the orders are called."""
    return {
        Order.WAITING: _("Longest waiting first"),
        Order.DUE: _("Due first"),
        Order.NEWEST: _("Newest activity first"),
        Order.OLDEST: _("Longest untouched first"),
    }
