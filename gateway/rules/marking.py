"""The part of a text around what was looked for, with the matches told apart."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from gateway.rules.folding import normalise
from gateway.rules.searching import Key, Query

EXCERPT_CHARS = 160
_BEFORE_CHARS = 40
_SHORTEST_PART = 4
_SHORTEST_BEGINNING = 3
_SHOWN = frozenset({Key.WORD, Key.PHRASE, Key.SUBJECT, Key.FILENAME})
_END = r"(?![^\W_])"
_BLANKS = re.compile(r"\s+")
_MARK = "[\u0300-\u036f]?"


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of an excerpt."""

    text: str
    is_match: bool = False


def pattern(query: Query) -> re.Pattern[str] | None:
    """What to mark for a search; None where nothing of it stands in texts."""
    wanted = [term for term in query.in_text if term.key in _SHOWN and not term.is_negated]
    values = ((term.key is Key.PHRASE, value) for term in wanted for value in term.values)
    return _compiled(tuple(values)) if wanted else None


def excerpt(text: str, marked: re.Pattern[str]) -> tuple[Part, ...] | None:
    """The text around its first match, on one line; None without a match."""
    first = marked.search(text)
    if first is None:
        return None
    start = _word_start(text, max(0, first.start() - _BEFORE_CHARS), first.start())
    end = _word_end(text, max(first.end(), start + EXCERPT_CHARS))
    line = _BLANKS.sub(" ", text[start:end]).rstrip()
    return tuple(_parts(f"{'…' if start else ''}{line}{'…' if text[end : end + 99].strip() else ''}", marked))


def _parts(line: str, marked: re.Pattern[str]) -> Iterator[Part]:
    at = 0
    for match in marked.finditer(line):
        if match.start() > at:
            yield Part(line[at : match.start()])
        yield Part(match[0], is_match=True)
        at = match.end()
    if at < len(line):
        yield Part(line[at:])


def _word_start(text: str, at: int, most: int) -> int:
    """Where the next word begins, if that is before what was found."""
    if at == 0:
        return 0
    blank = _BLANKS.search(text, at, most)
    return blank.end() if blank else at


def _word_end(text: str, at: int) -> int:
    blank = text.rfind(" ", at - _BEFORE_CHARS, at) if at < len(text) else -1
    return blank if blank > 0 else min(at, len(text))


@lru_cache(maxsize=256)
def _compiled(values: Sequence[tuple[bool, str]]) -> re.Pattern[str]:
    wanted = (one for is_phrase, value in values for one in _wanted(value, is_phrase=is_phrase))
    return re.compile("|".join(sorted(set(wanted), key=len, reverse=True)))


def _wanted(value: str, *, is_phrase: bool) -> Iterator[str]:
    words = normalise(value).split()
    if is_phrase:
        yield _begun(r"[\W_]+".join(map(_spellings, words))) + _END
        return
    for word in words:
        spelt = _spellings(word)
        end = _END if len(word) < _SHORTEST_BEGINNING else ""
        yield (spelt if len(word) >= _SHORTEST_PART else _begun(spelt)) + end


def _begun(spelt: str) -> str:
    """Only where a word begins; said behind its first letter, because it is looked for by that."""
    first = re.match(r"\[[^]]*\]|\\?.", spelt)
    assert first is not None  # noqa: S101 - a word has a letter
    return f"{first[0]}(?<![^\\W_].){spelt[first.end() :]}"


def _spellings(word: str) -> str:
    """All texts that are folded to this word, as far as Latin letters go."""
    head, rest = word[0], word[1:].replace("ss", "ß")
    return "".join(map(_letter, head + rest))


@cache
def _letter(letter: str) -> str:
    if letter == "ß":
        return "(?:[sS][sS]|[ßẞ])"
    if not letter.isascii() or not letter.isalpha():
        return f"[{re.escape(letter)}{re.escape(letter.upper()) if len(letter.upper()) == 1 else ''}]"
    kinds = f"[{letter}{letter.upper()}{_variants()[letter]}]"
    if letter in "aou":
        return f"{kinds}{_MARK}[eE]?"
    return kinds + _MARK if letter in "eicnsyz" else kinds


@cache
def _variants() -> dict[str, str]:
    """The letters with accents that stand for each."""
    found = {chr(code): "" for code in range(ord("a"), ord("z") + 1)}
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        if (plain := normalise(chr(code))) in found:
            found[plain] += chr(code)
    return found
