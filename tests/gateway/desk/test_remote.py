"""Remote sessions: who may make, open, join and end one, once each, and what is left of it."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from gateway.desk import auditing, merging, remote, remotelinks
from gateway.errors import Conflict, Denied, Gone, Invalid, NotFound
from gateway.rules.access import Actor, Role
from gateway.rules.news import Kind as NewsKind
from gateway.rules.news import News
from gateway.rules.remote import (
    CODE_LASTS,
    LINK_LASTS,
    PASS_LASTS,
    SESSION_LASTS,
    Scope,
    State,
    Way,
    Why,
)
from gateway.store import session
from gateway.store.models import Invitation, RemotePass, RemoteSession, RemoteVisit, Staff, Ticket, WebSession
from gateway.store.queries.remote import RemoteView
from tests.admitting import add_guest, add_limited, group_of
from tests.remotes import KEY, RELAY, enter, go_live, join, make, pass_for, redeem, sign_in
from tests.world import NOON, World, mail

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def desk(world: World) -> World:
    """Ticket 1 of our customer Acme, and the stranger's ticket 1."""
    world.receive(mail())
    world.receive(mail(), "help@stranger.example")
    return world


def view(world: World, public_id: str) -> RemoteView:
    with session.reading() as db:
        return remote.get(db, world.ours.owner, public_id)


def row(public_id: str) -> RemoteSession:
    with session.reading() as db:
        found = db.execute(select(RemoteSession).where(RemoteSession.public_id == public_id)).scalar_one()
        db.expunge(found)
        return found


def end(session_id: int, why: str = "host-ended", *, now: datetime = NOON) -> bool:
    with session.transaction() as db:
        return remote.end(db, session_id, why=why, now=now)


def still(sessions: set[int], sign_ins: set[int], *, now: datetime = NOON) -> remote.Still:
    with session.reading() as db:
        return remote.still(db, sessions, sign_ins, now)


def codes(db: Session, world: World, now: datetime) -> Mapping[str, str]:
    by = world.ours.owner
    return remote.codes_for(db, by, remote.running(db, by), key=KEY, now=now)


def lines(world: World) -> list[dict[str, object]]:
    return [event.data for event in world.detail().events if event.kind == "remote"]


def test_a_session_begins_waiting_with_what_is_asked(desk: World) -> None:
    made = make(desk.ours.staff, scopes=[Scope.FILES, Scope.CONTROL])
    seen = view(desk, made.public_id)
    assert (seen.state, seen.number, seen.granted) == (State.WAITING, 1, ())
    assert seen.asked == (Scope.VIEW, Scope.CONTROL, Scope.FILES)
    assert seen.expires_at == NOON + LINK_LASTS
    assert seen.code_expires_at == NOON + CODE_LASTS
    assert (seen.made_by, seen.customer) == ("sam-ours", "Acme")


def test_nothing_of_the_secret_lies_open_in_its_row(desk: World) -> None:
    made = make(desk.ours.staff)
    kept = repr(vars(row(made.public_id)))
    assert made.secret not in kept
    assert made.code not in kept


def test_the_digits_can_be_seen_again_while_they_hold(desk: World) -> None:
    made = make(desk.ours.staff)
    with session.transaction() as db:
        assert codes(db, desk, NOON) == {made.public_id: made.code}
        assert codes(db, desk, NOON + CODE_LASTS) == {}
        by = desk.ours.owner
        assert remote.codes_for(db, by, remote.running(db, by), key=b"other", now=NOON) == {}
        remotelinks.exchange(db, made.code, key=KEY, now=NOON)
        assert codes(db, desk, NOON) == {}


def test_no_two_sessions_have_the_same_digits(desk: World, monkeypatch: pytest.MonkeyPatch) -> None:
    # Of a thousand million that would take long: here the second of each minute is all there is to them.
    monkeypatch.setattr(remote, "code_of", lambda _secret, until: f"{until.second:09}")
    assert [make(desk.ours.staff).code for _ in range(3)] == ["000000000", "000000001", "000000002"]


