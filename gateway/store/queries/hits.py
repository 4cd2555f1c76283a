"""The articles that match, newest first: read from the index as far as they are wanted, and no further.

SQLite's FTS5 gives them in that order by itself, one after the other, and keeps the words in
`article_search_content`. A GIN index gives all at once, so PostgreSQL looks at the newest articles one by
one, which is enough for common words, and is then asked for one piece of the articles after the other. Of a
prefix both databases gather every hit before the first one comes out, so SQLite looks at the newest articles
before that, too, and what it has gathered then is read for as long as the search goes on. For what senders'
words begin with PostgreSQL has an index that is asked for one stretch after the other, and where the next is.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, cached_property
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    CursorResult,
    Row,
    Select,
    Text,
    TextClause,
    and_,
    any_,
    bindparam,
    column,
    func,
    select,
    text,
)
from sqlalchemy import table as a_table
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Session

from gateway.rules.access import Sight
from gateway.store import seeing
from gateway.store.models import Article, Ticket, table
from gateway.store.queries.matching import Match, fts5, holds, tsquery
from gateway.store.queries.stretches import STRETCHES, Pace, Piece
from gateway.store.search import account_word

_MOST_PIECES = 32
LOOKED_AT, _MOST_LOOKED_AT = 100, 1000
_LOOKS, _MOST_LOOKS = 2, 7
"""So many looks at the newest articles, and so many where the index would have to gather all hits."""

_FEW = 200
"""So few articles that hold the whole words are read one by one."""

_COMMON = 0.05
"""Of the articles: it is found faster by looking than by an index that gathers every hit."""


_ARTICLE, _TICKET = table(Article).c, table(Ticket).c
_Rows = Select[*tuple[Any, ...]]
_Found = Sequence[Row[*tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that matches, and its ticket."""

    article_id: int
    ticket_id: int


@dataclass(frozen=True, slots=True)
class Hits:
    """Some hits, newest first; below `below` no article was looked at, which is zero when all were."""

    hits: tuple[Hit, ...]
    below: int
    visited: int

    def then(self, later: "Hits") -> "Hits":
        """Both, the older ones behind."""
        return Hits(self.hits + later.hits, later.below, self.visited + later.visited)


_FIRST, _LAST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Span:
    """When articles were written, from the first moment to before the last one."""

    since: datetime = _FIRST
    until: datetime = _LAST


