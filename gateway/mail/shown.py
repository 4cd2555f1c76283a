"""What people get to see of a mail's text: safe HTML, plain text, and the new text alone."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.mail.body import Segment
from gateway.mail.html import MAX_HTML_CHARS, finished, is_too_much, sanitise_marked, text_as_html
from gateway.mail.htmltext import html_to_text, strip_tags
from gateway.mail.quotes import MAX_LINES, reply_text, without_structure

_LEADING_BLANKS = re.compile(r"^(?:[ \t\ufeff]*\n)+")
_HAS_WORDS = re.compile(r"\S")
MAX_ANSWER_CHARS = 2_000_000
_HIDING = ("title", "style", "script", "iframe", "object", "svg", "math", "template")


@dataclass(frozen=True, slots=True)
class Shown:
    """`html` is None where the mail has none; `reply_text` is empty only where `text` is."""

    html: str | None
    text: str
    reply_text: str


@dataclass(frozen=True, slots=True)
class _Piece:
    """One segment. `text` may hold marks of structure."""

    html: str | None
    text: str


def show(segments: Sequence[Segment], defects: list[str], *, hands_on: bool = False) -> Shown:
    """All segments, one below the other. What cannot be shown in full is named in `defects`.

    `hands_on` says that the mail forwards another.
    """
    pieces: list[_Piece] = []
    left = MAX_HTML_CHARS
    for segment in segments:
        pieces.append(_piece(segment, defects, left))
        left -= len(segment.html or "")
    html = None
    if any(piece.html is not None for piece in pieces):
        html = "\n".join(p.html if p.html is not None else text_as_html(p.text) for p in pieces)
    marked = _tidy("\n".join(piece.text for piece in pieces))
    text = _tidy(without_structure(marked))
    return Shown(html, text, _answer(marked, text, hands_on=hands_on))


def _answer(marked: str, text: str, *, hands_on: bool) -> str:
    """The new text. In what no person wrote by hand none is looked for: that saves memory, too."""
    if text.count("\n") > MAX_LINES or len(text) > MAX_ANSWER_CHARS:
        return text.strip()
    return reply_text(marked, hands_on=hands_on)


def _piece(segment: Segment, defects: list[str], left: int) -> _Piece:
    plain = segment.plain or ""
    if segment.html is None:
        return _Piece(None, without_structure(plain))
    if len(segment.html) > left or is_too_much(segment.html):
        defects.append("HTML is too large or too deep to be shown")
        words = plain if _HAS_WORDS.search(plain) else strip_tags(segment.html)
        return _Piece(text_as_html(words[:MAX_HTML_CHARS]), without_structure(words))
    clean = sanitise_marked(segment.html)
    if _HAS_WORDS.search(plain):
        return _Piece(finished(clean), without_structure(plain))
    text = html_to_text(clean)
    if not text.strip() and (hidden := _hidden_text(segment.html)):
        defects.append("HTML hides its text")
        return _Piece(text_as_html(hidden), hidden)
    return _Piece(finished(clean), text)


def _hidden_text(html: str) -> str:
    """The words that an element swallows because it is never closed."""
    lowered = html.lower()
    is_open = any(lowered.count(f"<{name}") > lowered.count(f"</{name}") for name in _HIDING)
    return strip_tags(html) if is_open else ""


def _tidy(text: str) -> str:
    """No blank lines around."""
    blanks = _LEADING_BLANKS.match(text)
    return (text[blanks.end() :] if blanks else text).rstrip()