def test_new_digits_replace_the_old_ones(desk: World) -> None:
    made = make(desk.ours.staff)
    later = NOON + CODE_LASTS
    with session.transaction() as db:
        remote.new_code(db, desk.ours.owner, made.public_id, key=KEY, now=later)
        code = codes(db, desk, later)[made.public_id]
    with pytest.raises(NotFound), session.transaction() as db:
        remotelinks.exchange(db, made.code, key=KEY, now=later)
    with session.transaction() as db:
        assert remotelinks.exchange(db, code, key=KEY, now=later) == made.secret
    redeem(made, now=later)
    with pytest.raises(Conflict), session.transaction() as db:
        remote.new_code(db, desk.ours.owner, made.public_id, key=KEY, now=later)


def test_the_first_host_has_the_session_and_may_come_again(desk: World) -> None:
    made = make(desk.ours.staff)
    first = redeem(made, "one", way="browser")
    with pytest.raises(Conflict):
        redeem(made, "two")
    again = redeem(made, "one", now=NOON + MINUTE)
    assert again == first
    seen = view(desk, made.public_id)
    assert (seen.way, seen.opened_at, seen.expires_at) == (Way.BROWSER, NOON, NOON + SESSION_LASTS)


def test_a_host_that_comes_again_finds_what_was_granted(desk: World) -> None:
    made = make(desk.ours.staff, scopes=[Scope.CONTROL])
    go_live(made, [Scope.VIEW, Scope.CONTROL])
    seat = redeem(made)
    assert (seat.state, seat.granted) == (State.LIVE, (Scope.VIEW, Scope.CONTROL))


def test_of_hosts_that_come_at_once_one_gets_in(desk: World) -> None:
    made = make(desk.ours.staff)

    def come(name: str) -> bool:
        try:
            return redeem(made, name).number == 1
        except Conflict:
            return False

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(come, "abcdefgh")) == 1


def test_a_host_elsewhere_finds_nothing(desk: World) -> None:
    made = make(desk.ours.staff)
    redeem(made)
    with pytest.raises(remote.Elsewhere):
        redeem(made, relay_url="wss://other.example")
    with pytest.raises(NotFound):
        redeem(replace(made, secret="A" * 43))


@pytest.mark.parametrize(("way", "relay_url"), [("carrier pigeon", RELAY), ("client", "wss://" + "x" * 300)])
def test_nonsense_is_refused(desk: World, way: str, relay_url: str) -> None:
    with pytest.raises(Invalid):
        redeem(make(desk.ours.staff), way=way, relay_url=relay_url)


def test_a_pass_lets_one_in_once(desk: World) -> None:
    made = make(desk.ours.staff)
    sign_in_id = sign_in(desk.ours.staff)
    said = pass_for(desk.ours.staff, made.public_id, sign_in_id)
    seat = enter(said)
    assert (seat.name, seat.sign_in_id, seat.public_id) == ("Sam Ours", sign_in_id, made.public_id)
    assert (seat.may_control, seat.state) == (True, State.WAITING)
    with pytest.raises(NotFound):
        enter(said)
    visit = view(desk, made.public_id).visits[0]
    assert (visit.login, visit.joined_at, visit.left_at) == ("sam-ours", NOON, None)


def test_a_pass_is_worth_nothing_too_late_or_without_its_sign_in(desk: World) -> None:
    made, sign_in_id = make(desk.ours.staff), sign_in(desk.ours.staff)
    said = pass_for(desk.ours.staff, made.public_id, sign_in_id)
    with pytest.raises(NotFound):
        enter(said, now=NOON + PASS_LASTS)
    with session.transaction() as db:
        db.execute(delete(WebSession).where(WebSession.id == sign_in_id))
    with pytest.raises(NotFound):
        enter(said)


def test_a_pass_is_worth_nothing_at_another_relay_or_for_who_was_deactivated(desk: World) -> None:
    made = make(desk.ours.staff)
    redeem(made)
    sign_in_id = sign_in(desk.ours.staff)
    said = pass_for(desk.ours.staff, made.public_id, sign_in_id)
    with pytest.raises(remote.Elsewhere):
        enter(said, relay_url="wss://other.example")
    said = pass_for(desk.ours.staff, made.public_id, sign_in_id)
    with session.transaction() as db:
        who = Staff.id == desk.ours.staff.staff_id
        db.execute(update(Staff).where(who).values(deactivated_at=NOON))
    with pytest.raises(NotFound):
        enter(said)


def test_who_comes_first_decides_where_both_sides_meet(desk: World) -> None:
    made = make(desk.ours.staff)
    join(desk.ours.staff, made.public_id)
    assert view(desk, made.public_id).relay_url == RELAY
    with pytest.raises(remote.Elsewhere):
        redeem(made, relay_url="wss://other.example")


