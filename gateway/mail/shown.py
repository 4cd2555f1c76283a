"""What people get to see of a mail's text: safe HTML, plain text, and the new text alone."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.mail.body import Segment
from gateway.mail.html import MAX_HTML_CHARS, html_to_text, is_too_much, sanitise, text_as_html
from gateway.mail.htmltext import strip_tags
from gateway.mail.quotes import MAX_LINES, reply_text

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
    """One segment. `marked` is its text with `> ` before what HTML quotes."""

    html: str | None
    text: str
    marked: str


def show(segments: Sequence[Segment], defects: list[str]) -> Shown:
    """All segments, one below the other. What cannot be shown in full is named in `defects`."""
    pieces = [_piece(segment, defects) for segment in segments]
    html = None
    if any(piece.html is not None for piece in pieces):
        html = "\n".join(p.html if p.html is not None else text_as_html(p.text) for p in pieces)
    text = _tidy("\n".join(piece.text for piece in pieces))
    return Shown(html, text, _answer(pieces, text))


def _answer(pieces: list[_Piece], text: str) -> str:
    """The new text. In what no person wrote by hand none is looked for: that saves memory, too."""
    if text.count("\n") > MAX_LINES or len(text) > MAX_ANSWER_CHARS:
        return text.strip()
    return reply_text(_tidy("\n".join(piece.marked for piece in pieces)))


def _piece(segment: Segment, defects: list[str]) -> _Piece:
    plain = segment.plain or ""
    if segment.html is None:
        return _Piece(None, plain, plain)
    if is_too_much(segment.html):
        defects.append("HTML is too large or too deep to be shown")
        words = plain if _HAS_WORDS.search(plain) else strip_tags(segment.html)
        return _Piece(text_as_html(words[:MAX_HTML_CHARS]), words, words)
    clean = sanitise(segment.html)
    if _HAS_WORDS.search(plain):
        return _Piece(clean, plain, plain)
    text = html_to_text(clean)
    if not text.strip() and (hidden := _hidden_text(segment.html)):
        defects.append("HTML hides its text")
        return _Piece(text_as_html(hidden), hidden, hidden)
    marked = html_to_text(clean, quote_mark="> ") if "<blockquote" in clean else text
    return _Piece(clean, text, marked)


def _hidden_text(html: str) -> str:
    """The words that an element swallows because it is never closed."""
    lowered = html.lower()
    is_open = any(lowered.count(f"<{name}") > lowered.count(f"</{name}") for name in _HIDING)
    return strip_tags(html) if is_open else ""


def _tidy(text: str) -> str:
    """No blank lines around."""
    blanks = _LEADING_BLANKS.match(text)
    return (text[blanks.end() :] if blanks else text).rstrip()
