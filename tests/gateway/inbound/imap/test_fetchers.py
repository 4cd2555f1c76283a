"""A process that fetches: who gets a turn, who stops, and what it costs while nobody needs it."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from gateway.clock import SystemClock
from gateway.desk import imapsources, mailboxes
from gateway.inbound.imap import fetchers
from gateway.inbound.imap.fetchers import Fetchers
from gateway.inbound.imap.setbacks import Setbacks
from gateway.inbound.imap.stopping import Stopped, Stopper
from gateway.store import imap, session
from gateway.store.imap import LeasedSource
from gateway.store.models import ImapSource
from gateway.store.servers import Trouble
from tests.fakes.desk import eventually
from tests.fakes.fetching import Fetching
from tests.world import DOMAIN, World


@dataclass
class Watches:
    """Instead of fetching, each watch notes that it runs, and waits until it is stopped."""

    begun: list[int] = field(default_factory=list)
    ended: list[int] = field(default_factory=list)
    fails: bool = False

    def make(self, source: LeasedSource, stopper: Stopper, _setbacks: dict[str, Setbacks]) -> "Watching":
        return Watching(self, source, stopper)


@dataclass
class Watching:
    watches: Watches
    source: LeasedSource
    stopper: Stopper

    def run(self, *, once: bool = False) -> Trouble | None:
        self.watches.begun.append(self.source.id)
        try:
            if self.watches.fails:
                raise ValueError
            if not once:
                self.stopper.wait([], 60)
        except Stopped:
            pass
        finally:
            with session.transaction() as db:
                imap.release(db, self.source)
            self.watches.ended.append(self.source.id)
        return Trouble.LOGIN if once else None


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Constants of time, so that the tests take less of it."""
    for name, seconds in {"_TICK_SECONDS": 0.02, "_IDLE_TICK_SECONDS": 0.02, "_RENEW_SECONDS": 0.02}.items():
        monkeypatch.setattr(fetchers, name, seconds)


@pytest.fixture
def sources(world: World) -> list[str]:
    """Three mailboxes with an account each, by public id."""
    connection = Fetching(world, 143).connection()
    ours, made = world.ours, []
    with session.transaction() as db:
        for number in range(3):
            box = mailboxes.add(
                db, ours.account_id, f"box{number}@ours.example", mail_domain=DOMAIN, now=SystemClock().now()
            )
            imapsources.connect(db, ours.owner, box.public_id, connection, now=SystemClock().now())
            made.append(box.public_id)
    return made


@contextmanager
def running(watches: Watches, *, most: int = 50) -> Iterator[Stopper]:
    stopper = Stopper()
    fetching = Fetchers(watches.make, SystemClock(), most=most)
    thread = threading.Thread(target=fetching.run, args=(stopper,))
    thread.start()
    try:
        yield stopper
    finally:
        stopper.set()
        thread.join(20)
        assert not thread.is_alive()
        stopper.close()


@pytest.mark.usefixtures("quick", "sources")
def test_every_source_gets_a_thread_and_all_end_with_the_process() -> None:
    watches = Watches()
    with running(watches):
        assert eventually(lambda: sorted(watches.begun) == [1, 2, 3], within=10)
    assert sorted(watches.ended) == [1, 2, 3]


@pytest.mark.usefixtures("quick", "sources")
def test_two_processes_never_hold_the_same_source() -> None:
    first, second = Watches(), Watches()
    with running(first), running(second):
        assert eventually(lambda: len(first.begun) + len(second.begun) == 3, within=10)
        assert not eventually(lambda: len(first.begun) + len(second.begun) > 3, within=0.3)


@pytest.mark.usefixtures("quick")
def test_a_source_that_is_paused_is_let_go_and_one_that_is_resumed_taken_up(
    world: World, sources: list[str]
) -> None:
    watches = Watches()
    with session.transaction() as db:
        db.query(ImapSource).update({"state": "active"})
    with running(watches):
        assert eventually(lambda: len(watches.begun) == 3, within=10)
        with session.transaction() as db:
            imapsources.pause(db, world.ours.owner, sources[1])
        assert eventually(lambda: watches.ended == [2], within=10)
        with session.transaction() as db:
            imapsources.resume(db, world.ours.owner, sources[1])
        assert eventually(lambda: watches.begun.count(2) == 2, within=10)


@pytest.mark.usefixtures("quick", "sources")
def test_what_it_holds_stays_its_own_for_as_long_as_it_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    # A constant of time, so that the test takes less of it.
    monkeypatch.setattr(fetchers, "LEASE", timedelta(seconds=1))
    watches = Watches()
    with running(watches):
        assert eventually(lambda: len(watches.begun) == 3, within=10)
        assert not eventually(lambda: len(watches.begun) > 3 or bool(watches.ended), within=1.5)


@pytest.mark.usefixtures("quick", "sources")
def test_with_more_sources_than_room_each_has_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    # A constant of time, so that the test takes less of it.
    monkeypatch.setattr(fetchers, "_TURN_SECONDS", 0.05)
    watches = Watches()
    with running(watches, most=1):
        assert eventually(lambda: set(watches.begun) == {1, 2, 3}, within=20)


@pytest.mark.usefixtures("quick", "sources")
def test_a_bug_in_one_watch_ends_no_process() -> None:
    watches = Watches(fails=True)
    with running(watches):
        assert eventually(lambda: len(watches.begun) > 5, within=10)


@pytest.mark.usefixtures("quick")
def test_a_database_that_is_away_is_waited_for(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with session.transaction() as db:
        db.connection().exec_driver_sql("ALTER TABLE imap_source RENAME TO away")
    watches = Watches()
    with running(watches) as stopper:
        assert not eventually(lambda: stopper.is_set, within=0.2)
        with session.transaction() as db:
            db.connection().exec_driver_sql("ALTER TABLE away RENAME TO imap_source")
        Fetching(world, 143).connect()
        assert eventually(lambda: watches.begun == [1], within=10)


@pytest.mark.usefixtures("sources")
def test_once_takes_each_source_and_says_what_was_wrong() -> None:
    watches = Watches()
    stopper = Stopper()
    fetching = Fetchers(watches.make, SystemClock())
    assert fetching.run_once(stopper) == dict.fromkeys((1, 2, 3), Trouble.LOGIN)
    stopper.set()
    assert Fetchers(watches.make, SystemClock()).run_once(stopper) == {}
    stopper.close()


def test_a_process_without_a_source_does_not_import_what_talks_imap() -> None:
    program = (
        "import sys, gateway.cli.imap; "
        "print([m for m in ('imapclient', 'imaplib', 'cryptography')"
        " if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
