"""The texts of the relay (docs/remote-protocol.md, 2 and 3): strictly read, always written alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from remote_bridge.protocol.errors import Malformed
from remote_bridge.protocol.jsontext import Fields, parse_object, write
from remote_bridge.protocol.scopes import Scopes, in_order
from remote_bridge.protocol.state import State, Why

MOST_WELCOME_BYTES = 16 * 1024
MOST_VIEWERS = 8
MOST_NAME_CHARS = 80
MOST_SUBJECT_CHARS = 500


@dataclass(frozen=True, slots=True)
class Watching:
    """A viewer as everybody sees it."""

    viewer: int
    name: str
    controls: bool

    def fields(self) -> dict[str, Any]:
        """As it stands in a message."""
        return {"viewer": self.viewer, "name": self.name, "controls": self.controls}


Viewers = tuple[Watching, ...]


@dataclass(frozen=True, slots=True)
class HostWelcome:
    """Relay to host: it is in."""

    session: str
    asked: Scopes
    granted: Scopes
    who: str
    business: str
    number: int
    subject: str
    expires_at: datetime
    state: State
    viewers: Viewers

    def text(self) -> str:
        """As it is sent."""
        return write(
            {
                "type": "welcome",
                "session": self.session,
                "asked": in_order(self.asked),
                "granted": in_order(self.granted),
                "who": self.who,
                "business": self.business,
                "number": self.number,
                "subject": self.subject,
                "expires_at": self.expires_at.isoformat(),
                "state": self.state.value,
                "viewers": [one.fields() for one in self.viewers],
            }
        )


@dataclass(frozen=True, slots=True)
class ViewerWelcome:
    """Relay to viewer: it is in, under this number."""

    session: str
    viewer: int
    name: str
    may_control: bool
    state: State
    asked: Scopes
    granted: Scopes
    host: bool
    viewers: Viewers

    def text(self) -> str:
        """As it is sent."""
        return write(
            {
                "type": "welcome",
                "session": self.session,
                "viewer": self.viewer,
                "name": self.name,
                "may_control": self.may_control,
                "state": self.state.value,
                "asked": in_order(self.asked),
                "granted": in_order(self.granted),
                "host": self.host,
                "viewers": [one.fields() for one in self.viewers],
            }
        )


@dataclass(frozen=True, slots=True)
class Joined:
    """Relay to host: a viewer is there."""

    viewer: int
    name: str

    def text(self) -> str:
        """As it is sent."""
        return write({"type": "joined", "viewer": self.viewer, "name": self.name})


@dataclass(frozen=True, slots=True)
class Left:
    """Relay to host: a viewer is gone; its number never comes again."""

    viewer: int
    name: str

    def text(self) -> str:
        """As it is sent."""
        return write({"type": "left", "viewer": self.viewer, "name": self.name})


@dataclass(frozen=True, slots=True)
class Asked:
    """Relay to host: a viewer asks for more."""

    viewer: int
    scopes: Scopes

    def text(self) -> str:
        """As it is sent."""
        return write({"type": "asked", "viewer": self.viewer, "scopes": in_order(self.scopes)})


@dataclass(frozen=True, slots=True)
class Stands:
    """Relay to all: how the session stands now."""

    state: State
    asked: Scopes
    granted: Scopes
    host: bool
    viewers: Viewers

    def text(self) -> str:
        """As it is sent."""
        return write(
            {
                "type": "state",
                "state": self.state.value,
                "asked": in_order(self.asked),
                "granted": in_order(self.granted),
                "host": self.host,
                "viewers": [one.fields() for one in self.viewers],
            }
        )


@dataclass(frozen=True, slots=True)
class Ended:
    """Relay to all: it is over."""

    why: Why

    def text(self) -> str:
        """As it is sent."""
        return write({"type": "ended", "why": self.why.value})


ToHost = HostWelcome | Joined | Left | Asked | Stands | Ended
ToViewer = ViewerWelcome | Stands | Ended


def parse_to_host(data: str | bytes) -> ToHost:
    """A text of the relay to the host; Malformed, TooLarge."""
    fields = Fields(parse_object(data, MOST_WELCOME_BYTES))
    message: ToHost
    match kind := fields.word("type"):
        case "welcome":
            message = _host_welcome(fields)
        case "joined" | "left":
            made = Joined if kind == "joined" else Left
            message = made(fields.viewer("viewer"), fields.text("name"))
        case "asked":
            message = Asked(fields.viewer("viewer"), fields.scopes("scopes"))
        case "state":
            message = _stands(fields)
        case "ended":
            message = Ended(fields.one_of("why", Why))
        case _:
            raise Malformed("no message to a host")
    return fields.done(message)


def parse_to_viewer(data: str | bytes) -> ToViewer:
    """A text of the relay to a viewer; Malformed, TooLarge."""
    fields = Fields(parse_object(data, MOST_WELCOME_BYTES))
    message: ToViewer
    match fields.word("type"):
        case "welcome":
            message = _viewer_welcome(fields)
        case "state":
            message = _stands(fields)
        case "ended":
            message = Ended(fields.one_of("why", Why))
        case _:
            raise Malformed("no message to a viewer")
    return fields.done(message)


def _host_welcome(fields: Fields) -> HostWelcome:
    return HostWelcome(
        session=fields.word("session"),
        asked=fields.scopes("asked"),
        granted=fields.scopes("granted"),
        who=fields.text("who"),
        business=fields.text("business"),
        number=fields.whole("number", most=2**53),
        subject=fields.text("subject"),
        expires_at=fields.moment("expires_at"),
        state=fields.one_of("state", State),
        viewers=_viewers(fields),
    )


def _viewer_welcome(fields: Fields) -> ViewerWelcome:
    return ViewerWelcome(
        session=fields.word("session"),
        viewer=fields.viewer("viewer"),
        name=fields.text("name"),
        may_control=fields.yes_no("may_control"),
        state=fields.one_of("state", State),
        asked=fields.scopes("asked"),
        granted=fields.scopes("granted"),
        host=fields.yes_no("host"),
        viewers=_viewers(fields),
    )


def _stands(fields: Fields) -> Stands:
    return Stands(
        state=fields.one_of("state", State),
        asked=fields.scopes("asked"),
        granted=fields.scopes("granted"),
        host=fields.yes_no("host"),
        viewers=_viewers(fields),
    )


def _viewers(fields: Fields) -> Viewers:
    found = tuple(_watching(one) for one in fields.objects("viewers", most=MOST_VIEWERS))
    if len({one.viewer for one in found}) != len(found):
        raise Malformed("a viewer's number twice")
    return found


def _watching(value: Mapping[str, Any]) -> Watching:
    fields = Fields(value)
    return fields.done(Watching(fields.viewer("viewer"), fields.text("name"), fields.yes_no("controls")))
