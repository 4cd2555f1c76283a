"""Words in headers: RFC 2047 encoded words and raw 8-bit text, also in their broken forms."""

import binascii
import re

from gateway.mail import charsets
from gateway.mail.allowance import Cost, may_spend

_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]+")


def decode_words(value: str) -> str:
    """The value with each encoded word read. Words that cannot be read stay as they stand. Linear time."""
    if "=?" not in value:
        return value
    out: list[str] = []
    pending: tuple[str, bytes] | None = (
        None  # charset and bytes of words that may go on in the next (split letters)
    )
    position = 0
    while (found := _next_word(value, position)) is not None and may_spend(Cost.WORD):
        start, end, charset, raw = found
        between = value[position:start]
        if pending is not None and not (between.strip() == "" and charset == pending[0]):
            out.append(_text(pending))
            pending = None
            between = between if between.strip() else ""
        elif pending is not None:
            between = ""
        out.append(between)
        pending = (charset, raw if pending is None else pending[1] + raw)
        position = end
    if pending is not None:
        out.append(_text(pending))
    out.append(value[position:])
    return "".join(out)


def _next_word(value: str, position: int) -> tuple[int, int, str, bytes] | None:
    """Start, end, charset and bytes of the next encoded word."""
    while (start := value.find("=?", position)) >= 0:
        position = start + 2
        charset_end = value.find("?", position, position + 60)
        if charset_end < 0 or value[charset_end + 2 : charset_end + 3] != "?":
            continue
        kind = value[charset_end + 1].lower()
        if kind not in "bq":
            continue
        text_start = charset_end + 3
        end = value.find("?=", text_start)
        if end < 0:
            end = len(value)  # cut off: read what is there
        raw = _bytes_of(value[text_start:end], kind)
        return start, min(end + 2, len(value)), value[position:charset_end].split("*", 1)[0].lower(), raw
    return None


def _bytes_of(encoded: str, kind: str) -> bytes:
    """The bytes of an encoded word's text."""
    octets = encoded.encode("utf-8", "surrogateescape")
    return binascii.a2b_qp(octets, header=True) if kind == "q" else unbase64(octets)


def unbase64(octets: bytes) -> bytes:
    """What base64 text holds, as far as it can be read; missing padding and foreign letters do not matter."""
    try:
        return binascii.a2b_base64(octets)
    except binascii.Error:
        letters = re.sub(rb"[^A-Za-z0-9+/]", b"", octets)
        whole = letters[: len(letters) - 1] if len(letters) % 4 == 1 else letters
        return binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))


def _text(word: tuple[str, bytes]) -> str:
    """Encoded words' bytes as text; line ends that some senders encode are spaces."""
    return _CONTROLS.sub(" ", charsets.decode(word[1], word[0])[0])