def test_guests_join_where_their_invitation_says_so(desk: World) -> None:
    made = make(desk.ours.staff)
    reader = add_guest(desk.ours.account_id, ticket=1, may=["note", "answer"])
    helper = add_guest(desk.ours.account_id, ticket=1, may=["join"])
    with pytest.raises(NotFound):
        pass_for(reader, made.public_id, sign_in(reader))
    seat = join(helper, made.public_id)
    assert (seat.name.startswith("Guest"), seat.may_control, seat.may_end) == (True, True, False)
    with session.reading() as db:
        assert remote.open_to_guest(db, reader, 1, now=NOON) == ()
        assert [one.public_id for one in remote.open_to_guest(db, helper, 1, now=NOON)] == [made.public_id]
        assert remote.secret_for(db, helper, made.public_id, key=KEY, now=NOON) == made.secret


def test_guests_make_and_end_none(desk: World) -> None:
    made = make(desk.ours.staff)
    helper = add_guest(desk.ours.account_id, ticket=1, may=["join"])
    with pytest.raises(Denied):
        make(helper)
    with pytest.raises(Denied), session.transaction() as db:
        remote.end_by(db, helper, made.public_id, now=NOON)


def test_a_right_that_ends_between_page_and_relay_lets_nobody_in(desk: World) -> None:
    made = make(desk.ours.staff)
    helper = add_guest(desk.ours.account_id, ticket=1, may=["join"], until=NOON + 2 * SECOND)
    said = pass_for(helper, made.public_id, sign_in(helper))
    with pytest.raises(NotFound):
        enter(said, now=NOON + 3 * SECOND)


def test_staff_with_groups_join_what_they_see(desk: World) -> None:
    made = make(desk.ours.owner)
    group_id, _ = group_of(desk.ours.owner, "Ours", desk.ours.customer)
    other_id, _ = group_of(desk.ours.owner, "None")
    inside, outside = (add_limited(desk.ours.account_id, [one]) for one in (group_id, other_id))
    assert join(inside, made.public_id).public_id == made.public_id
    with session.reading() as db:
        assert len(remote.running(db, inside)) == 1
        assert remote.running(db, outside) == ()
    with pytest.raises(NotFound):
        pass_for(outside, made.public_id, sign_in(outside))


def test_a_token_is_nobody_to_join(desk: World) -> None:
    made, by = make(desk.ours.staff), Actor(desk.ours.account_id, Role.TOKEN)
    with pytest.raises(Denied):
        pass_for(by, made.public_id, sign_in(desk.ours.staff))


def test_strangers_find_nothing(desk: World) -> None:
    made = make(desk.ours.staff)
    stranger = desk.stranger.owner
    sign_in_id = sign_in(stranger)
    with session.reading() as db:
        assert remote.of_ticket(db, stranger, 1) == ()
        assert remote.running(db, stranger) == ()
    verbs: list[Callable[[], object]] = [
        lambda: pass_for(stranger, made.public_id, sign_in_id),
        lambda: _read(lambda db: remote.get(db, stranger, made.public_id)),
        lambda: _read(lambda db: remote.secret_for(db, stranger, made.public_id, key=KEY, now=NOON)),
        lambda: _write(lambda db: remote.end_by(db, stranger, made.public_id, now=NOON)),
        lambda: _write(lambda db: remote.new_code(db, stranger, made.public_id, key=KEY, now=NOON)),
    ]
    for verb in verbs:
        with pytest.raises(NotFound):
            verb()
    assert view(desk, made.public_id).is_on


def test_a_ticket_of_others_gets_no_session(desk: World) -> None:
    desk.receive(mail(subject="Two"))
    with pytest.raises(NotFound):
        make(desk.stranger.owner, 2)


def test_its_end_is_a_line_in_the_ticket(desk: World) -> None:
    made = make(desk.ours.staff, scopes=[Scope.CONTROL])
    seat = go_live(made, [Scope.VIEW, Scope.CONTROL])
    visitor = join(desk.ours.owner, made.public_id)
    with session.transaction() as db:
        remote.leave(db, visitor.visit_id, controlled=True, now=NOON + MINUTE)
    assert end(seat.session_id, now=NOON + 5 * MINUTE)
    assert lines(desk) == [
        {
            "session": made.public_id,
            "why": "host-ended",
            "way": "client",
            "scopes": ["view", "control"],
            "from": NOON.isoformat(),
            "opened": True,
            "logins": ["ours"],
        }
    ]
    seen = view(desk, made.public_id)
    assert (seen.state, seen.why, seen.ended_at) == (State.ENDED, Why.HOST_ENDED, NOON + 5 * MINUTE)
    assert [(v.left_at, v.controlled) for v in seen.visits] == [(NOON + MINUTE, True)]


