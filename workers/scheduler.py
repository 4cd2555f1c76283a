"""The sweep: rings for whatever is due in the outbox, so that a lost job costs seconds and no mail.

Any number of schedulers may run: a row is claimed in the database before it is told, and telling
it twice would be harmless.
"""

import contextlib
from collections.abc import Callable
from datetime import datetime, timedelta

from redis import Redis
from redis.exceptions import RedisError
from rq.exceptions import StopRequested

from gateway import clock, log
from gateway.cli import marks
from gateway.clock import SystemClock
from gateway.desk import remotewatch, retaining, sleeping, suggestions, terminating
from gateway.desk.remotewatch import Silence
from gateway.errors import DeskError
from gateway.outbound.recovery import recover
from gateway.rules.throttling import window_of
from gateway.settings import Settings
from gateway.store import (
    automatic,
    bounds,
    budget,
    expiring,
    exports,
    holding,
    imap,
    knocks,
    newsmail,
    outbox,
    reminders,
    reports,
    settling,
    tallies,
)
from gateway.store.blobs import BlobStore
from gateway.store.exportfiles import ExportFiles
from gateway.store.outbox import Topic
from gateway.store.queries.heartbeats import are_watched
from gateway.store.session import reading, transaction
from workers.queues import connect, queue_of, tell
from workers.stop import Stop

_LONGEST_SECONDS = 1.0
_SHORTEST_SECONDS = 0.02
_RECOVER_SECONDS = 5.0
_TIDY_SECONDS = 3600.0
_WATCH_SECONDS = 60.0
_ASK_SECONDS = 2.0
_REMIND_SECONDS = 10.0
_WAKE_SECONDS = 5.0
_NOTIFY_SECONDS = 30.0
_END_SECONDS = 5.0
_SUGGEST_SECONDS = 300.0
_SILENT_SECONDS = 30.0
_RETAIN_SECONDS = 60.0
_TERMINATE_SECONDS = 5.0
_SETTLE_SECONDS = 10.0
_ROUNDS_SECONDS = 1.0
_HALF_WRITTEN_FOR = timedelta(hours=6)  # no sender may take as long over one mail

_COUNTS_KEPT_FOR = timedelta(hours=6)
"""Longer than any mail waits for its filing; the ten minutes of a storm are long over then."""

_DEEP_JOBS = 10
_FEW, _MANY = 50, 1000
"""A deep queue still holds nearly all that is due: then only the oldest rows are told again."""


def run(settings: Settings) -> None:
    """Sweep until asked to stop. The process's database must be configured."""
    stop = Stop()
    stop.install()
    connection = connect(settings)
    tend = every(_RECOVER_SECONDS, lambda: recover(settings.journal_dir, clock=SystemClock()))
    tidy = every(_TIDY_SECONDS, lambda: forget_unfinished(settings))
    watch = every(_WATCH_SECONDS, lambda: _watch(settings))
    ask = every(_ASK_SECONDS, lambda: ask_for_fetchers(settings))
    remind = every(_REMIND_SECONDS, remind_of_due)
    forget = every(_TIDY_SECONDS, forget_counts)
    wake = every(_WAKE_SECONDS, wake_sleepers)
    notify = every(_NOTIFY_SECONDS, lambda: tell_staff(settings))
    end = every(_END_SECONDS, end_remote_sessions)
    silence = Silence()
    listen = every(_SILENT_SECONDS, lambda: end_silent_sessions(silence))
    count = every(_TIDY_SECONDS, count_kept)
    hand_on = every(_SUGGEST_SECONDS, hand_suggestions_on)
    retain = every(_RETAIN_SECONDS, apply_retention)
    terminate = every(_TERMINATE_SECONDS, finish_terminations)
    blobs = BlobStore(settings.blob_dir, settings.effective_keyring_dir)
    settle = every(_SETTLE_SECONDS, lambda: settling.settle(blobs, now=clock.now()))
    rounds = settling.Rounds(blobs)
    go_round = every(_ROUNDS_SECONDS, lambda: rounds.step(now=clock.now()))
    with contextlib.suppress(StopRequested):
        while not stop.requested:
            pause = _quietly("sweep", lambda: sweep(connection))
            _quietly("recover", tend)
            _quietly("tidy", tidy)
            _quietly("watch", watch)
            _quietly("ask", ask)
            _quietly("remind", remind)
            _quietly("forget", forget)
            _quietly("wake", wake)
            _quietly("notify", notify)
            _quietly("end", end)
            _quietly("listen", listen)
            _quietly("count", count)
            _quietly("suggestions", hand_on)
            _quietly("retain", retain)
            _quietly("terminate", terminate)
            _quietly("settle", settle)
            _quietly("rounds", go_round)
            stop.sleep(_LONGEST_SECONDS if pause is None else pause)


def sweep(connection: Redis) -> float:
    """Tell the workers what is due; seconds until it is worth looking again, one at most.

    Asks the queue server first: a row claimed while that is away would be told later than need be.
    """
    depths = {topic: queue_of(topic, connection).count for topic in Topic}
    with reading() as db:
        next_due_at = outbox.next_due_at(db)
    now = clock.now()
    if next_due_at is None or next_due_at > now:
        return _pause_before(next_due_at, now)
    for topic, depth in depths.items():
        with transaction() as db:
            limit = _FEW if depth > _DEEP_JOBS else _MANY
            rows = outbox.claim_due(db, now=now, limit=limit, topic=topic)
        if rows:
            tell(connection, topic, [row.id for row in rows])
    return _LONGEST_SECONDS if max(depths.values()) > _DEEP_JOBS else _SHORTEST_SECONDS


