"""What was read is remembered until somebody commits, on both databases and whoever it is."""

import multiprocessing
import threading
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

from gateway.errors import NotFound, Unavailable
from gateway.store import binding, outbox, session, unchanged
from gateway.store.models import Outbox
from gateway.store.unchanged import MOST_KEPT, remembered
from tests.databases import Databases, configured
from tests.world import NOON


class Counting:
    """Reads how many rows wait, and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self) -> int:
        self.asked += 1
        with session.reading() as db:
            return db.execute(select(func.count()).select_from(Outbox)).scalar_one()


def owe(ref_id: int = 1) -> None:
    with session.transaction() as db:
        outbox.put(db, outbox.Topic.FILE, ref_id, now=NOON)


def owe_elsewhere(url: str) -> None:
    with configured(url):
        owe()


def test_nothing_is_read_again_while_nobody_writes(database: str) -> None:
    reads = Counting()
    assert [remembered("waiting", reads) for _ in range(3)] == [0, 0, 0]
    assert reads.asked == 1


def test_what_this_process_commits_is_seen_at_once(database: str) -> None:
    reads = Counting()
    for waiting in range(1, 6):
        owe(waiting)
        assert remembered("waiting", reads) == waiting
    assert reads.asked == 5


def test_what_another_process_commits_is_seen_at_once(database: str) -> None:
    reads = Counting()
    assert remembered("waiting", reads) == 0
    other = multiprocessing.get_context("spawn").Process(target=owe_elsewhere, args=(database,))
    other.start()
    other.join(60)
    assert (other.exitcode, remembered("waiting", reads)) == (0, 1)


def test_what_is_not_committed_yet_is_not_seen_and_what_then_is_committed_is(database: str) -> None:
    reads, engine = Counting(), create_engine(session.engine().url)
    with Session(engine) as late:
        outbox.put(late, outbox.Topic.FILE, 7, now=NOON)
        late.flush()
        assert [remembered("waiting", reads) for _ in range(2)] == [0, 0]
        late.commit()
    assert remembered("waiting", reads) == 1
    engine.dispose()


def test_what_was_read_before_a_write_is_not_kept_as_if_it_came_after(database: str) -> None:
    def read_and_be_overtaken() -> int:
        found = Counting()()
        owe()
        return found

    assert remembered("waiting", read_and_be_overtaken) == 0
    assert remembered("waiting", Counting()) == 1


def test_keys_and_those_who_look_are_told_apart(database: str) -> None:
    assert remembered("a", lambda: 1) == 1
    assert remembered("b", lambda: 2) == 2
    with binding.to_account(7):
        assert remembered("a", lambda: 3) == 3
    assert [remembered(key, lambda: 0) for key in ("a", "b")] == [1, 2]


def test_an_error_is_not_kept(database: str) -> None:
    def fail() -> int:
        raise NotFound

    with pytest.raises(NotFound):
        remembered("a", fail)
    assert remembered("a", lambda: 1) == 1


def test_what_was_asked_for_longest_ago_makes_room(database: str) -> None:
    for key in range(MOST_KEPT):
        remembered(key, lambda: "first")
    assert remembered(0, lambda: "second") == "first"  # at the limit all are there, and this one is fresh
    remembered(MOST_KEPT, lambda: "first")
    assert remembered(0, lambda: "second") == "first"
    assert remembered(1, lambda: "second") == "second"


def test_another_database_has_a_memory_of_its_own(databases: Databases, kind: str, tmp_path: Path) -> None:
    one, two = (databases.migrated(kind, tmp_path) for _ in range(2))
    with configured(one):
        owe()
        assert remembered("waiting", Counting()) == 1
    with configured(two):
        assert remembered("waiting", Counting()) == 0
    databases.drop(one)
    databases.drop(two)


def test_a_database_that_cannot_be_asked_is_read_and_says_so_itself(tmp_path: Path) -> None:
    with configured(f"sqlite:///{tmp_path / 'no' / 'folder.db'}"):
        with pytest.raises(Unavailable):
            remembered("waiting", Counting())
        assert remembered("a", lambda: 1) == 1
        assert remembered("a", lambda: 2) == 2  # what state it is in is not known: nothing is kept


def test_a_connection_that_was_cut_is_replaced(database: str) -> None:
    reads = Counting()
    assert remembered("waiting", reads) == 0
    watch = unchanged._memory._watch
    assert watch is not None
    watch._connection.close()
    owe()
    assert remembered("waiting", reads) == 1
    assert remembered("waiting", reads) == 1
    assert remembered("waiting", reads) == 1
    assert reads.asked == 3


def test_threads_go_on_asking_while_the_database_is_done_with(database: str) -> None:
    asking, asked = threading.Event(), Counting()
    faults: list[Exception] = []

    def ask() -> None:
        while not asking.is_set():
            try:
                remembered("waiting", asked)
            except Exception as error:  # noqa: BLE001 - told by the main thread
                faults.append(error)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(200):
            session.dispose()
    finally:
        asking.set()
        for thread in threads:
            thread.join(30)
    assert faults == []
    assert remembered("waiting", asked) == 0