class Reader:
    """Reads the index for one search: which articles are seen, and of what tickets they have to be."""

    def __init__(
        self, db: Session, sight: Sight, span: Span, conditions: tuple[ColumnElement[bool], ...]
    ) -> None:
        self._connection = db.connection()
        self._is_sqlite = self._connection.dialect.name == "sqlite"
        shape = _Shape(self._is_sqlite, sight.is_guest, sight.reach is not None, span != Span())
        self._common = _common_statements(shape)
        self._statements = _Statements(shape, conditions) if conditions else self._common
        days = {"since": span.since, "until": span.until} if shape.has_span else {}
        self._values = seeing.values(sight) | days
        self._match: Match | None = None
        self._open: CursorResult[*tuple[Any, ...]] | None = None
        self._begin(None)

    def close(self) -> None:
        """Read no further."""
        if self._open is not None:
            self._open.close()
            self._open = None

    def read(self, match: Match, *, below: int, count: int) -> Hits:
        """The next `count` hits below an article, or as many as are found with bounded work.

        A match is read from where it was left, until another one is.
        """
        if match != self._match:
            self._begin(match)
        looked = Hits((), below, 0)
        if self._looks_left:
            looked = self._look(match, below, count)
            if looked.below == 0 or looked.visited == count or self._looks_left:
                return looked
        return looked.then(self._from_index(match, looked.below, count - looked.visited))

    def first_of(
        self, matches: Sequence[Match], tickets: Sequence[int], newest: int
    ) -> dict[int, tuple[int, int]]:
        """By ticket the first of the matches that it has, by its number, and the newest article that has it.

        Of these tickets; articles behind `newest` do not count, nor what is not seen.
        """
        if not tickets:
            return {}
        values = {**self._values, "tickets": list(tickets), "newest": newest}
        rows = self._rows(self._common.of_tickets, values | self._queries(matches))
        tests = [holds(match) for match in matches] if self._is_sqlite else []
        first: dict[int, tuple[int, int]] = {}
        for row in sorted(rows, key=itemgetter(0), reverse=True):
            best = first[row[1]][0] if row[1] in first else len(matches)
            for number in range(best):
                if tests[number](row[2]) if tests else row[2 + number]:
                    first[row[1]] = number, row[0]
                    break
        return first

    def _queries(self, matches: Sequence[Match]) -> dict[str, object]:
        """What PostgreSQL is to tell of each article's words: of one match, or of two."""
        return {} if self._is_sqlite else {"query": tsquery(matches[0]), "other": tsquery(matches[-1])}

    def _begin(self, match: Match | None) -> None:
        self.close()
        is_gathered = match is not None and match.is_loose and not match.sender
        self._match, self._pace = match, Pace(is_gathered=is_gathered)
        self._looks_left = 0 if match is None or self._is_sqlite else _LOOKS
        if match is not None and match.is_loose:
            self._looks_left = _MOST_LOOKS
        self._share = 0.0
        self._left_at = 0

    def _look(self, match: Match, below: int, count: int) -> Hits:
        """Of the next articles below those that match, read one by one: as many articles as it may take.

        No further looks are left where too few of them do.
        """
        most = min(_MOST_LOOKED_AT, int(count / self._share) + 1) if self._share else LOOKED_AT
        values = {"below": below, "most": most}
        rows = self._told(match, values, _LOOK[self._is_sqlite])
        ids = [article for article, is_hit in rows if is_hit]
        self._share = len(ids) / max(1, len(rows))
        self._looks_left = self._looks_left - 1 if self._share >= _COMMON else 0
        if ids:
            self._pace.learn(len(ids), len(rows), count)
        return self._first(ids, rows[-1][0] if len(rows) == most else 0, count)

    def _by_whole_words(self, match: Match, below: int, count: int) -> Hits | None:
        """By those of its words that do not go on, if they leave few articles: these are read one by one.

        None if they leave many. An index gathers all that a beginning has before it looks at other words.
        """
        whole = match.whole_words
        if whole is None:
            return None
        queries = [(fts5(whole), below)]
        if not self._is_sqlite:
            queries = [(_within(whole, part), part.below) for part in _newest_and_others(below)]
        ids: list[int] = []
        for query, end in queries:
            values = {"whole": query, "below": end, "most": _FEW + 1}
            rows = self._told(match, values, _FEW_WORDS[self._is_sqlite])
            if len(rows) > _FEW:
                return None
            ids += sorted((article for article, is_hit in rows if is_hit), reverse=True)
        return self._first(ids, 0, count)

    def _told(
        self, match: Match, values: Mapping[str, object], statement: TextClause
    ) -> Sequence[tuple[int, bool]]:
        """Articles, and whether they match."""
        if not self._is_sqlite:
            rows = self._connection.execute(statement, {**values, "query": tsquery(match)}).all()
            return [(row[0], row[1]) for row in rows]
        test = holds(match)
        return [(row[0], test(row[1])) for row in self._connection.execute(statement, values).all()]

    def _first(self, ids: list[int], end: int, count: int) -> Hits:
        """So many of these articles; behind all of them nothing was looked at below `end`."""
        if len(ids) > count:
            ids, end = ids[:count], ids[count - 1]
        if not ids:
            return Hits((), end, 0)
        rows = self._rows(self._statements.by_key, {**self._values, "articles": ids})
        return Hits(_hits(rows), end, len(ids))

    def _from_index(self, match: Match, below: int, count: int) -> Hits:
        if self._open is not None and self._left_at != below:
            self.close()
        if self._open is None and (few := self._by_whole_words(match, below, count)) is not None:
            return few
        if not self._is_sqlite:
            return self._by_pieces(match, below, count)
        if self._open is None:
            values = {**self._values, "query": fts5(match), "below": below}
            self._open = self._connection.execute(self._statements.by_index, values)
        rows = self._open.fetchmany(count)
        self._left_at = rows[-1][0] if len(rows) == count else 0
        return Hits(_hits(rows), self._left_at, len(rows))

    def _by_pieces(self, match: Match, below: int, count: int) -> Hits:
        found: list[Row[*tuple[Any, ...]]] = []
        statement = self._statements.by_sender if match.sender else self._statements.by_index
        hits = 0
        for _ in range(_MOST_PIECES):
            if match.sender and not hits and (below := self._leap(match, below)) == 0:
                break
            part, missing = self._pace.next(below), count - len(found)
            values = {"query": _within(match, part), "below": below, "most": missing}
            values = {**self._values, **values, "crowd": self._pace.crowd}
            rows = self._rows(statement, values)
            hits = rows[0][2] if rows else 0
            if hits == self._pace.crowd:
                self._pace.learn_of_crowd(part)
                continue
            found += rows
            self._pace.learn(hits, below - part.low, missing)
            below = part.low if hits <= missing else rows[-1][0]
            if below == 0 or len(found) == count:
                break
        return Hits(_hits(found), below, len(found))

    def _leap(self, match: Match, below: int) -> int:
        """Over the stretches without the sender: below which article the next of them is, zero if nowhere."""
        values = {"begins": _beginning(match), "below": below}
        values |= {"first": (below - 1) >> _BLOCK, "last": (below - 1) >> _STRETCH}
        stretch: int | None = self._connection.execute(_NEXT_OF_SENDER, values).scalar()
        self._pace.leap()
        return 0 if stretch is None else min(below, (stretch + 1) << _STRETCH)

    def _rows(self, statement: _Rows, values: Mapping[str, object]) -> _Found:
        return self._connection.execute(statement, values).all()


