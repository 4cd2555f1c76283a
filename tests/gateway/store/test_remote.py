"""The rows of remote sessions: each step happens once, and only where it still may."""

from datetime import timedelta

import pytest

from gateway.rules.remote import CODE_LASTS, PASS_LASTS, Scope, State, Way, Why
from gateway.store import remote, session
from gateway.store.queries import remote as queries
from gateway.store.remote import NewSession, Pass
from tests.remotes import RELAY, sign_in
from tests.world import NOON, World, mail, ticket_row

TOKEN, KEY, PASS = b"t" * 32, b"k" * 32, b"p" * 32


@pytest.fixture
def session_id(world: World) -> int:
    """A session that waits, with the digits' hash `code`."""
    world.receive(mail())
    by = world.ours.staff
    ticket, until = ticket_row(1).id, NOON + CODE_LASTS
    new = NewSession(by.account_id, ticket, by.staff_id, [Scope.VIEW], TOKEN, "sealed", "code", until)
    with session.transaction() as db:
        remote.put(db, new, now=NOON)
        found = queries.find_by_token(db, TOKEN)
    assert found is not None
    return found.id


def claim(*, key_hash: bytes = KEY, relay_url: str = RELAY) -> int | None:
    with session.transaction() as db:
        return remote.claim(
            db, token_hash=TOKEN, key_hash=key_hash, way=Way.CLIENT, relay_url=relay_url, now=NOON
        )


def test_a_claim_is_one_key_s_at_one_relay(session_id: int) -> None:
    assert claim() == claim() == session_id
    assert claim(key_hash=b"o" * 32) is None
    assert claim(relay_url="wss://other.example") is None


def test_a_relay_keeps_what_is_its_own_and_what_is_nobodys(session_id: int) -> None:
    later = NOON + timedelta(minutes=1)
    with session.transaction() as db:
        assert remote.silent_ids(db, before=later, limit=9) == []  # nobody has come
        assert remote.keep_alive(db, [session_id, 4711], RELAY, now=NOON) == {session_id}
        assert remote.keep_alive(db, [session_id], "wss://other.example", now=later) == frozenset()
        assert remote.silent_ids(db, before=NOON, limit=9) == [session_id]
        assert remote.keep_alive(db, [session_id], RELAY, now=later) == {session_id}
        assert remote.silent_ids(db, before=NOON, limit=9) == []
        assert remote.let_go(db, session_id)
        assert remote.silent_ids(db, before=later, limit=9) == []
    assert claim(relay_url="wss://other.example") == session_id
    with session.transaction() as db:
        assert not remote.let_go(db, session_id)
        remote.finish(db, session_id, Why.REVOKED, now=NOON)
        assert remote.silent_ids(db, before=later, limit=9) == []


def test_a_code_is_taken_once_and_while_it_holds(session_id: int) -> None:
    with session.transaction() as db:
        assert remote.has_code(db, "code")
        assert remote.take_code(db, "code", now=NOON + CODE_LASTS) is None
        assert remote.take_code(db, "code", now=NOON) == "sealed"
        assert remote.take_code(db, "code", now=NOON) is None
        assert remote.set_code(db, session_id, "other", until=NOON, now=NOON)
        assert not remote.has_code(db, "code")
    claim()
    with session.transaction() as db:
        assert not remote.set_code(db, session_id, "third", until=NOON, now=NOON)


def test_it_is_open_until_it_ends(world: World, session_id: int) -> None:
    with session.transaction() as db:
        assert remote.count_open(db, world.ours.account_id, now=NOON) == 1
        assert remote.count_open(db, world.stranger.account_id, now=NOON) == 0
        granted = [Scope.VIEW]
        assert remote.set_state(db, session_id, state=State.LIVE, granted=granted, now=NOON)
        ended = remote.finish(db, session_id, Why.NOBODY, now=NOON)
        assert ended is not None
        assert (ended.granted, ended.consented_at, ended.opened_at) == (("view",), NOON, None)
        assert remote.finish(db, session_id, Why.NOBODY, now=NOON) is None
        assert not remote.set_state(db, session_id, state=State.LIVE, granted=granted, now=NOON)
        assert not remote.meet_at(db, session_id, RELAY, now=NOON)
        assert remote.count_open(db, world.ours.account_id, now=NOON) == 0


def test_who_paused_has_consented_though_that_was_not_written_at_its_time(
    world: World, session_id: int
) -> None:
    with session.transaction() as db:
        assert remote.set_state(db, session_id, state=State.PAUSED, granted=[Scope.VIEW], now=NOON)
        ended = remote.finish(db, session_id, Why.HOST_ENDED, now=NOON)
        assert ended is not None
        assert ended.consented_at == NOON


def test_a_pass_is_used_once_and_a_visit_ends_once(world: World, session_id: int) -> None:
    who = Pass(world.ours.account_id, session_id, world.ours.staff.staff_id or 0, sign_in(world.ours.staff))
    with session.transaction() as db:
        remote.put_pass(db, who, PASS, now=NOON)
        assert remote.use_pass(db, PASS, now=NOON + PASS_LASTS) is None
        assert remote.use_pass(db, PASS, now=NOON) == who
        assert remote.use_pass(db, PASS, now=NOON) is None
        visit_id = remote.put_visit(db, who, now=NOON)
        assert remote.end_visit(db, visit_id, controlled=True, now=NOON) == session_id
        later = NOON + timedelta(minutes=1)
        assert remote.end_visit(db, visit_id, controlled=False, now=later) == session_id
        assert remote.end_visit(db, 999, controlled=False, now=NOON) is None
    with session.reading() as db:
        visit = queries.list_running(db, world.ours.owner.sight, limit=5)[0].visits[0]
    assert (visit.left_at, visit.controlled) == (NOON, True)


def test_what_is_late_is_found_oldest_first_and_no_more_than_asked_for(session_id: int) -> None:
    with session.reading() as db:
        assert remote.expired_ids(db, now=NOON, limit=5) == []
        late = NOON + timedelta(days=2)
        assert remote.expired_ids(db, now=late, limit=5) == [session_id]
        assert remote.expired_ids(db, now=late, limit=0) == []
