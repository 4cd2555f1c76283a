"""Content-Transfer-Encoding undone (RFC 2045, 6), as far as the bytes allow."""

import binascii
import re

from gateway.mail.words import unbase64

_SOFT_END = re.compile(rb"=[ \t]+(?=\r?\n)")  # blanks that some relay put at the line's end (RFC 2045, 6.7)
_UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} [^\r\n]*\r?\n", re.MULTILINE)
MAX_PIECES = 200_000
_PIECE_BYTES = 256 * 1024


def decode_transfer(raw: bytes, encoding: str, defects: list[str]) -> bytes:
    """The decoded bytes; an unknown encoding leaves them as they are."""
    name = re.split(r"[;(]", encoding.lower(), maxsplit=1)[0].strip(" \t\"'")
    if name == "base64":
        return _base64(raw, defects)
    if name == "quoted-printable":
        return binascii.a2b_qp(_with_soft_ends(raw) if b"= " in raw or b"=\t" in raw else raw)
    if name in ("x-uuencode", "uuencode", "x-uue", "uue"):
        return _uuencode(raw, defects)
    if name not in ("", "7bit", "8bit", "binary", "7-bit", "8-bit", "none"):
        defects.append(f"unknown transfer encoding {name[:40]!r}")
    return raw


def _with_soft_ends(raw: bytes) -> bytes:
    """Without the blanks behind soft line ends; piece by piece, as each match costs memory."""
    pieces: list[bytes] = []
    at = 0
    while at < len(raw):
        end = raw.find(b"\n", at + _PIECE_BYTES) + 1 or len(raw)
        pieces.append(_SOFT_END.sub(b"=", raw[at:end]))
        at = end
    return b"".join(pieces)


def _base64(raw: bytes, defects: list[str]) -> bytes:
    padding = raw.find(b"=")
    if padding >= 0 and raw[padding:].strip(b"=\r\n \t"):
        defects.append("base64 goes on after its end")
        *pieces, rest = re.split(rb"=+", raw, maxsplit=MAX_PIECES)
        pieces.append(rest.replace(b"=", b""))
        return b"".join(unbase64(piece) for piece in pieces if piece.strip())
    try:
        return binascii.a2b_base64(raw)
    except binascii.Error:
        defects.append("base64 is cut off or damaged")
        return unbase64(raw)


def _uuencode(raw: bytes, defects: list[str]) -> bytes:
    begin = _UU_BEGIN.search(raw)
    if begin is None:
        defects.append("uuencoded part without a begin line")
        return raw
    out = bytearray()
    for line in raw[begin.end() :].splitlines():
        if line.strip() == b"end":
            return bytes(out)
        try:
            out += binascii.a2b_uu(line)
        except binascii.Error:  # a longer line than its length says is common
            length = ((line[0] - 32) & 63) if line else 0
            try:
                out += binascii.a2b_uu(line[: (length * 4 + 5) // 3])
            except binascii.Error:
                defects.append("uuencoded part is damaged")
                return bytes(out)
    return bytes(out)
