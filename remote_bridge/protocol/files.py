"""Channel 5: files, both ways. What is said is parsed here; what to do about it is each side's own."""

from dataclasses import dataclass
from typing import assert_never

from remote_bridge.protocol.errors import Malformed, TooLarge
from remote_bridge.protocol.jsontext import Fields, parse_object, write

MOST_FILE_BYTES = 4 * 1024**3
MOST_PIECE_BYTES = 256 * 1024
MOST_UNDER_WAY_BYTES = 1024 * 1024
MOST_AT_ONCE = 8
MOST_NAME_CHARS = 255
_MOST_OFFER_BYTES = 4 * 1024
_MOST_ID = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Offer:
    """I have this file for you; ids are the offering side's own."""

    id: int
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Accept:
    """Send it."""

    id: int


@dataclass(frozen=True, slots=True)
class Reject:
    """Do not send it."""

    id: int


@dataclass(frozen=True, slots=True)
class Piece:
    """The next bytes of an accepted file."""

    id: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Done:
    """That was all of it, and this is its SHA-256."""

    id: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class Cancel:
    """Either side: no more of it."""

    id: int


@dataclass(frozen=True, slots=True)
class Arrived:
    """So many bytes of it have arrived."""

    id: int
    received: int


FileMessage = Offer | Accept | Reject | Piece | Done | Cancel | Arrived


def body_of(message: FileMessage) -> bytes:
    """As it is sealed."""
    match message:
        case Offer(id_, name, size):
            return b"\x01" + write({"id": id_, "name": name, "size": size}).encode("utf-8")
        case Accept(id_):
            return b"\x02" + _id_bytes(id_)
        case Reject(id_):
            return b"\x03" + _id_bytes(id_)
        case Piece(id_, data):
            return b"\x04" + _id_bytes(id_) + data
        case Done(id_, digest):
            return b"\x05" + _id_bytes(id_) + digest
        case Cancel(id_):
            return b"\x06" + _id_bytes(id_)
        case Arrived(id_, received):
            return b"\x07" + _id_bytes(id_) + received.to_bytes(8, "big")
        case _:
            assert_never(message)


def _id_bytes(id_: int) -> bytes:
    return id_.to_bytes(4, "big")


def parse(body: bytes) -> FileMessage:
    """Malformed, TooLarge."""
    if body[:1] == b"\x01":
        return _parse_offer(body[1:])
    if len(body) < 5:
        raise Malformed("no message about a file")
    id_, rest = int.from_bytes(body[1:5], "big"), body[5:]
    if body[0] == 4:
        return _parse_piece(id_, rest)
    match body[0], len(rest):
        case 2, 0:
            return Accept(id_)
        case 3, 0:
            return Reject(id_)
        case 5, 32:
            return Done(id_, rest)
        case 6, 0:
            return Cancel(id_)
        case 7, 8:
            return Arrived(id_, _bounded(int.from_bytes(rest, "big")))
        case _:
            raise Malformed("no message about a file")


def _parse_offer(data: bytes) -> Offer:
    fields = Fields(parse_object(data, _MOST_OFFER_BYTES))
    offer = Offer(
        fields.whole("id", most=_MOST_ID),
        fields.text("name"),
        _bounded(fields.whole("size", most=2**63)),
    )
    if not 0 < len(offer.name) <= MOST_NAME_CHARS:
        raise Malformed("a file's name has 1 to 255 characters")
    return fields.done(offer)


def _parse_piece(id_: int, data: bytes) -> Piece:
    if not data:
        raise Malformed("a piece of nothing")
    if len(data) > MOST_PIECE_BYTES:
        raise TooLarge("a piece over 256 KiB")
    return Piece(id_, data)


def _bounded(size: int) -> int:
    if size > MOST_FILE_BYTES:
        raise TooLarge("a file over 4 GiB")
    return size
