"""A search as values, and its canonical text."""

import re
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from gateway.rules.searching.problems import Problem


class Key(StrEnum):
    """What a term is about."""

    WORD = "word"
    PHRASE = "phrase"
    NUMBER = "number"
    STATUS = "status"
    IS = "is"
    ASSIGNEE = "assignee"
    FROM = "from"
    TO = "to"
    CUSTOMER = "customer"
    GROUP = "group"
    MAILBOX = "mailbox"
    TAG = "tag"
    HAS = "has"
    FILENAME = "filename"
    SUBJECT = "subject"
    BEFORE = "before"
    AFTER = "after"
    CREATED = "created"
    UPDATED = "updated"
    PRIORITY = "priority"
    DUE = "due"
    MENTIONS = "mentions"


IN_TEXT = frozenset({Key.WORD, Key.PHRASE, Key.FROM, Key.TO, Key.FILENAME, Key.SUBJECT})
"""What is looked for in messages; the others are properties of a ticket."""

_NEEDS_QUOTES = re.compile(r"[\s,]")


@dataclass(frozen=True, slots=True)
class Term:
    """One part of a search: a word, or a filter with values of which any will do."""

    key: Key
    values: tuple[str, ...]
    is_negated: bool = False

    def __str__(self) -> str:
        """As it is written in the box."""
        return f"{'-' if self.is_negated else ''}{self._bare()}"

    def _bare(self) -> str:
        match self.key:
            case Key.WORD:
                return self.values[0]
            case Key.PHRASE:
                return f'"{self.values[0]}"'
            case Key.NUMBER:
                return f"#{self.values[0]}"
            case _:
                return f"{self.key.value}:{','.join(_quoted(value) for value in self.values)}"


@dataclass(frozen=True, slots=True)
class Query:
    """What was asked for: every term has to hold. `problems` says what was not understood."""

    terms: tuple[Term, ...] = ()
    problems: tuple[Problem, ...] = ()

    def __str__(self) -> str:
        """The text that is parsed to the same terms."""
        return " ".join(str(term) for term in self.terms)

    def without(self, term: Term) -> "Query":
        """The same without one of its terms."""
        return Query(tuple(other for other in self.terms if other != term))

    def with_term(self, term: Term) -> "Query":
        """The same with one more."""
        return replace(self, terms=(*self.terms, term))

    @property
    def in_text(self) -> tuple[Term, ...]:
        """What is looked for in messages."""
        return tuple(term for term in self.terms if term.key in IN_TEXT)

    @property
    def of_ticket(self) -> tuple[Term, ...]:
        """What tickets have to be like."""
        return tuple(term for term in self.terms if term.key not in IN_TEXT)


def span(value: str) -> tuple[date | None, date | None]:
    """The first and the last day of a value of `created:` or `updated:`; None where it is open."""
    first, dots, last = value.partition("..")
    if not dots:
        return date.fromisoformat(first), date.fromisoformat(first)
    return (date.fromisoformat(first) if first else None), (date.fromisoformat(last) if last else None)


def _quoted(value: str) -> str:
    return f'"{value}"' if _NEEDS_QUOTES.search(value) else value
