"""Plain text from sanitised HTML: blocks, lists, tables and links stay readable. One pass, linear time."""

import re
from collections.abc import Iterator
from html import unescape

from gateway.mail.quotemarks import ATTRIBUTES, IN_INDENT, IN_QUOTE, OLDER

_TOKEN = re.compile(r'<(/?)([a-z][a-z0-9]*)((?:\s+[^\s=<>"]+(?:="[^"]*")?)*)\s*/?>|([^<]+)|<')
_HREF = re.compile(r'\shref="([^"]*)"')
_HINT = re.compile(f'="([{IN_QUOTE}-{OLDER}])"')
_QUOTE_MARKS = f"{IN_QUOTE}{IN_INDENT} "
_ALT = re.compile(r'\salt="([^"]*)"')
_SPACES = re.compile(r"[ \t\r\n\f]+")
_BLANK_LINES = re.compile(r"\n{3,}")
_BLOCK_NAMES = """
    address article aside blockquote caption center dd div dl dt figcaption figure footer form h1 h2 h3 h4 h5
    h6 header hr li main nav ol p pre section table tbody tfoot thead tr ul
"""
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_PARAGRAPHS = _BLOCKS & {
    "blockquote",
    "dl",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ol",
    "p",
    "pre",
    "table",
    "ul",
}
_CELLS = frozenset(("td", "th"))
_MAX_INDENT = 20
_RAW_TEXT = re.compile(r"<(/?)(?:script|style)\b[^<>]*>", re.IGNORECASE)
_BREAKING = re.compile(r"<(?:br|/p|/div|/tr|/li|/h[1-6])\b[^<>]*>", re.IGNORECASE)
_ANY_TAG = re.compile(r"<[^<>]*>")


class _Writer:
    """Text as it grows, each line with the marks of structure that its place in the HTML gives it."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line: list[str] = []
        self._href = ""
        self._link_at = 0
        self._wants_blank = False
        self._wants_space = False
        self._lists: list[int] = []
        self._quotes: list[str] = []
        self._pre = self._attributing = 0
        self._hint = ""

    def text(self) -> str:
        self._end_line()
        return "\n".join(self._lines).strip("\n")

    def words(self, raw: str) -> None:
        text = unescape(raw) if "&" in raw else raw
        if self._pre:
            first, *rest = text.replace("\r\n", "\n").split("\n")
            self._put(first)
            for line in rest:
                self._end_line()
                self._put(line)
            return
        squeezed = _SPACES.sub(" ", text)
        if squeezed == " ":
            self._wants_space = bool(self._line)
            return
        if squeezed.startswith(" ") or self._wants_space:
            squeezed = " " + squeezed.lstrip(" ") if self._line else squeezed.lstrip(" ")
        self._wants_space = squeezed.endswith(" ")
        self._put(squeezed.rstrip(" "))

    def _put(self, text: str) -> None:
        if text:
            self._line.append(text.replace("\xa0", " "))

    def open(self, tag: str, attributes: str) -> None:
        found = _HINT.search(attributes) if attributes else None
        hint = found[1] if found else ""
        if hint == OLDER:
            self._hint = OLDER
        if tag == "br":
            self._end_line(even_empty=True)
        elif tag == "a":
            found = _HREF.search(attributes)
            self._href, self._link_at = unescape(found[1]) if found else "", len(self._line)
        elif tag == "img":
            found = _ALT.search(attributes)
            if found and found[1].strip():
                self.words(f" {found[1]} ")
        elif tag in _CELLS:
            self._wants_space = bool(self._line)
        elif tag in _BLOCKS:
            self._open_block(tag, hint)

    def _open_block(self, tag: str, hint: str) -> None:
        self._break(tag)
        if self._attributing and tag == "div":
            self._attributing += 1
        elif hint == ATTRIBUTES and tag == "div":
            self._attributing = 1
        if tag == "blockquote":
            self._quotes.append(IN_INDENT if hint == IN_INDENT else IN_QUOTE)
        elif tag == "pre":
            self._pre += 1
        elif tag in ("ul", "ol"):
            self._lists.append(0 if tag == "ul" else 1)
        elif tag == "li":
            self._open_item()
        elif tag == "hr":
            self._lines.append(self._prefix() + "---")

    def _open_item(self) -> None:
        number = self._lists[-1] if self._lists else 0
        self._line.append(
            "  " * min(max(len(self._lists) - 1, 0), _MAX_INDENT) + (f"{number}. " if number else "* ")
        )
        if number:
            self._lists[-1] += 1

    def close(self, tag: str) -> None:
        if tag == "a":
            self._close_link()
        elif tag in _BLOCKS:
            self._break(tag)
            if tag == "div" and self._attributing:
                self._attributing -= 1
            if tag == "blockquote" and self._quotes:
                self._quotes.pop()
            elif tag == "pre":
                self._pre = max(0, self._pre - 1)
            elif tag in ("ul", "ol") and self._lists:
                self._lists.pop()

    def _close_link(self) -> None:
        """Name the link's target, unless the words say it already."""
        shown = _SPACES.sub(" ", "".join(self._line[self._link_at :])).strip()
        target = self._href.strip()
        self._href = ""
        if not shown or not target.startswith(("http://", "https://", "ftp://")):
            return
        bare = target.split("://", 1)[1].rstrip("/")
        if bare not in shown.rstrip("/"):
            self._line.append(f" <{target}>")

    def _break(self, tag: str) -> None:
        self._end_line()
        self._wants_blank = self._wants_blank or tag in _PARAGRAPHS

    def _prefix(self) -> str:
        if self._quotes:
            return "".join(self._quotes[:_MAX_INDENT]) + " "
        return ATTRIBUTES if self._attributing else ""

    def _end_line(self, *, even_empty: bool = False) -> None:
        line = "".join(self._line).rstrip()
        self._line.clear()
        self._link_at, self._wants_space = 0, False
        if not line and not even_empty:
            return
        if self._wants_blank and self._lines and self._lines[-1].strip(_QUOTE_MARKS):
            self._lines.append(self._prefix().rstrip() if self._quotes else "")
        self._wants_blank = False
        prefix = self._prefix()
        if line and self._hint and not self._quotes:
            prefix, self._hint = self._hint, ""
        self._lines.append((prefix + line).rstrip())


def html_to_text(sanitised: str) -> str:
    """The words of HTML that `sanitise_marked` made, in reading order.

    What the HTML says about quotes stands before the lines in the marks of `quotemarks`;
    `quotes.without_structure` takes them away.
    """
    writer = _Writer()
    for match in _TOKEN.finditer(sanitised):
        if match[4] is not None:
            writer.words(match[4])
        elif match[2] is None:
            writer.words("<")
        elif match[1]:
            writer.close(match[2])
        else:
            writer.open(match[2], match[3])
    return _BLANK_LINES.sub("\n\n", writer.text())


def strip_tags(html: str) -> str:
    """The words of any HTML, roughly: for what is too big or too deep to be parsed."""
    broken = _BREAKING.sub("\n", "".join(_outside_scripts(html)))
    return _BLANK_LINES.sub("\n\n", unescape(_ANY_TAG.sub(" ", broken))).strip()


def _outside_scripts(html: str) -> Iterator[str]:
    """What is no script and no style sheet; an unclosed one hides nothing."""
    position = inside = 0
    for match in _RAW_TEXT.finditer(html):
        if match[1] and inside:
            position, inside = match.end(), 0
        elif not match[1] and not inside:
            yield html[position : match.start()]
            position, inside = match.start(), 1
    yield html[position:]
