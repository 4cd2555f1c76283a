"""winmail.dat unpacked: Outlook's own envelope (MS-OXTNEF), with the files and the text inside it.

Read here and not by a library, because every count in it is the sender's word: this reads each byte once,
follows no number that the bytes do not back, and hands out files byte for byte.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from gateway.mail import charsets
from gateway.mail.rtf import read_rtf

_SIGNATURE = b"\x78\x9f\x3e\x22"
_MESSAGE, _ATTACHMENT = 1, 2
_BODY, _DATA, _TITLE, _TRANSPORT_NAME, _BEGINS = 0x800C, 0x800F, 0x8010, 0x9001, 0x9002
_PROPERTIES, _FILE_PROPERTIES, _CODEPAGE = 0x9003, 0x9005, 0x9007
_SUBJECT_ID, _BODY_ID, _RTF_ID, _HTML_ID, _CPID_ID = 0x0037, 0x1000, 0x1009, 0x1013, 0x3FDE
_DISPLAY_NAME, _CONTENT, _SHORT_NAME, _LONG_NAME = 0x3001, 0x3701, 0x3704, 0x3707
_MIME_TAG, _CONTENT_ID = 0x370E, 0x3712
_OBJECT, _STRING, _UNICODE, _BINARY = 0x0D, 0x1E, 0x1F, 0x102
_FIXED = {1: 0, 2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 10: 4, 11: 4, 20: 8, 0x40: 8, 0x48: 16}
_IS_MESSAGE = bytes.fromhex("0703020000000000c000000000000046")  # IID_IMessage, before an embedded message
_CHARSETS = {20127: "us-ascii", 20866: "koi8-r", 21866: "koi8-u", 50220: "iso-2022-jp", 51932: "euc-jp"}
MAX_ENTRIES = 20_000
MAX_MESSAGES = 20


class _DamagedError(Exception):
    """The bytes end, or say something that cannot be."""


@dataclass(frozen=True, slots=True)
class TnefFile:
    """A file from the envelope; `content_type` and `content_id` are "" where it does not say."""

    filename: str
    content_type: str
    content_id: str
    content: bytes


@dataclass(slots=True)
class Unpacked:
    """What an envelope holds. `is_whole` tells that nothing in it was left unread."""

    text: str = ""
    html: str = ""
    files: list[TnefFile] = field(default_factory=list)
    is_whole: bool = True


@dataclass(slots=True)
class _Reading:
    """One message in the envelope; `charset` is what its 8-bit strings are in."""

    out: Unpacked
    charset: str = "cp1252"
    subject: str = ""
    text: str = ""
    html: str = ""
    rtf: bytes = b""


@dataclass(slots=True)
class _File:
    """One attachment while it is read; a later and better source replaces an earlier one."""

    name: str = ""
    content_type: str = ""
    content_id: str = ""
    content: bytes = b""
    message: bytes | None = None


def is_tnef(content: bytes) -> bool:
    """Whether these bytes are such an envelope, whatever they are called."""
    return content.startswith(_SIGNATURE)


def unpack(content: bytes, *, may_read_rtf: bool = True) -> Unpacked:
    """The text and the files of an envelope, those of messages inside it included. Never raises.

    RTF costs time, so only that of the envelope itself is read, and only where `may_read_rtf`.
    """
    out = Unpacked()
    waiting = [("", content)]
    read = 0
    while waiting:
        name, octets = waiting.pop(0)
        reading = _Reading(out)
        read += 1
        if read > MAX_MESSAGES:
            out.is_whole = False
            break
        try:
            _read(reading, octets, waiting)
        except (_DamagedError, struct.error):
            out.is_whole = False
        is_first = read == 1
        if reading.rtf and not (reading.html or reading.text):
            if is_first and may_read_rtf:
                reading.text, reading.html = read_rtf(reading.rtf)
            else:
                out.is_whole = False
        _finish(reading, name, is_first=is_first)
    return out


def _finish(reading: _Reading, name: str, *, is_first: bool) -> None:
    """The words of the envelope are the mail's; those of a message inside it are a file."""
    if is_first:
        reading.out.text, reading.out.html = reading.text, reading.html
        return
    title = reading.subject or name or "message"
    for words, ending, kind in ((reading.html, "html", "text/html"), (reading.text, "txt", "text/plain")):
        if words:
            reading.out.files.append(TnefFile(f"{title}.{ending}", kind, "", words.encode()))
            return


def _read(reading: _Reading, content: bytes, waiting: list[tuple[str, bytes]]) -> None:
    if not is_tnef(content):
        raise _DamagedError
    files: list[_File] = []
    try:
        for level, name, data in _attributes(content):
            if level == _MESSAGE:
                _take_of_message(reading, name, data)
            elif level == _ATTACHMENT:
                if name == _BEGINS or not files:
                    files.append(_File())
                _take_of_file(reading, files[-1], name, data)
    finally:
        for file in files:
            if file.message is not None:
                waiting.append((file.name, file.message))
            elif file.content or file.name:
                found = TnefFile(file.name, file.content_type, file.content_id, file.content)
                reading.out.files.append(found)


