"""Installed systems: enrolled once by a code, there at one relay, asked by who works for their customer."""

import base64
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event, select

from gateway.desk import customers, remote, remotewatch, systems
from gateway.desk.auditing import Kind, list_entries, names_of
from gateway.errors import Conflict, Denied, Gone, Invalid, NotFound
from gateway.rules.access import Actor
from gateway.rules.news import Kind as NewsKind
from gateway.rules.news import News
from gateway.rules.remote import Scope, State, Way, Why, link_of
from gateway.rules.systems import CALL_LASTS, ENROL_LASTS
from gateway.store import session
from gateway.store.audit import Ref
from gateway.store.models import RemoteEnrolCode, RemoteSession
from tests.admitting import add_guest, add_limited
from tests.remotes import KEY, RELAY, key_hash, make, redeem
from tests.systems import ask, calls_of, code_for, come, enrol, keys, leave, opened, view
from tests.world import NOON, World, mail

SECOND = timedelta(seconds=1)


@pytest.fixture
def desk(world: World) -> World:
    """Ticket 1 of our customer Acme, ticket 2 of nobody's, and the stranger's ticket 1."""
    world.receive(mail())
    world.receive(mail(sender="bob@elsewhere.example"), mail_from="bob@elsewhere.example")
    world.receive(mail(), "help@stranger.example")
    return world


def seat(public_id: str) -> systems.SystemSeat | None:
    with session.reading() as db:
        return systems.key_of(db, public_id)


def secret_of(public_id: str, by: Actor) -> str:
    with session.reading() as db:
        return remote.secret_for(db, by, public_id, key=KEY, now=NOON)


def test_a_code_makes_one_system(desk: World) -> None:
    code, held = code_for(desk.ours), keys()
    assert [len(group) for group in code.split("-")] == [4, 4, 4]
    with session.transaction() as db:
        made = systems.enrol(db, held.enrolment(code.lower(), " Server\n01 "), key=KEY, now=NOON)
    assert (made.business, made.customer) == ("Ours", "Acme")
    found = seat(made.public_id)
    assert found is not None
    assert (found.name, found.business, found.customer) == ("Server 01", "Ours", "Acme")
    assert (found.sign_key, found.box_key) == (held.sign_key, held.box_key)
    with pytest.raises(NotFound), session.transaction() as db:
        systems.enrol(db, keys().enrolment(code), key=KEY, now=NOON)


def test_a_code_holds_for_a_day_and_is_kept_as_a_keyed_hash(desk: World) -> None:
    code = code_for(desk.ours)
    with session.reading() as db:
        kept = db.execute(select(RemoteEnrolCode.code_hash)).scalar_one()
    assert code not in kept
    assert code.replace("-", "") not in kept
    with pytest.raises(NotFound), session.transaction() as db:
        systems.enrol(db, keys().enrolment(code), key=b"another", now=NOON)
    with pytest.raises(NotFound), session.transaction() as db:
        systems.enrol(db, keys().enrolment(code), key=KEY, now=NOON + ENROL_LASTS)
    with session.transaction() as db:
        systems.enrol(db, keys().enrolment(code), key=KEY, now=NOON + ENROL_LASTS - SECOND)


@pytest.mark.parametrize("typed", ["AAAA-AAAA-AAAA", "no code at all", ""])
def test_an_unknown_code_is_not_found(desk: World, typed: str) -> None:
    with pytest.raises(NotFound), session.transaction() as db:
        systems.enrol(db, keys().enrolment(typed), key=KEY, now=NOON)


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("name", {"name": " \n"}),
        ("name", {"name": "x" * 81}),
        ("platform", {"platform": "x" * 41}),
        ("box", {"box_key": b"short"}),
        ("box", {"box_key": bytes(32)}),
        ("proof", {"sign_key": b"short"}),
        ("proof", {"proof": bytes(64)}),
    ],
)
def test_what_is_malformed_uses_no_code_up(desk: World, field: str, wrong: dict[str, object]) -> None:
    code = code_for(desk.ours)
    asked = replace(keys().enrolment(code), **wrong)  # type: ignore[arg-type]
    with pytest.raises(Invalid) as error, session.transaction() as db:
        systems.enrol(db, asked, key=KEY, now=NOON)
    assert error.value.field == field
    with session.transaction() as db:
        systems.enrol(db, keys().enrolment(code), key=KEY, now=NOON)


def test_a_proof_is_of_this_code_and_these_keys(desk: World) -> None:
    held, code, other = keys(), code_for(desk.ours), code_for(desk.ours)
    for asked in (
        replace(held.enrolment(other), code=code),
        replace(held.enrolment(code), box_key=keys().box_key),
    ):
        with pytest.raises(Invalid), session.transaction() as db:
            systems.enrol(db, asked, key=KEY, now=NOON)