def ask_for_fetchers(settings: Settings) -> None:
    """Have `serve` start who fetches mail, once a mailbox is connected."""
    if not marks.is_fetching_wanted(settings) and settings.run_dir.is_dir():
        with reading() as db:
            is_wanted = imap.has_sources(db)
        if is_wanted:
            marks.want_fetching(settings, wanted=True)


def wake_sleepers() -> int:
    """Bring back the tickets whose moment has come; how many."""
    with reading() as db:
        if not sleeping.is_due(db, now=clock.now()):
            return 0
    with transaction() as db:
        return sleeping.wake_due(db, now=clock.now())


def end_remote_sessions() -> int:
    """End the remote sessions that have come to their time, or whose link nobody opened; how many."""
    with reading() as db:
        if not remotewatch.is_any_expired(db, now=clock.now()):
            return 0
    with transaction() as db:
        return remotewatch.end_expired(db, now=clock.now())


def end_silent_sessions(silence: Silence) -> int:
    """End the remote sessions whose relay died and did not come back; how many."""
    with reading() as db:
        lost = silence.look(remotewatch.silent_ids(db, now=clock.now()), now=clock.now())
    if not lost:
        return 0
    with transaction() as db:
        return remotewatch.end_silent(db, lost, now=clock.now())


def tell_staff(settings: Settings) -> int:
    """Write to staff of what they have not read here; to how many."""
    with reading() as db:
        if not newsmail.list_waiting(db, now=clock.now()):
            return 0
    from gateway.outbound import staffnews  # composing a mail takes 8 MB, which most never need

    return staffnews.tell_staff(
        blobs=BlobStore(settings.blob_dir, settings.effective_keyring_dir),
        mail_domain=settings.mail_domain,
        base_url=settings.effective_base_url,
        clock=SystemClock(),
    )


def _watch(settings: Settings) -> int:
    """Tell the people of mailboxes that are in trouble, and of mail that is held back."""
    with reading() as db:
        if not (are_watched(db) or holding.is_watched(db)):
            return 0
    from gateway.outbound.alarms import raise_alarms  # composing a mail takes 8 MB, which most never need

    return raise_alarms(
        blobs=BlobStore(settings.blob_dir, settings.effective_keyring_dir),
        mail_domain=settings.mail_domain,
        clock=SystemClock(),
    )


def remind_of_due() -> int:
    """Note which tickets are about to be due, or are; how many."""
    noted = 0
    while True:
        with reading() as db:
            if not reminders.are_owed(db, now=clock.now()):
                return noted
        with transaction() as db:
            noted += reminders.remind(db, now=clock.now())


def forget_unfinished(settings: Settings) -> int:
    """Remove the half-written mails that killed doors left behind, and files of exports that are gone."""
    blobs = BlobStore(settings.blob_dir, settings.effective_keyring_dir)
    count = blobs.forget_unfinished(older_than=_HALF_WRITTEN_FOR, now=clock.now())
    files = ExportFiles(settings.blob_dir)
    there = files.list_ids()
    if not there:
        return count
    with reading() as db:  # after the look at the files: what is begun meanwhile is not among them
        live = exports.live_ids(db)
    return count + files.forget(there - live)


def forget_counts() -> int:
    """Remove what is remembered of mail and of visitors and no rule looks at any more; how many rows."""
    now = clock.now()
    with transaction() as db:
        of_senders = tallies.forget_before(db, now - _COUNTS_KEPT_FOR)
        of_mail = of_senders + automatic.forget_old(db, now=now) + budget.forget_old(db, now=now)
        of_reports = reports.forget_old(db, now=now)
        of_visitors = knocks.forget_before(db, window_of(now)) + expiring.forget_expired(db, now=now)
        return of_mail + of_reports + of_visitors


def count_kept() -> int:
    """Count what each account keeps, by which its limit is looked at; of how many that has changed."""
    with transaction() as db:
        return bounds.count_kept(db)


def hand_suggestions_on() -> int:
    """Make tickets of what nobody suggested before today; how many."""
    now = clock.now()
    with reading() as db:
        if not suggestions.are_due(db, now=now):
            return 0
    with transaction() as db:
        return suggestions.open_due(db, now=now)


def apply_retention() -> int:
    """Begin to erase what accounts have kept for as long as their rules say; how much, all in all."""
    now, over = clock.now(), 0
    with reading() as db:
        due = retaining.due_accounts(db, now=now)
    for account_id in due:
        with transaction() as db:
            over += retaining.apply_rules(db, account_id, now=now)
    return over


def finish_terminations() -> int:
    """Begin to erase the accounts whose time is over; how many."""
    now = clock.now()
    with reading() as db:
        due = terminating.due_accounts(db, now=now)
    finished = 0
    for account_id in due:
        with transaction() as db:
            finished += terminating.finish(db, account_id, now=now)
    return finished


def _pause_before(next_due_at: datetime | None, now: datetime) -> float:
    if next_due_at is None:
        return _LONGEST_SECONDS
    return min(max((next_due_at - now).total_seconds(), _SHORTEST_SECONDS), _LONGEST_SECONDS)


def every(seconds: float, work: Callable[[], object]) -> Callable[[], None]:
    """A function that does the work when called, but only so often."""
    done_at = float("-inf")

    def call() -> None:
        nonlocal done_at
        if clock.monotonic() - done_at >= seconds:
            done_at = clock.monotonic()
            work()

    return call


def _quietly(what: str, work: Callable[[], float | None]) -> float | None:
    """Another part being away is no news here: it is tried again within a second."""
    try:
        return work()
    except (DeskError, RedisError) as error:
        log.get("scheduler").debug("scheduler.put_off", what=what, error=type(error).__name__)
    except Exception:  # noqa: BLE001 - the outermost frame: the sweep goes on
        log.get("scheduler").exception("scheduler.failed", what=what)
    return None