def newest_article(db: Session) -> int:
    """The largest key that the index has."""
    return db.connection().execute(_NEWEST[db.get_bind().dialect.name]).scalar() or 0


def _within(match: Match, part: Piece) -> str:
    """For PostgreSQL: what matches, and lies in the piece or its last stretch."""
    if match.sender:
        return " | ".join(part.senders(_beginning(match)))
    return f"{tsquery(match)} & ({' | '.join(part.words)})"


def _beginning(match: Match) -> str:
    """For PostgreSQL: of what the index of senders has behind the number of a stretch."""
    return f"{account_word(match.account_id)}x{match.sender}:*"


def _newest_and_others(below: int) -> Iterator[Piece]:
    """All articles in two pieces: if the newest ones have few hits, one may look among all."""
    newest = Pace().next(below)
    yield newest
    if newest.low:
        yield Piece(0, newest.low, 1 << STRETCHES[-1])


def _hits(rows: Iterable[Row[*tuple[Any, ...]]]) -> tuple[Hit, ...]:
    """Those that belong to a ticket that is wanted."""
    return tuple(Hit(row[0], row[1]) for row in rows if row[1] is not None)


_NEWEST = {
    "sqlite": text("SELECT rowid FROM article_search ORDER BY rowid DESC LIMIT 1"),
    "postgresql": text("SELECT max(id) FROM article_search"),
}
_FTS5 = a_table("article_search", column("rowid", BigInteger))
_MATCHES = text("article_search MATCH :query AND article_search.rowid < :below")
_CONTENT = a_table("article_search_content", column("id", BigInteger), column("c0", Text))
_VECTORS = a_table("article_search", column("id", BigInteger), column("words", TSVECTOR))
_BEFORE = _ARTICLE.id <= bindparam("newest")
_LOOK = {
    True: text("SELECT id, c0 FROM article_search_content WHERE id < :below ORDER BY id DESC LIMIT :most"),
    False: text(
        "SELECT id, words @@ to_tsquery('simple', :query) FROM (SELECT id, words FROM article_search"
        " WHERE id < :below ORDER BY id DESC LIMIT :most) AS newest ORDER BY id DESC"
    ),
}
_FEW_WORDS = {
    True: text(
        "SELECT rowid, words FROM article_search WHERE article_search MATCH :whole AND rowid < :below"
        " ORDER BY rowid DESC LIMIT :most"
    ),
    False: text(
        "WITH whole AS MATERIALIZED (SELECT id, words FROM article_search"
        " WHERE words @@ to_tsquery('simple', :whole) AND id < :below)"
        " SELECT id, words @@ to_tsquery('simple', :query) FROM whole LIMIT :most"
    ),
}
"""For SQLite, and for PostgreSQL."""