def test_it_is_there_from_when_it_comes_until_it_leaves(desk: World) -> None:
    one = enrol(desk.ours)
    assert not one.presence.is_online(NOON)
    assert come(one, unattended=["view", "control", "telepathy"])
    there = view(desk.ours.staff, one.public_id)
    assert there.presence.is_online(NOON)
    assert there.unattended == (Scope.VIEW, Scope.CONTROL)
    leave(one, relay_url="wss://other.example")
    assert view(desk.ours.staff, one.public_id).presence.is_online(NOON)
    leave(one, now=NOON + SECOND)
    gone = view(desk.ours.staff, one.public_id)
    assert not gone.presence.is_online(NOON + SECOND)
    assert gone.presence.seen_at == NOON + SECOND


def test_one_statement_says_that_all_of_a_relay_are_there(desk: World) -> None:
    found = [enrol(desk.ours, f"Server {n}") for n in range(3)]
    for one in found[:2]:
        come(one)
    come(found[2], relay_url="wss://other.example")
    said: list[str] = []
    later = NOON + timedelta(minutes=10)
    with session.transaction() as db:
        event.listen(db.connection(), "before_cursor_execute", lambda *args: said.append(args[2]))
        systems.still_here(db, [one.id for one in found], relay_url=RELAY, now=later)
        assert len(said) == 1
        systems.still_here(db, [], relay_url=RELAY, now=later)
        assert len(said) == 1
    online = [view(desk.ours.staff, one.public_id).presence.is_online(later) for one in found]
    assert online == [True, True, False]


def test_pages_are_told_of_what_comes_and_goes(desk: World, database: str) -> None:
    told: list[News] = []
    session.configure(database, announce=told.extend)
    one = enrol(desk.ours)
    come(one)
    leave(one)
    leave(one)
    assert told == [News(desk.ours.account_id, NewsKind.SYSTEM)] * 3


def test_nobody_knows_a_system_that_there_is_not(desk: World) -> None:
    assert seat("nobody") is None


def test_a_removed_system_is_sent_away_and_its_sessions_end(desk: World) -> None:
    one = enrol(desk.ours)
    come(one)
    waiting = ask(desk.ours.staff, one)
    with session.transaction() as db:
        systems.remove(db, desk.ours.staff, one.public_id, now=NOON)
    with pytest.raises(Gone):
        seat(one.public_id)
    assert not come(one)
    assert calls_of(one) == systems.Calls(frozenset({one.id}), ())
    with session.reading() as db:
        ended = remote.get(db, desk.ours.staff, waiting)
        assert systems.of_customer(db, desk.ours.staff, desk.ours.customer) == ()
        with pytest.raises(NotFound):
            systems.get(db, desk.ours.staff, one.public_id)
        entries = list_entries(db, desk.ours.owner)
    assert (ended.why, ended.system and ended.system.name) == (Why.REVOKED, "Server 01")
    with pytest.raises(NotFound), session.transaction() as db:
        systems.remove(db, desk.ours.staff, one.public_id, now=NOON)
    kinds = [Kind(entry.kind) for entry in entries]
    assert kinds[:2] == [Kind.SYSTEM_REMOVED, Kind.REMOTE_ENDED]
    assert {Kind.SYSTEM_CODE_MADE, Kind.SYSTEM_ENROLLED} <= set(kinds)
    with session.reading() as db:
        names = names_of(db, desk.ours.owner, entries)
    assert names[Ref("system", one.public_id)] == "Server 01"


def test_systems_go_with_their_customer(desk: World) -> None:
    one = enrol(desk.ours)
    come(one)
    waiting = ask(desk.ours.staff, one)
    with session.transaction() as db:
        customers.remove(db, desk.ours.owner, desk.ours.customer, now=NOON)
    with pytest.raises(Gone):
        seat(one.public_id)
    assert calls_of(one) == systems.Calls(frozenset({one.id}), ())
    with session.transaction() as db:
        assert remotewatch.end_expired(db, now=NOON) == 1
        assert remote.get(db, desk.ours.staff, waiting).state is State.ENDED


def test_renamed_is_what_is_there(desk: World) -> None:
    one = enrol(desk.ours)
    with session.transaction() as db:
        systems.rename(db, desk.ours.staff, one.public_id, name="  Reception ", now=NOON)
    assert view(desk.ours.staff, one.public_id).name == "Reception"
    with session.transaction() as db:  # called as it is called already
        systems.rename(db, desk.ours.staff, one.public_id, name="Reception", now=NOON)
        entries = list_entries(db, desk.ours.owner)
    kinds = [Kind(entry.kind) for entry in entries]
    assert (kinds[0], kinds.count(Kind.SYSTEM_RENAMED)) == (Kind.SYSTEM_RENAMED, 1)
    for wrong in ("", "x" * 81):
        with pytest.raises(Invalid), session.transaction() as db:
            systems.rename(db, desk.ours.staff, one.public_id, name=wrong, now=NOON)


