"""Installed systems (docs/remote-protocol.md 8): how long a code, a call and a sign of life hold.

Pure: what a code looks like, what is signed, and whether a system is there.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

ENROL_LASTS = timedelta(hours=24)
"""How long a code for enrolling waits."""

CALL_LASTS = timedelta(hours=1)
"""How long a system is called: who asked an hour ago does not sit there any more when it comes back."""

SILENT_AFTER = timedelta(seconds=150)
"""Its relay says about once a minute that a system is there; after this it is not believed any more."""

MAX_NAME_CHARS = 80
MAX_PLATFORM_CHARS = 40
KEY_BYTES = 32
_CODE = re.compile(r"[A-Z2-7]{12}")
_ENROL = b"m4a remote 1 enrol"


@dataclass(frozen=True, slots=True)
class Presence:
    """Where and when a system was last heard of; `relay_url` is None once it has said goodbye."""

    relay_url: str | None
    seen_at: datetime | None

    def is_online(self, now: datetime) -> bool:
        """Whether it is there, as far as anybody knows."""
        return self.relay_url is not None and self.seen_at is not None and now - self.seen_at < SILENT_AFTER


def code_of(typed: str) -> str | None:
    """A code for enrolling in its one form, however it was typed; None for what is none."""
    code = re.sub(r"[\s-]", "", typed).upper()
    return code if _CODE.fullmatch(code) else None


def in_groups(code: str) -> str:
    """A code as it is shown: three groups of four."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def what_is_proved(code: str, *, sign_key: bytes, box_key: bytes) -> bytes:
    """What an enrolling system signs."""
    return _ENROL + sign_key + box_key + code.encode()


def plain(text: str) -> str:
    """A name in one line, without what is no sign."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
