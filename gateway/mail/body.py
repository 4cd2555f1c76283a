"""From the tree of parts to what people see: text, HTML and attachments."""

import re
from dataclasses import dataclass, field

from gateway.mail import charsets, clearsigned, smime
from gateway.mail.flowed import unflow
from gateway.mail.headers import split_headers, value_and_parameters
from gateway.mail.html import text_as_html
from gateway.mail.message import Protection
from gateway.mail.mime import KEPT_WHOLE, Part, read_tree
from gateway.mail.tnef import TnefFile, Unpacked, is_tnef, unpack
from gateway.mail.transfer import decode_transfer
from gateway.mail.uuencoded import cut_files
from gateway.mail.words import decode_words

_READABLE = frozenset(("text/plain", "text/html", "text/enriched", "text/richtext"))
_SHADOWS = frozenset(("text/x-amp-html", "text/watch-html"))  # the same words again, for other programs
_MAILS = frozenset(("message/rfc822", "message/global"))
_REPORTS = frozenset(("message/delivery-status", "message/global-delivery-status"))
_RETURNED = _MAILS | {"text/rfc822-headers", "message/rfc822-headers"}
_CALENDARS = frozenset(("text/calendar", "application/ics"))
_PKCS7 = frozenset(("application/pkcs7-mime", "application/x-pkcs7-mime"))
_TOLD = {
    "message/partial": "message is a piece of a longer one",
    "message/external-body": "a file lies elsewhere: it was not fetched",
}
_UNSAFE_IN_NAME = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069]+")
_NAME_IN_ID = re.compile(r"([\w .()-]{1,100}\.[A-Za-z]\w{1,4})@")
_FILE_NAME = re.compile(r"[\w .()%-]{1,150}\.[A-Za-z]\w{1,4}")
_HAS_WORDS = re.compile(r"\S")
_LONG_BYTES = 1024 * 1024
MAX_NAME_CHARS = 200
MAX_OPENED = 10
MAX_OPENED_LEVELS = 2  # each may be nested as deep as the mail itself
MAX_OPENED_BYTES = 16 * 1024 * 1024  # of one inside another
MAX_WORKED_LINES = 1_000_000
_MAX_CODED_NAME_CHARS = 1500
MAX_COSTLY_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the body; at least one of the two is there. HTML is as sent."""

    plain: str | None
    html: str | None


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A part that is not shown as text, decoded. `title` may stand for a missing name: a mail's subject."""

    filename: str
    content_type: str
    disposition: str
    content_id: str
    content: bytes
    title: str = ""


@dataclass(slots=True)
class Body:
    """What a tree holds; `reports` are delivery reports, decoded, `returned` the mails sent back.

    `calendars` are calendar parts with the method their header names; `spare` is text that counts where
    there is no other; `opened` counts envelopes inside the mail that were opened.
    """

    segments: list[Segment] = field(default_factory=list)
    enclosures: list[Enclosure] = field(default_factory=list)
    reports: list[bytes] = field(default_factory=list)
    returned: list[bytes] = field(default_factory=list)
    calendars: list[tuple[bytes, str]] = field(default_factory=list)
    spare: list[Segment] = field(default_factory=list)
    protection: Protection = Protection.NONE
    opened: int = 0

    def protect(self, kind: Protection) -> None:
        """The outermost protection names the mail; that something cannot be read outweighs a signature."""
        if kind.is_encrypted > self.protection.is_encrypted or not self.protection:
            self.protection = kind

    def may_open(self) -> bool:
        """Whether another envelope in this mail is to be opened."""
        self.opened += 1
        return self.opened <= MAX_OPENED


def collect(tree: Part, defects: list[str]) -> Body:
    """Every part of the tree in its place; the levels are bounded by the tree."""
    body = Body()
    body.segments = _Collector(body, defects).segments_of(tree, is_root=True) or body.spare
    return body


