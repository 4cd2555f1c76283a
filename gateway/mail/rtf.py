"""The words of compressed RTF (MS-OXRTFCP), which Outlook uses inside winmail.dat; HTML where it hides some.

Bounded: of longer texts the beginning is read.
"""

import re
import struct

from gateway.mail import charsets

MAX_RTF_BYTES = 2 * 1024 * 1024
_PRELOADED = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans "
    rb"SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0" + b"\r\n" + rb"\par \pard\plain\f0"
    rb"\fs20\b\i\u\tab\tx"
)
_TOKEN = re.compile(
    r"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z'])|([{}])|[\r\n]+|([^\\{}\r\n]+)"
)
_HIDDEN_NAMES = """
    fonttbl colortbl stylesheet info pict object header footer footnote listtable listoverridetable generator
    themedata colorschememapping latentstyles datastore xmlnstbl rsidtbl mmathPr filetbl revtbl
"""
_HIDDEN = frozenset(_HIDDEN_NAMES.split())
_SAID = {"par": "\n", "line": "\n", "row": "\n", "sect": "\n", "page": "\n", "tab": "\t", "cell": "\t"} | {
    "lquote": "\u2018",
    "rquote": "\u2019",
    "ldblquote": "\u201c",
    "rdblquote": "\u201d",
    "bullet": "\u2022",
    "endash": "\u2013",
    "emdash": "\u2014",
}
_ESCAPED = {"~": "\xa0", "_": "\u2011", "\\": "\\", "{": "{", "}": "}", "\n": "\n", "\r": "\n"}


def read_rtf(packed: bytes) -> tuple[str, str]:
    """The text in compressed RTF, or the HTML that it was made from; one of the two, or neither, is there."""
    rtf = decompress(packed).decode("latin-1")
    if "\\fromhtml1" in rtf[:2000]:
        return "", _Reader(is_html=True).read(rtf).strip()
    return _Reader(is_html=False).read(rtf).strip(), ""


def decompress(packed: bytes) -> bytes:
    """The RTF itself; as far as it can be read, b"" where it is none."""
    if len(packed) < 16:
        return b""
    _, size, kind = struct.unpack_from("<II4s", packed)
    if kind == b"MELA":
        return packed[16 : 16 + min(size, MAX_RTF_BYTES)]
    if kind != b"LZFu":
        return b""
    limit = min(size, MAX_RTF_BYTES) + len(_PRELOADED)
    out = bytearray(_PRELOADED)
    at = 16
    while at < len(packed) and len(out) < limit:
        control = packed[at]
        at += 1
        for bit in range(8):
            if at >= len(packed):
                break
            if not control >> bit & 1:
                out.append(packed[at])
                at += 1
                continue
            word = int.from_bytes(packed[at : at + 2], "big")
            at += 2
            distance = (len(out) - (word >> 4)) & 0xFFF
            if distance == 0:  # the reference to the place of writing ends the text
                return bytes(out[len(_PRELOADED) : limit])
            _copy(out, distance, (word & 0xF) + 2)
    return bytes(out[len(_PRELOADED) : limit])


def _copy(out: bytearray, distance: int, length: int) -> None:
    """Repeat what stands `distance` before the end; it may reach into what it writes."""
    begin = len(out) - distance
    for at in range(begin, begin + length):
        out.append(out[at] if at >= 0 else 0x20)


class _Reader:
    """RTF read token by token. A group inherits what is hidden; `htmlrtf` marks what HTML does not have."""

    def __init__(self, *, is_html: bool) -> None:
        self._is_html = is_html
        self._out: list[str] = []
        self._octets = bytearray()
        self._charset = "cp1252"
        self._hidden = [False]
        self._is_twin = False  # between \htmlrtf and \htmlrtf0
        self._is_begin = False  # right behind an opening brace
        self._is_starred = False  # the group may be passed over by who does not know it
        self._skip = 0  # letters that stand in for a \u before them
        self._fallback = 1

    def read(self, rtf: str) -> str:
        for match in _TOKEN.finditer(rtf):
            word, number, octet, escaped, brace, text = match.groups()
            if brace:
                self._group(brace)
                continue
            if octet:
                self._byte(int(octet, 16))
            elif word:
                self._word(word, number)
            elif escaped == "*":
                self._is_starred = self._is_begin
                continue  # what follows says what kind of group it is
            elif escaped:
                self._say(_ESCAPED.get(escaped, ""))
            elif text:
                self._say(text)
            self._is_begin = self._is_starred = False
        self._flush()
        return "".join(self._out)

    def _group(self, brace: str) -> None:
        self._flush()
        if brace == "{":
            self._hidden.append(self._hidden[-1])
        elif len(self._hidden) > 1:
            self._hidden.pop()
        self._is_begin = brace == "{"
        self._skip = 0

    def _word(self, word: str, number: str | None) -> None:
        if word == "u":
            code = int(number or "63") & 0xFFFF
            self._say(chr(code) if not 0xD800 <= code < 0xE000 else "\ufffd")
            self._skip = self._fallback
        elif word == "uc":
            self._fallback = min(max(int(number or "1"), 0), 8)
        elif word == "ansicpg" and number:
            label = f"cp{number.lstrip('-')}"
            self._charset = label if charsets.is_known(label) else "cp1252"
        elif word == "htmlrtf":
            self._flush()
            self._is_twin = number != "0"
        elif self._is_begin and word == "htmltag":
            self._hidden[-1] = not self._is_html
        elif self._is_begin and (self._is_starred or word in _HIDDEN):
            self._hidden[-1] = True
        elif word in _SAID:
            self._say(_SAID[word])

    def _say(self, text: str) -> None:
        self._flush()
        if self._skip:
            text, self._skip = text[self._skip :], max(0, self._skip - len(text))
        if text and not self._hidden[-1] and not self._is_twin:
            self._out.append(text)

    def _byte(self, octet: int) -> None:
        if self._skip:
            self._skip -= 1
        elif not self._hidden[-1] and not self._is_twin:
            self._octets.append(octet)

    def _flush(self) -> None:
        """Bytes that follow each other may be one letter."""
        if self._octets:
            self._out.append(charsets.decode(bytes(self._octets), self._charset)[0])
            self._octets.clear()
