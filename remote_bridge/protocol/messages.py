"""The texts of the ends after their welcome (docs/remote-protocol.md, 3): strictly read, written alike."""

from dataclasses import dataclass
from typing import assert_never

from remote_bridge.protocol.errors import Malformed
from remote_bridge.protocol.jsontext import Fields, parse_object, write
from remote_bridge.protocol.scopes import Scopes, in_order

MOST_TEXT_BYTES = 4 * 1024


@dataclass(frozen=True, slots=True)
class Consent:
    """Host: grants scopes."""

    scopes: Scopes


@dataclass(frozen=True, slots=True)
class Decline:
    """Host: no to scopes that a viewer asked for."""

    scopes: Scopes


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Host: takes scopes back."""

    scopes: Scopes


@dataclass(frozen=True, slots=True)
class Refuse:
    """Host: no to the session."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Host: holds the session."""


@dataclass(frozen=True, slots=True)
class Resume:
    """Host: goes on with it."""


@dataclass(frozen=True, slots=True)
class Drop:
    """Host: a viewer's connection is over, as it did not keep to the protocol or is not wanted."""

    viewer: int


@dataclass(frozen=True, slots=True)
class End:
    """Host or viewer: ends the session."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Viewer: asks for more."""

    scopes: Scopes


@dataclass(frozen=True, slots=True)
class Control:
    """Viewer: takes the control, or hands it on."""

    viewer: int


FromHost = Consent | Decline | Withdraw | Refuse | Pause | Resume | Drop | End
FromViewer = Ask | Control | End


def parse_from_host(data: str | bytes) -> FromHost:
    """A text of the host after its welcome; Malformed, TooLarge."""
    fields = Fields(parse_object(data, MOST_TEXT_BYTES))
    message: FromHost
    match fields.word("type"):
        case "consent":
            message = Consent(fields.scopes("scopes"))
        case "decline":
            message = Decline(fields.scopes("scopes"))
        case "withdraw":
            message = Withdraw(fields.scopes("scopes"))
        case "refuse":
            message = Refuse()
        case "pause":
            message = Pause()
        case "resume":
            message = Resume()
        case "drop":
            message = Drop(fields.viewer("viewer"))
        case "end":
            message = End()
        case _:
            raise Malformed("no message of a host")
    return fields.done(message)


def parse_from_viewer(data: str | bytes) -> FromViewer:
    """A text of a viewer after its welcome; Malformed, TooLarge."""
    fields = Fields(parse_object(data, MOST_TEXT_BYTES))
    message: FromViewer
    match fields.word("type"):
        case "ask":
            message = Ask(fields.scopes("scopes"))
        case "control":
            message = Control(fields.viewer("viewer"))
        case "end":
            message = End()
        case _:
            raise Malformed("no message of a viewer")
    return fields.done(message)


def text_of(message: FromHost | FromViewer) -> str:
    """A message of an end as it is sent."""
    match message:
        case Consent(scopes) | Decline(scopes) | Withdraw(scopes) | Ask(scopes):
            return write({"type": _name_of(message), "scopes": in_order(scopes)})
        case Drop(viewer) | Control(viewer):
            return write({"type": _name_of(message), "viewer": viewer})
        case Refuse() | Pause() | Resume() | End():
            return write({"type": _name_of(message)})
        case _:
            assert_never(message)


def _name_of(message: object) -> str:
    return type(message).__name__.lower()
