from datetime import timedelta

import pytest

from gateway.desk import remote
from gateway.desk import systems as rows
from gateway.rules import remote as rules
from gateway.store import session
from gateway.store.queries.remote import RemoteView
from gateway.store.queries.systems import SystemView
from remote_bridge.protocol.errors import CloseCode
from remote_bridge.protocol.hello import Way
from remote_bridge.protocol.scopes import Scope
from remote_bridge.protocol.secrets import LinkSecret, hash_of, parse_b64u
from remote_bridge.protocol.state import State, Why
from remote_bridge.protocol.systems import open_call
from remote_bridge.relay.admission import Calls, HostSeat, NotAdmitted
from remote_bridge.relay.desk import Desk
from tests import remotes, systems
from tests.world import NOON, World

VIEW = frozenset({Scope.VIEW})
URL = "wss://relay.example"


class At:
    """The desk as the relay asks it, and a session of ours."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.desk = Desk(URL, world.clock)
        self.by = world.ours.owner
        self.made = remotes.make(self.by, scopes=(rules.Scope.CONTROL,), now=world.clock.now())
        self.link = LinkSecret.parse(self.made.secret)

    def redeem(self, key: bytes = b"k") -> HostSeat:
        return self.desk.redeem(token_hash=hash_of(self.link.token()), key_hash=hash_of(key), way=Way.CLIENT)

    def new_pass(self) -> bytes:
        now = self.world.clock.now()
        said = remotes.pass_for(self.by, self.made.public_id, remotes.sign_in(self.by, now=now), now=now)
        return hash_of(parse_b64u(said))

    def view(self) -> RemoteView:
        with session.reading() as db:
            return remote.get(db, self.by, self.made.public_id)


@pytest.fixture
def at(world: World) -> At:
    return At(world)


def refused(ask: object) -> CloseCode:
    assert callable(ask)
    with pytest.raises(NotAdmitted) as caught:
        ask()
    return caught.value.code


def test_a_host_comes_in_by_the_secret_of_its_link_and_comes_again_by_its_key(at: At) -> None:
    seat = at.redeem()
    assert (seat.standing.state, seat.standing.granted) == (State.ASKING, frozenset())
    assert seat.standing.asked == VIEW | {Scope.CONTROL}
    assert (seat.public_id, seat.number) == (at.made.public_id, 1)
    assert at.redeem() == seat
    assert refused(lambda: at.redeem(b"other")) == CloseCode.USED


def test_an_unknown_token_is_nobodys(at: At) -> None:
    ask = at.desk.redeem
    assert refused(lambda: ask(token_hash=bytes(32), key_hash=bytes(32), way=Way.CLIENT)) == (
        CloseCode.TOKEN_UNKNOWN
    )


def test_a_session_stays_with_its_relay(at: At) -> None:
    at.redeem()
    at.desk = Desk("wss://elsewhere.example", at.world.clock)
    assert refused(at.redeem) == CloseCode.RESTART  # the desk says where when it comes again
    said = at.new_pass()
    assert refused(lambda: at.desk.enter(pass_hash=said)) == CloseCode.RESTART


def test_the_desk_is_told_what_lives_and_says_what_is_elsewhere(at: At) -> None:
    seat = at.redeem()
    assert at.desk.note_alive([seat.session_id]) == frozenset()
    assert Desk("wss://elsewhere.example", at.world.clock).note_alive([seat.session_id]) == {seat.session_id}


def test_an_address_that_is_none_lets_nobody_in(at: At) -> None:
    at.desk = Desk("wss://" + "x" * 400, at.world.clock)
    assert refused(at.redeem) == CloseCode.MALFORMED


def test_a_viewer_comes_in_once_by_a_pass(at: At) -> None:
    said = at.new_pass()
    seat = at.desk.enter(pass_hash=said)
    assert (seat.public_id, seat.standing.state, seat.may_control) == (
        at.made.public_id,
        State.WAITING,
        True,
    )
    assert refused(lambda: at.desk.enter(pass_hash=said)) == CloseCode.PASS_UNKNOWN
    at.desk.leave(seat.visit_id, controlled=True, at=NOON)


def test_what_happens_is_noted_and_what_is_over_stays_over(at: At) -> None:
    seat = at.redeem()
    live = seat.standing.consent(VIEW)
    at.desk.note_state(seat.session_id, live, at=NOON)
    assert (at.view().state, tuple(at.view().granted)) == ("live", ("view",))
    late = at.new_pass()
    at.desk.end(seat.session_id, Why.HOST_ENDED, at=NOON + timedelta(minutes=3))
    at.desk.end(seat.session_id, Why.NOBODY, at=NOON)
    at.desk.note_state(seat.session_id, live, at=NOON)
    assert (at.view().state, at.view().why) == ("ended", "host-ended")
    moments = at.view().consented_at, at.view().ended_at
    assert moments == (NOON, NOON + timedelta(minutes=3)), "when it happened, however late it is noted"
    assert refused(at.redeem) == CloseCode.OVER
    assert refused(lambda: at.desk.enter(pass_hash=late)) == CloseCode.PASS_UNKNOWN


def test_the_relay_hears_what_is_over(at: At) -> None:
    seat, viewer = at.redeem(), at.desk.enter(pass_hash=at.new_pass())
    still = at.desk.still([seat.session_id], [viewer.sign_in_id])
    assert (dict(still.ended), still.gone) == ({}, frozenset())
    with session.transaction() as db:
        remote.end_by(db, at.by, at.made.public_id, now=at.world.clock.now())
    still = at.desk.still([seat.session_id], [viewer.sign_in_id, 4711])
    assert dict(still.ended) == {seat.session_id: Why.REVOKED}
    assert 4711 in still.gone


def test_an_expired_session_is_over(at: At) -> None:
    seat = at.redeem()
    at.world.clock.advance(minutes=60 * 24)
    assert dict(at.desk.still([seat.session_id], []).ended) == {seat.session_id: Why.EXPIRED}
    assert refused(at.redeem) == CloseCode.OVER


class Installed:
    """A system of ours, as the relay asks after it."""

    def __init__(self, at: At) -> None:
        self.at, self.keys = at, systems.keys()
        self.view = systems.enrol(at.world.ours, held=self.keys, now=at.world.clock.now())

    def now(self) -> SystemView:
        return systems.view(self.at.by, self.view.public_id)

    def is_online(self) -> bool:
        return self.now().presence.is_online(self.at.world.clock.now())

    def ask(self) -> str:
        return systems.ask(self.at.by, self.view, now=self.at.world.clock.now())

    def remove(self) -> None:
        with session.transaction() as db:
            rows.remove(db, self.at.by, self.view.public_id, now=self.at.world.clock.now())


@pytest.fixture
def installed(at: At) -> Installed:
    return Installed(at)


def test_a_system_is_known_by_its_key_until_it_is_removed(at: At, installed: Installed) -> None:
    seat = at.desk.system(installed.view.public_id)
    assert (seat.system_id, seat.name) == (installed.view.id, "Server 01")
    assert seat.sign_key == installed.keys.sign_key
    assert refused(lambda: at.desk.system("nobody")) == CloseCode.PASS_UNKNOWN
    installed.remove()
    assert refused(lambda: at.desk.system(installed.view.public_id)) == CloseCode.OVER
    assert not at.desk.system_is_here(installed.view.id, VIEW)


def test_a_system_is_online_with_what_is_granted_at_it_until_it_leaves(at: At, installed: Installed) -> None:
    assert not installed.is_online()
    assert at.desk.system_is_here(installed.view.id, VIEW | {Scope.CONTROL})
    assert installed.is_online()
    assert [one.value for one in installed.now().unattended] == ["view", "control"]
    Desk("wss://elsewhere.example", at.world.clock).system_left(installed.view.id)
    assert installed.is_online(), "it is here by now"
    at.desk.system_left(installed.view.id)
    assert not installed.is_online()


def test_a_system_of_which_nothing_is_heard_is_away_after_a_while(at: At, installed: Installed) -> None:
    at.desk.system_is_here(installed.view.id, VIEW)
    at.world.clock.advance(seconds=100)
    at.desk.systems_still_here([installed.view.id])
    at.world.clock.advance(seconds=100)
    assert installed.is_online()
    at.world.clock.advance(seconds=100)
    assert not installed.is_online()


def test_a_system_is_called_by_what_only_it_can_open_and_joins_by_that(at: At, installed: Installed) -> None:
    ids = [installed.view.id]
    assert at.desk.calls(ids) == Calls(frozenset(), ())
    asked = installed.ask()
    ((system_id, call),) = at.desk.calls(ids).calls
    assert (system_id, call.session) == (installed.view.id, asked)
    link = open_call(installed.keys.box, call.session, call.sealed)
    seat = at.desk.redeem(token_hash=hash_of(link.token()), key_hash=hash_of(b"k"), way=Way.SYSTEM)
    assert seat.public_id == asked
    assert at.desk.calls(ids).calls == ()
    installed.remove()
    assert at.desk.calls(ids) == Calls(frozenset(ids), ())
