"""The handshake of one viewer with the host (docs/remote-protocol.md, 5), as two machines without I/O."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from enum import IntEnum

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from remote_bridge.protocol.errors import Malformed, Misplaced, Tampered
from remote_bridge.protocol.frames import Channel, Frame
from remote_bridge.protocol.sealing import Opener, Sealer
from remote_bridge.protocol.secrets import SECRET_BYTES, derive
from remote_bridge.protocol.state import Side

POINT_BYTES = 65
NONCE_BYTES = 32
_LABEL = b"m4a remote 1"
_CURVE = ec.SECP256R1


class Kind(IntEnum):
    """The first byte of a clear message."""

    COMMIT = 1
    HOST_KEY = 2
    VIEWER_KEY = 3


@dataclass(frozen=True, slots=True)
class Meeting:
    """Which connection this is: the session's public id, the viewer's number, the link key K."""

    session: str
    viewer: int
    link_key: bytes

    def __repr__(self) -> str:
        return f"Meeting({self.session!r}, {self.viewer})"


@dataclass(frozen=True, slots=True)
class Ephemeral:
    """A key pair and a nonce for one connection."""

    key: ec.EllipticCurvePrivateKey
    nonce: bytes

    @classmethod
    def make(cls) -> "Ephemeral":
        """New ones, for one handshake only."""
        return cls(ec.generate_private_key(_CURVE()), secrets.token_bytes(NONCE_BYTES))

    @property
    def point(self) -> bytes:
        """The public key, uncompressed."""
        return self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    @property
    def message(self) -> bytes:
        """The public key and the nonce, as they are sent."""
        return self.point + self.nonce

    def __repr__(self) -> str:
        return "Ephemeral(…)"


@dataclass(frozen=True, slots=True)
class Keys:
    """What both ends have after the handshake: a key a direction, and the code that both show."""

    host_to_viewer: bytes
    viewer_to_host: bytes
    code: str

    def __repr__(self) -> str:
        return "Keys(…)"


def agree(meeting: Meeting, own: Ephemeral, other: bytes, side: Side) -> Keys:
    """The keys from what both sides sent (point and nonce); `own` is `side`'s. Malformed for a bad point."""
    viewer, host = (own.message, other) if side is Side.VIEWER else (other, own.message)
    transcript = _transcript(meeting, viewer, host)
    secret = own.key.exchange(ec.ECDH(), _point(other[:POINT_BYTES])) + meeting.link_key
    keys = derive(secret, "m4a remote 1 keys", 2 * SECRET_BYTES, salt=transcript)
    number = int.from_bytes(derive(secret, "m4a remote 1 code", 8, salt=transcript), "big") % 10**6
    code = f"{number:06}"
    return Keys(keys[:SECRET_BYTES], keys[SECRET_BYTES:], f"{code[:3]} {code[3:]}")


def _transcript(meeting: Meeting, viewer: bytes, host: bytes) -> bytes:
    session = meeting.session.encode("utf-8")
    parts = (_LABEL, bytes([len(session)]), session, meeting.viewer.to_bytes(4, "big"), viewer, host)
    return hashlib.sha256(b"".join(parts)).digest()


def _point(data: bytes) -> ec.EllipticCurvePublicKey:
    if data[0] != 4:
        raise Malformed("a point that is not uncompressed")
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(_CURVE(), data)
    except ValueError:
        raise Malformed("a point that is not on the curve") from None


def _commitment(message: bytes) -> bytes:
    return hashlib.sha256(message).digest()


def _clear(kind: Kind, body: bytes) -> bytes:
    return bytes(Frame(Channel.HANDSHAKE, 0, bytes([kind]) + body))


def _body_of(data: bytes, kind: Kind, length: int) -> bytes:
    """The body of a clear message of this kind; Misplaced for another kind, Malformed for another length."""
    frame = Frame.parse(data)
    if frame.channel is not Channel.HANDSHAKE or frame.counter or not frame.body:
        raise Misplaced("no clear message of the handshake")
    if frame.body[0] != kind:
        raise Misplaced("another step of the handshake")
    if len(frame.body) != 1 + length:
        raise Malformed("a step of the handshake of another length")
    return frame.body[1:]


@dataclass(frozen=True, slots=True)
class Sealed:
    """The connection after the handshake: what seals, what opens, the code to show."""

    sealer: Sealer
    opener: Opener
    code: str

    def greeting(self) -> bytes:
        """The first sealed frame of this side, before any other: it shows that it has the keys."""
        return self.sealer.seal(Channel.HANDSHAKE, b"")

    def expect_greeting(self, data: bytes) -> None:
        """Check the first sealed frame of the other side; Tampered if it has other keys."""
        channel, body = self.opener.open(data)
        if channel is not Channel.HANDSHAKE or body:
            raise Misplaced("the first sealed frame is an empty one of the handshake")


class HostHandshake:
    """The host's part, for one viewer."""

    def __init__(self, meeting: Meeting, own: Ephemeral | None = None) -> None:
        self._meeting = meeting
        self._own = own or Ephemeral.make()
        self._commitment: bytes | None = None

    def take_commitment(self, data: bytes) -> bytes:
        """The viewer's first message in, the host's answer out."""
        if self._commitment is not None:
            raise Misplaced("a viewer commits once")
        self._commitment = _body_of(data, Kind.COMMIT, SECRET_BYTES)
        return _clear(Kind.HOST_KEY, self._own.message)

    def reveal(self, data: bytes) -> Sealed:
        """The viewer's second message in, the sealed connection out; Tampered for another key."""
        message = _body_of(data, Kind.VIEWER_KEY, POINT_BYTES + NONCE_BYTES)
        if self._commitment is None:
            raise Misplaced("a viewer commits before it reveals")
        if not hmac.compare_digest(_commitment(message), self._commitment):
            raise Tampered("the viewer committed to another key")
        keys = agree(self._meeting, self._own, message, Side.HOST)
        return Sealed(Sealer(keys.host_to_viewer), Opener(keys.viewer_to_host, gapless=False), keys.code)


class ViewerHandshake:
    """The viewer's part."""

    def __init__(self, meeting: Meeting, own: Ephemeral | None = None) -> None:
        self._meeting = meeting
        self._own = own or Ephemeral.make()

    def begin(self) -> bytes:
        """The first message: a commitment to the key that is shown later."""
        return _clear(Kind.COMMIT, _commitment(self._own.message))

    def answer(self, data: bytes) -> tuple[bytes, Sealed]:
        """The host's message in; the second message and the sealed connection out."""
        message = _body_of(data, Kind.HOST_KEY, POINT_BYTES + NONCE_BYTES)
        keys = agree(self._meeting, self._own, message, Side.VIEWER)
        sealed = Sealed(Sealer(keys.viewer_to_host), Opener(keys.host_to_viewer, gapless=True), keys.code)
        return _clear(Kind.VIEWER_KEY, self._own.message), sealed