def test_a_call_is_for_one_system_and_only_it_can_open_it(desk: World) -> None:
    held = keys()
    one, other = enrol(desk.ours, held=held), enrol(desk.ours, "Other")
    public_id = ask(desk.ours.staff, one, scopes=[Scope.CONTROL])
    found = calls_of(one, other)
    assert found.removed == frozenset()
    ((system_id, named, sealed),) = found.calls
    assert (system_id, named) == (one.id, public_id)
    secret = base64.urlsafe_b64encode(opened(sealed, held, public_id)).decode().rstrip("=")
    assert secret == secret_of(public_id, desk.ours.staff)
    assert calls_of() == systems.Calls(frozenset(), ())


def test_a_call_is_over_when_its_host_has_come(desk: World) -> None:
    one = enrol(desk.ours)
    public_id = ask(desk.ours.staff, one)
    secret = secret_of(public_id, desk.ours.staff)
    host = {"token_hash": link_of(secret).token_hash, "key_hash": key_hash(), "relay_url": RELAY, "now": NOON}
    for way in ("client", "browser"):
        with pytest.raises(NotFound), session.transaction() as db:
            remote.redeem(db, way=way, **host)  # type: ignore[arg-type]
    with session.transaction() as db:
        remote.redeem(db, way="system", **host)  # type: ignore[arg-type]
    assert calls_of(one).calls == ()
    with session.reading() as db:
        seen = remote.get(db, desk.ours.staff, public_id)
        kept = db.execute(select(RemoteSession.sealed_call)).scalar()
    assert (seen.way, seen.state, kept) == (Way.SYSTEM, State.ASKING, None)


def test_a_link_is_for_no_system(desk: World) -> None:
    made = make(desk.ours.staff)
    with pytest.raises(NotFound):
        redeem(made, way="system")
    assert redeem(made).state is State.ASKING


def test_a_system_that_is_away_is_called_for_an_hour(desk: World) -> None:
    one = enrol(desk.ours)
    public_id = ask(desk.ours.staff, one)
    assert calls_of(one, now=NOON + CALL_LASTS - SECOND).calls
    assert calls_of(one, now=NOON + CALL_LASTS).calls == ()
    with session.transaction() as db:
        assert remotewatch.end_expired(db, now=NOON + CALL_LASTS) == 1
    event_data = desk.detail().events[-1].data
    assert (event_data["system"], event_data["opened"]) == ("Server 01", False)
    with session.reading() as db:
        assert [one.public_id for one in systems.sessions_of(db, desk.ours.staff, one.public_id)] == [
            public_id
        ]


def test_there_are_no_digits_for_the_phone(desk: World) -> None:
    public_id = ask(desk.ours.staff, enrol(desk.ours))
    with pytest.raises(Conflict), session.transaction() as db:
        remote.new_code(db, desk.ours.staff, public_id, key=KEY, now=NOON)
    with session.reading() as db:
        seen = remote.get(db, desk.ours.staff, public_id)
        assert remote.codes_for(db, desk.ours.staff, [seen], key=KEY, now=NOON) == {}


def test_only_systems_of_the_ticket_s_customer_are_asked(desk: World) -> None:
    mine, theirs = enrol(desk.ours), enrol(desk.stranger)
    for number, asked in ((2, mine), (1, theirs), (99, mine)):
        with pytest.raises(NotFound):
            ask(desk.ours.staff, asked, number)
    with pytest.raises(NotFound):
        ask(desk.stranger.staff, mine)


def test_nobody_else_sees_them(desk: World) -> None:
    mine = enrol(desk.ours)
    guest = add_guest(desk.ours.account_id, ticket=1, may=["join"])
    limited = add_limited(desk.ours.account_id, [])
    for by, wrong in ((desk.stranger.staff, NotFound), (guest, Denied), (limited, NotFound)):
        with session.transaction() as db:
            with pytest.raises(wrong):
                systems.get(db, by, mine.public_id)
            with pytest.raises(wrong):
                systems.of_customer(db, by, desk.ours.customer)
            with pytest.raises(wrong):
                systems.make_code(db, by, desk.ours.customer, key=KEY, now=NOON)
            with pytest.raises(wrong):
                systems.rename(db, by, mine.public_id, name="Mine", now=NOON)
            with pytest.raises(wrong):
                systems.remove(db, by, mine.public_id, now=NOON)
    with session.reading() as db:
        assert systems.of_ticket(db, desk.ours.staff, 1) == (mine,)
        assert systems.of_ticket(db, desk.ours.staff, 2) == ()
        assert systems.of_ticket(db, desk.stranger.staff, 1) == ()


def test_a_customer_has_only_so_many(desk: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(systems, "MAX_OF_CUSTOMER", 2)
    enrol(desk.ours)
    code_for(desk.ours)
    with pytest.raises(Conflict):
        code_for(desk.ours)
    assert code_for(desk.ours, now=NOON + ENROL_LASTS)
