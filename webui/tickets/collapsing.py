"""Long timelines: what lies between their beginning and what is new stands there in a line each.

Everything is one link away. The newest messages stay, more of them where they are unread, and so does
everything from a message on that did not arrive or has not left.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from gateway.store.queries.articles import ArticleView

ALL = "all"
"""Stands for the first message: nothing is collapsed."""

LONG = 10
"""A timeline of so many messages is shown whole."""

NEWEST, MOST_UNREAD = 6, 8
_LINE_CHARS = 90
_ARRIVED = frozenset({"sent", "withdrawn"})

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Line:
    """A message in a line."""

    id: str
    author: str
    text: str


@dataclass(frozen=True, slots=True)
class Middle:
    """What lies between."""

    lines: tuple[Line, ...]


def collapse(entries: Sequence[T], open_from: str) -> list[T | Middle]:
    """The entries with those between in one; from the message `open_from` on they are shown."""
    places = [at for at, entry in enumerate(entries) if isinstance(entry, ArticleView)]
    if open_from == ALL or len(places) <= LONG:
        return list(entries)
    begins = min(places[-NEWEST], _first_unread(entries, places, open_from), _first_stuck(entries, places))
    between = [one for one in entries[places[0] + 1 : begins] if isinstance(one, ArticleView)]
    if not between:
        return list(entries)
    return [*entries[: places[0] + 1], Middle(tuple(map(_line, between))), *entries[begins:]]


def _first_unread(entries: Sequence[object], places: Sequence[int], open_from: str) -> int:
    """Where what they have not read begins, of which so much is shown."""
    ids = {one.public_id: at for at, one in enumerate(entries) if isinstance(one, ArticleView)}
    return max(ids.get(open_from, places[-1]), places[-MOST_UNREAD])


def _first_stuck(entries: Sequence[object], places: Sequence[int]) -> int:
    """The first message after the beginning that did not arrive, or has not left."""
    return min((at for at in places[1:] if _is_stuck(entries[at])), default=places[-1])


def _is_stuck(entry: object) -> bool:
    return isinstance(entry, ArticleView) and any(way.state not in _ARRIVED for way in entry.deliveries)


def _line(article: ArticleView) -> Line:
    words = " ".join((article.reply_text or article.text)[: 4 * _LINE_CHARS].split())
    author = article.author or article.from_.name or article.from_.address
    return Line(article.public_id, author, words[:_LINE_CHARS])
