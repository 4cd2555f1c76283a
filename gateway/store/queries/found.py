"""What a search finds: tickets by their newest matching message, a page at a time, with bounded work.

Words as typed come first, all of them; then those of which the last word is the beginning. A page goes on
where the one before was left, by the key of an article; a ticket stands on one of them only.
"""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from gateway.errors import NotFound
from gateway.rules.access import Sight
from gateway.rules.searching import Key, Query
from gateway.store import seeing
from gateway.store.models import Article, Ticket, table
from gateway.store.queries import hits, matching, narrowing
from gateway.store.queries.hits import Hit, Reader
from gateway.store.queries.matching import Match
from gateway.store.queries.narrowing import NARROW, Viewer
from gateway.store.queries.paging import check_limit
from gateway.store.queries.places import Place, place
from gateway.store.queries.tickets import TicketFilter, TicketRow, get_ticket, list_where, rows_by_id
from gateway.store.types import MOST

BUDGET = 2000
"""So many hits are visited for a page."""

_MOST_STEPS = 16
_SOME, _MANY = 50, 1000
"""So many hits more than seem to be wanted are read at once, and so many at most."""

_SOME_TICKETS = 5
_FEW_TICKETS, _FEW_ARTICLES = 400, 1200
"""So few tickets may be gone through instead of the index, if no more of their articles have to be read."""

_MOST_DIGITS = 18
_TICKET, _ARTICLE = table(Ticket).c, table(Article).c
_LAST_ARTICLE = func.coalesce(
    select(func.max(_ARTICLE.id))
    .where(_ARTICLE.ticket_id == _TICKET.id, _ARTICLE.account_id == _TICKET.account_id)
    .scalar_subquery(),
    0,
)
_NOWHERE = (MOST, 0)
_ANY = TicketFilter()


@dataclass(frozen=True, slots=True)
class Found:
    """A ticket that was found, and its newest article that matches; none where no word was looked for."""

    ticket: TicketRow
    article_id: int | None = None


@dataclass(frozen=True, slots=True)
class Results:
    """A page of what was found. `is_cut`: there was more to look through than one page may."""

    items: tuple[Found, ...]
    next: str | None
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class _Pile:
    """Of the tickets that were found those of one page, in order, and where the next one begins."""

    tickets: Mapping[int, Place]
    next: str | None
    is_cut: bool


@dataclass(frozen=True, slots=True)
class _Narrow:
    """A ticket that the filters leave: how many articles it has, and the newest of them."""

    id: int
    articles: int
    last_article: int


@dataclass(slots=True)
class _Search:
    """One request's search, and what it has come to."""

    db: Session
    sight: Sight
    conditions: tuple[ColumnElement[bool], ...]
    reader: Reader
    matches: tuple[Match, ...]
    place: Place
    limit: int
    budget: int
    found: dict[int, Place] = field(default_factory=dict)
    passed_over: set[int] = field(default_factory=set)


def find(
    db: Session,
    sight: Sight,
    query: Query,
    viewer: Viewer,
    *,
    wanted: TicketFilter = _ANY,
    after: str | None = None,
    limit: int = 50,
    budget: int = BUDGET,
) -> Results:
    """A page of tickets that a search finds; Invalid for a foreign cursor or a limit out of 1..200.

    Without words they come in the order that is `wanted`; of the statuses that it names, if it names any.
    """
    if not query.terms:
        return Results((), None)
    conditions = narrowing.conditions(db, sight.account_id, query, viewer)
    if not query.in_text:
        asked_for = replace(wanted, reader_id=viewer.staff_id)
        page = list_where(db, sight, conditions, asked_for, after=after, limit=limit)
        return Results(tuple(map(Found, page.items)), page.next)
    if wanted.statuses:
        conditions += (_TICKET.status.in_([status.value for status in wanted.statuses]),)
    pile = _pile(db, sight, query, viewer, conditions, after=after, limit=limit, budget=budget)
    rows = rows_by_id(db, sight, list(pile.tickets), reader_id=viewer.staff_id)
    items = tuple(Found(rows[ticket], at.below) for ticket, at in pile.tickets.items() if ticket in rows)
    return Results(items, pile.next, is_cut=pile.is_cut)


def newest(
    db: Session, sight: Sight, queries: Sequence[Query], viewer: Viewer, *, limit: int, budget: int
) -> tuple[tuple[int, ...], ...]:
    """For each of some searches for words the keys of the first tickets, and nothing else of them."""
    start = str(Place.start(hits.newest_article(db)))
    piles = (
        _pile(db, sight, query, viewer, (), after=start, limit=limit, budget=budget) for query in queries
    )
    return tuple(tuple(pile.tickets) for pile in piles)


def _pile(
    db: Session,
    sight: Sight,
    query: Query,
    viewer: Viewer,
    conditions: tuple[ColumnElement[bool], ...],
    *,
    after: str | None = None,
    limit: int,
    budget: int,
) -> _Pile:
    matches = matching.matches(sight.account_id, query)
    start = place(after, len(matches)) if after else Place.start(hits.newest_article(db))
    with closing(Reader(db, sight, narrowing.written(query, viewer), conditions)) as reader:
        asked = _Search(db, sight, conditions, reader, matches, start, check_limit(limit), budget)
        is_narrow = any(term.key in NARROW and not term.is_negated for term in query.terms)
        few = _few_tickets(asked) if is_narrow or sight.reach is not None else None
        pile = None if few is None else _among(asked, few)
        return pile or _streamed(asked)


