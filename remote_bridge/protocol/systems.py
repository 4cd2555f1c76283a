"""Installed systems (docs/remote-protocol.md, 8): what they sign, what they are told, how a call is sealed.

Both sides of it, so that the vectors hold the desk's own sealing to the same bytes.
"""

from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from remote_bridge.protocol.errors import Malformed, Misplaced, Tampered
from remote_bridge.protocol.frames import TAG_BYTES
from remote_bridge.protocol.jsontext import Fields, parse_object, write
from remote_bridge.protocol.messages import MOST_TEXT_BYTES
from remote_bridge.protocol.news import MOST_WELCOME_BYTES
from remote_bridge.protocol.scopes import Scopes, in_order
from remote_bridge.protocol.secrets import SECRET_BYTES, LinkSecret, b64u, derive, parse_b64u

KEY_BYTES = 32
NONCE_BYTES = 32
SIGNATURE_BYTES = 64
SEALED_BYTES = KEY_BYTES + SECRET_BYTES + TAG_BYTES
MOST_NAME_CHARS = 80
MOST_PLATFORM_CHARS = 40
PROOF_SECONDS = 5.0
_ENROL, _PROOF, _CALL = b"m4a remote 1 enrol", b"m4a remote 1 system", "m4a remote 1 call"
_CALL_NONCE = bytes(12)


# -- what is signed ------------------------------------------------------------------------------------


def enrol_text(sign: bytes, box: bytes, code: str) -> bytes:
    """What a system signs when it enrols: its two public keys, and the code however that was typed."""
    return _ENROL + sign + box + code.replace("-", "").upper().encode("utf-8")


def proof_text(system: str, nonce: bytes, relay_url: str) -> bytes:
    """What a system signs at a relay: who it is, for this challenge, for this relay and no other."""
    name, url = system.encode("utf-8"), relay_url.encode("utf-8")
    return _PROOF + len(name).to_bytes(1, "big") + name + nonce + len(url).to_bytes(2, "big") + url


def is_signed(sign: bytes, signature: bytes, text: bytes) -> bool:
    """Whether the holder of this public key (Ed25519, RFC 8032) has signed the text."""
    try:
        Ed25519PublicKey.from_public_bytes(sign).verify(signature, text)
    except (InvalidSignature, ValueError):
        return False
    return True


# -- a call --------------------------------------------------------------------------------------------


def seal_call(box: bytes, session: str, secret: LinkSecret, own: X25519PrivateKey | None = None) -> bytes:
    """A link's secret for the system with this public key; `own`: the ephemeral key, a new one by default."""
    own = own or X25519PrivateKey.generate()
    ephemeral = own.public_key().public_bytes_raw()
    key = _call_key(own, box, salt=ephemeral + box)
    return ephemeral + AESGCM(key).encrypt(_CALL_NONCE, secret.raw(), session.encode("utf-8"))


def open_call(box: X25519PrivateKey, session: str, sealed: bytes) -> LinkSecret:
    """The secret of the link to this session; Malformed, Tampered."""
    if len(sealed) != SEALED_BYTES:
        raise Malformed(f"a sealed call has {SEALED_BYTES} bytes")
    ephemeral, body = sealed[:KEY_BYTES], sealed[KEY_BYTES:]
    key = _call_key(box, ephemeral, salt=ephemeral + box.public_key().public_bytes_raw())
    try:
        return LinkSecret(AESGCM(key).decrypt(_CALL_NONCE, body, session.encode("utf-8")))
    except InvalidTag:
        raise Tampered("a call that does not open") from None


def _call_key(own: X25519PrivateKey, theirs: bytes, *, salt: bytes) -> bytes:
    try:
        shared = own.exchange(X25519PublicKey.from_public_bytes(theirs))
    except ValueError:  # a point of small order (RFC 7748 section 6.1)
        raise Malformed("no key to seal with") from None
    return derive(shared, _CALL, KEY_BYTES, salt=salt)


# -- texts of the system -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Proof:
    """System: that it is who it said, and what was granted at it without asking."""

    signature: bytes
    unattended: Scopes

    @classmethod
    def of(cls, sign: Ed25519PrivateKey, text: bytes, unattended: Scopes) -> "Proof":
        """The proof by this key."""
        return cls(sign.sign(text), unattended)

    def text(self) -> str:
        """As it is sent."""
        return write(
            {"type": "proof", "signature": b64u(self.signature), "unattended": in_order(self.unattended)}
        )


@dataclass(frozen=True, slots=True)
class Unattended:
    """System: what is granted at it without asking from now on."""

    unattended: Scopes

    def text(self) -> str:
        """As it is sent."""
        return write({"type": "unattended", "unattended": in_order(self.unattended)})


def parse_from_system(data: str | bytes) -> Proof | Unattended:
    """A text of a system after its first one; Malformed, TooLarge."""
    fields = Fields(parse_object(data, MOST_TEXT_BYTES))
    message: Proof | Unattended
    match fields.word("type"):
        case "proof":
            message = Proof(
                parse_b64u(fields.text("signature"), SIGNATURE_BYTES), fields.scopes("unattended")
            )
        case "unattended":
            message = Unattended(fields.scopes("unattended"))
        case _:
            raise Malformed("no message of a system")
    return fields.done(message)


def parse_proof(data: str | bytes) -> Proof:
    """The answer to a challenge; Malformed, Misplaced, TooLarge."""
    said = parse_from_system(data)
    if not isinstance(said, Proof):
        raise Misplaced("a challenge is answered with a proof")
    return said


def parse_unattended(data: str | bytes) -> Unattended:
    """What a system may say once it is in; Malformed, Misplaced, TooLarge."""
    said = parse_from_system(data)
    if not isinstance(said, Unattended):
        raise Misplaced("a second proof")
    return said


# -- texts to the system -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Challenge:
    """Relay: show that you are who you say."""

    nonce: bytes

    def text(self) -> str:
        """As it is sent."""
        return write({"type": "challenge", "nonce": b64u(self.nonce)})


@dataclass(frozen=True, slots=True)
class SystemWelcome:
    """Relay: it is online, under this name, for this customer of this business."""

    system: str
    name: str
    business: str
    customer: str

    def text(self) -> str:
        """As it is sent."""
        return write(
            {
                "type": "welcome",
                "system": self.system,
                "name": self.name,
                "business": self.business,
                "customer": self.customer,
            }
        )


@dataclass(frozen=True, slots=True)
class Call:
    """Relay: somebody asks for a session; only the system can open what is sealed."""

    session: str
    sealed: bytes

    def text(self) -> str:
        """As it is sent."""
        return write({"type": "call", "session": self.session, "sealed": b64u(self.sealed)})


ToSystem = Challenge | SystemWelcome | Call


def parse_to_system(data: str | bytes) -> ToSystem:
    """A text of the relay to a system; Malformed, TooLarge."""
    fields = Fields(parse_object(data, MOST_WELCOME_BYTES))
    message: ToSystem
    match fields.word("type"):
        case "challenge":
            message = Challenge(parse_b64u(fields.text("nonce"), NONCE_BYTES))
        case "welcome":
            message = SystemWelcome(
                system=fields.word("system"),
                name=fields.text("name"),
                business=fields.text("business"),
                customer=fields.text("customer"),
            )
        case "call":
            message = Call(fields.word("session"), parse_b64u(fields.text("sealed"), SEALED_BYTES))
        case _:
            raise Malformed("no message to a system")
    return fields.done(message)