# Materialised, or the planner might walk the keys backwards for a word that is nowhere; and read twice as far
# as it may be, which takes less than to keep what was read.
_PIECE, _PIECE_OF_SENDER = (
    text(
        f"WITH matching AS MATERIALIZED (SELECT id FROM article_search WHERE {matching})"  # noqa: S608 - no value in it
        " SELECT id, (SELECT count(*) FROM (SELECT 1 FROM matching LIMIT :crowd) AS counted) AS hits"
        " FROM (SELECT id FROM matching LIMIT :crowd) AS part ORDER BY id DESC LIMIT :most"
    )
    for matching in (
        "words @@ to_tsquery('simple', :query) AND id < :below",
        # A sum, or the planner might read the keys of all articles there are below one.
        "article_senders(id, words) @@ to_tsquery('simple', :query) AND id + 0 < :below",
    )
)

_STRETCH, _BLOCK = STRETCHES[:2]


def _is_there(width: int, number: str) -> str:
    """Whether a stretch has an article of the account with the sender, in SQL."""
    return (
        "(SELECT true FROM article_search WHERE id + 0 < :below AND article_senders(id, words)"  # noqa: S608
        f" @@ to_tsquery('simple', 'zzf{width}x' || {number} || CAST(:begins AS text)) LIMIT 1)"
    )


_NEXT_OF_SENDER = text(
    "SELECT (SELECT stretch FROM generate_series(LEAST(CAST(:last AS bigint), block * 16 + 15),"  # noqa: S608
    f" block * 16, -1) AS stretch WHERE {_is_there(_STRETCH, 'stretch')} LIMIT 1)"
    " FROM generate_series(CAST(:first AS bigint), 0, -1) AS block"
    f" WHERE {_is_there(_BLOCK, 'block')} LIMIT 1"
)
"""The newest short stretch with an article of a sender: the newest longer one first, and in that one."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """What the statements depend on besides the filters."""

    is_sqlite: bool
    is_guest: bool
    is_within: bool
    has_span: bool


class _Statements:
    """Articles, each with its ticket if that is wanted: from the index, and of those that were looked at.

    And those of some tickets, with their words or whether these match. Each is made when it is asked for: of
    filters that takes longer than many a search.
    """

    def __init__(self, shape: _Shape, conditions: Sequence[ColumnElement[bool]]) -> None:
        self._is_sqlite = shape.is_sqlite
        self._seen = [_ARTICLE.account_id == bindparam("account")]
        if shape.is_guest:
            self._seen.append(seeing.ARTICLES)
        if shape.has_span:  # SQLite has to read all of an article's text to come to this column
            self._seen += [
                _ARTICLE.created_at >= bindparam("since"),
                _ARTICLE.created_at < bindparam("until"),
            ]
        self._wanted = [_TICKET.account_id == bindparam("account"), *conditions]
        if shape.is_within:
            self._wanted.append(seeing.TICKETS)

    @cached_property
    def by_index(self) -> _Rows:
        """What matches below an article."""
        if not self._is_sqlite:
            return _of_piece(_PIECE, self._home)
        newest = select(_FTS5.c.rowid, _home(self._home, _FTS5.c.rowid)).where(_MATCHES)
        return newest.order_by(_FTS5.c.rowid.desc())

    @cached_property
    def by_sender(self) -> _Rows:
        """Likewise by PostgreSQL's index of senders."""
        return _of_piece(_PIECE_OF_SENDER, self._home)

    @cached_property
    def by_key(self) -> _Rows:
        """Some articles."""
        wanted = _TICKET.id == _ARTICLE.ticket_id, *self._wanted
        by_key = select(_ARTICLE.id, select(_TICKET.id).where(*wanted).scalar_subquery()).where(*self._seen)
        by_key = by_key.where(_among(_ARTICLE.id, "articles", is_sqlite=self._is_sqlite))
        return by_key.order_by(_ARTICLE.id.desc())

    @cached_property
    def of_tickets(self) -> _Rows:
        """Those of some tickets, whatever the filters."""
        return (_of_tickets_sqlite if self._is_sqlite else _of_tickets_postgresql)(self._seen)

    @property
    def _home(self) -> _Rows:
        mine = and_(_TICKET.id == _ARTICLE.ticket_id, *self._wanted)
        return select(_TICKET.id).select_from(table(Article).join(table(Ticket), mine)).where(*self._seen)


