"""What verbs note: who, by public id, and nothing that anybody wrote."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.desk import auditing, tokens
from gateway.desk.auditing import OPERATOR, VISITOR, Kind
from gateway.errors import Denied
from gateway.rules.access import Actor, Role
from gateway.store import session
from gateway.store.audit import Entry, NewEntry, Ref
from gateway.store.models import ApiToken
from tests.world import NOON, World


def newest(world: World, by: Actor | None = None) -> Entry:
    with session.reading() as db:
        return auditing.list_entries(db, by or world.ours.owner, limit=1)[0]


def test_who_acts_stands_there_by_public_id(world: World) -> None:
    ours = world.ours
    with session.transaction() as db:
        secret = tokens.create(db, ours.account_id, label="sync", now=NOON)
        token = db.execute(select(ApiToken.public_id)).scalar_one()
        actors = {
            ours.staff: Ref("staff", "staff-ours"),
            tokens.authenticate(db, secret): Ref("token", token),
            auditing.operator_in(ours.account_id): OPERATOR,
            Actor(ours.account_id, Role.STAFF, world.stranger.staff.staff_id): Ref("staff"),
        }
    for by, actor in actors.items():
        with session.transaction() as db:
            auditing.note(db, by, Kind.HELD_RELEASED, now=NOON, count=3)
        found = newest(world)
        assert (found.actor, found.subject, found.facts) == (actor, Ref("account"), {"count": 3})


def test_a_person_is_noted_in_their_own_account(world: World) -> None:
    staff_id = world.stranger.staff.staff_id
    with session.transaction() as db:
        auditing.note_of_person(db, staff_id, Kind.FACTOR_FAILED, now=NOON, actor=VISITOR, way="code")
        auditing.note_of_person(db, None, Kind.SIGN_IN, now=NOON)
        auditing.note_of_person(db, 999, Kind.SIGN_IN, now=NOON)
    found = newest(world, world.stranger.owner)
    assert (found.kind, found.actor, found.subject) == (
        "factor_failed",
        VISITOR,
        Ref("staff", "staff-stranger"),
    )
    assert newest(world).kind != "factor_failed"


@pytest.mark.parametrize("text", ["Ann Acme", "ann@acme.example", "127.0.0.1", "", "x" * 41, "Ärger"])
def test_a_fact_that_is_a_text_is_refused(world: World, text: str) -> None:
    entry = NewEntry(NOON, OPERATOR, Kind.SIGN_IN.value, Ref("account"), {"way": text})
    with pytest.raises(ValueError, match="no text"), session.transaction() as db:
        auditing.write(db, world.ours.account_id, entry)


def test_the_owner_alone_reads_it(world: World) -> None:
    ours = world.ours.account_id
    admin, token = Actor(ours, Role.ADMIN, 2), Actor(ours, Role.TOKEN, token_id="t")
    for by in (world.ours.staff, admin, token, Actor(ours, Role.GUEST, 2)):
        with session.reading() as db:
            asked: tuple[Callable[[Session, Actor], object], ...] = (
                auditing.list_entries,
                lambda db, by: auditing.names_of(db, by, []),
                auditing.verify,
                lambda db, by: auditing.give(db, by, 0),
            )
            for ask in asked:
                with pytest.raises(Denied):
                    ask(db, by)


def test_a_strangers_log_is_another_one(world: World) -> None:
    with session.transaction() as db:
        auditing.note(db, world.ours.owner, Kind.CUSTOMERS_EXPORTED, now=NOON)
    with session.reading() as db:
        ours = auditing.list_entries(db, world.ours.owner)
        theirs = auditing.list_entries(db, world.stranger.owner)
        assert ours[0].kind == "customers_exported"
        assert "customers_exported" not in [one.kind for one in theirs]
        assert auditing.list_entries(db, world.ours.owner, kind=Kind.CUSTOMERS_EXPORTED) == ours[:1]
        assert {one.seq for one in auditing.give(db, world.ours.owner, 0)} == {one.seq for one in ours}
        assert auditing.verify(db, world.ours.owner) == auditing.verify_of(db, world.ours.account_id)
        assert list(auditing.everything(db, world.ours.account_id))[-1] == ours[0]
