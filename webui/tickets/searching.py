"""What a search found: the rows of a list, and what was understood above them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from markupsafe import Markup, escape

from gateway.i18n import _
from gateway.rules.marking import Part
from gateway.rules.searching import Key, Query, parse
from gateway.store.queries.found import Results, find, named
from gateway.store.queries.groups import GroupRef, groups_by_customer
from gateway.store.queries.narrowing import Viewer
from gateway.store.queries.snippets import snippets_of
from gateway.store.queries.tickets import Order, TicketFilter, TicketRow
from gateway.store.session import reading
from webui import searchwords, zones
from webui.office import office
from webui.sessions import actor
from webui.tickets.rows import Empty, customers_of


@dataclass(frozen=True, slots=True)
class Chip:
    """A part of the search that was understood, and the search without it."""

    label: str
    href: str


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above the results."""

    chips: tuple[Chip, ...]
    notes: tuple[str, ...]
    go_to: TicketRow | None
    everywhere: str
    is_cut: bool


@dataclass(frozen=True, slots=True)
class Look:
    """A page of what was found: what to say above and instead of it, and by number what the rows show."""

    items: tuple[TicketRow, ...]
    next: str | None
    snippets: Mapping[int, Markup]
    groups: Mapping[str, tuple[GroupRef, ...]]
    head: Head
    empty: Empty | None


def look(text: str, order: Order, after: str | None) -> Look:
    """The results of a search, as much of them as one page has."""
    by, now = actor(), office().clock.now()
    query = parse(text)
    with reading() as db:
        viewer = Viewer(by.staff_id, now, zones.zone_of_reader())
        found = find(db, by.sight, query, viewer, wanted=TicketFilter(order=order), after=after)
        snippets = snippets_of(db, by.account_id, query, found.items)
        go_to = None if after else named(db, by.sight, query)
        tickets = tuple(one.ticket for one in found.items)
        groups = groups_by_customer(db, by.sight, customers_of(tickets))
    return Look(
        items=tickets,
        next=found.next,
        snippets={t.number: _marked(snippets[t.id]) for t in tickets if t.id in snippets},
        groups=groups,
        head=_head(query, found, go_to),
        empty=None if found.items else _empty(text, found, go_to),
    )


def _marked(parts: Iterable[Part]) -> Markup:
    texts = (f"<mark>{escape(p.text)}</mark>" if p.is_match else escape(p.text) for p in parts)
    return Markup("".join(texts))  # noqa: S704 - each of them is escaped


def _head(query: Query, found: Results, go_to: TicketRow | None) -> Head:
    return Head(
        chips=tuple(Chip(searchwords.chip(t), _link({"q": str(query.without(t))})) for t in query.terms),
        notes=tuple(map(searchwords.in_words, query.problems)),
        go_to=go_to,
        everywhere=_everywhere(query),
        is_cut=found.is_cut,
    )


def _everywhere(query: Query) -> str:
    """The search in every state, where it was narrowed to some without the closed ones."""
    hiding = [t for t in query.terms if t.key is Key.STATUS and ("closed" in t.values) is t.is_negated]
    for term in hiding:
        query = query.without(term)
    return _link({"q": str(query)}) if hiding and query.terms else ""


def _empty(text: str, found: Results, go_to: TicketRow | None) -> Empty | None:
    if go_to is not None:
        return None
    if found.is_cut:
        return Empty(_("Nothing found so far"), _("There are older messages to look through."))
    told = _("Nothing is like “%(query)s”. Try fewer words, or the beginning of one.") % {"query": text}
    return Empty(_("Nothing found"), told, "/", _("Show all open tickets"))


def _link(values: Mapping[str, str | None]) -> str:
    return f"/?{urlencode({key: value for key, value in values.items() if value})}"
