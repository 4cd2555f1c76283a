"""A desk that says what it is told to say: the relay's `Admission`, without a database."""

import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from gateway.errors import Unavailable
from remote_bridge.protocol.errors import CloseCode
from remote_bridge.protocol.hello import Way
from remote_bridge.protocol.scopes import Scope, Scopes
from remote_bridge.protocol.secrets import LinkSecret, hash_of
from remote_bridge.protocol.state import Standing, State, Why
from remote_bridge.protocol.systems import Call, seal_call
from remote_bridge.relay.admission import Calls, HostSeat, NotAdmitted, Still, SystemSeat, ViewerSeat

VIEW: Scopes = frozenset({Scope.VIEW})
ALL: Scopes = frozenset(Scope)
LATER = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)


@dataclass
class Made:
    """A session as this desk knows it."""

    id: int
    link: LinkSecret
    standing: Standing
    key_hash: bytes | None = None
    why: Why | None = None
    way: Way | None = None

    @property
    def public_id(self) -> str:
        return f"s{self.id}"


@dataclass
class Installed:
    """A system as this desk knows it, with the keys that a real desk has not."""

    id: int
    sign: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    box: X25519PrivateKey = field(default_factory=X25519PrivateKey.generate)
    name: str = "Kasse 1"
    unattended: Scopes | None = None
    """None: it is away."""
    is_removed: bool = False
    calls: list[Made] = field(default_factory=list)

    @property
    def public_id(self) -> str:
        return f"k{self.id}"


@dataclass(frozen=True)
class Pass:
    """Whom a pass lets in, and where."""

    session_id: int
    name: str
    may_control: bool
    sign_in_id: int


