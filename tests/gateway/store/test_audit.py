"""The audit log: a chain that the database itself keeps as it is, and a look that finds if it was changed."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import Delete, Update, delete, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from gateway.store import audit, session
from gateway.store.audit import GENESIS, Entry, NewEntry, Ref, Verdict
from gateway.store.models import Account, AuditEntry
from tests.fakes.tampering import open_audit_log
from tests.world import NOON, Business, World

KIND = "greeted"


def add(business: Business, *facts: int, kind: str = KIND) -> None:
    """One transaction with an entry for each fact."""
    with session.transaction() as db:
        for fact in facts:
            new = NewEntry(NOON, Ref("staff", "s"), kind, Ref("account"), {"count": fact})
            audit.append(db, business.account_id, new)


def fail(business: Business) -> None:
    with session.transaction() as db:
        audit.append(db, business.account_id, NewEntry(NOON, Ref("staff"), KIND, Ref("account"), {}))
        raise ZeroDivisionError


def entries(business: Business, *, kind: str | None = KIND) -> tuple[Entry, ...]:
    with session.reading() as db:
        return audit.list_newest(db, business.account_id, kind=kind)


def look(business: Business) -> Verdict:
    with session.reading() as db:
        return audit.verify(db, business.account_id)


def test_each_entry_holds_the_hash_of_the_one_before(world: World) -> None:
    add(world.ours, 1, 2)
    add(world.stranger, 3)
    add(world.ours, 4)
    with session.reading() as db:
        chain = list(audit.everything(db, world.ours.account_id))
    assert [one.seq for one in chain] == list(range(1, len(chain) + 1))
    assert [one.previous_hash for one in chain] == [GENESIS, *(one.hash for one in chain[:-1])]
    assert {one.account for one in chain} == {world.ours.public_id}
    assert [one.facts["count"] for one in chain if one.kind == KIND] == [1, 2, 4]
    assert look(world.ours) == Verdict(len(chain), chain[-1].hash, None)


def test_an_empty_log_is_whole(world: World) -> None:
    with session.transaction() as db:
        values = {"public_id": "new", "name": "", "mail_key": b"", "created_at": NOON}
        account = Account(**values)
        db.add(account)
        db.flush()
        assert audit.verify(db, account.id) == Verdict(0, GENESIS, None)


def test_what_did_not_happen_leaves_no_entry(world: World) -> None:
    with session.reading() as db:  # what is done there is rolled back
        audit.append(db, world.ours.account_id, NewEntry(NOON, Ref("staff"), KIND, Ref("account"), {}))
    with pytest.raises(ZeroDivisionError):
        fail(world.ours)
    assert entries(world.ours) == ()


def test_entries_come_in_pages_and_by_kind(world: World) -> None:
    add(world.ours, 1, 2, 3)
    add(world.ours, 9, kind="waved")
    with session.reading() as db:
        first = audit.list_newest(db, world.ours.account_id, kind=KIND, limit=2)
        rest = audit.list_newest(db, world.ours.account_id, kind=KIND, before=first[-1].seq, limit=2)
        newest = audit.list_newest(db, world.ours.account_id, limit=1)
    assert [one.facts["count"] for one in (*first, *rest)] == [3, 2, 1]
    assert [one.kind for one in newest] == ["waved"]


def test_a_log_longer_than_a_batch_is_read_whole(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "BATCH", 2)  # a thousand real ones would show the same, later
    add(world.ours, *range(5))
    with session.reading() as db:
        everything = list(audit.everything(db, world.ours.account_id))
    assert [one.facts["count"] for one in everything if one.kind == KIND] == [*range(5)]
    assert look(world.ours).entries == len(everything)


REFUSED: dict[str, Callable[[Session], object]] = {
    "update": lambda db: db.execute(update(AuditEntry).values(actor_id="x")),
    "delete": lambda db: db.execute(delete(AuditEntry)),
}


@pytest.mark.parametrize("what", REFUSED)
def test_the_database_refuses_to_change_or_delete(world: World, what: str) -> None:
    add(world.ours, 1)
    with pytest.raises(DBAPIError, match="only added to"), session.transaction() as db:
        REFUSED[what](db)
    assert look(world.ours).broken_at is None


def test_the_database_refuses_the_ways_round(world: World, kind: str) -> None:
    add(world.ours, 1)
    columns = "id, account_id, seq, at, actor_kind, actor_id, kind, subject_kind, subject_id, facts, hash"
    copy = f"SELECT {columns}, previous_hash FROM audit_entry"
    replace = f"INSERT OR REPLACE INTO audit_entry ({columns}, previous_hash) {copy}"
    way = replace if kind == "sqlite" else "TRUNCATE audit_entry"
    with pytest.raises(DBAPIError, match="only added to"), session.transaction() as db:
        db.execute(text(way))


def test_the_log_goes_with_its_account(world: World) -> None:
    add(world.ours, 1)
    add(world.stranger, 1)
    with session.transaction() as db:
        db.execute(delete(Account).where(Account.id == world.stranger.account_id))
    with session.reading() as db:
        assert set(db.execute(select(AuditEntry.account_id)).scalars()) == {world.ours.account_id}


SECOND = AuditEntry.seq == 2, AuditEntry.account_id == 1
TAMPERED: dict[str, Update | Delete] = {
    "text": update(AuditEntry).where(*SECOND).values(actor_id="other"),
    "hash": update(AuditEntry).where(*SECOND).values(hash="f" * 64),
    "time": update(AuditEntry).where(*SECOND).values(at=NOON + timedelta(1)),
    "gap": delete(AuditEntry).where(*SECOND),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_whoever_gets_past_the_database_is_found(world: World, what: str) -> None:
    add(world.ours, 1, 2, 3)
    with session.transaction() as db:
        open_audit_log(db)
        db.execute(TAMPERED[what])
    found = look(world.ours)
    assert (found.entries, found.broken_at) == (1, 3 if what == "gap" else 2)
    assert look(world.stranger).broken_at is None


def test_writers_at_once_make_one_chain(world: World) -> None:
    before, together = look(world.ours).entries, Barrier(4)

    def write(number: int) -> None:
        together.wait()
        for _ in range(10):
            add(world.ours, number)
            add(world.stranger, number)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    assert look(world.ours) == Verdict(before + 40, entries(world.ours)[0].hash, None)


def test_one_transaction_may_write_in_several_accounts(world: World) -> None:
    new = NewEntry(NOON, Ref("operator"), KIND, Ref("account"), {})
    with session.transaction() as db:
        for business in (world.stranger, world.ours, world.stranger):
            audit.append(db, business.account_id, new)
    assert (len(entries(world.ours)), len(entries(world.stranger))) == (1, 2)
