"""What a PKCS #7 body is (RFC 8551), and the mail inside a signed one. Signatures are named, not verified."""

from collections.abc import Iterator
from dataclasses import dataclass

_OID = bytes.fromhex("2a864886f70d01")
_SIGNED = _OID + b"\x07\x02"
_ENVELOPED = (_OID + b"\x07\x03", _OID + b"\x09\x10\x01\x17")  # the second: AuthEnvelopedData (RFC 5083)
_SEQUENCE, _SET, _OCTETS, _OCTETS_IN_PIECES, _IDENTIFIER, _INSIDE = 0x30, 0x31, 0x04, 0x24, 0x06, 0xA0
_INDEFINITE = -1
MAX_NESTED = 50
MAX_PIECES = 200_000


class _DamagedError(Exception):
    """The bytes are no BER, or end too early."""


@dataclass(frozen=True, slots=True)
class _Element:
    """A tag and where its content lies; `end` is _INDEFINITE where only a mark ends it (X.690, 8.1.3.6)."""

    tag: int
    begin: int
    end: int


def is_encrypted(content: bytes) -> bool:
    """Whether only who has a key can read it."""
    return any(oid in content[:40] for oid in _ENVELOPED)


def signed_content(content: bytes) -> bytes | None:
    """The mail part that is signed; None where there is none: a certificate alone, or damaged bytes."""
    if _SIGNED not in content[:40]:
        return None
    try:
        return _signed_content(content)
    except _DamagedError:
        return None


def _signed_content(content: bytes) -> bytes | None:
    """ContentInfo → SignedData → EncapsulatedContentInfo → the octets (RFC 5652, 3 and 5)."""
    info = _expect(content, 0, _SEQUENCE)
    signed = _expect(content, _behind(content, info.begin, _IDENTIFIER), _INSIDE)
    data = _expect(content, signed.begin, _SEQUENCE)
    at = _after(content, _element(content, data.begin))  # the version
    encapsulated = _expect(content, _behind(content, at, _SET), _SEQUENCE)
    at = _behind(content, encapsulated.begin, _IDENTIFIER)
    inside = _element(content, at)
    if inside.tag != _INSIDE:
        return None  # nothing but certificates, or the signature of a multipart
    octets = _element(content, inside.begin)
    if octets.tag == _OCTETS:
        return content[octets.begin : octets.end]
    if octets.tag != _OCTETS_IN_PIECES:
        raise _DamagedError
    return b"".join(content[piece.begin : piece.end] for piece in _pieces(content, octets))


def _pieces(content: bytes, whole: _Element) -> Iterator[_Element]:
    """The octet strings that one was sent in."""
    at = whole.begin
    for _ in range(MAX_PIECES):
        if at == whole.end or (whole.end == _INDEFINITE and content.startswith(b"\0\0", at)):
            return
        piece = _element(content, at)
        if piece.tag != _OCTETS:
            raise _DamagedError
        yield piece
        at = piece.end
    raise _DamagedError


def _expect(content: bytes, at: int, tag: int) -> _Element:
    found = _element(content, at)
    if found.tag != tag:
        raise _DamagedError
    return found


def _behind(content: bytes, at: int, tag: int) -> int:
    return _after(content, _expect(content, at, tag))


def _element(content: bytes, at: int) -> _Element:
    """The tag and length at a place (X.690, 8.1); every tag that matters here is one byte."""
    if at + 2 > len(content):
        raise _DamagedError
    tag, length = content[at], content[at + 1]
    begin = at + 2
    if length == 0x80:
        return _Element(tag, begin, _INDEFINITE)
    if length & 0x80:
        size = length & 0x7F
        length = int.from_bytes(content[begin : begin + size], "big")
        begin += size
    if begin + length > len(content):
        raise _DamagedError
    return _Element(tag, begin, begin + length)


def _after(content: bytes, element: _Element) -> int:
    """Where the next element begins; inside one without a length each one must be passed."""
    if element.end != _INDEFINITE:
        return element.end
    at, depth = element.begin, 1
    while depth:
        if content.startswith(b"\0\0", at):
            at += 2
            depth -= 1
            continue
        inner = _element(content, at)
        at = inner.end if inner.end != _INDEFINITE else inner.begin
        depth += inner.end == _INDEFINITE
        if depth > MAX_NESTED:
            raise _DamagedError
    return at
