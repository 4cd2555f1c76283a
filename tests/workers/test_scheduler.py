import hashlib
import os
import time
from collections.abc import Collection
from datetime import datetime, timedelta

import pytest
from redis.exceptions import RedisError
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from gateway import clock
from gateway.cli import marks
from gateway.desk.remotewatch import SEEN_FOR, SILENT_AFTER, Silence
from gateway.rules.budget import Budget
from gateway.rules.exporting import Scope
from gateway.rules.throttling import window_of
from gateway.settings import Settings
from gateway.store import automatic, budget, exports, knocks, outbox, tallies
from gateway.store.blobs import BlobStore
from gateway.store.exportfiles import ExportFiles
from gateway.store.models import Account, ImapSource, RemoteSession, Suggestion, Ticket
from gateway.store.outbox import Topic
from gateway.store.session import reading, transaction
from tests.fakes.desk import Mails, Server, Start, eventually, owner
from workers.queues import connect, queue_of, tell
from workers.scheduler import (
    apply_retention,
    ask_for_fetchers,
    count_kept,
    end_remote_sessions,
    end_silent_sessions,
    every,
    finish_terminations,
    forget_counts,
    forget_unfinished,
    hand_suggestions_on,
    remind_of_due,
    sweep,
)


def _owe(count: int, *, seconds_ago: float) -> None:
    """Rows that were told so long ago."""
    with transaction() as db:
        for number in range(count):
            outbox.put(db, Topic.DELIVER, number, now=clock.now() - timedelta(seconds=seconds_ago))


def _told(server: Server) -> list[int]:
    return [one for job in queue_of(Topic.DELIVER, server.client()).jobs for one in job.args[0]]


def test_what_no_job_reached_is_told_again_once(database: None, server: Server) -> None:
    _owe(30, seconds_ago=9)
    sweep(server.client())
    sweep(server.client())
    assert len(_told(server)) == 30


def test_what_was_told_lately_is_left_alone(database: None, server: Server) -> None:
    _owe(3, seconds_ago=1)
    assert sweep(server.client()) == pytest.approx(1.0)
    assert _told(server) == []


def test_before_a_deep_queue_only_the_oldest_are_told(database: None, server: Server) -> None:
    _owe(200, seconds_ago=9)
    for _ in range(11):
        tell(server.client(), Topic.DELIVER, [0])
    sweep(server.client())
    assert len(_told(server)) == 11 + 50


def test_without_a_queue_server_nothing_is_claimed(settings: Settings, database: None) -> None:
    _owe(1, seconds_ago=9)
    with pytest.raises(RedisError):
        sweep(connect(settings))
    with reading() as db:
        due_at = outbox.next_due_at(db)
    assert due_at is not None
    assert due_at < clock.now()


def test_the_next_look_is_when_the_next_row_is_due(database: None, server: Server) -> None:
    with transaction() as db:
        outbox.put(db, Topic.DELIVER, 1, now=clock.now(), not_before=clock.now() + timedelta(seconds=0.8))
    assert 0.02 <= sweep(server.client()) <= 0.8
    assert _told(server) == []


def test_a_delayed_row_is_told_once_it_is_due_and_not_before(
    database: None, server: Server, start: Start
) -> None:
    start("scheduler")
    assert eventually(lambda: bool(server.client().client_list()[1:]), within=20)
    due_at = clock.now() + timedelta(seconds=1.5)
    with transaction() as db:
        outbox.put(db, Topic.DELIVER, 1, now=clock.now(), not_before=due_at)
    assert eventually(lambda: bool(_told(server)), within=20)
    assert clock.now() >= due_at


def test_two_schedulers_find_lost_jobs_and_file_each_mail_once(
    mails: Mails, server: Server, start: Start
) -> None:
    for part in (["scheduler"], ["scheduler"], ["worker", "--queue", "file"]):
        start(*part)
    assert eventually(lambda: len(server.client().client_list()) > 3, within=20)
    mails.accept(20)  # nobody rings for them
    assert eventually(lambda: mails.are_filed(20), within=60)


