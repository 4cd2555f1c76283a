"""What one browser was sent to the provider with: kept in that browser, sealed, for some minutes.

It lets nobody in: that is for the provider's answer to this very question. Here it costs no row, so that a
link which is only followed changes nothing.
"""

import base64
import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from gateway.errors import Unavailable
from gateway.ids import new_secret
from gateway.store.sealed import Seal

LASTS = timedelta(minutes=10)
_MOST_ONWARD_CHARS = 1000  # a cookie has 4096 bytes


class Purpose(StrEnum):
    """What a person is sent to the provider for."""

    SIGN_IN = "sign-in"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Question:
    """`state` comes back with the browser, `nonce` with the token, `verifier` proves that we asked (PKCE).

    `onward` is where the person wanted to go, `staff_id` who wants to be linked, `until` a time in seconds.
    """

    purpose: Purpose
    state: str
    nonce: str
    verifier: str
    onward: str
    staff_id: int
    until: int

    @property
    def challenge(self) -> str:
        """RFC 7636, 4.2 (S256)."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).decode("ascii").rstrip("=")


def begin(purpose: Purpose, *, onward: str = "/", staff_id: int | None = None, now: datetime) -> Question:
    """A fresh question; whoever does not know it cannot answer it."""
    until = int((now + LASTS).timestamp())
    onward = onward if len(onward) <= _MOST_ONWARD_CHARS else "/"
    return Question(purpose, new_secret(), new_secret(), new_secret(), onward, staff_id or 0, until)


def keep(question: Question, seal: Seal) -> str:
    """For the browser, which can neither read nor change it."""
    return seal.seal(json.dumps(asdict(question)))


def find(kept: str, seal: Seal, *, now: datetime) -> Question | None:
    """The question of before; None if there is none, or its time is over."""
    try:
        said = json.loads(seal.open(kept))
        question = Question(**{**said, "purpose": Purpose(said["purpose"])})
    except (Unavailable, ValueError, TypeError, LookupError):
        return None
    return question if now.timestamp() < question.until else None