def named(db: Session, sight: Sight, query: Query) -> TicketRow | None:
    """The ticket whose number is all that was typed, if they see it."""
    if len(query.terms) != 1 or query.terms[0].is_negated:
        return None
    (term,) = query.terms
    value = term.values[0]
    if term.key is not Key.NUMBER and not (term.key is Key.WORD and value.isascii() and value.isdigit()):
        return None
    try:
        return get_ticket(db, sight, int(value[:_MOST_DIGITS]))
    except NotFound:
        return None


def _few_tickets(asked: _Search) -> Sequence[_Narrow] | None:
    """The tickets that the filters leave, those with the newest articles first; None if they are many."""
    few = _passing(asked).add_columns(_TICKET.article_count, _LAST_ARTICLE).limit(_FEW_TICKETS + 1)
    rows = asked.db.connection().execute(few, seeing.values(asked.sight)).all()
    if len(rows) > _FEW_TICKETS:
        return None
    return sorted((_Narrow(*row) for row in rows), key=lambda ticket: -ticket.last_article)


def _among(asked: _Search, tickets: Sequence[_Narrow]) -> _Pile | None:
    """What the articles of a few tickets hold, until no later ticket can belong on the page.

    None if so many have to be read for that that the index is asked instead.
    """
    found: dict[int, tuple[int, int]] = {}
    begun, wanted = (asked.place.match, -asked.place.below), asked.limit + 1
    read, sure, number = 0, 0, 0
    while number < len(tickets) and sure < wanted:
        missing = (wanted - sure) * number // sure + _SOME_TICKETS if sure else wanted
        some = tickets[number : number + missing]
        read, number = read + sum(ticket.articles for ticket in some), number + len(some)
        if read > _FEW_ARTICLES:
            return None
        first = asked.reader.first_of(asked.matches, [ticket.id for ticket in some], asked.place.newest)
        found |= {ticket: (match, -article) for ticket, (match, article) in first.items()}
        later = (0, -tickets[number].last_article) if number < len(tickets) else _NOWHERE
        sure = sum(begun < at < later for at in found.values())
    for ticket, (match, article) in sorted(found.items(), key=itemgetter(1)):
        if (match, article) > begun:
            asked.found[ticket] = Place(match, -article, asked.place.newest)
    return _page(asked, None)


def _streamed(asked: _Search) -> _Pile:
    """From the index, match by match, until the page is full or the budget is spent."""
    at, visited, steps = asked.place, 0, 0
    while len(asked.found) <= asked.limit and visited < asked.budget and steps < _MOST_STEPS:
        count = min(_next_count(asked, visited), asked.budget - visited)
        match = asked.matches[at.match]
        part = asked.reader.read(match, below=at.below, count=count)
        _take(asked, at.match, part.hits)
        visited, steps = visited + part.visited, steps + 1
        at = replace(at, below=part.below)
        if part.below == 0:
            if at.match + 1 == len(asked.matches):
                return _page(asked, None)
            at = at.next_match()
    return _page(asked, at)


def _next_count(asked: _Search, visited: int) -> int:
    """How many hits to read next: by how many it took for a ticket so far, and somewhat more."""
    if not visited:
        return 2 * asked.limit + _SOME
    missing = asked.limit + 1 - len(asked.found)
    return min(_MANY, missing * visited // max(1, len(asked.found)) + _SOME)


def _take(asked: _Search, number: int, found: Sequence[Hit]) -> None:
    """Keep the tickets that are new and were on no earlier page."""
    newest: dict[int, int] = {}
    for hit in found:
        if hit.ticket_id not in asked.found and hit.ticket_id not in asked.passed_over:
            newest.setdefault(hit.ticket_id, hit.article_id)
    shown = _shown(asked, number, list(newest))
    asked.passed_over |= shown
    for ticket_id, article_id in newest.items():
        if ticket_id not in shown:
            asked.found[ticket_id] = Place(number, article_id, asked.place.newest)


def _shown(asked: _Search, number: int, tickets: Sequence[int]) -> set[int]:
    """Those that stood on an earlier page, by a newer article or by a match before this one."""
    begun = asked.place
    if begun.is_start:
        return set()
    first = asked.reader.first_of(asked.matches[: number + 1], tickets, begun.newest)
    least = begun.below if number == begun.match else MOST
    return {ticket for ticket, (match, article) in first.items() if match < number or article >= least}


def _passing(asked: _Search) -> Select[*tuple[Any, ...]]:
    mine = _TICKET.account_id == asked.sight.account_id, _TICKET.merged_into_id.is_(None)
    statement = select(_TICKET.id).where(*mine, *asked.conditions)
    return statement.where(seeing.TICKETS) if asked.sight.reach is not None else statement


def _page(asked: _Search, left_at: Place | None) -> _Pile:
    """The tickets in order; `left_at` says where there was more to look through."""
    shown = dict(list(asked.found.items())[: asked.limit])
    if len(asked.found) > asked.limit:
        return _Pile(shown, str(list(shown.values())[-1]), is_cut=False)
    return _Pile(shown, str(left_at) if left_at else None, is_cut=left_at is not None)
