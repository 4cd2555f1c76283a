"""The installed systems that are at this relay: who they are, what the desk is told of them, who calls them.

Without I/O and without a clock, as rooms are.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

from gateway.errors import Unavailable
from remote_bridge.protocol.errors import CloseCode
from remote_bridge.protocol.news import MOST_NAME_CHARS
from remote_bridge.protocol.scopes import Scopes
from remote_bridge.protocol.systems import Proof, SystemWelcome, is_signed, proof_text
from remote_bridge.relay.admission import Admission, Calls, SystemSeat
from remote_bridge.relay.room import Line
from remote_bridge.relay.tally import Tally


@dataclass(frozen=True, slots=True)
class Claim:
    """Who somebody says to be, the challenge they were given, and what they answered."""

    system: str
    nonce: bytes
    proof: Proof

    def holds(self, sign_key: bytes, relay_url: str) -> bool:
        """Whether the holder of that key has answered, and here."""
        return is_signed(sign_key, self.proof.signature, proof_text(self.system, self.nonce, relay_url))


@dataclass(frozen=True, slots=True)
class _There:
    line: Line
    unattended: Scopes


class Systems:
    """Each system once. What the desk is told is looked up when it is written, so that the last word is true.

    `note` has what is to be written called in order, on the thread that tells of those who come.
    """

    def __init__(
        self, admission: Admission, note: Callable[[Callable[[], object]], None], *, tally: Tally, most: int
    ) -> None:
        self._admission, self._put, self._tally, self._most = admission, note, tally, most
        self._there: dict[int, _There] = {}
        self._coming: Counter[int] = Counter()
        self._noted: set[int] = set()
        """Those of whom a note waits: it is looked up when it is written, so one is enough."""
        self._noting = Lock()  # notes are made on one thread and written on another

    @property
    def ids(self) -> tuple[int, ...]:
        """Who is there."""
        return tuple(self._there)

    def has_room_for(self, system_id: int) -> bool:
        """Whether it may come: those who are there keep their place."""
        return system_id in self._there or len(self._there) + len(self._coming) < self._most

    @contextmanager
    def coming(self, seat: SystemSeat, unattended: Scopes) -> Iterator[Callable[[Line], None]]:
        """While the desk is told that it is here. What is given lets it in; unused, it leaves all as before.

        What else there is to write of it meanwhile is not written: it depends on how this ends.
        """
        is_in = False

        def welcome(line: Line) -> None:
            nonlocal is_in
            is_in = True
            self._welcome(line, seat, unattended)

        self._coming[seat.system_id] += 1
        try:
            yield welcome
        finally:
            self._coming[seat.system_id] -= 1
            if not self._coming[seat.system_id]:
                del self._coming[seat.system_id]
            if not is_in:
                self._note(seat.system_id)

    def _welcome(self, line: Line, seat: SystemSeat, unattended: Scopes) -> None:
        """It is there, and whatever was there in its name makes place for it."""
        former = self._there.get(seat.system_id)
        self._there[seat.system_id] = _There(line, unattended)
        if former is not None:
            former.line.close(CloseCode.USED)
        self._tally.joined["system"] += 1
        names = (seat.name, seat.business, seat.customer)
        line.tell(SystemWelcome(seat.public_id, *(name[:MOST_NAME_CHARS] for name in names)).text())

    def change(self, line: Line, system_id: int, unattended: Scopes) -> None:
        """What was granted at it has changed; nothing if that line is not its any more."""
        if self._is_its(line, system_id):
            self._there[system_id] = _There(line, unattended)
            self._note(system_id)

    def lose(self, line: Line, system_id: int) -> None:
        """Its socket is gone; nothing if that is not its any more."""
        if self._is_its(line, system_id):
            del self._there[system_id]
            self._note(system_id)

    def tell(self, calls: Calls) -> None:
        """Those who were removed are told so, those who are asked for a session are called."""
        for system_id in calls.removed:
            if there := self._there.pop(system_id, None):
                there.line.close(CloseCode.OVER)
        for system_id, call in calls.calls:
            if there := self._there.get(system_id):
                there.line.tell(call.text())

    def _is_its(self, line: Line, system_id: int) -> bool:
        there = self._there.get(system_id)
        return there is not None and there.line is line

    def _note(self, system_id: int) -> None:
        if self._is_first_note(system_id):
            self._put(lambda: self._write(system_id))

    def _is_first_note(self, system_id: int) -> bool:
        """Whether no note waited of it; from now on one does."""
        with self._noting:
            is_first = system_id not in self._noted
            self._noted.add(system_id)
        return is_first

    def _write(self, system_id: int) -> None:
        self._noted.discard(system_id)  # before one looks: what changes from here on is noted anew
        try:
            self._tell_desk(system_id)
        except Unavailable:
            if self._is_first_note(system_id):
                raise  # and it is tried again; else what was noted meanwhile says it as well

    def _tell_desk(self, system_id: int) -> None:
        if self._coming[system_id]:
            return
        there = self._there.get(system_id)
        if there is None:
            self._admission.system_left(system_id)
        else:
            self._admission.system_is_here(system_id, there.unattended)
