"""What was forgotten is in no file of the database, by one writing anew for all of it."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url, select

from gateway.errors import Unavailable
from gateway.outbound.forgetting import LEASE, wipe
from gateway.store import farewells, outbox, session
from gateway.store.erased import wiping
from gateway.store.models import Outbox
from gateway.store.outbox import Topic
from tests.world import NOON, World

OWNER = "owner@forgetmark.example"


def forget(count: int = 3) -> None:
    """People who got their certificates."""
    for _ in range(count):
        with session.transaction() as db:
            owed = farewells.owe(db, "n" * 26, recipient=OWNER, locale="en", now=NOON)
        with session.transaction() as db:
            farewells.forget(db, owed, now=NOON)


def owed() -> list[timedelta]:
    """In how long each wiping is due."""
    with session.reading() as db:
        due = select(Outbox.due_at).where(Outbox.topic == Topic.WIPE.value)
        return [at - NOON for at in db.execute(due).scalars()]


def do(world: World, *, is_stopping: bool = False) -> bool:
    return wipe(clock=world.clock, is_stopping=lambda: is_stopping)


def is_kept(url: str) -> bool:
    """Whether the address stands in a file of SQLite's."""
    path = Path(make_url(url).database or "")
    return any(b"forgetmark" in file.read_bytes() for file in path.parent.glob(f"{path.name}*"))


def test_one_writing_anew_does_for_all_that_was_forgotten_before(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[int] = []
    real = wiping.wipe

    def counted(breathe: Callable[[], None]) -> None:
        runs.append(1)
        real(breathe)

    monkeypatch.setattr(wiping, "wipe", counted)  # counts only: the real one runs
    forget()
    assert do(world)
    assert (runs, owed(), do(world)) == ([1], [], False)


def test_no_file_of_sqlite_holds_the_address(world: World, database: str) -> None:
    forget()
    if session.is_sqlite():
        assert is_kept(database)
    assert do(world)
    if session.is_sqlite():
        assert not is_kept(database)


def test_a_second_worker_leaves_it_to_the_first_until_its_time_is_over(world: World) -> None:
    forget(1)
    with session.transaction() as db:
        assert len(outbox.claim_all(db, Topic.WIPE, now=world.clock.now(), lease=LEASE)) == 1
    assert not do(world)
    world.clock.advance(seconds=LEASE.total_seconds() + 1)
    assert do(world)


def test_a_worker_that_shall_stop_leaves_it_to_another(world: World) -> None:
    forget(1)
    assert not do(world, is_stopping=True)
    assert owed() == [world.clock.now() - NOON + timedelta(seconds=10)]
    world.clock.advance(seconds=10)
    assert do(world)


def test_while_somebody_reads_an_old_state_it_waits(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def is_read(_: object) -> None:
        raise Unavailable(detail="somebody reads")

    forget(1)
    with monkeypatch.context() as patch:  # how that comes about is tested with the wiping itself
        patch.setattr(wiping, "wipe", is_read)
        assert not do(world)
    assert owed() == [world.clock.now() - NOON + timedelta(seconds=10)]
