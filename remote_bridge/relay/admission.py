"""Whom to let in is the desk's to say: what the relay asks it, and in which words."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from remote_bridge.protocol.errors import CloseCode
from remote_bridge.protocol.hello import Way
from remote_bridge.protocol.scopes import Scopes
from remote_bridge.protocol.state import Standing, Why
from remote_bridge.protocol.systems import Call


@dataclass(frozen=True, slots=True)
class HostSeat:
    """A host that may come in, and what it is told of the session."""

    session_id: int
    public_id: str
    standing: Standing
    who: str
    business: str
    number: int
    subject: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ViewerSeat:
    """A viewer that may come in; `visit_id` is what `leave` ends."""

    session_id: int
    public_id: str
    standing: Standing
    name: str
    may_control: bool
    may_end: bool
    sign_in_id: int
    visit_id: int


@dataclass(frozen=True, slots=True)
class Still:
    """What is over: sessions, each with its why, sign-ins, and those of sign-ins in one session only."""

    ended: Mapping[int, Why]
    gone: frozenset[int]
    astray: frozenset[tuple[int, int]] = frozenset()
    """A session, and a sign-in that may not be in it any more."""


@dataclass(frozen=True, slots=True)
class SystemSeat:
    """A system that may come in when it has shown that it holds `sign_key`'s other half."""

    system_id: int
    public_id: str
    name: str
    business: str
    customer: str
    sign_key: bytes


@dataclass(frozen=True, slots=True)
class Calls:
    """Of the systems that are here: which have been removed, and whom somebody asks for a session."""

    removed: frozenset[int]
    calls: tuple[tuple[int, Call], ...]


class NotAdmitted(Exception):
    """Somebody may not come in; `code` is how its socket closes."""

    def __init__(self, code: CloseCode) -> None:
        self.code = code
        super().__init__(code.name)


class Admission(Protocol):
    """The desk, as the relay sees it. Called from threads, and each call may take its time.

    Unavailable (gateway.errors) where the database does not answer.
    """

    def redeem(self, *, token_hash: bytes, key_hash: bytes, way: Way) -> HostSeat:
        """Let the host with this key in; NotAdmitted."""
        ...

    def enter(self, *, pass_hash: bytes) -> ViewerSeat:
        """Let a viewer in, whose pass is used up by it; NotAdmitted."""
        ...

    def note_state(self, session_id: int, standing: Standing, *, at: datetime) -> None:
        """How far a session is, since that moment."""
        ...

    def leave(self, visit_id: int, *, controlled: bool, at: datetime) -> None:
        """A viewer has gone then, and had the control at some time or never."""
        ...

    def end(self, session_id: int, why: Why, *, at: datetime) -> None:
        """A session was over then."""
        ...

    def note_alive(self, session_ids: Collection[int]) -> frozenset[int]:
        """These are held here; those of them that are at another relay by now."""
        ...

    def still(self, session_ids: Collection[int], sign_in_ids: Collection[int]) -> Still:
        """What of this is over."""
        ...

    def system(self, public_id: str) -> SystemSeat:
        """Who an installed system is, and by which key it shows that; NotAdmitted."""
        ...

    def system_is_here(self, system_id: int, unattended: Scopes) -> bool:
        """A system is at this relay, and this is granted at it; False when it has been removed."""
        ...

    def system_left(self, system_id: int) -> None:
        """A system is not at this relay any more."""
        ...

    def systems_still_here(self, system_ids: Collection[int]) -> None:
        """All of these are at this relay as before."""
        ...

    def calls(self, system_ids: Collection[int]) -> Calls:
        """What there is to tell these systems."""
        ...
