"""A room to play with: lines and a desk that remember, a host and viewers."""

from dataclasses import dataclass, field

from remote_bridge.protocol.errors import CloseCode
from remote_bridge.protocol.frames import Buffer, Channel, header, with_viewer
from remote_bridge.protocol.messages import (
    Consent,
    FromHost,
    FromViewer,
    text_of,
)
from remote_bridge.protocol.news import (
    ToHost,
    ToViewer,
    ViewerWelcome,
    parse_to_host,
    parse_to_viewer,
)
from remote_bridge.protocol.scopes import Scope
from remote_bridge.protocol.state import Standing, State, Why
from remote_bridge.relay.admission import HostSeat, ViewerSeat
from remote_bridge.relay.room import Room, Viewer
from remote_bridge.relay.tally import Tally
from tests.remote_bridge.desk import ALL, LATER


@dataclass
class Line:
    """Remembers what a room did with it."""

    texts: list[str] = field(default_factory=list)
    frames: list[bytes] = field(default_factory=list)
    code: CloseCode | None = None
    is_held: bool = False
    waiting_bytes: int = 0

    def tell(self, text: str) -> None:
        if self.code is None:
            self.texts.append(text)

    def pass_on(self, data: Buffer) -> None:
        if self.code is None:
            self.frames.append(bytes(data))

    def hold(self, *, is_held: bool) -> None:
        self.is_held = is_held

    def close(self, code: CloseCode) -> None:
        self.code = self.code or code

    def to_host(self) -> list[ToHost]:
        said, self.texts = self.texts, []
        return [parse_to_host(text) for text in said]

    def to_viewer(self) -> list[ToViewer]:
        said, self.texts = self.texts, []
        return [parse_to_viewer(text) for text in said]


@dataclass
class Notes:
    """What the desk was told."""

    states: list[tuple[State, frozenset[Scope]]] = field(default_factory=list)
    visits: list[tuple[int, bool]] = field(default_factory=list)
    ends: list[Why] = field(default_factory=list)

    def state(self, session_id: int, standing: Standing) -> None:
        self.states.append((standing.state, standing.granted))

    def left(self, visit_id: int, *, controlled: bool) -> None:
        self.visits.append((visit_id, controlled))

    def ended(self, session_id: int, why: Why) -> None:
        self.ends.append(why)


class Play:
    """A room with a host and viewers."""

    def __init__(self, *viewers: bool, asked: frozenset[Scope] = ALL, is_live: bool = True) -> None:
        self.notes, self.tally = Notes(), Tally()
        standing = Standing(State.WAITING, asked)
        self.room = Room(7, "s7", standing, notes=self.notes, tally=self.tally)
        self.host = Line()
        self.room.welcome_host(self.host, seat_of(self.room))
        self.lines: list[Line] = []
        self.viewers: list[Viewer] = []
        for may_control in viewers:
            self.join(may_control=may_control)
        if is_live:
            self.say(Consent(asked))
        self.forget()

    def join(self, name: str = "Ann", *, may_control: bool = True, is_guest: bool = False) -> Viewer:
        line = Line()
        seat = viewer_seat(
            self.room,
            len(self.lines) + 1,
            name,
            may_control=may_control,
            may_end=may_control and not is_guest,
        )
        viewer = self.room.welcome_viewer(line, seat)
        assert viewer is not None
        self.lines.append(line)
        self.viewers.append(viewer)
        return viewer

    def forget(self) -> None:
        for line in (self.host, *self.lines):
            line.texts.clear()

    def say(self, message: FromHost) -> None:
        self.room.hear_host(text_of(message).encode())

    def hear(self, viewer: int, message: FromViewer) -> None:
        self.room.hear_viewer(self.viewers[viewer], text_of(message).encode())

    def send(self, viewer: int, channel: Channel) -> bool:
        """Whether a frame of a viewer arrives."""
        frame = header(channel, 1) + b"body"
        before = len(self.host.frames)
        self.room.carry_from_viewer(self.viewers[viewer], frame)
        if len(self.host.frames) == before:
            return False
        assert self.host.frames[-1] == with_viewer(self.viewers[viewer].number, frame)
        return True

    def show(self, viewer: int, channel: Channel) -> bool:
        """Whether a frame of the host arrives."""
        frame = header(channel, 1) + b"body"
        before = len(self.lines[viewer].frames)
        self.room.carry_from_host(with_viewer(self.viewers[viewer].number, frame))
        if len(self.lines[viewer].frames) == before:
            return False
        assert self.lines[viewer].frames[-1] == frame
        return True

    def controls(self) -> list[bool]:
        """Who has the control, by the room's own word."""
        self.forget()
        probe = Line()
        self.room.welcome_viewer(probe, viewer_seat(self.room, 99, "probe", may_control=False))
        (welcome, *_) = probe.to_viewer()
        assert isinstance(welcome, ViewerWelcome)
        self.room.lose_viewer(self.room.viewers[-1])
        return [one.controls for one in welcome.viewers if one.name != "probe"]


def seat_of(room: Room) -> HostSeat:
    return HostSeat(7, "s7", room.standing, "Ann Lee", "Crane & Sons", 17, "Printer", LATER)


def viewer_seat(
    room: Room, visit: int, name: str = "Ann", *, may_control: bool = True, may_end: bool = True
) -> ViewerSeat:
    return ViewerSeat(7, "s7", room.standing, name, may_control, may_end, 1000 + visit, visit)


def waits(line: Line) -> bool:
    return line.is_held