def test_with_the_end_all_secrets_are_gone(desk: World) -> None:
    made = make(desk.ours.staff)
    seat = redeem(made)
    pass_for(desk.ours.staff, made.public_id, sign_in(desk.ours.staff))
    end(seat.session_id)
    kept = row(made.public_id)
    assert (kept.sealed_secret, kept.code_hash, kept.host_key_hash) == (None, None, None)
    with session.reading() as db:
        assert db.execute(select(RemotePass.id)).all() == []
        with pytest.raises(Gone):
            remote.secret_for(db, desk.ours.staff, made.public_id, key=KEY, now=NOON)
    with pytest.raises(Gone):
        redeem(made)
    with pytest.raises(Gone):
        pass_for(desk.ours.staff, made.public_id, sign_in(desk.ours.staff))


def test_it_ends_once(desk: World) -> None:
    made = make(desk.ours.staff)
    seat = redeem(made)
    assert end(seat.session_id, "host-lost")
    assert not end(seat.session_id, "staff-ended", now=NOON + MINUTE)
    with session.transaction() as db:
        remote.end_by(db, desk.ours.owner, made.public_id, now=NOON)
        remote.note_state(db, seat.session_id, state="live", granted=["view"], now=NOON)
    assert view(desk, made.public_id).why is Why.HOST_LOST
    assert view(desk, made.public_id).state is State.ENDED
    assert len(lines(desk)) == 1


def test_who_is_still_there_at_the_end_has_left_then(desk: World) -> None:
    made = make(desk.ours.staff)
    join(desk.ours.staff, made.public_id)
    end(row(made.public_id).id, now=NOON + MINUTE)
    assert view(desk, made.public_id).visits[0].left_at == NOON + MINUTE


def test_the_desk_ends_it_in_the_name_of_who_did(desk: World) -> None:
    made = make(desk.ours.staff)
    with session.transaction() as db:
        remote.end_by(db, desk.ours.owner, made.public_id, now=NOON)
    assert view(desk, made.public_id).why is Why.REVOKED
    assert [event.by for event in desk.detail().events if event.kind == "remote"] == ["ours"]


def test_the_relay_hears_what_is_over(desk: World) -> None:
    on, ended, not_me = (make(desk.ours.staff) for _ in range(3))
    ids = [row(one.public_id).id for one in (on, ended, not_me)]
    end(ids[1], "revoked")
    end(ids[2], "not-me")
    assert still({*ids, 999}, set()).ended == {ids[1]: "revoked", ids[2]: "refused", 999: "revoked"}
    assert still({ids[0]}, set(), now=NOON + LINK_LASTS).ended == {ids[0]: "expired"}


def test_the_relay_hears_who_is_signed_out_or_may_not_stay(desk: World) -> None:
    made = make(desk.ours.staff)
    owner = join(desk.ours.owner, made.public_id)
    key = add_guest(desk.ours.account_id, ticket=1, may=["join"])
    helper = join(key, made.public_id)
    both = {owner.sign_in_id, helper.sign_in_id}
    assert still({owner.session_id}, both).gone == frozenset()
    with session.transaction() as db:
        values = {"may_join": False}
        db.execute(update(Invitation).where(Invitation.staff_id == key.staff_id).values(**values))
        db.execute(delete(WebSession).where(WebSession.id == owner.sign_in_id))
    found = still({owner.session_id}, both)
    assert found.gone == {owner.sign_in_id}
    assert found.astray == {(helper.session_id, helper.sign_in_id)}
    assert still({owner.session_id}, {owner.sign_in_id}).astray == frozenset()


