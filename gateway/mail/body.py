"""From the tree of parts to what people see: text, HTML and attachments."""

import re
from dataclasses import dataclass, field

from gateway.mail import charsets
from gateway.mail.flowed import unflow
from gateway.mail.headers import split_headers, value_and_parameters
from gateway.mail.html import text_as_html
from gateway.mail.mime import Part
from gateway.mail.transfer import decode_transfer
from gateway.mail.words import decode_words

_READABLE = frozenset(("text/plain", "text/html", "text/enriched", "text/richtext"))
_SHADOWS = frozenset(("text/x-amp-html", "text/watch-html"))  # the same words again, for other programs
_UNSAFE_IN_NAME = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069]+")
_NAME_IN_ID = re.compile(r"([\w .()-]{1,100}\.[A-Za-z]\w{1,4})@")
_FILE_NAME = re.compile(r"[\w .()%-]{1,150}\.[A-Za-z]\w{1,4}")
_HAS_WORDS = re.compile(r"\S")
_LONG_BYTES = 1024 * 1024
MAX_NAME_CHARS = 200
MAX_COSTLY_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the body; at least one of the two is there. HTML is as sent."""

    plain: str | None
    html: str | None


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A part that is not shown as text, decoded."""

    filename: str
    content_type: str
    disposition: str
    content_id: str
    content: bytes


@dataclass(slots=True)
class Body:
    """What a tree holds; `reports` are delivery reports, decoded, `returned` the mails sent back."""

    segments: list[Segment] = field(default_factory=list)
    enclosures: list[Enclosure] = field(default_factory=list)
    reports: list[bytes] = field(default_factory=list)
    returned: list[bytes] = field(default_factory=list)


def collect(tree: Part, defects: list[str]) -> Body:
    """Every part of the tree in its place; the levels are bounded by the tree."""
    body = Body()
    body.segments = _Collector(body, defects).segments_of(tree, is_root=True)
    return body


@dataclass(frozen=True, slots=True)
class _Collector:
    body: Body
    defects: list[str]

    def segments_of(
        self, part: Part, *, is_root: bool = False, is_first: bool = False, parent: str = ""
    ) -> list[Segment]:
        """The text in this part; enclosures go to the body on the way."""
        if part.is_multipart:
            return self._multipart(part)
        disposition, filename = _named(part)
        if _is_text(part, disposition, filename, is_root=is_root, is_first=is_first, parent=parent):
            return self._leaf(part)
        if part.content_type not in _SHADOWS or disposition == "attachment":
            self._enclose(part, disposition, filename)
        return []

    def _multipart(self, part: Part) -> list[Segment]:
        if part.content_type == "multipart/alternative":
            return _best([self.segments_of(child, parent=part.content_type) for child in part.children])
        if part.content_type == "multipart/related":
            return self._related(part)
        first, *others = part.children
        segments = self.segments_of(first, is_first=True, parent=part.content_type)
        return segments + [s for child in others for s in self.segments_of(child, parent=part.content_type)]

    def _related(self, part: Part) -> list[Segment]:
        """The root shows the others (RFC 2387); it is the first unless `start` names another."""
        start = part.parameters.get("start", "").strip()
        root = next(
            (c for c in part.children if start and c.headers.raw("content-id") == start), part.children[0]
        )
        segments: list[Segment] = []
        for child in part.children:
            segments += self.segments_of(
                child, is_root=child is root, parent="" if child is root else part.content_type
            )
        return segments

    def _leaf(self, part: Part) -> list[Segment]:
        text = self._text(part, self._bounded(part, self._decoded(part)))
        if _HAS_WORDS.search(text) is None:
            return []
        if part.content_type == "text/html" or (part.content_type == "text/plain" and _is_html(text)):
            return [Segment(None, text)]
        if part.content_type in ("text/enriched", "text/richtext"):
            return [Segment(_unenriched(text), None)]
        return [Segment(unflow(text, part.parameters), None)]

    def _decoded(self, part: Part) -> bytes:
        encoding = part.headers.raw("content-transfer-encoding")
        return decode_transfer(part.body, encoding, self.defects)

    def _bounded(self, part: Part, content: bytes) -> bytes:
        """Text that would cost too much memory is shown as far as it goes, and kept whole as a file."""
        if len(content) <= MAX_COSTLY_BYTES:
            return content
        if part.content_type != "text/html" and not charsets.is_wide(
            content, part.parameters.get("charset", "")
        ):
            return content
        self.defects.append("text is too long to be shown in full: all of it is in an attachment")
        self.body.enclosures.append(
            Enclosure(safe_name(_named(part)[1]), part.content_type, "attachment", "", content)
        )
        return content[: content.rfind(b"\n", 0, MAX_COSTLY_BYTES) + 1 or MAX_COSTLY_BYTES]

    def _text(self, part: Part, content: bytes) -> str:
        if len(content) > _LONG_BYTES and b"\0" not in content:
            content = content.replace(b"\r\n", b"\n")  # saves memory: a letter may take four bytes
        label = part.parameters.get("charset", "")
        if not label and part.content_type == "text/html":
            label = _meta_charset(content)
        text, defect = charsets.decode(content, label)
        if defect:
            self.defects.append(defect)
        return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")

    def _enclose(self, part: Part, disposition: str, filename: str) -> None:
        content = self._decoded(part)
        if part.content_type in ("message/delivery-status", "message/global-delivery-status"):
            self.body.reports.append(content)
        elif part.content_type in (
            "message/rfc822",
            "text/rfc822-headers",
            "message/rfc822-headers",
            "message/global",
        ):
            self.body.returned.append(content)
        if not filename and part.content_type in ("message/rfc822", "message/global"):
            filename = f"{_subject_of(content) or 'message'}.eml"
        content_id = part.headers.raw("content-id").strip().strip("<>").strip()
        name = safe_name(filename or _name_from(content_id, part.headers.raw("content-location")))
        self.body.enclosures.append(Enclosure(name, part.content_type, disposition, content_id, content))