def test_work_now_and_then_is_not_done_more_often() -> None:
    done: list[int] = []
    call = every(60, lambda: done.append(1))
    call()
    call()
    assert done == [1]


def test_what_a_killed_door_left_behind_goes_after_some_hours(settings: Settings) -> None:
    store = BlobStore(settings.blob_dir, settings.effective_keyring_dir)
    spool = store.spool()
    spool.write(b"half a mail")
    assert forget_unfinished(settings) == 0
    (left,) = store.spool_dir.iterdir()
    long_ago = time.time() - 7 * 3600
    os.utime(left, (long_ago, long_ago))
    assert forget_unfinished(settings) == 1
    spool.discard()


def test_files_of_exports_that_are_gone_are_removed(settings: Settings, database: None) -> None:
    files, (account_id, staff_id) = ExportFiles(settings.blob_dir), owner()
    with transaction() as db:
        kept = exports.ask(
            db, account_id, staff_id, scope=Scope.ACCOUNT, subject_id="a", with_notes=True, now=clock.now()
        )
    for name in (kept, "gone"):
        with files.writing(name) as file:
            file.write(b"whole")
    assert forget_unfinished(settings) == 1
    assert files.list_ids() == {kept}


def test_who_fetches_is_asked_for_once_a_mailbox_is_connected(settings: Settings, mails: Mails) -> None:
    ask_for_fetchers(settings)  # nobody serves here
    settings.run_dir.mkdir()
    ask_for_fetchers(settings)
    assert not marks.is_fetching_wanted(settings)
    _connect(mails)
    ask_for_fetchers(settings)
    assert marks.is_fetching_wanted(settings)


def _connect(mails: Mails) -> None:
    with transaction() as db:
        db.add(
            ImapSource(
                public_id="s",
                account_id=mails.account_id,
                mailbox_id=mails.mailbox_id,
                host="imap.example.org",
                port=993,
                security="tls",
                username="help",
                auth="password",
                sealed_secret="",
                folders=[],
                when_done="keep",
                state="trial",
                created_at=clock.now(),
            )
        )


@pytest.mark.usefixtures("mails")
def test_what_the_guards_remember_is_forgotten_when_no_rule_looks_at_it() -> None:
    now = clock.now()
    with transaction() as db:
        for hours in (1, 100):
            at = now - timedelta(hours=hours)
            tallies.count_one(db, 1, "ann@example.org", window_at=at)
            automatic.note(db, 1, "0" * 64, automatic.Kind.ACKNOWLEDGEMENT, now=at)
            budget.take_place(db, 1, "ann@example.org", Budget(account_day=9), now=at)
        for minutes in (16, 0):
            knocks.count_one(db, "ann", window_at=window_of(now - timedelta(minutes=minutes)))
    assert forget_counts() == 4
    assert forget_counts() == 0


def test_what_accounts_keep_is_counted(mails: Mails) -> None:
    mails.accept()
    assert count_kept() == 1
    assert count_kept() == 0


@pytest.mark.usefixtures("database")
def test_without_suggestions_nothing_is_written() -> None:
    assert hand_suggestions_on() == 0
    with transaction() as db:
        db.add(Suggestion(id="a", day="2026-01-02", text="More"))
    assert hand_suggestions_on() == 0  # nobody is there to read it


@pytest.mark.usefixtures("database")
def test_what_is_due_is_called_to_mind_once() -> None:
    assert remind_of_due() == 0
    with transaction() as db:
        account = Account(public_id="a", name="A", mail_key=b"k", created_at=clock.now())
        db.add(account)
        db.flush()
        common = {"account_id": account.id, "subject": "x", "status": "open", "due_for": "resolution"}
        moments = {name: clock.now() for name in ("created_at", "updated_at", "due_at", "remind_at")}
        db.add_all(Ticket(**common, **moments, number=number) for number in range(150))
    assert remind_of_due() == 150
    assert remind_of_due() == 0


