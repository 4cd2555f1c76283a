"""The real desk: each question of the relay is one short transaction."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime

from gateway.clock import Clock
from gateway.desk import remote, remotewatch, systems
from gateway.errors import Conflict, Gone, Invalid, NotFound
from gateway.store import session
from remote_bridge.protocol.errors import CloseCode
from remote_bridge.protocol.hello import Way
from remote_bridge.protocol.scopes import Scopes, in_order, parse_scopes
from remote_bridge.protocol.state import Standing, State, Why
from remote_bridge.protocol.systems import Call
from remote_bridge.relay.admission import Calls, HostSeat, NotAdmitted, Still, SystemSeat, ViewerSeat


class Desk:
    """The desk as the relay at `relay_url` asks it; the database is configured before."""

    def __init__(self, relay_url: str, clock: Clock) -> None:
        self._relay_url, self._clock = relay_url, clock

    def redeem(self, *, token_hash: bytes, key_hash: bytes, way: Way) -> HostSeat:
        """Let the host with this key in; NotAdmitted."""
        with _admitting(unknown=CloseCode.TOKEN_UNKNOWN), session.transaction() as db:
            seat = remote.redeem(
                db,
                token_hash=token_hash,
                key_hash=key_hash,
                way=way.value,
                relay_url=self._relay_url,
                now=self._clock.now(),
            )
        return HostSeat(
            session_id=seat.session_id,
            public_id=seat.public_id,
            standing=_standing(seat),
            who=seat.who,
            business=seat.business,
            number=seat.number,
            subject=seat.subject,
            expires_at=seat.expires_at,
        )

    def enter(self, *, pass_hash: bytes) -> ViewerSeat:
        """Let a viewer in, whose pass is used up by it; NotAdmitted."""
        with _admitting(unknown=CloseCode.PASS_UNKNOWN), session.transaction() as db:
            seat = remote.enter(db, pass_hash=pass_hash, relay_url=self._relay_url, now=self._clock.now())
        return ViewerSeat(
            session_id=seat.session_id,
            public_id=seat.public_id,
            standing=_standing(seat),
            name=seat.name,
            may_control=seat.may_control,
            may_end=seat.may_end,
            sign_in_id=seat.sign_in_id,
            visit_id=seat.visit_id,
        )

    def note_state(self, session_id: int, standing: Standing, *, at: datetime) -> None:
        """How far a session is, since that moment."""
        with session.transaction() as db:
            remote.note_state(
                db,
                session_id,
                state=standing.state.value,
                granted=in_order(standing.granted),
                now=at,
            )

    def leave(self, visit_id: int, *, controlled: bool, at: datetime) -> None:
        """A viewer has gone then."""
        with session.transaction() as db:
            remote.leave(db, visit_id, controlled=controlled, now=at)

    def end(self, session_id: int, why: Why, *, at: datetime) -> None:
        """A session was over then."""
        with session.transaction() as db:
            remote.end(db, session_id, why=why.value, now=at)

    def note_alive(self, session_ids: Collection[int]) -> frozenset[int]:
        """These are held here; those that are elsewhere."""
        with session.transaction() as db:
            return remotewatch.note_alive(db, session_ids, relay_url=self._relay_url, now=self._clock.now())

    def still(self, session_ids: Collection[int], sign_in_ids: Collection[int]) -> Still:
        """What of this is over."""
        with session.reading() as db:
            found = remote.still(db, session_ids, sign_in_ids, self._clock.now())
        return Still({key: Why(why) for key, why in found.ended.items()}, found.gone, found.astray)

    def system(self, public_id: str) -> SystemSeat:
        """Who an installed system is, and by which key it shows that; NotAdmitted."""
        try:
            with session.reading() as db:
                seat = systems.key_of(db, public_id)
        except Gone:
            raise NotAdmitted(CloseCode.OVER) from None
        if seat is None:
            raise NotAdmitted(CloseCode.PASS_UNKNOWN)
        return SystemSeat(seat.id, seat.public_id, seat.name, seat.business, seat.customer, seat.sign_key)

    def system_is_here(self, system_id: int, unattended: Scopes) -> bool:
        """A system is at this relay; False when it has been removed."""
        with session.transaction() as db:
            return systems.come(
                db,
                system_id,
                relay_url=self._relay_url,
                unattended=in_order(unattended),
                now=self._clock.now(),
            )

    def system_left(self, system_id: int) -> None:
        """A system is not at this relay any more."""
        with session.transaction() as db:
            systems.leave(db, system_id, relay_url=self._relay_url, now=self._clock.now())

    def systems_still_here(self, system_ids: Collection[int]) -> None:
        """All of these are at this relay as before."""
        with session.transaction() as db:
            systems.still_here(db, system_ids, relay_url=self._relay_url, now=self._clock.now())

    def calls(self, system_ids: Collection[int]) -> Calls:
        """What there is to tell these systems."""
        with session.reading() as db:
            found = systems.calls(db, system_ids, now=self._clock.now())
        return Calls(found.removed, tuple((one, Call(name, sealed)) for one, name, sealed in found.calls))


@contextmanager
def _admitting(*, unknown: CloseCode) -> Iterator[None]:
    """The desk's no, as the code with which the socket closes; `unknown` is that of what it does not know."""
    try:
        yield
    except NotFound:
        raise NotAdmitted(unknown) from None
    except remote.Elsewhere:
        raise NotAdmitted(CloseCode.RESTART) from None
    except Conflict:
        raise NotAdmitted(CloseCode.USED) from None
    except Gone:
        raise NotAdmitted(CloseCode.OVER) from None
    except Invalid:
        raise NotAdmitted(CloseCode.MALFORMED) from None


def _standing(seat: remote.HostSeat | remote.ViewerSeat) -> Standing:
    return Standing(State(seat.state), parse_scopes(seat.asked), parse_scopes(seat.granted))
