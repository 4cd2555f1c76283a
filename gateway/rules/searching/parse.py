"""Reading what was typed into the search box. Never raises: what is not understood is listed."""

import re
from collections.abc import Iterator
from datetime import date

from gateway.rules.folding import normalise
from gateway.rules.searching.problems import Problem, ProblemKind
from gateway.rules.searching.terms import IN_TEXT, Key, Query, Term
from gateway.rules.searching.vocabulary import DAYS, KEYS, PEOPLE, SPANS, VALUES, known_values

MAX_CHARS = 1000
MAX_TERMS = 20
MAX_VALUES = 20
"""Of one filter."""

_PHRASE = re.compile(r'"([^"]*)"?')
_FILTER = re.compile(r"([^\W\d_]{2,}):(?!//)")
_VALUE = re.compile(r'"([^"]*)"?|[^\s",]+')
_RUN = re.compile(r'[^\s"]+')
_NUMBER = re.compile(r"#(\d{1,9})(?![^\s\"])", re.ASCII)
_GERMAN_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

_Found = Term | Problem


def parse(text: str) -> Query:
    """What a search asks for; it goes on behind whatever was not understood."""
    found = list(_read(text[:MAX_CHARS]))
    terms = tuple(dict.fromkeys(one for one in found if isinstance(one, Term)))
    problems = [one for one in found if isinstance(one, Problem)]
    if len(text) > MAX_CHARS:
        problems.append(Problem(ProblemKind.TOO_LONG, value=str(MAX_CHARS)))
    if len(terms) > MAX_TERMS:
        problems.append(Problem(ProblemKind.TOO_MANY, value=str(MAX_TERMS)))
    return Query(terms[:MAX_TERMS], tuple(dict.fromkeys(problems)))


def plain(text: str) -> Query:
    """The words of a text, whatever signs are among them."""
    words = dict.fromkeys(normalise(text[:MAX_CHARS]).split())
    return Query(tuple(Term(Key.WORD, (word,)) for word in words)[:MAX_TERMS])


def _read(text: str) -> Iterator[_Found]:
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        start, is_negated = at, False
        while text[at : at + 1] == "-":
            at, is_negated = at + 1, True
        if at == len(text) or text[at].isspace():
            continue  # a dash between words
        end, found = _part(text, at, is_negated=is_negated)
        yield from found
        at = max(end, start + 1)


def _part(text: str, at: int, *, is_negated: bool) -> tuple[int, list[_Found]]:
    """What begins here, and where it ends."""
    if match := _PHRASE.match(text, at):
        return match.end(), [_words(Key.PHRASE, " ".join(match[1].split()), is_negated=is_negated)]
    if match := _NUMBER.match(text, at):
        return match.end(), [Term(Key.NUMBER, (str(int(match[1])),), is_negated)]
    if match := _FILTER.match(text, at):
        end, values = _values(text, match.end())
        if (key := KEYS.get(match[1].casefold())) is not None:
            return end, list(_filter(key, match[1], values, is_negated=is_negated))
        if values:
            return end, list(_unknown(match[1], values, is_negated=is_negated))
    run = _RUN.match(text, at)
    assert run is not None  # noqa: S101 - no blank and no quote stands here
    return run.end(), [_words(Key.WORD, run[0], is_negated=is_negated)]


def _values(text: str, at: int) -> tuple[int, list[str]]:
    """The values separated by commas, and where they end."""
    values = []
    while match := _VALUE.match(text, at):
        value = match[0] if match[1] is None else " ".join(match[1].split())
        values.append(value)
        at = match.end()
        if text[at : at + 1] != ",":
            break
        at = _behind_commas(text, at)
    return _behind_commas(text, at), [value for value in values if value]


def _behind_commas(text: str, at: int) -> int:
    while text[at : at + 1] == ",":
        at += 1
    return at


def _words(key: Key, value: str, *, is_negated: bool) -> _Found:
    if not normalise(value):
        return Problem(ProblemKind.NO_WORD, value=value)
    return Term(key, (value,), is_negated)


def _unknown(name: str, values: list[str], *, is_negated: bool) -> Iterator[_Found]:
    """No filter of ours: looked for as it stands, which is said."""
    yield Problem(ProblemKind.UNKNOWN_FILTER, name)
    yield _words(Key.PHRASE, f"{name}:{','.join(values)}", is_negated=is_negated)


def _filter(key: Key, name: str, values: list[str], *, is_negated: bool) -> Iterator[_Found]:
    if not values:
        yield Problem(ProblemKind.NO_VALUE, name, known=known_values(key))
        return
    read = [_value(key, name, value) for value in values]
    yield from (one for one in read if isinstance(one, Problem))
    kept = tuple(dict.fromkeys(one for one in read if isinstance(one, str)))
    if len(kept) > MAX_VALUES:
        yield Problem(ProblemKind.TOO_MANY, name, str(MAX_VALUES))
    if kept:
        yield Term(key, kept[:MAX_VALUES], is_negated)


def _value(key: Key, name: str, value: str) -> str | Problem:
    """A value in its canonical form."""
    if key in VALUES:
        known = VALUES[key].get(value.casefold())
        return known or Problem(ProblemKind.UNKNOWN_VALUE, name, value, known_values(key))
    if key in DAYS or key in SPANS:
        return _moment(key, value) or Problem(ProblemKind.NO_DATE, name, value)
    if key in (Key.ASSIGNEE, Key.MENTIONS):
        return PEOPLE.get(value.casefold(), value)
    if key in IN_TEXT and not normalise(value):
        return Problem(ProblemKind.NO_WORD, name, value)
    return value


def _moment(key: Key, value: str) -> str | None:
    """A day or a span of days in its canonical form; None if it is none."""
    first, dots, last = value.partition("..")
    if not dots:
        return _day(first)
    ends = _day(first) if first else "", _day(last) if last else ""
    if key in DAYS or None in ends or not any(ends) or (all(ends) and str(ends[0]) > str(ends[1])):
        return None
    return f"{ends[0]}..{ends[1]}"


def _day(text: str) -> str | None:
    if match := _GERMAN_DAY.fullmatch(text):
        text = f"{match[3]}-{int(match[2]):02}-{int(match[1]):02}"
    if not _ISO_DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return None