def test_rules_of_retention_are_applied_once_a_night(mails: Mails) -> None:
    mails.accept()
    assert apply_retention() == 0
    long_ago = clock.now() - timedelta(days=400)
    with transaction() as db:
        account_id = db.execute(select(Account.id)).scalar_one()
        moments = {"created_at": long_ago, "updated_at": long_ago}
        db.add(Ticket(account_id=account_id, subject="x", status="closed", number=1, **moments))
        db.execute(update(Account).values(keep_closed_days=30, retained_at=long_ago))
    assert apply_retention() == 1
    assert apply_retention() == 0
    with reading() as db:
        assert outbox.depth(db, Topic.ERASE) == 1


@pytest.mark.usefixtures("database")
def test_an_account_whose_time_is_over_begins_to_be_erased_once() -> None:
    owner()
    now = clock.now()
    for early, count in ((timedelta(days=-1), 0), (timedelta(), 1), (timedelta(), 0)):
        with transaction() as db:
            db.execute(update(Account).values(suspended_at=now, terminates_at=now - early))
        assert finish_terminations() == count
    with reading() as db:
        assert [outbox.depth(db, topic) for topic in (Topic.ERASE, Topic.CERTIFY)] == [1, 1]


def _add_session(db: Session, name: str, expires_at: datetime, **values: object) -> None:
    """A remote session of a ticket of its own."""
    now = clock.now()
    account = Account(public_id=name, name=name, mail_key=b"k", created_at=now)
    db.add(account)
    db.flush()
    ticket = Ticket(
        account_id=account.id, subject="x", status="open", number=1, created_at=now, updated_at=now
    )
    db.add(ticket)
    db.flush()
    given = {"state": "waiting", **values}
    made = RemoteSession(
        public_id=name,
        account_id=account.id,
        ticket_id=ticket.id,
        asked=["view"],
        granted=[],
        token_hash=name,
        made_at=now,
        expires_at=expires_at,
        **given,
    )
    db.add(made)


@pytest.mark.usefixtures("database")
def test_remote_sessions_end_with_their_time() -> None:
    assert end_remote_sessions() == 0
    with transaction() as db:
        _add_session(db, "over", clock.now())
        _add_session(db, "on", clock.now() + timedelta(hours=1))
    assert end_remote_sessions() == 1
    assert end_remote_sessions() == 0


class SeenBefore(Silence):
    """Has seen all of it long ago."""

    def look(self, silent: Collection[int], *, now: datetime) -> list[int]:
        super().look(silent, now=now - SEEN_FOR)
        return super().look(silent, now=now)


@pytest.mark.usefixtures("database")
def test_remote_sessions_end_whose_relay_has_said_nothing_for_long() -> None:
    now = clock.now()
    with transaction() as db:
        _add_session(db, "held", now + timedelta(hours=1), state="live", alive_at=now)
        _add_session(db, "lost", now + timedelta(hours=1), state="live", alive_at=now - SILENT_AFTER)
    assert end_silent_sessions(Silence()) == 0
    assert [end_silent_sessions(SeenBefore()) for _ in range(2)] == [1, 0]
    with transaction() as db:
        found = db.execute(select(RemoteSession.public_id, RemoteSession.why))
        assert {tuple(row) for row in found} == {("held", None), ("lost", "relay")}


def test_a_running_scheduler_seals_old_blobs_and_gives_new_ones_to_their_owners(
    settings: Settings, mails: Mails, server: Server, start: Start
) -> None:
    store = BlobStore(settings.blob_dir, settings.effective_keyring_dir)
    plain = hashlib.sha256(b"plain").hexdigest()
    (store.root / plain[:2] / plain).write_bytes(b"plain")
    (store.root / "sealed").unlink()
    start("scheduler")
    start("worker", "--queue", "file")
    mails.accept(1)
    assert eventually(lambda: mails.are_filed(1), within=60)
    arrivals = store.key_of_arrivals().id
    assert eventually(lambda: dict(store.walk())[plain] == arrivals, within=60)
    (raw,) = [name for name, _ in store.walk() if name != plain]
    assert eventually(lambda: dict(store.walk())[raw] != arrivals, within=60)
    assert store.read(plain) == b"plain"
