"""Remote sessions: what one is about, how far it has come, how it ends; words as in docs/remote-protocol.md.

Pure: what stands in a link, what its secret leads to, and for how long each of its parts holds.
"""

import base64
import binascii
import hashlib
import hmac
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

LINK_LASTS = timedelta(hours=24)
"""How long a link waits for the customer."""

SESSION_LASTS = timedelta(hours=8)
"""How long a session lasts at most from when its link was opened."""

CODE_LASTS = timedelta(minutes=10)
"""How long the nine digits for the phone hold."""

PASS_LASTS = timedelta(seconds=60)
"""How long a viewer's pass holds, which the page gets just before it connects."""

CODE_DIGITS = 9
MAX_RELAY_URL_CHARS = 300
_UNSEEN = ("Cc", "Cf", "Zl", "Zp")
_JOINERS = "\u200c\u200d"  # languages and pictures are written with them, and they turn nothing
_TOKEN = b"m4a remote 1 token"
_SECRET_BYTES = 32


class Scope(StrEnum):
    """What a session lets staff do; `view` is in every one."""

    VIEW = "view"
    CONTROL = "control"
    CLIPBOARD = "clipboard"
    FILES = "files"


class State(StrEnum):
    """How far a session has come."""

    WAITING = "waiting"
    ASKING = "asking"
    LIVE = "live"
    PAUSED = "paused"
    ENDED = "ended"


class Way(StrEnum):
    """By what the customer's side is there."""

    CLIENT = "client"
    BROWSER = "browser"
    SYSTEM = "system"


class Why(StrEnum):
    """How a session ended."""

    HOST_ENDED = "host-ended"
    STAFF_ENDED = "staff-ended"
    REFUSED = "refused"
    EXPIRED = "expired"
    REVOKED = "revoked"
    SIGNED_OUT = "signed-out"
    HOST_LOST = "host-lost"
    NOBODY = "nobody"
    RELAY = "relay"
    NOT_ME = "not-me"
    """Whoever has the link says that it was not meant for them; the relay is told `refused`."""


@dataclass(frozen=True, slots=True)
class Link:
    """The secret of a session, as it stands behind `#`, and the token's hash, by which it is found."""

    secret: str
    token_hash: bytes


def link_of(secret: str) -> Link:
    """What a link's secret leads to; ValueError for what is no secret."""
    try:
        raw = base64.urlsafe_b64decode(secret + "=" * (-len(secret) % 4))
    except (binascii.Error, ValueError) as error:
        raise ValueError("not base64url") from error
    if len(raw) != _SECRET_BYTES or not secret.isascii():
        raise ValueError("not a secret of 32 bytes")
    return Link(secret, hashlib.sha256(_expanded(raw, _TOKEN)).digest())


def code_of(secret: str, until: datetime) -> str:
    """The nine digits that stand for a link until a moment (in whole seconds), for the phone.

    They come from the secret, so that whoever may see that can see them again; the way back is not possible.
    """
    raw = base64.urlsafe_b64decode(secret + "=" * (-len(secret) % 4))
    derived = _expanded(raw, f"m4a desk code {int(until.timestamp())}".encode())
    return f"{int.from_bytes(derived[:16]) % 10**CODE_DIGITS:0{CODE_DIGITS}}"


def ordered(scopes: Iterable[Scope]) -> tuple[Scope, ...]:
    """Each once, in the order in which they are told, with `view`."""
    wanted = {Scope.VIEW, *scopes}
    return tuple(scope for scope in Scope if scope in wanted)


def known(words: Iterable[str]) -> tuple[Scope, ...]:
    """Scopes as they are stored or sent; words of another release are left out."""
    return tuple(scope for scope in Scope if scope.value in set(words))


def digits_of(typed: str) -> str | None:
    """The code that somebody typed, with whatever between the digits; None for what is none."""
    digits = "".join(char for char in typed if char in "0123456789")
    rest = set(typed) - set("0123456789 -.\u00a0\t")
    return digits if len(digits) == CODE_DIGITS and not rest else None


def in_groups(code: str) -> str:
    """A code as one says it: three groups of three."""
    return " ".join(code[at : at + 3] for at in range(0, len(code), 3))


def on_the_wire(why: Why) -> Why:
    """How an end is told to both sides."""
    return Why.REFUSED if why is Why.NOT_ME else why


def has_expired(state: State, expires_at: datetime, *, now: datetime) -> bool:
    """Whether it should have ended by itself."""
    return state is not State.ENDED and expires_at <= now


def _expanded(secret: bytes, info: bytes) -> bytes:
    """HKDF-SHA256 (RFC 5869) without salt, one block: 32 bytes."""
    extracted = hmac.digest(bytes(32), secret, "sha256")
    return hmac.digest(extracted, info + b"\x01", "sha256")


def plain(name: str) -> str:
    """A name as the customer is shown it, who decides by it: one line that reads as it is written.

    Nothing in it turns the direction, breaks or cannot be seen. The program does the same by itself.
    """
    return "".join(
        char for char in name if char in _JOINERS or unicodedata.category(char) not in _UNSEEN
    ).strip()
