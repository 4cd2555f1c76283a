"""The tree of a mail's parts (RFC 2046), as offsets into the raw bytes: nothing copied, all bounded."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from gateway.mail.headers import Headers, split_headers, value_and_parameters

MAX_DEPTH = 40
MAX_PARTS = 3000
_ANY_DELIMITER = re.compile(rb"^--([^\s-][^\r\n]{0,199}?)[ \t]*\r?$", re.MULTILINE)


@dataclass(slots=True)
class Part:
    """One entity: its header, its type and where its body lies in the raw mail."""

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


@dataclass(slots=True)
class _Reading:
    raw: bytes
    defects: list[str]
    parts: int = 0


def read_tree(raw: bytes, defects: list[str]) -> Part:
    """The whole mail as a tree. What is broken is read as far as it goes and named in `defects`."""
    tree = _read(_Reading(raw, defects), 0, len(raw), "text/plain", 0)
    tree.headers.charset = _first_charset(tree)
    return tree


def _first_charset(part: Part) -> str:
    """The charset of the first text: raw 8-bit header fields are mostly in the same."""
    while part.children:
        part = part.children[0]
    return part.headers.charset


def _read(reading: _Reading, start: int, end: int, default: str, depth: int) -> Part:
    reading.parts += 1
    headers, body = split_headers(reading.raw, start, end, reading.defects)
    content_type, parameters = _type_of(headers, default, reading.defects)
    headers.charset = parameters.get("charset", "")
    part = Part(headers, content_type, parameters, body, end)
    if not content_type.startswith("multipart/"):
        return part
    if depth >= MAX_DEPTH:
        reading.defects.append("parts are nested too deeply")
        part.content_type = "application/octet-stream"
        return part
    inner_default = "message/rfc822" if content_type == "multipart/digest" else "text/plain"
    boundary = _boundary(reading, part)
    for child_start, child_end in _slices(reading, part, boundary):
        if reading.parts >= MAX_PARTS:
            reading.defects.append("too many parts")
            break
        part.children.append(_read(reading, child_start, child_end, inner_default, depth + 1))
    if not part.children:
        part.content_type = "text/plain"  # nothing was split off: show what is there
    return part


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
    found = _ANY_DELIMITER.search(reading.raw, part.start, part.end)
    if found is None:
        reading.defects.append("multipart without parts")
        return declared
    reading.defects.append("boundary is missing or wrong")
    return found[1]


def _slices(reading: _Reading, part: Part, boundary: bytes) -> Iterator[tuple[int, int]]:
    """Where each part lies. One that never closes runs to the end."""
    if not boundary:
        return
    begin = -1
    for delimiter, behind, closes in _delimiters(reading.raw, part, b"--" + boundary):
        if begin >= 0:
            yield begin, max(begin, _before_line_end(reading.raw, delimiter))
        begin = -1 if closes else behind
    if 0 <= begin <= part.end:
        reading.defects.append("multipart is not closed")
        if begin < part.end:
            yield begin, part.end


def _delimiters(raw: bytes, part: Part, needle: bytes) -> Iterator[tuple[int, int, bool]]:
    """Each delimiter line: its start, the start of the next line, whether it is the closing one."""
    position = part.start
    while (at := raw.find(needle, position, part.end)) >= 0:
        behind = position = at + len(needle)
        if at > part.start and raw[at - 1] not in b"\r\n":
            continue
        closes = raw.startswith(b"--", behind, part.end)
        line_end = raw.find(b"\n", behind, part.end)
        line_end = part.end if line_end < 0 else line_end
        if not closes and raw[behind : min(line_end, behind + 1000)].strip():
            continue  # a longer boundary that begins like this one
        position = min(line_end + 1, part.end)
        yield at, position, closes


def _before_line_end(raw: bytes, position: int) -> int:
    """The line end in front of a delimiter belongs to the delimiter (RFC 2046, 5.1.1)."""
    if raw.endswith(b"\n", 0, position):
        position -= 1
    return position - 1 if raw.endswith(b"\r", 0, position) else position
