"""Transactions: what is kept, what is not, and what is said when the database is not there."""

import os
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from gateway import clock
from gateway.errors import DeskError, Invalid, Unavailable
from gateway.ids import new_public_id
from gateway.store import outbox, session
from gateway.store.models import Account, Customer, Outbox
from tests.databases import Databases, configured
from tests.world import NOON


class Woken:
    """A wake that remembers, and that looks whether what it was told of is committed."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, list[int]]] = []
        self.seen = 0

    def __call__(self, topic: str, outbox_ids: Sequence[int]) -> None:
        self.calls.append((topic, list(outbox_ids)))
        with session.reading() as db:
            self.seen += sum(outbox.get(db, one) is not None for one in outbox_ids)


def count_owed() -> int:
    with session.reading() as db:
        return db.execute(select(func.count()).select_from(Outbox)).scalar_one()


def owe(ref_id: int = 1) -> None:
    with session.transaction() as db:
        outbox.put(db, outbox.Topic.FILE, ref_id, now=NOON)


def owe_and_raise(error: BaseException) -> None:
    with session.transaction() as db:
        outbox.put(db, outbox.Topic.FILE, 1, now=NOON)
        raise error


def owe_where_one_only_reads() -> None:
    with session.transaction() as db:
        db.execute(text("SET TRANSACTION READ ONLY"))
        outbox.put(db, outbox.Topic.FILE, 1, now=NOON)


def maintain_where_one_only_reads() -> None:
    with session.outside() as run:
        run("SET default_transaction_read_only = on")
        run("CREATE TABLE other (id int)")


def fill_up() -> None:
    with session.transaction() as db:
        db.execute(text("PRAGMA max_page_count=1"))
        for _ in range(200):
            db.execute(text("INSERT INTO outbox SELECT NULL, hex(randomblob(500)), 1, 0, 0, 0"))


def test_what_a_transaction_wrote_is_kept_at_its_end(database: str) -> None:
    owe()
    assert count_owed() == 1


def test_an_exception_takes_everything_back(database: str) -> None:
    with pytest.raises(KeyboardInterrupt):
        owe_and_raise(KeyboardInterrupt())
    assert count_owed() == 0


def test_nothing_done_in_a_reading_is_kept(database: str) -> None:
    with session.reading() as db:
        outbox.put(db, outbox.Topic.FILE, 1, now=NOON)
        db.add(Account(public_id="a", name="", mail_key=b"k", last_ticket_number=0, created_at=NOON))
    assert count_owed() == 0


def test_a_snapshot_sees_nothing_of_what_came_after_its_beginning(database: str) -> None:
    with session.snapshot() as db:
        before = db.execute(select(func.count()).select_from(Outbox)).scalar_one()
        other = threading.Thread(target=owe)
        other.start()
        other.join()
        assert db.execute(select(func.count()).select_from(Outbox)).scalar_one() == before
    assert count_owed() == before + 1
    with session.reading() as db:  # and leaves nothing behind in its connection
        assert db.connection().get_isolation_level() in ("READ COMMITTED", "SERIALIZABLE")


def test_what_waits_for_the_end_is_done_last_and_stands_or_falls_with_the_rest(database: str) -> None:
    def fail(db: Session) -> None:
        raise KeyboardInterrupt

    with session.transaction() as db:
        session.at_the_end(
            db, lambda db: db.add(Outbox(topic="x", ref_id=db.info["written"], due_at=NOON, created_at=NOON))
        )
        db.info["written"] = 7
    with session.reading() as db:
        session.at_the_end(db, fail)  # never done: a reading keeps nothing
    with pytest.raises(KeyboardInterrupt), session.transaction() as db:
        session.at_the_end(db, fail)
    assert count_owed() == 1


@pytest.mark.parametrize("outer", [session.transaction, session.reading])
@pytest.mark.parametrize("inner", [session.transaction, session.reading])
def test_transactions_do_not_nest(database: str, outer: object, inner: object) -> None:
    with outer(), pytest.raises(RuntimeError, match="nest"), inner():  # type: ignore[operator]
        pytest.fail("the inner one was opened")
    owe()  # and the next one opens


def test_workers_are_woken_once_it_is_committed_and_only_for_what_is_due(db_url: str) -> None:
    woken = Woken()
    session.configure(db_url, wake=woken)
    with session.transaction() as db:
        due = [outbox.put(db, outbox.Topic.FILE, n, now=NOON) for n in (1, 2)]
        outbox.put(db, outbox.Topic.DELIVER, 3, now=NOON, not_before=NOON + outbox.TOLD_AGAIN_AFTER)
        assert woken.calls == []
    assert (woken.calls, woken.seen) == ([("file", due)], 2)
    session.dispose()


def test_nobody_is_woken_by_what_was_taken_back(db_url: str) -> None:
    woken = Woken()
    session.configure(db_url, wake=woken)
    with pytest.raises(ValueError, match="x"):
        owe_and_raise(ValueError("x"))
    assert woken.calls == []
    session.dispose()


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_locked_database_is_unavailable_after_the_busy_time_and_can_be_read(
    db_url: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "BUSY_SECONDS", 0.2)
    with configured(db_url), session.engine().connect() as other:
        other.exec_driver_sql("ROLLBACK")
        other.exec_driver_sql("BEGIN IMMEDIATE")
        began = clock.monotonic()
        with pytest.raises(Unavailable):
            owe()
        assert clock.monotonic() - began >= 0.2
        assert count_owed() == 0
        other.exec_driver_sql("ROLLBACK")
        owe()


@pytest.mark.parametrize("url", ["sqlite:////nowhere/at/all.db", "postgresql://u@127.0.0.1:1/none"])
def test_a_database_that_is_not_there_is_unavailable_and_not_described(url: str) -> None:
    session.configure(url)
    for opened in (session.transaction(), session.reading()):
        with pytest.raises(Unavailable) as caught, opened as db:
            db.execute(text("SELECT 1"))
        assert "127.0.0.1" not in str(caught.value)
        assert caught.value.smtp == "451 4.3.0"
    session.dispose()


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_full_disk_is_told_from_other_faults(database: str, kind: str) -> None:
    with pytest.raises(DeskError) as caught:
        fill_up()
    assert caught.value.smtp == "452 4.3.1"


def test_too_many_at_once_wait_and_are_then_told_to_come_back(db_url: str) -> None:
    with configured(db_url):
        pool = session.engine().pool
        held = [session.engine().connect() for _ in range(15)]
        pool._timeout = 0.05  # type: ignore[attr-defined]  # else half a minute
        with pytest.raises(Unavailable), session.reading() as db:
            db.execute(text("SELECT 1"))
        for connection in held:
            connection.close()
        assert count_owed() == 0
        pool._timeout = 30  # type: ignore[attr-defined]


def test_a_number_beyond_the_databases_is_no_fault_of_the_server(database: str) -> None:
    with pytest.raises((Invalid, OverflowError)), session.reading() as db:
        db.execute(select(Outbox.id).where(Outbox.id == 2**70)).all()


@pytest.mark.parametrize("kind", ["postgresql"])
def test_a_text_that_postgresql_cannot_hold_is_invalid(database: str, kind: str) -> None:
    with pytest.raises(Invalid), session.transaction() as db:
        db.add(Account(public_id="a", name="x\0y", mail_key=b"k", last_ticket_number=0, created_at=NOON))


@pytest.mark.parametrize("kind", ["postgresql"])
def test_a_server_that_only_reads_is_unavailable_and_not_asked_again_on_that_connection(
    database: str,
) -> None:
    before = own_connection()
    with pytest.raises(Unavailable):
        owe_where_one_only_reads()
    assert count_owed() == 0
    assert own_connection() != before
    owe()
    assert count_owed() == 1


@pytest.mark.parametrize("kind", ["postgresql"])
def test_maintenance_by_a_server_that_only_reads_is_unavailable(database: str) -> None:
    with pytest.raises(Unavailable):
        maintain_where_one_only_reads()


def test_sqlite_keeps_commits_through_a_power_cut_and_its_references(
    databases: Databases, tmp_path: Path
) -> None:
    with configured(databases.migrated("sqlite", tmp_path)):
        with session.reading() as db:
            pragmas = [
                db.execute(text(f"PRAGMA {p}")).scalar()
                for p in ("synchronous", "journal_mode", "foreign_keys")
            ]
        assert pragmas == [2, "wal", 1]


def test_a_row_without_its_account_is_refused(database: str) -> None:
    with pytest.raises(Exception, match=r"(?i)foreign key"), session.transaction() as db:
        db.add(Customer(public_id=new_public_id(), account_id=999, name="x", created_at=NOON))


def test_threads_have_transactions_of_their_own(database: str) -> None:
    faults: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(10):
                owe()
        except BaseException as error:  # noqa: BLE001 - shown by the assertion below
            faults.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert faults == []
    assert count_owed() == 40


def test_the_same_address_keeps_its_engine_and_takes_the_new_wake(db_url: str) -> None:
    session.configure(db_url)
    before, woken = session.engine(), Woken()
    session.configure(db_url, wake=woken)
    assert session.engine() is before
    owe()
    assert len(woken.calls) == 1
    session.dispose()


def test_a_child_process_leaves_its_parents_connections_alone(database: str) -> None:
    before = own_connection()
    child = os.fork()
    if child == 0:
        try:
            session.configure(database)
            owe()
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    assert own_connection() == before
    assert count_owed() == 1


def own_connection() -> object:
    """What names the one pooled connection: PostgreSQL's process, or the driver's object."""
    with session.engine().connect() as connection:
        if session.is_sqlite():
            return id(connection.connection.dbapi_connection)
        return connection.execute(text("SELECT pg_backend_pid()")).scalar()


def test_maintenance_is_outside_of_any_transaction(database: str) -> None:
    with session.outside() as run:
        run("VACUUM")
        assert [row[0] for row in run("SELECT 1")] == [1]
        with pytest.raises(RuntimeError, match="do not nest"), session.reading():
            pass
    owe()
    assert count_owed() == 1


def test_maintenance_that_cannot_be_done_now_is_unavailable(database: str) -> None:
    on_sqlite, elsewhere = "VACUUM INTO '/nowhere/at/all'", "SELECT pg_terminate_backend(pg_backend_pid())"
    with pytest.raises(Unavailable), session.outside() as run:
        run(on_sqlite if session.is_sqlite() else elsewhere)
    owe()
    assert count_owed() == 1


def test_what_no_pool_knows_is_closed_with_the_database(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "_at_disposal", [])
    closed: list[str] = []
    session.at_disposal(lambda: closed.append("mine"))
    assert closed == []
    session.dispose()
    assert closed == ["mine"]