def test_a_colleague_who_loses_their_group_is_gone(desk: World) -> None:
    made = make(desk.ours.owner)
    group_id, _ = group_of(desk.ours.owner, "Ours", desk.ours.customer)
    sam = add_limited(desk.ours.account_id, [group_id])
    seat = join(sam, made.public_id)
    assert still({seat.session_id}, {seat.sign_in_id}).astray == frozenset()
    with session.transaction() as db:
        db.execute(update(Ticket).where(Ticket.number == 1).values(customer_id=None))
    found = still({seat.session_id}, {seat.sign_in_id})
    assert found.gone == frozenset()
    assert found.astray == {(seat.session_id, seat.sign_in_id)}


def test_who_loses_one_ticket_stays_in_the_session_of_another(desk: World) -> None:
    group_id, _ = group_of(desk.ours.owner, "Ours", desk.ours.customer)
    sam = add_limited(desk.ours.account_id, [group_id])
    desk.receive(mail(subject="Two"))
    lost, kept = (join(sam, make(desk.ours.owner, number).public_id) for number in (1, 2))
    with session.transaction() as db:
        by_one_browser = {"web_session_id": kept.sign_in_id}
        db.execute(update(RemoteVisit).where(RemoteVisit.id == lost.visit_id).values(**by_one_browser))
        db.execute(update(Ticket).where(Ticket.number == 1).values(customer_id=None))
    found = still({lost.session_id, kept.session_id}, {kept.sign_in_id})
    assert found.gone == frozenset()
    assert found.astray == {(lost.session_id, kept.sign_in_id)}


def test_a_customer_has_those_that_they_came_to(desk: World) -> None:
    opened, _ = make(desk.ours.staff), make(desk.ours.staff)
    redeem(opened)
    with session.reading() as db:
        found = remote.of_customer(db, desk.ours.staff, desk.ours.customer)
        assert [one.public_id for one in found] == [opened.public_id]
        with pytest.raises(NotFound):
            remote.of_customer(db, desk.stranger.owner, desk.ours.customer)


def test_too_many_open_ones_are_refused(desk: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "MAX_OPEN", 1)  # two hundred would take their time
    made = make(desk.ours.staff)
    with pytest.raises(Conflict):
        make(desk.ours.staff)
    end(row(made.public_id).id)
    make(desk.ours.staff)


def test_a_merged_tickets_sessions_go_with_it_and_come_back(desk: World) -> None:
    desk.receive(mail(subject="Two"))
    made = make(desk.ours.staff, 2)
    with session.transaction() as db:
        merging.merge(db, desk.ours.staff, 2, 1, now=NOON)
    assert view(desk, made.public_id).number == 1
    assert redeem(made).number == 1
    with session.transaction() as db:
        merging.unmerge(db, desk.ours.staff, 2, now=NOON)
    assert view(desk, made.public_id).number == 2


def test_the_log_holds_who_made_joined_and_ended_it(desk: World) -> None:
    made = make(desk.ours.staff)
    seat = redeem(made)
    join(desk.ours.owner, made.public_id)
    end(seat.session_id, "nobody")
    with session.reading() as db:
        entries = auditing.list_entries(db, desk.ours.owner)[:3]
        names = auditing.names_of(db, desk.ours.owner, entries)
    assert [(one.kind, one.actor.kind) for one in entries] == [
        ("remote_ended", "desk"),
        ("remote_joined", "staff"),
        ("remote_made", "staff"),
    ]
    assert entries[0].facts == {"why": "nobody"}
    assert names[entries[0].subject] == "#1"


def test_whoever_looks_on_hears_of_every_step(database: str, desk: World) -> None:
    told: list[News] = []
    session.configure(database, announce=told.extend)

    def heard() -> list[News]:
        news = [one for one in told if one.kind is NewsKind.TICKET]
        told.clear()
        return news

    made = make(desk.ours.staff)
    news = [News(desk.ours.account_id, NewsKind.TICKET, 1)]
    assert heard() == news
    seat = redeem(made)
    assert heard() == news
    viewer = join(desk.ours.owner, made.public_id)
    assert heard() == news
    for work in (
        lambda db: remote.note_state(db, seat.session_id, state="live", granted=["view"], now=NOON),
        lambda db: remote.leave(db, viewer.visit_id, controlled=False, now=NOON),
        lambda db: remote.end(db, seat.session_id, why="host-ended", now=NOON),
    ):
        _write(work)
        assert heard() == news


def _read(work: Callable[..., object]) -> object:
    with session.reading() as db:
        return work(db)


def _write(work: Callable[..., object]) -> object:
    with session.transaction() as db:
        return work(db)