def _of_piece(piece: TextClause, home: _Rows) -> _Rows:
    part = piece.columns(column("id", BigInteger), column("hits", BigInteger)).subquery("part")
    return select(part.c.id, _home(home, part.c.id), part.c.hits).order_by(part.c.id.desc())


def _among(key: ColumnElement[int], name: str, *, is_sqlite: bool) -> ColumnElement[bool]:
    """That a key is one of some.

    PostgreSQL takes an array: a list of values would be another statement for each number of them, which its
    driver has to read and to translate again and again.
    """
    if is_sqlite:
        return key.in_(bindparam(name, expanding=True))
    return key == any_(bindparam(name, type_=ARRAY(BigInteger)))


def _home(home: _Rows, article: ColumnElement[int]) -> ColumnElement[int | None]:
    """The ticket of an article, if it is wanted: looked up hit by hit.

    Of a join PostgreSQL might think that it is done sooner by reading all articles there are.
    """
    return home.where(_ARTICLE.id == article).scalar_subquery()


def _of_tickets_sqlite(seen: Sequence[ColumnElement[bool]]) -> _Rows:
    joined = table(Article).join(_CONTENT, _CONTENT.c.id == _ARTICLE.id)
    statement = select(_ARTICLE.id, _ARTICLE.ticket_id, _CONTENT.c.c0).select_from(joined)
    return statement.where(*seen, _BEFORE, _among(_ARTICLE.ticket_id, "tickets", is_sqlite=True))


def _of_tickets_postgresql(seen: Sequence[ColumnElement[bool]]) -> _Rows:
    """Their articles first, or the planner might ask the index of all for the words."""
    among = _among(_ARTICLE.ticket_id, "tickets", is_sqlite=False)
    mine = select(_ARTICLE.id, _ARTICLE.ticket_id).where(*seen, _BEFORE, among)
    theirs = mine.cte("theirs").prefix_with("MATERIALIZED")
    matching = (
        _VECTORS.c.words.bool_op("@@")(func.to_tsquery("simple", bindparam(name))).label(name)
        for name in ("query", "other")
    )
    joined = theirs.join(_VECTORS, _VECTORS.c.id == theirs.c.id)
    return select(theirs.c.id, theirs.c.ticket_id, *matching).select_from(joined)


@cache
def _common_statements(shape: _Shape) -> _Statements:
    """Without filters: built once."""
    return _Statements(shape, ())