@dataclass(frozen=True, slots=True)
class _Collector:
    body: Body
    defects: list[str]
    level: int = 0  # of signed mails opened around these parts

    def segments_of(
        self, part: Part, *, is_root: bool = False, is_first: bool = False, parent: str = ""
    ) -> list[Segment]:
        """The text in this part; enclosures go to the body on the way."""
        if part.is_multipart:
            return self._multipart(part)
        disposition, filename = _named(part)
        if _is_text(part, disposition, filename, is_root=is_root, is_first=is_first, parent=parent):
            return self._leaf(part)
        if part.content_type in _SHADOWS and disposition != "attachment":
            return []
        return self._enclose(part, disposition, filename)

    def _multipart(self, part: Part) -> list[Segment]:
        if part.content_type == "multipart/signed":
            self.body.protect(_protection_of(part))
        elif part.content_type == "multipart/encrypted":
            self._say_encrypted(_protection_of(part))
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
        if text.count("\n") > MAX_WORKED_LINES:  # a line costs a hundred bytes where lines are looked at
            return [Segment(text, None)]
        if part.content_type in ("text/enriched", "text/richtext"):
            return [Segment(_unenriched(text), None)]
        text = unflow(self._readable(text), part.parameters)
        return [Segment(text, None)] if _HAS_WORDS.search(text) else []

    def _readable(self, text: str) -> str:
        """Plain text without PGP's armour and without the files that stand in it."""
        if "-----BEGIN PGP " in text:
            if (signed := clearsigned.without_armour(text)) is not None:
                self.body.protect(Protection.PGP_SIGNED)
                text = signed
            elif clearsigned.is_encrypted(text):
                self._say_encrypted(Protection.PGP_ENCRYPTED)
        if "begin " not in text:
            return text
        text, files = cut_files(text)
        for name, content in files:
            self.body.enclosures.append(Enclosure(safe_name(name), KEPT_WHOLE, "attachment", "", content))
        return text

    def _say_encrypted(self, kind: Protection) -> None:
        self.body.protect(kind)
        self.defects.append("message is encrypted: it is kept, and cannot be read here")

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

    def _enclose(self, part: Part, disposition: str, filename: str) -> list[Segment]:
        """Put a part to the files. The text is what an envelope among them holds."""
        content = self._decoded(part)
        if _is_outlooks(part, filename) and is_tnef(content) and self.body.may_open():
            unpacked = self._unpack(content)
            if not unpacked.is_whole:
                self.defects.append("winmail.dat could not be unpacked in full")
            elif unpacked.files or unpacked.text or unpacked.html:
                return []
        if part.content_type in _REPORTS:
            self.body.reports.append(content)
        elif part.content_type in _RETURNED:
            self.body.returned.append(content)
        elif part.content_type in _CALENDARS:
            self.body.calendars.append((content, part.parameters.get("method", "")))
        elif part.content_type in _TOLD:
            self.defects.append(_TOLD[part.content_type])
        title = ""
        if not filename and part.content_type in _MAILS:
            title = safe_name(f"{_subject_of(content) or 'message'}.eml")
        content_id = part.headers.raw("content-id").strip().strip("<>").strip()
        name = safe_name(filename or _name_from(content_id, part.headers.raw("content-location")))
        enclosure = Enclosure(name, part.content_type, disposition, content_id, content, title)
        self.body.enclosures.append(enclosure)
        is_pkcs7 = part.content_type in _PKCS7 or name.lower().endswith(".p7m")
        return self._opened(content) if is_pkcs7 else []

    def _opened(self, content: bytes) -> list[Segment]:
        """The text of the mail in a PKCS #7 body that anybody can read (RFC 8551, 3.5.2)."""
        if smime.is_encrypted(content):
            self._say_encrypted(Protection.SMIME_ENCRYPTED)
            return []
        inside = smime.signed_content(content)
        if inside is None or not self.body.may_open():
            return []
        self.body.protect(Protection.SMIME_SIGNED)
        if self.level >= MAX_OPENED_LEVELS or (self.level and len(inside) > MAX_OPENED_BYTES):
            self.defects.append("signed mails are nested too deeply: the inner one is a file")
            return []
        inner = _Collector(self.body, self.defects, self.level + 1)
        return inner.segments_of(read_tree(inside, self.defects), is_root=True)

    def _unpack(self, content: bytes) -> Unpacked:
        """Hand out what Outlook's envelope holds."""
        unpacked = unpack(content, may_read_rtf=self.body.opened == 1)
        if unpacked.text or unpacked.html:
            self.body.spare.append(Segment(unpacked.text or None, unpacked.html or None))
        self.body.enclosures += [_from_outlook(file) for file in unpacked.files]
        return unpacked


def _is_outlooks(part: Part, filename: str) -> bool:
    is_named = filename.lower() in ("winmail.dat", "win.dat", "att00001.dat")
    return part.content_type in ("application/ms-tnef", "application/vnd.ms-tnef") or is_named


def _from_outlook(file: TnefFile) -> Enclosure:
    content_id = file.content_id.strip().strip("<>")
    kind = file.content_type.lower() if re.fullmatch(r"[\w.+-]+/[\w.+-]+", file.content_type) else KEPT_WHOLE
    return Enclosure(safe_name(file.filename), kind, "", content_id, file.content)


def _protection_of(part: Part) -> Protection:
    """What a multipart/signed or multipart/encrypted is (RFC 1847, RFC 3156, RFC 8551)."""
    told = " ".join((part.parameters.get("protocol", ""), *(child.content_type for child in part.children)))
    is_pgp = "pgp" in told.lower().replace("application/pkcs7", "")
    if part.content_type == "multipart/encrypted":
        return Protection.PGP_ENCRYPTED if is_pgp else Protection.SMIME_ENCRYPTED
    return Protection.PGP_SIGNED if is_pgp else Protection.SMIME_SIGNED


def _named(part: Part) -> tuple[str, str]:
    """The disposition ("", inline, attachment, …) and the file's name, whichever header has it."""
    disposition, parameters = value_and_parameters(part.headers.raw("content-disposition"))
    name = parameters.get("filename") or part.parameters.get("name") or parameters.get("name") or ""
    return disposition, decode_words(name[:_MAX_CODED_NAME_CHARS])


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
