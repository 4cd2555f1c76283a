"""What the customer does, and what the customer is shown: all that passes between a face and a session."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import NamedTuple

from remote_bridge.protocol.scopes import NONE, Scopes
from remote_bridge.protocol.state import State, Why


@dataclass(frozen=True)
class Allow:
    """Yes to these scopes: the first time it begins the session."""

    scopes: Scopes


@dataclass(frozen=True)
class Deny:
    """No to what was asked beyond."""

    scopes: Scopes


@dataclass(frozen=True)
class Refuse:
    """No to the session."""


@dataclass(frozen=True)
class Pause:
    """Show nothing for a while, and let nothing in."""


@dataclass(frozen=True)
class Resume:
    """Go on."""


@dataclass(frozen=True)
class TakeBack:
    """These scopes are no longer granted."""

    scopes: Scopes


@dataclass(frozen=True)
class Revoke:
    """No more unattended access to this computer: what rests on it is over at once."""


@dataclass(frozen=True)
class End:
    """It is over, at once."""


@dataclass(frozen=True)
class Say:
    """A line of chat."""

    text: str


@dataclass(frozen=True)
class SendFile:
    """Offer this file to whoever controls."""

    path: Path


@dataclass(frozen=True)
class AcceptFile:
    """Take a file that a viewer offers."""

    viewer: int
    id: int


@dataclass(frozen=True)
class DropFile:
    """Do not take it, or take no more of it; or send no more of ours."""

    viewer: int
    id: int


Live = Say | SendFile | AcceptFile | DropFile
Act = Allow | Deny | Refuse | Pause | Resume | TakeBack | Revoke | End | Live


class Line(Enum):
    """How the connection to the relay is."""

    CONNECTING = "connecting"
    UP = "up"
    LOST = "lost"


class Person(NamedTuple):
    """Who looks on. `code` is what both sides compare; None while keys are being made."""

    viewer: int
    name: str
    controls: bool
    code: str | None


class Phase(Enum):
    """Where a file is on its way."""

    OFFERED = "offered"
    MOVING = "moving"
    DONE = "done"
    REFUSED = "refused"
    BROKEN = "broken"


class Transfer(NamedTuple):
    """A file on its way. `saved_as` is where one from a viewer has been put."""

    viewer: int
    id: int
    name: str
    size: int
    moved: int
    is_incoming: bool
    phase: Phase
    saved_as: str = ""


class ChatLine(NamedTuple):
    """Who said what; an empty name is the customer's own."""

    name: str
    text: str


@dataclass(frozen=True)
class View:
    """All that a face shows at one moment."""

    line: Line = Line.CONNECTING
    state: State = State.WAITING
    desk: str = ""
    """The host of the desk, which nobody can choose for somebody else as they can a name."""
    who: str = ""
    business: str = ""
    number: int = 0
    subject: str = ""
    expires_at: datetime | None = None
    asked: Scopes = NONE
    questions: Scopes = NONE
    """What a viewer has asked for beyond, and nobody has answered yet."""
    granted: Scopes = NONE
    unattended: Scopes = NONE
    """What of it nobody was asked about."""
    people: tuple[Person, ...] = ()
    chat: tuple[ChatLine, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    why: Why | None = None
    trouble: str = ""
