"""Web addresses in text; and links of sanitised HTML that say where they lead, where their words differ."""

import re
from collections.abc import Iterator
from html import escape, unescape
from itertools import islice
from urllib.parse import urlsplit

_ANCHOR = re.compile(r"<a((?: [a-z-]+=\"[^\"]*\")*)>|</a>")
_HREF = re.compile(r' href="([^"]*)"')
_ANY_TAG = re.compile(r"<[^<>]*>")
_NAMED = re.compile(
    r"(?:https?:[/\\]{1,4}(?:[^\s/@]{1,100}@)?|www\.|@)?((?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,8}[^\W\d_]{2,24})(?![\w.@-])"
)
_MAX_WORDS_CHARS = 500
_LONGEST_NAME = 253
_MAX_NAMES = 20
_ADDRESS = re.compile(r"https?://[^\s<>\"'`{}|\\^]{3,2000}", re.IGNORECASE)
_BEHIND_ADDRESS = ".,;:!?)]}*_"


def addresses_in(text: str) -> Iterator[tuple[int, str]]:
    """The web addresses in a text, each with its place; the full stop of a sentence is no part of one."""
    for found in _ADDRESS.finditer(text):
        yield found.start(), found[0].rstrip(_BEHIND_ADDRESS)


def with_targets(html: str) -> str:
    """The HTML with a title on links that gives their target, and the host behind them where it surprises.

    It surprises where the words name a host or an address of another one, or the target has a user's name in
    it (`https://bank.example@elsewhere.example`). Costs linear time.
    """
    if "<a " not in html:
        return html
    parts: list[str] = []
    at, opened = 0, None
    for found in _ANCHOR.finditer(html):
        if found[1] is not None:
            opened = found
            parts += (html[at : found.start()], _titled(found[1]))
        else:
            words = html[opened.end() : found.start()] if opened else ""
            parts += (html[at : found.end()], _surprise(opened[1], words) if opened else "")
            opened = None
        at = found.end()
    return "".join([*parts, html[at:]])


def _titled(attributes: str) -> str:
    href = _HREF.search(attributes)
    return f'<a{attributes} title="{href[1]}">' if href else f"<a{attributes}>"


def _surprise(attributes: str, words: str) -> str:
    """What to show behind a link: its host where it is none that the words name, else nothing."""
    found = _HREF.search(attributes)
    if found is None:
        return ""
    host, has_user = _host(unescape(found[1]))
    if not host:
        return ""
    said = unescape(_ANY_TAG.sub("", words[:_MAX_WORDS_CHARS]))
    named = {name for match in islice(_NAMED.finditer(said), _MAX_NAMES) if (name := _ascii(match[1]))}
    if not has_user and all(_is_same(name, host) for name in named):
        return ""
    return f" <small>(→ {escape(host)})</small>"


def _host(target: str) -> tuple[str, bool]:
    """The host that a target leads to, and whether a user's name stands before it."""
    if target[:7].lower() == "mailto:":
        address = target[7:].split("?", 1)[0]
        return _ascii(address.rpartition("@")[2]), False
    try:
        parts = urlsplit(target.replace("\\", "/"))
        return _ascii(parts.hostname or ""), "@" in parts.netloc
    except ValueError:
        return "", False


def _ascii(name: str) -> str:
    """The name as the network knows it; "" where it is none."""
    if name.isascii() or len(name) > _LONGEST_NAME:
        return name.lower()[:_LONGEST_NAME]
    try:
        return name.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return name.lower()


def _is_same(one: str, other: str) -> bool:
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")
