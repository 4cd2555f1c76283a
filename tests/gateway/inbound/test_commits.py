"""Writes that share a transaction."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gateway.errors import Invalid
from gateway.inbound.commits import SharedCommits
from gateway.store import session
from gateway.store.models import Outbox
from tests.fakes.doors import NOON


def add(db: Session, ref_id: int) -> int:
    db.add(Outbox(topic="file", ref_id=ref_id, due_at=NOON, created_at=NOON))
    db.flush()
    return ref_id


def count() -> int:
    with session.reading() as db:
        return db.execute(select(func.count()).select_from(Outbox)).scalar_one()


def test_each_gets_its_own_result_after_the_commit(database: None) -> None:
    commits = SharedCommits[int]()
    with ThreadPoolExecutor(8) as threads:
        got = list(threads.map(lambda n: commits.run(lambda db: add(db, n)), range(100)))
    assert got == list(range(100))
    assert count() == 100


def test_those_who_wait_share_a_transaction(database: None) -> None:
    commits = SharedCommits[int]()
    begun, go_on = threading.Event(), threading.Event()
    sessions: list[Session] = []

    def slow(db: Session) -> int:
        begun.set()
        go_on.wait(5)
        return add(db, 0)

    def quick(db: Session) -> int:
        sessions.append(db)
        return add(db, 1)

    with ThreadPoolExecutor(4) as threads:
        first = threads.submit(commits.run, slow)
        begun.wait(5)
        others = [threads.submit(commits.run, quick) for _ in range(3)]
        while len(commits._waiting) < 3:
            pass
        go_on.set()
        assert [first.result(), *(other.result() for other in others)] == [0, 1, 1, 1]
    assert len(sessions) == 3
    assert len({id(db) for db in sessions}) == 1


def test_a_bug_in_one_write_harms_no_other(database: None) -> None:
    commits = SharedCommits[int]()

    def broken(db: Session) -> int:
        add(db, -1)
        raise RuntimeError("bug")

    def run(n: int) -> int | None:
        try:
            return commits.run(broken if n % 10 == 0 else lambda db: add(db, n))
        except RuntimeError:
            return None

    with ThreadPoolExecutor(8) as threads:
        got = list(threads.map(run, range(100)))
    assert got == [None if n % 10 == 0 else n for n in range(100)]
    assert count() == 90


def test_an_expected_failure_is_raised_and_nothing_written(database: None) -> None:
    def refused(db: Session) -> int:
        add(db, 1)
        raise Invalid

    with pytest.raises(Invalid):
        SharedCommits[int]().run(refused)
    assert count() == 0