@dataclass
class Desk:
    """Thread-safe, as the relay asks it from several."""

    sessions: dict[int, Made] = field(default_factory=dict)
    visits: dict[int, Pass] = field(default_factory=dict)
    left: dict[int, bool] = field(default_factory=dict)
    notes: list[tuple[int, State, Scopes]] = field(default_factory=list)
    moments: list[datetime] = field(default_factory=list)
    """When what was noted has happened, in the order in which it was noted."""
    signed_out: set[int] = field(default_factory=set)
    systems: dict[int, Installed] = field(default_factory=dict)
    told_of_systems: list[tuple[int, Scopes | None]] = field(default_factory=list)
    said_to_be_here: list[tuple[int, ...]] = field(default_factory=list)
    astray: set[tuple[int, int]] = field(default_factory=set)
    alive: list[frozenset[int]] = field(default_factory=list)
    deaf_for: int = 0
    """So many notes of what lives fail."""
    elsewhere: set[int] = field(default_factory=set)
    asked: int = 0
    asked_for_calls: int = 0
    before: Callable[[], None] = lambda: None
    """Called before each answer: to be slow, or to fail."""

    def __post_init__(self) -> None:
        self._passes: dict[bytes, Pass] = {}
        self._lock = threading.Lock()

    # -- what a test does ---------------------------------------------------------------------------------

    def make(self, asked: Scopes = ALL) -> Made:
        """A new session, waiting for its host."""
        number = len(self.sessions) + 1
        made = Made(number, LinkSecret.make(), Standing(State.WAITING, asked))
        self.sessions[number] = made
        return made

    def give_pass(
        self, made: Made, name: str = "Ann", *, may_control: bool = True, sign_in_id: int = 0
    ) -> bytes:
        """A pass for a viewer, by a sign-in of its own unless one is given."""
        raw = LinkSecret.make().raw()
        sign_in = sign_in_id or 1000 + len(self._passes)
        self._passes[hash_of(raw)] = Pass(made.id, name, may_control, sign_in)
        return raw

    def install(self) -> Installed:
        """A system that has enrolled."""
        number = len(self.systems) + 1
        self.systems[number] = made = Installed(number)
        return made

    # -- what the relay asks ------------------------------------------------------------------------------

    def redeem(self, *, token_hash: bytes, key_hash: bytes, way: Way) -> HostSeat:
        self.before()
        with self._lock:
            made = next((m for m in self.sessions.values() if hash_of(m.link.token()) == token_hash), None)
            if made is None:
                raise NotAdmitted(CloseCode.TOKEN_UNKNOWN)
            if made.why is not None:
                raise NotAdmitted(CloseCode.OVER)
            if made.key_hash not in (None, key_hash):
                raise NotAdmitted(CloseCode.USED)
            made.key_hash, made.way, made.standing = key_hash, way, made.standing.come()
            return HostSeat(
                made.id, made.public_id, made.standing, "Ann Lee", "Crane & Sons", 17, "Printer", LATER
            )

    def enter(self, *, pass_hash: bytes) -> ViewerSeat:
        self.before()
        with self._lock:
            one = self._passes.pop(pass_hash, None)
            if one is None or one.sign_in_id in self.signed_out:
                raise NotAdmitted(CloseCode.PASS_UNKNOWN)
            made = self.sessions[one.session_id]
            if made.why is not None:
                raise NotAdmitted(CloseCode.OVER)
            visit_id = len(self.visits) + 1
            self.visits[visit_id] = one
            return ViewerSeat(
                made.id,
                made.public_id,
                made.standing,
                one.name,
                one.may_control,
                one.may_control,
                one.sign_in_id,
                visit_id,
            )

    def note_state(self, session_id: int, standing: Standing, *, at: datetime) -> None:
        self.before()
        with self._lock:
            self.notes.append((session_id, standing.state, standing.granted))
            self.moments.append(at)
            self.sessions[session_id].standing = replace(
                standing, asked=self.sessions[session_id].standing.asked
            )

    def leave(self, visit_id: int, *, controlled: bool, at: datetime) -> None:
        self.before()
        with self._lock:
            self.left[visit_id] = controlled
            self.moments.append(at)

    def end(self, session_id: int, why: Why, *, at: datetime) -> None:
        self.before()
        with self._lock:
            self.sessions[session_id].why = why
            self.moments.append(at)

    def note_alive(self, session_ids: Collection[int]) -> frozenset[int]:
        self.before()
        with self._lock:
            if self.deaf_for:
                self.deaf_for -= 1
                raise Unavailable
            self.alive.append(frozenset(session_ids))
            return frozenset(self.elsewhere & set(session_ids))

    def still(self, session_ids: Collection[int], sign_in_ids: Collection[int]) -> Still:
        self.before()
        with self._lock:
            self.asked += 1
            ended = {one: why for one in session_ids if (why := self.sessions[one].why)}
            return Still(ended, frozenset(self.signed_out & set(sign_in_ids)), frozenset(self.astray))

    def system(self, public_id: str) -> SystemSeat:
        self.before()
        with self._lock:
            one = next((one for one in self.systems.values() if one.public_id == public_id), None)
            if one is None:
                raise NotAdmitted(CloseCode.PASS_UNKNOWN)
            if one.is_removed:
                raise NotAdmitted(CloseCode.OVER)
            key = one.sign.public_key().public_bytes_raw()
            return SystemSeat(one.id, public_id, one.name, "Crane & Sons", "Bäckerei Änne", key)

    def system_is_here(self, system_id: int, unattended: Scopes) -> bool:
        self.before()
        with self._lock:
            self.told_of_systems.append((system_id, unattended))
            self.systems[system_id].unattended = unattended
            return not self.systems[system_id].is_removed

    def system_left(self, system_id: int) -> None:
        self.before()
        with self._lock:
            self.told_of_systems.append((system_id, None))
            self.systems[system_id].unattended = None

    def systems_still_here(self, system_ids: Collection[int]) -> None:
        self.before()
        with self._lock:
            self.said_to_be_here.append(tuple(system_ids))

    def calls(self, system_ids: Collection[int]) -> Calls:
        self.before()
        with self._lock:
            self.asked_for_calls += 1
            here = [self.systems[one] for one in system_ids]
            waiting = [
                (one.id, Call(made.public_id, _sealed(one, made)))
                for one in here
                for made in one.calls
                if made.key_hash is None and made.why is None
            ]
            return Calls(frozenset(one.id for one in here if one.is_removed), tuple(waiting))


def _sealed(system: Installed, made: Made) -> bytes:
    return seal_call(system.box.public_key().public_bytes_raw(), made.public_id, made.link)