def _named(part: Part) -> tuple[str, str]:
    """The disposition ("", inline, attachment, …) and the file's name, whichever header has it."""
    disposition, parameters = value_and_parameters(part.headers.raw("content-disposition"))
    name = parameters.get("filename") or part.parameters.get("name") or parameters.get("name") or ""
    return disposition, decode_words(name)


def _name_from(content_id: str, location: str) -> str:
    """A name for a part that has none: Outlook and others put it into Content-ID or Content-Location."""
    in_id = _NAME_IN_ID.match(content_id)
    if in_id:
        return in_id[1]
    last = location.split("?", 1)[0].rstrip("/").rpartition("/")[2].strip()
    return last if _FILE_NAME.fullmatch(last) else ""


def _is_text(
    part: Part, disposition: str, filename: str, *, is_root: bool, is_first: bool, parent: str
) -> bool:
    """Whether the part is read as text, not handed over as a file (the way of RFC 8621, 4.1.4)."""
    if part.content_type not in _READABLE:
        return False
    if is_root:
        return disposition != "attachment" or not filename
    if disposition == "attachment":
        return False
    if parent == "multipart/related":
        return False
    return not filename or parent == "multipart/alternative" or (is_first and not disposition)


def _best(choices: list[list[Segment]]) -> list[Segment]:
    """Of alternatives (RFC 2046, 5.1.4): the first one's plain text, the last one's HTML."""
    filled = [choice for choice in choices if choice]
    if len(filled) < 2:
        return filled[0] if filled else []
    plain = next((c for c in filled if all(s.html is None for s in c)), None)
    html = next((c for c in reversed(filled) if any(s.html is not None for s in c)), None)
    if html is None or plain is None:
        return filled[0] if html is None else html
    return [Segment("\n".join(s.plain or "" for s in plain), joined_html(html))]


def joined_html(segments: list[Segment]) -> str | None:
    """All segments as one HTML; None where none of them is HTML."""
    if all(s.html is None for s in segments):
        return None
    return "\n".join(s.html if s.html is not None else text_as_html(s.plain or "") for s in segments)


def safe_name(name: str) -> str:
    """A file's name without folders, controls and letters that turn the reading direction; "" stays ""."""
    flat = _UNSAFE_IN_NAME.sub(" ", name)
    last = re.split(r"[/\\]", flat)[-1].strip().lstrip(".") or flat.replace("/", "_").replace(
        "\\", "_"
    ).strip(". ")
    squeezed = re.sub(r"\s+", " ", last)
    if len(squeezed) <= MAX_NAME_CHARS:
        return squeezed
    stem, dot, extension = squeezed.rpartition(".")
    keeps_extension = bool(dot) and len(extension) <= 10
    return stem[: MAX_NAME_CHARS - 11] + dot + extension if keeps_extension else squeezed[:MAX_NAME_CHARS]


def _subject_of(content: bytes) -> str:
    headers, _ = split_headers(content[:65_536], 0, min(len(content), 65_536), [])
    return headers.text("subject")


def _is_html(text: str) -> bool:
    """HTML that calls itself plain text: some programs send that."""
    return text.lstrip()[:15].lower().startswith(("<!doctype html", "<html"))


def _meta_charset(content: bytes) -> str:
    found = re.search(
        rb"""<meta[^>]{0,200}charset\s*=\s*["']?([\w.:-]{1,40})""", content[:4096], re.IGNORECASE
    )
    return found[1].decode("ascii") if found else ""


def _unenriched(text: str) -> str:
    """The words of text/enriched (RFC 1896): single line ends are spaces, `<<` is `<`."""
    without = re.sub(r"(?i)<param>[^<]*</param>", "", text)
    words = re.sub(r"(?<!<)<(?!<)[^<>]*>", "", without).replace("<<", "<")
    return re.sub(r"\n(\n*)", lambda match: match[1] or " ", words)