def _attributes(content: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Each attribute: level, name, data (2.1.3). Checksums are not looked at: real ones are often wrong."""
    at, entries = 6, 0
    while at + 11 <= len(content):
        level, name, _, length = struct.unpack_from("<BHHI", content, at)
        at += 9
        entries += 1
        if at + length > len(content) or entries > MAX_ENTRIES or level not in (_MESSAGE, _ATTACHMENT):
            raise _DamagedError
        yield level, name, content[at : at + length]
        at += length + 2


def _take_of_message(reading: _Reading, name: int, data: bytes) -> None:
    if name == _CODEPAGE and len(data) >= 4:
        reading.charset = _charset(struct.unpack_from("<I", data)[0])
    elif name == _BODY:
        reading.text = reading.text or _text(data, reading.charset)
    elif name == _PROPERTIES:
        _take_properties(reading, data)


def _take_properties(reading: _Reading, data: bytes) -> None:
    html = b""
    label = ""
    for kind, key, value in _properties(data):
        if key == _CPID_ID and len(value) >= 4:
            label = _charset(struct.unpack_from("<I", value)[0])
        elif key == _HTML_ID:
            html = value if kind != _UNICODE else _string(kind, value, "").encode()
        elif key == _RTF_ID:
            reading.rtf = value
        elif key == _BODY_ID:
            reading.text = _string(kind, value, label or reading.charset)
        elif key == _SUBJECT_ID:
            reading.subject = _string(kind, value, reading.charset)
    if html:
        reading.html = _text(html, label or "")


def _take_of_file(reading: _Reading, file: _File, name: int, data: bytes) -> None:
    if name == _DATA:
        file.content = data
    elif name in (_TITLE, _TRANSPORT_NAME):
        file.name = file.name or _text(data, reading.charset)
    elif name == _FILE_PROPERTIES:
        for kind, key, value in _properties(data):
            _take_file_property(reading, file, kind, key, value)


def _take_file_property(reading: _Reading, file: _File, kind: int, key: int, value: bytes) -> None:
    if key == _CONTENT and value.startswith(_IS_MESSAGE):
        file.message = value[16:]
    elif key == _CONTENT:
        file.content = value[16:] if kind == _OBJECT else value
    elif key == _LONG_NAME:
        file.name = _string(kind, value, reading.charset) or file.name
    elif key in (_SHORT_NAME, _DISPLAY_NAME):
        file.name = file.name or _string(kind, value, reading.charset)
    elif key == _MIME_TAG:
        file.content_type = _string(kind, value, reading.charset)
    elif key == _CONTENT_ID:
        file.content_id = _string(kind, value, reading.charset)


def _properties(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Each property's type, id and value; of several values each by itself (2.1.3.4)."""
    (count,) = struct.unpack_from("<I", data)
    at, entries = 4, 0
    while count and at < len(data):
        count -= 1
        kind, key = struct.unpack_from("<HH", data, at)
        at += 4
        if key >= 0x8000:
            at = _behind_name(data, at)
        values = 1
        if kind & 0x1000 or (kind & 0xFFF) in (_OBJECT, _STRING, _UNICODE, _BINARY):
            (values,) = struct.unpack_from("<I", data, at)
            at += 4
        for _ in range(values):
            entries += 1
            begin, end, at = _value(data, at, kind & 0xFFF)
            if end > len(data) or entries > MAX_ENTRIES:
                raise _DamagedError
            yield kind & 0xFFF, key, data[begin:end]


def _behind_name(data: bytes, at: int) -> int:
    """Named properties bring a GUID and a number or a name along."""
    (is_string, length) = struct.unpack_from("<II", data, at + 16)
    return at + 24 + (_padded(length) if is_string else 0)


def _value(data: bytes, at: int, kind: int) -> tuple[int, int, int]:
    """Where a value begins and ends, and where the next one begins."""
    if kind in (_OBJECT, _STRING, _UNICODE, _BINARY):
        (length,) = struct.unpack_from("<I", data, at)
        return at + 4, at + 4 + length, at + 4 + _padded(length)
    if kind not in _FIXED:
        raise _DamagedError
    return at, at + _FIXED[kind], at + _FIXED[kind]


def _padded(length: int) -> int:
    return (length + 3) & ~3


def _string(kind: int, value: bytes, charset: str) -> str:
    return _text(value, "utf-16-le" if kind == _UNICODE else charset)


def _text(value: bytes, charset: str) -> str:
    return charsets.decode(value, charset)[0].rstrip("\0")


def _charset(codepage: int) -> str:
    """The charset of a Windows code page."""
    if codepage == 65001:
        return "utf-8"
    if 28591 <= codepage <= 28605:
        return f"iso-8859-{codepage - 28590}"
    return _CHARSETS.get(codepage, f"cp{codepage}")
