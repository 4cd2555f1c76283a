"""Workers are killed at every step; what they leave is taken over, and nobody gets a mail twice for it."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.errors import Unavailable
from gateway.outbound.deliver import LEASE, deliver
from gateway.outbound.journal import Journal
from gateway.outbound.postoffice import PostOffice
from gateway.outbound.recovery import catch_up, recover
from gateway.rules.budget import Budget
from gateway.rules.retry import Sent
from gateway.store import deliveries, session
from gateway.store.deliveries import Leased
from tests.fakes.dying_sender import AFTER_LEASE, AFTER_NOTE, BEFORE_NOTE
from tests.fakes.outgoing import NOON, RAW, SetClock, owe, owed, row, told
from tests.fakes.smtp_peer import Call, SmtpPeer
from tests.house.tree import ROOT

AT_DATA, AT_CONTENT = "data", "content"
KILL_POINTS = {AFTER_LEASE: 1, AT_DATA: 1, AT_CONTENT: 2, BEFORE_NOTE: 2, AFTER_NOTE: 1}
"""How often the peer has the mail in the end.

Twice only where the worker died between the peer's taking it and the note: no client of SMTP can tell that
from a mail that was not taken.
"""


def dying_sender(root: Path, url: str, delivery_id: int, step: str) -> subprocess.Popen[bytes]:
    program = ROOT / "tests" / "fakes" / "dying_sender.py"
    command = [sys.executable, str(program), str(root), url, str(delivery_id), step]
    return subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})


def claim(delivery_id: int, owner: str, *, after: timedelta = timedelta()) -> Leased:
    with session.transaction() as db:
        leased = deliveries.claim(
            db, delivery_id, owner=owner, now=NOON + after, lease=LEASE, budget=Budget()
        )
    assert leased is not None
    return leased


def dead_owner(root: Path, delivery_id: int, *, note: bool) -> Journal:
    """A worker that leased a delivery, perhaps noted it as sent, and is no more."""
    with Journal(root / "journal") as journal:
        leased = claim(delivery_id, journal.owner)
        if note:
            journal.note(leased.id, leased.token, "250 ok", NOON)
        content = journal.path.read_bytes()
    journal.path.write_bytes(content)  # closing took an empty one away; a kill would not have
    return journal


@pytest.mark.parametrize(("step", "arrivals"), KILL_POINTS.items())
def test_a_killed_worker_loses_nothing_and_doubles_nothing_it_could_know_of(
    step: str, arrivals: int, root: Path, peer: SmtpPeer, office: PostOffice, clock: SetClock
) -> None:
    delivery_id = owe()
    killed: list[subprocess.Popen[bytes]] = []
    if step in (AT_DATA, AT_CONTENT):
        peer.at(step, Call(lambda: os.kill(killed[0].pid, signal.SIGKILL)))
    killed.append(dying_sender(root, peer.url, delivery_id, step))
    assert killed[0].wait(timeout=60) == -signal.SIGKILL
    assert row(delivery_id)["state"] == "queued"

    assert recover(root / "journal", clock=clock) == 1
    deliver(delivery_id, office=office)

    assert row(delivery_id)["state"] == "sent"
    assert [mail.raw for mail in peer.mails] == [RAW] * arrivals
    assert (told(), owed()) == (["sent"], {})
    assert list((root / "journal").iterdir()) == [office.journal.path]


def test_a_dead_owners_note_is_recorded_and_its_other_leases_are_free(root: Path, clock: SetClock) -> None:
    noted, held = owe("a@example.org"), owe("b@example.org")
    journal = dead_owner(root, noted, note=True)
    claim(held, journal.owner)
    clock.advance(minutes=1)
    assert recover(root / "journal", clock=clock) == 1
    assert (row(noted)["state"], row(noted)["answer"]) == ("sent", "250 ok")
    assert row(noted)["finished_at"] == NOON
    assert owed() == {held: clock.now()}
    claim(held, "another")
    assert not journal.path.exists()


def test_a_living_owner_is_left_alone(root: Path, clock: SetClock) -> None:
    delivery_id = owe()
    with Journal(root / "journal") as journal:
        claim(delivery_id, journal.owner)
        assert recover(root / "journal", clock=clock) == 0
        assert journal.path.exists()
    assert row(delivery_id)["lease_owner"] == journal.owner


def test_a_note_counts_also_when_the_lease_is_lost(root: Path, clock: SetClock) -> None:
    delivery_id = owe()
    dead_owner(root, delivery_id, note=True)
    claim(delivery_id, "another", after=LEASE)
    recover(root / "journal", clock=clock)
    assert (row(delivery_id)["state"], row(delivery_id)["lease_owner"]) == ("sent", "")


def test_a_note_that_is_recorded_already_changes_nothing(root: Path, clock: SetClock) -> None:
    delivery_id = owe()
    with Journal(root / "journal") as journal:
        leased = claim(delivery_id, journal.owner)
        journal.note(leased.id, leased.token, "250 ok", NOON)
        with session.transaction() as db:
            deliveries.record(db, leased.id, leased.token, Sent("250 ok"), now=NOON, jitter=0.0)
    assert recover(root / "journal", clock=clock) == 1
    assert told() == ["sent"]


def test_a_torn_last_line_does_not_stop_the_others(root: Path, clock: SetClock) -> None:
    delivery_id = owe()
    journal = dead_owner(root, delivery_id, note=True)
    with journal.path.open("ab") as file:
        file.write(b'{"delivery": 99, "tok')
    recover(root / "journal", clock=clock)
    assert row(delivery_id)["state"] == "sent"


def test_a_note_of_a_delivery_that_was_erased_is_done_with(root: Path, clock: SetClock) -> None:
    delivery_id = owe()
    dead_owner(root, delivery_id, note=True)
    with session.transaction() as db:
        db.connection().exec_driver_sql("DELETE FROM delivery")
    assert recover(root / "journal", clock=clock) == 1


def test_the_journal_goes_only_after_the_commit(
    root: Path, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery_id = owe()
    journal = dead_owner(root, delivery_id, note=True)
    session.configure("sqlite:////nowhere/at/all.db")
    with pytest.raises(Unavailable):
        recover(root / "journal", clock=clock)
    assert journal.path.exists()
    session.configure(f"sqlite:///{root / 'desk.db'}")
    assert recover(root / "journal", clock=clock) == 1
    assert row(delivery_id)["state"] == "sent"


def test_where_nobody_ever_sent_there_is_nothing_to_recover(tmp_path: Path, clock: SetClock) -> None:
    assert recover(tmp_path / "journal", clock=clock) == 0


def test_a_worker_catches_up_with_its_own_notes(root: Path) -> None:
    delivery_id = owe()
    with Journal(root / "journal") as journal:
        leased = claim(delivery_id, journal.owner)
        journal.note(leased.id, leased.token, "250 ok", NOON)
        catch_up(journal)
        assert journal.unmerged == ()
    assert (row(delivery_id)["state"], told()) == ("sent", ["sent"])
