"""The tree of a mail's parts (RFC 2046), as offsets into the raw bytes: nothing copied, all bounded."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from gateway.mail.headers import Headers, first_field, split_headers, value_and_parameters

MAX_LEVELS = 4000
MAX_NESTED = 100  # levels kept as such: what lies deeper stands side by side in the last of them
MAX_PARTS = 12_000
MAX_SCANNED_BYTES = 1536 * 1024 * 1024  # each level reads its bytes again; a deep mail has few of them
KEPT_WHOLE = "application/octet-stream"
_ANY_DELIMITER = re.compile(rb"^--(-{0,60}[^\s-](?:[^\r\n]{0,198}\S)?)[ \t]*+\r?$", re.MULTILINE)
_BEGINS_PART = re.compile(rb"\r?\n(?:content-[a-z-]+[ \t]*:|mime-version[ \t]*:|\r?\n)", re.IGNORECASE)
MAX_GUESSES = 200
_REST_OF_DELIMITER = re.compile(rb"(?:(--).*|[ \t\r\f\v]*)(?:\n|\Z)")
_MANY = 1000
_COST_OF_CANDIDATE = 24  # bytes that are scanned in the same time


@dataclass(slots=True)
class Part:
    """One entity: its header, its type and where its body lies in `raw`."""

    raw: bytes = field(repr=False)
    headers: Headers
    content_type: str
    parameters: dict[str, str]
    start: int
    end: int
    children: list["Part"] = field(default_factory=list)

    @property
    def is_multipart(self) -> bool:
        """Whether its body was split into parts."""
        return bool(self.children)

    @property
    def body(self) -> bytes:
        """Its body as it was sent."""
        return self.raw[self.start : self.end]


@dataclass(slots=True)
class _Reading:
    raw: bytes
    defects: list[str]
    parts: int = 0
    scanned: int = 0

    def may_split(self, part: Part, level: int) -> bool:
        """Whether there is time to look for parts in it; if not, it is kept as it is."""
        self.scanned += part.end - part.start
        if level >= MAX_LEVELS or self.scanned > MAX_SCANNED_BYTES:
            self.defects.append("parts are nested too deeply")
            return False
        if self.parts >= MAX_PARTS:
            self.defects.append("too many parts")
            return False
        return True


def read_tree(raw: bytes, defects: list[str]) -> Part:
    """The whole mail as a tree. What is broken is read as far as it goes and named in `defects`.

    Nothing is left out: what lies beyond the bounds is a part without a header, of type `KEPT_WHOLE`.
    """
    reading = _Reading(raw, defects)
    tree = _entity(reading, first_field(raw), len(raw), "text/plain")
    waiting = [(tree, tree, 0)]  # a part, where its parts go if it is too deep to keep them, its level
    while waiting:
        part, home, level = waiting.pop()
        found = _parts_of(reading, part, level)
        if level < MAX_NESTED:
            home = part
        elif not found:
            home.children.append(part)
        else:
            home.content_type = "multipart/mixed"  # of parts from several levels none replaces another
        if level + 1 < MAX_NESTED:
            part.children = found
            found = [child for child in found if child.content_type.startswith("multipart/")]
        waiting += [(child, home, level + 1) for child in reversed(found)]
    tree.headers.charset = _first_charset(tree)
    return tree


def _first_charset(part: Part) -> str:
    """The charset of the first text: raw 8-bit header fields are mostly in the same."""
    while part.children:
        part = part.children[0]
    return part.headers.charset


def _entity(reading: _Reading, start: int, end: int, default: str) -> Part:
    reading.parts += 1
    headers, body = split_headers(reading.raw, start, end, reading.defects)
    content_type, parameters = _type_of(headers, default, reading.defects)
    headers.charset = parameters.get("charset", "")
    return Part(reading.raw, headers, content_type, parameters, body, end)


def _parts_of(reading: _Reading, part: Part, level: int) -> list[Part]:
    """The parts directly in a multipart; none in any other part."""
    if not part.content_type.startswith("multipart/"):
        return []
    if not reading.may_split(part, level):
        part.content_type = KEPT_WHOLE
        return []
    default = "message/rfc822" if part.content_type == "multipart/digest" else "text/plain"
    found: list[Part] = []
    for start, end in _slices(reading, part, _boundary(reading, part)):
        if reading.parts >= MAX_PARTS:
            reading.defects.append("too many parts")
            found.append(Part(reading.raw, Headers({}), KEPT_WHOLE, {}, start, part.end))
            break
        found.append(_entity(reading, start, end, default))
    if not found:
        part.content_type = "text/plain"  # nothing was split off: show what is there
    return found


def _type_of(headers: Headers, default: str, defects: list[str]) -> tuple[str, dict[str, str]]:
    """Content-Type's value, made whole where it is not (RFC 2045, 5.2)."""
    if "content-type" not in headers:
        return default, {}
    content_type, parameters = value_and_parameters(headers.raw("content-type"))
    content_type = re.sub(r"\s", "", content_type)
    if re.fullmatch(r"[^/]+/[^/]+", content_type):
        return content_type, parameters
    if content_type:
        defects.append("content type cannot be read")
    return ("text/html" if content_type in ("html", "text/html/") else default), parameters


