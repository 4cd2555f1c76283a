"""What nobody ends is ended: links and sessions past their time, and sessions at a relay that is gone."""

from datetime import datetime, timedelta

import pytest

from gateway.desk import remote, remotewatch
from gateway.desk.remotewatch import SEEN_FOR, SILENT_AFTER, Silence
from gateway.rules.remote import LINK_LASTS, SESSION_LASTS, State, Why
from gateway.store import session
from gateway.store.queries.remote import RemoteView
from tests.remotes import RELAY, go_live, join, make, redeem
from tests.world import NOON, World, mail

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
OTHER = "wss://other.example"


@pytest.fixture
def desk(world: World) -> World:
    world.receive(mail())
    return world


def view(world: World, public_id: str) -> RemoteView:
    with session.reading() as db:
        return remote.get(db, world.ours.owner, public_id)


def lines(world: World) -> list[dict[str, object]]:
    return [event.data for event in world.detail().events if event.kind == "remote"]


def silent(now: datetime) -> list[int]:
    with session.reading() as db:
        return list(remotewatch.silent_ids(db, now=now))


def note(*session_ids: int, relay_url: str = RELAY, now: datetime) -> frozenset[int]:
    with session.transaction() as db:
        return remotewatch.note_alive(db, session_ids, relay_url=relay_url, now=now)


def end(*session_ids: int, now: datetime) -> int:
    with session.transaction() as db:
        return remotewatch.end_silent(db, session_ids, now=now)


def test_what_has_come_to_its_time_is_ended(desk: World) -> None:
    unopened, opened = make(desk.ours.staff), make(desk.ours.staff)
    redeem(opened, now=NOON + LINK_LASTS - MINUTE)
    with session.reading() as db:
        assert not remotewatch.is_any_expired(db, now=NOON + LINK_LASTS - SECOND)
        assert remotewatch.is_any_expired(db, now=NOON + LINK_LASTS)
    for at, ended in ((NOON + LINK_LASTS, 1), (NOON + LINK_LASTS - MINUTE + SESSION_LASTS, 1)):
        with session.transaction() as db:
            assert remotewatch.end_expired(db, now=at) == ended
    assert {view(desk, made.public_id).why for made in (unopened, opened)} == {Why.EXPIRED}
    assert [line["opened"] for line in lines(desk)] == [False, True]


def test_a_session_of_which_its_relay_says_nothing_any_more_is_ended(desk: World) -> None:
    lost, held, unopened = (make(desk.ours.staff) for _ in range(3))
    one, other = go_live(lost).session_id, go_live(held).session_id
    assert note(one, other, now=NOON + MINUTE) == frozenset()
    assert note(other, now=NOON + 2 * MINUTE) == frozenset()
    at = NOON + MINUTE + SILENT_AFTER
    assert (silent(at - SECOND), silent(at)) == ([], [one])
    assert end(one, other, now=at) == 1
    assert (view(desk, lost.public_id).state, view(desk, lost.public_id).why) == (State.ENDED, Why.RELAY)
    assert [line["why"] for line in lines(desk)] == ["relay"]
    assert view(desk, held.public_id).state is State.LIVE
    assert view(desk, unopened.public_id).state is State.WAITING
    assert end(one, now=at) == 0


def test_one_that_was_heard_of_meanwhile_goes_on(desk: World) -> None:
    made = make(desk.ours.staff)
    one = go_live(made).session_id
    assert silent(NOON + SILENT_AFTER) == [one]
    redeem(made, now=NOON + SILENT_AFTER)  # the relay is back, and the host with it
    assert end(one, now=NOON + SILENT_AFTER) == 0
    assert view(desk, made.public_id).state is State.LIVE


def test_a_link_whose_relay_died_before_the_customer_came_holds_at_any_other(desk: World) -> None:
    made = make(desk.ours.staff)
    one = join(desk.ours.staff, made.public_id).session_id
    with pytest.raises(remote.Elsewhere):
        redeem(made, relay_url=OTHER)
    assert end(one, now=NOON + SILENT_AFTER) == 0
    assert view(desk, made.public_id).relay_url is None
    assert redeem(made, relay_url=OTHER).state is State.ASKING
    # The first relay was not dead, only cut off: it hears that its viewers are to go there.
    assert note(one, now=NOON + SILENT_AFTER) == {one}


def test_silence_counts_from_when_it_is_seen(desk: World) -> None:
    silence = Silence()
    assert silence.look([1, 2], now=NOON) == []
    assert silence.look([1, 2], now=NOON + SEEN_FOR - SECOND) == []
    assert silence.look([2], now=NOON + SEEN_FOR) == [2]
    assert silence.look([1, 2], now=NOON + 2 * SEEN_FOR) == [2]  # 1 was heard of in between
