"""Who may have what erased, and what they learn of it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from gateway.desk import erasing
from gateway.errors import Conflict, Denied, Invalid, NotFound
from gateway.outbound.erasing import erase
from gateway.rules.access import Actor, Reach, Role
from gateway.rules.erasure import ErasureKind, Scope, State
from gateway.store import outbox, session
from gateway.store.models import AuditEntry
from gateway.store.outbox import Topic
from tests.erasing import ask, contact_of, erased, key_of, means
from tests.world import ANN, NOON, World, mail

TICKET = Scope(ErasureKind.TICKET, "1")


@pytest.fixture
def filled(world: World) -> World:
    world.receive(mail(sender=f"Ann <{ANN}>"))
    return world


def admin(world: World, *, reach: Reach | None = None) -> Actor:
    by = world.ours.staff
    return Actor(by.account_id, Role.ADMIN, by.staff_id, by.name, reach=reach)


def entries() -> list[tuple[str, str, str, object]]:
    with session.reading() as db:
        rows = db.execute(select(AuditEntry).order_by(AuditEntry.id)).scalars().all()
        told = [row for row in rows if row.kind.startswith("erasure")]
        return [(row.kind, row.actor_kind, row.subject_id, row.facts["what"]) for row in told]


def test_owner_and_admins_may_and_the_owner_alone_the_account(filled: World) -> None:
    for kind in ErasureKind:
        assert erasing.may_erase(filled.ours.owner, kind)
        assert erasing.may_erase(admin(filled), kind) == (kind is not ErasureKind.ACCOUNT)


def test_staff_guests_tokens_and_who_sees_a_part_may_not(filled: World) -> None:
    account = filled.ours.account_id
    others = [
        filled.ours.staff,
        Actor(account, Role.GUEST, 1, "guest"),
        Actor(account, Role.TOKEN),
        admin(filled, reach=Reach()),
    ]
    for by in others:
        with session.transaction() as db:
            with pytest.raises(Denied):
                erasing.begin(db, by, TICKET, now=NOON)
            with pytest.raises(Denied):
                erasing.preview(db, by, TICKET, now=NOON)
            with pytest.raises(Denied):
                erasing.list_erasures(db, by)
            with pytest.raises(Denied):
                erasing.show(db, by, "e")


def test_a_stranger_finds_nothing(filled: World) -> None:
    made, contact = ask(filled, TICKET), contact_of(ANN)
    by = filled.stranger.owner
    with session.transaction() as db:
        for scope in (TICKET, Scope(ErasureKind.CONTACT, contact)):
            with pytest.raises(NotFound):
                erasing.begin(db, by, scope, now=NOON)
            with pytest.raises(NotFound):
                erasing.preview(db, by, scope, now=NOON)
        with pytest.raises(NotFound):
            erasing.show(db, by, made)
        assert erasing.list_erasures(db, by) == []


def test_a_scope_that_says_too_little_is_none(filled: World) -> None:
    with session.transaction() as db, pytest.raises(Invalid):
        erasing.begin(db, filled.ours.owner, Scope(ErasureKind.TICKET), now=NOON)


def test_the_audit_log_has_who_asked_and_that_it_was_done(filled: World) -> None:
    contact = contact_of(ANN)
    erased(filled, ErasureKind.CONTACT, contact)
    assert entries() == [
        ("erasure_asked", "staff", contact, "contact"),
        ("erasure_done", "desk", "", "contact"),
    ]


def test_a_receipt_is_there_when_it_is_done(filled: World) -> None:
    made = ask(filled, TICKET)
    with session.reading() as db:
        assert erasing.show(db, filled.ours.owner, made).state is State.WAITING
        assert erasing.find_receipt(db, made) is None
        with pytest.raises(NotFound):
            erasing.receipt(db, filled.ours.owner, made)
    assert erase(key_of(made), means=means(filled), is_stopping=lambda: False)
    with session.reading() as db:
        told = erasing.receipt(db, filled.ours.owner, made)
        assert erasing.find_receipt(db, made) == told
        assert [one.public_id for one in erasing.list_erasures(db, filled.ours.owner)] == [made]


def test_by_a_rule_nobody_asks_and_it_begins_at_its_time(filled: World) -> None:
    by, due_at = filled.ours.account_id, NOON + timedelta(days=30)
    with session.transaction() as db:
        erasing.begin_by_rule(db, by, Scope(ErasureKind.ACCOUNT), now=NOON, due_at=due_at)
        with pytest.raises(Conflict):
            erasing.begin_by_rule(db, by, Scope(ErasureKind.ACCOUNT), now=NOON)
        with pytest.raises(NotFound):
            erasing.begin_by_rule(db, by, Scope(ErasureKind.TICKET, "9"), now=NOON)
        early = due_at - timedelta(seconds=1)
        assert not outbox.claim_due(db, now=early, limit=9, topic=Topic.ERASE)
        assert outbox.claim_due(db, now=due_at, limit=9, topic=Topic.ERASE)
    assert entries() == [("erasure_asked", "desk", "", "account")]
