"""One session at the relay: who is there, what passes, who is told what. Without I/O and without a clock.

The ends are reached by `Line`, which the sockets are; tests put in their own.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

from remote_bridge.protocol.errors import CloseCode, Malformed, Misplaced, TooLarge
from remote_bridge.protocol.frames import (
    HEADER_BYTES,
    MOST_FRAME_BYTES,
    MOST_HOST_FRAME_BYTES,
    VIEWER_BYTES,
    Buffer,
    with_viewer,
)
from remote_bridge.protocol.messages import (
    Ask,
    Consent,
    Control,
    Decline,
    Drop,
    End,
    Pause,
    Refuse,
    Resume,
    Withdraw,
    parse_from_host,
    parse_from_viewer,
)
from remote_bridge.protocol.news import (
    MOST_NAME_CHARS,
    MOST_SUBJECT_CHARS,
    MOST_VIEWERS,
    Asked,
    Ended,
    HostWelcome,
    Joined,
    Left,
    Stands,
    ViewerWelcome,
    Watching,
)
from remote_bridge.protocol.state import Standing, State, Why
from remote_bridge.relay.admission import HostSeat, ViewerSeat
from remote_bridge.relay.gates import Gates
from remote_bridge.relay.tally import Tally

HOST_AWAY_SECONDS = 5 * 60.0
NOBODY_SECONDS = 15 * 60.0

MOST_BEHIND_BYTES = 16 * 1024 * 1024
"""So far a viewer may lag while others read on. Hosts pace themselves by what a viewer says to have seen, so
that an honest one lacks one picture at most, and the largest screen in its best quality is smaller."""


class Line(Protocol):
    """One socket, as a room uses it. No call blocks or raises; after `close` all others do nothing."""

    def tell(self, text: str) -> None:
        """Send a text."""
        ...

    def pass_on(self, data: Buffer) -> None:
        """Send a binary message; `data` may change after the call."""
        ...

    @property
    def waiting_bytes(self) -> int:
        """How much of what it was sent it has not taken yet."""
        ...

    def hold(self, *, is_held: bool) -> None:
        """Read nothing more from it, or go on."""
        ...

    def close(self, code: CloseCode) -> None:
        """Close it after what was sent before."""
        ...


class Notes(Protocol):
    """What the desk is told of a room."""

    def state(self, session_id: int, standing: Standing) -> None:
        """How far it is."""
        ...

    def left(self, visit_id: int, *, controlled: bool) -> None:
        """A viewer has gone."""
        ...

    def ended(self, session_id: int, why: Why) -> None:
        """It is over, and the desk does not know yet."""
        ...


@dataclass(slots=True)
class Viewer:
    """A viewer that is there."""

    number: int
    seat: ViewerSeat
    line: Line
    is_full: bool = False
    has_controlled: bool = False


class Room:
    """One session. ProtocolError from a `hear…` or `carry…` closes the line that it came by."""

    def __init__(
        self, session_id: int, public_id: str, standing: Standing, *, notes: Notes, tally: Tally
    ) -> None:
        self.session_id, self.public_id = session_id, public_id
        self._notes, self._tally = notes, tally
        self._standing = replace(standing, asked=standing.asked | standing.granted)
        self._gates = Gates(self._standing)
        self._host: Line | None = None
        self._viewers: dict[int, Viewer] = {}
        self._controller: int | None = None
        self._is_host_full = False
        self._next_number = 1 + secrets.randbelow(2**31)
        """Not 1: this relay may have been restarted in the midst of a session."""
        self.away_since: float | None = None
        self.alone_since: float | None = None
        self.why: Why | None = None
        """How it ended."""

    @property
    def standing(self) -> Standing:
        """State, asked, granted."""
        return self._standing

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self._standing.state is State.ENDED

    @property
    def is_empty(self) -> bool:
        """Whether nobody is there."""
        return self._host is None and not self._viewers

    @property
    def has_host(self) -> bool:
        """Whether its host is there."""
        return self._host is not None

    @property
    def viewers(self) -> tuple[Viewer, ...]:
        """Who looks on."""
        return tuple(self._viewers.values())

    # -- coming and going -------------------------------------------------------------------------------

    def welcome_host(self, line: Line, seat: HostSeat) -> None:
        """A host is there; one that was there before makes place for it."""
        if self._host is not None:
            former, self._host = self._host, None
            former.close(CloseCode.USED)
            self._release_all()
            self._tell_viewers(self._stands().text())
        self._host = line
        self._is_host_full = False
        self._stand(replace(self._standing, asked=self._standing.asked | seat.standing.asked).come())
        self._tally.joined["host"] += 1
        line.tell(self._host_welcome(seat).text())
        self._tell_viewers(self._stands().text())
        self._pace_host()

    def welcome_viewer(self, line: Line, seat: ViewerSeat) -> Viewer | None:
        """A viewer is there; None when there are too many, and then its line is closed."""
        if len(self._viewers) >= MOST_VIEWERS:
            line.close(CloseCode.TOO_MANY)
            return None
        viewer = Viewer(self._next_number, seat, line)
        self._next_number += 1
        self._viewers[viewer.number] = viewer
        self._pace_host()
        if self._controller is None and seat.may_control:
            self._give_control(viewer)
        self._tally.joined["viewer"] += 1
        line.tell(self._viewer_welcome(viewer).text())
        if self._host is not None:
            self._host.tell(Joined(viewer.number, _name(seat)).text())
        self._tell_all(self._stands().text(), but=line)
        if self._is_host_full:
            line.hold(is_held=True)
        return viewer

    def lose_host(self, line: Line) -> None:
        """The host's socket is gone; nothing if that is not the host's any more."""
        if self._host is not line:
            return
        self._host = None
        self._is_host_full = False
        self._release_all()
        self._tell_viewers(self._stands().text())

    def lose_viewer(self, viewer: Viewer) -> None:
        """A viewer's socket is gone."""
        if self._viewers.pop(viewer.number, None) is None:
            return
        self._notes.left(viewer.seat.visit_id, controlled=viewer.has_controlled)
        if self._controller == viewer.number:
            self._controller = None
        self._pace_host()
        if self._host is not None:
            self._host.tell(Left(viewer.number, _name(viewer.seat)).text())
        self._tell_all(self._stands().text())

    # -- texts --------------------------------------------------------------------------------------------

    def hear_host(self, data: bytes) -> None:
        """A text of the host."""
        message = parse_from_host(data)
        match message:
            case Consent(scopes):
                self._change(self._standing.consent(scopes))
            case Decline(scopes):
                self._change(self._standing.decline(scopes))
            case Withdraw(scopes):
                self._change(self._standing.withdraw(scopes))
            case Pause():
                self._change(self._standing.pause())
            case Resume():
                self._change(self._standing.resume())
            case Refuse():
                self._standing.refuse()
                self.end(Why.REFUSED)
            case End():
                self.end(Why.HOST_ENDED)
            case Drop(number):
                if dropped := self._viewers.get(number):
                    dropped.line.close(CloseCode.MALFORMED)
                    self.lose_viewer(dropped)

    def hear_viewer(self, viewer: Viewer, data: bytes) -> None:
        """A text of a viewer."""
        message = parse_from_viewer(data)
        match message:
            case Ask(scopes):
                changed = self._standing.ask(scopes)
                if self._host is not None:
                    self._host.tell(Asked(viewer.number, scopes).text())
                self._change(changed)
            case Control(number):
                self._move_control(viewer, number)
            case End():
                if not viewer.seat.may_end:
                    raise Misplaced("a guest does not end a session")
                self.end(Why.STAFF_ENDED)

    def _move_control(self, by: Viewer, number: int) -> None:
        """Take the control, or hand it on. To hand on what one has no longer changes nothing."""
        if not by.seat.may_control:
            raise Misplaced("who only looks on has no control")
        to = self._viewers.get(number)
        has_it = self._controller == by.number
        if to is None or not to.seat.may_control or not (has_it or to is by) or self._controller == number:
            return
        self._give_control(to)
        self._tell_all(self._stands().text())

    def _give_control(self, viewer: Viewer) -> None:
        self._controller = viewer.number
        viewer.has_controlled = True

    # -- frames -------------------------------------------------------------------------------------------

    def carry_from_host(self, data: Buffer) -> None:
        """A binary message of the host, to the viewer that it names."""
        size = len(data)
        if size < VIEWER_BYTES + HEADER_BYTES:
            raise Malformed("no frame")
        if size > MOST_HOST_FRAME_BYTES:
            raise TooLarge("a frame over 1 MiB")
        number, channel = int.from_bytes(data[:VIEWER_BYTES], "big"), data[VIEWER_BYTES]
        if number == 0 or channel >= len(self._gates.host):
            raise Malformed("no such viewer or channel")
        is_open = self._gates.host[channel]
        if is_open is None:
            raise Misplaced("this channel is for viewers only")
        viewer = self._viewers.get(number)
        if viewer is None or not is_open:
            self._tally.dropped += 1
            return
        self._tally.frames_to_viewers += 1
        self._tally.bytes_to_viewers += size - VIEWER_BYTES
        viewer.line.pass_on(data[VIEWER_BYTES:])
        if viewer.is_full and viewer.line.waiting_bytes > MOST_BEHIND_BYTES:
            self._tally.outrun += 1
            viewer.line.close(CloseCode.TOO_MANY)
            self.lose_viewer(viewer)

    def carry_from_viewer(self, viewer: Viewer, data: Buffer) -> None:
        """A binary message of a viewer, to the host."""
        size = len(data)
        if size < HEADER_BYTES:
            raise Malformed("no frame")
        if size > MOST_FRAME_BYTES:
            raise TooLarge("a frame over 1 MiB")
        gates = self._gates.steering if viewer.number == self._controller else self._gates.other
        if data[0] >= len(gates):
            raise Malformed("no such channel")
        if self._host is None or not gates[data[0]]:
            self._tally.dropped += 1
            return
        self._tally.frames_to_hosts += 1
        self._tally.bytes_to_hosts += size
        self._host.pass_on(with_viewer(viewer.number, data))

    # -- backpressure -------------------------------------------------------------------------------------

    def fill_host(self, line: Line, *, is_full: bool) -> None:
        """The host does not read as fast as it is sent to, or does again: then the viewers wait."""
        if line is not self._host:
            return
        self._is_host_full = is_full
        for viewer in self._viewers.values():
            viewer.line.hold(is_held=is_full)

    def fill_viewer(self, viewer: Viewer, *, is_full: bool) -> None:
        """Likewise a viewer: the host waits when all of them do, and not for one while others read on."""
        viewer.is_full = is_full
        self._pace_host()

    def _pace_host(self) -> None:
        if self._host is not None:
            all_full = bool(self._viewers) and all(one.is_full for one in self._viewers.values())
            self._host.hold(is_held=all_full)

    def _release_all(self) -> None:
        for viewer in self._viewers.values():
            viewer.line.hold(is_held=False)

    # -- the end ------------------------------------------------------------------------------------------

    def overdue(self, now: float) -> Why | None:
        """Why it is over by now, if it is: the host too long away, or too long without anybody to look on.

        A session that no host has come to yet waits for its link to expire.
        """
        waits = self._standing.state is State.WAITING or self.is_over
        self.away_since = _since(self.away_since, now, holds=self._host is None and not waits)
        self.alone_since = _since(self.alone_since, now, holds=not self._viewers and not waits)
        if self.away_since is not None and now - self.away_since >= HOST_AWAY_SECONDS:
            return Why.HOST_LOST
        if self.alone_since is not None and now - self.alone_since >= NOBODY_SECONDS:
            return Why.NOBODY
        return None

    def end(self, why: Why, *, is_known: bool = False) -> None:
        """It is over: all are told and let go. `is_known`: the desk itself has said so."""
        if self.is_over:
            return
        self.why = why
        self._stand(self._standing.end(), is_noted=False)
        if not is_known:
            self._notes.ended(self.session_id, why)
        self._tally.ended[why.value] += 1
        text = Ended(why).text()
        for line in self._lines():
            line.tell(text)
            line.close(CloseCode.OVER)
        for viewer in self.viewers:
            self._notes.left(viewer.seat.visit_id, controlled=viewer.has_controlled)
        self._host = None
        self._viewers.clear()

    def send_away(self) -> None:
        """The session is at another relay: all are told to come again, and the desk says where."""
        for line in self._lines():
            line.close(CloseCode.RESTART)

    def sign_out(self, sign_in_ids: frozenset[int]) -> None:
        """Viewers whose sign-in has ended go; with the last of them goes the session."""
        out = [viewer for viewer in self.viewers if viewer.seat.sign_in_id in sign_in_ids]
        if out and len(out) == len(self._viewers):
            self.end(Why.SIGNED_OUT)
            return
        for viewer in out:
            viewer.line.close(CloseCode.PASS_UNKNOWN)
            self.lose_viewer(viewer)

    # -- what is told -------------------------------------------------------------------------------------

    def _change(self, standing: Standing) -> None:
        if standing != self._standing:
            self._stand(standing)
            self._tell_all(self._stands().text())

    def _stand(self, standing: Standing, *, is_noted: bool = True) -> None:
        before, self._standing = self._standing, standing
        self._gates = Gates(standing)
        if is_noted and (before.state, before.granted) != (standing.state, standing.granted):
            self._notes.state(self.session_id, standing)

    def _lines(self) -> Iterator[Line]:
        if self._host is not None:
            yield self._host
        for viewer in self.viewers:
            yield viewer.line

    def _tell_all(self, text: str, *, but: Line | None = None) -> None:
        for line in self._lines():
            if line is not but:
                line.tell(text)

    def _tell_viewers(self, text: str) -> None:
        for viewer in self.viewers:
            viewer.line.tell(text)

    def _watching(self) -> tuple[Watching, ...]:
        return tuple(
            Watching(one.number, _name(one.seat), controls=one.number == self._controller)
            for one in self._viewers.values()
        )

    def _stands(self) -> Stands:
        now = self._standing
        return Stands(now.state, now.asked, now.granted, host=self.has_host, viewers=self._watching())

    def _host_welcome(self, seat: HostSeat) -> HostWelcome:
        return HostWelcome(
            session=self.public_id,
            asked=self._standing.asked,
            granted=self._standing.granted,
            who=seat.who[:MOST_NAME_CHARS],
            business=seat.business[:MOST_NAME_CHARS],
            number=seat.number,
            subject=seat.subject[:MOST_SUBJECT_CHARS],
            expires_at=seat.expires_at,
            state=self._standing.state,
            viewers=self._watching(),
        )

    def _viewer_welcome(self, viewer: Viewer) -> ViewerWelcome:
        return ViewerWelcome(
            session=self.public_id,
            viewer=viewer.number,
            name=_name(viewer.seat),
            may_control=viewer.seat.may_control,
            state=self._standing.state,
            asked=self._standing.asked,
            granted=self._standing.granted,
            host=self.has_host,
            viewers=self._watching(),
        )


def _name(seat: ViewerSeat) -> str:
    return seat.name[:MOST_NAME_CHARS]


def _since(before: float | None, now: float, *, holds: bool) -> float | None:
    """Since when something holds; None while it does not."""
    if not holds:
        return None
    return now if before is None else before