def _boundary(reading: _Reading, part: Part) -> bytes:
    """The declared boundary, or the first line that looks like one."""
    declared = part.parameters.get("boundary", "").strip().encode("utf-8", "surrogateescape")
    if declared and reading.raw.find(b"--" + declared, part.start, part.end) >= 0:
        return declared
    guessed = _guessed_boundary(reading.raw, part)
    reading.defects.append("boundary is missing or wrong" if guessed else "multipart without parts")
    return guessed or declared


def _guessed_boundary(raw: bytes, part: Part) -> bytes:
    """The boundary of the likeliest delimiter line: one with a header behind it, else the first."""
    lines = list(islice(_ANY_DELIMITER.finditer(raw, part.start, part.end), MAX_GUESSES))
    sure = next((line for line in lines if _BEGINS_PART.match(raw, line.end(), part.end)), None)
    found = sure or next((line for line in lines if not line[1].startswith(b"-")), None)
    return found[1] if found else b""


def _slices(reading: _Reading, part: Part, boundary: bytes) -> Iterator[tuple[int, int]]:
    """Where each part lies. One that never closes runs to the end."""
    if not boundary:
        return
    begin = -1
    for delimiter, behind, closes in _delimiters(reading, part, boundary):
        if begin >= 0:
            yield begin, max(begin, _before_line_end(reading.raw, delimiter))
        begin = -1 if closes else behind
    if 0 <= begin <= part.end:
        reading.defects.append("multipart is not closed")
        if begin < part.end:
            yield begin, part.end


def _delimiters(reading: _Reading, part: Part, boundary: bytes) -> Iterator[tuple[int, int, bool]]:
    """Each delimiter line: its start, the start of the next line, whether it is the closing one.

    Only white space may follow a delimiter, so that a longer boundary is another one; behind a closing
    one anything may stand, as some programs forget the line end there.
    """
    for at, rest in _candidates(reading, part, b"--" + boundary):
        if at == part.start or reading.raw[at - 1] in b"\r\n":
            yield at, rest.end(), rest[1] is not None


def _candidates(reading: _Reading, part: Part, needle: bytes) -> Iterator[tuple[int, re.Match[bytes]]]:
    """Where the needle stands with a fit rest of the line behind it."""
    raw = reading.raw
    count = raw.count(needle, part.start, part.end)
    reading.scanned += _COST_OF_CANDIDATE * count
    if count > _MANY:  # then an expression of its own pays
        line = re.compile(re.escape(needle) + _REST_OF_DELIMITER.pattern)
        yield from ((found.start(), found) for found in line.finditer(raw, part.start, part.end))
        return
    position = part.start
    while (at := raw.find(needle, position, part.end)) >= 0:
        position = at + len(needle)
        if rest := _REST_OF_DELIMITER.match(raw, position, part.end):
            position = rest.end()
            yield at, rest


def _before_line_end(raw: bytes, position: int) -> int:
    """The line end in front of a delimiter belongs to the delimiter (RFC 2046, 5.1.1)."""
    if raw.endswith(b"\n", 0, position):
        position -= 1
    return position - 1 if raw.endswith(b"\r", 0, position) else position
