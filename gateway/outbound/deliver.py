"""One try at one delivery: lease, send, record; no transaction is open while the network is."""

import random
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from gateway import clock, log
from gateway.errors import DeskError, Unavailable
from gateway.mail.envelope import Envelope
from gateway.outbound.ownserver import Tried, no_news, send_by
from gateway.outbound.postoffice import PostOffice
from gateway.outbound.recovery import catch_up
from gateway.outbound.relayurl import Relay
from gateway.outbound.submission import ACCOUNT_IDLE_SECONDS
from gateway.outbound.way import Asked, Way
from gateway.rules.retry import Deferred, Outcome, Sent
from gateway.store import deliveries, relayoffers, smtp
from gateway.store.deliveries import Leased
from gateway.store.session import transaction
from gateway.store.smtp import EnvelopeSender, OutgoingAccount

LEASE = timedelta(minutes=10)
"""How long a try may take; after it another worker may have the delivery."""
RECORD_PATIENCE_SECONDS = 120.0
"""How long an outcome waits for a database that does not answer; then it is left to the journal."""
_PAUSE_SECONDS = 0.5
_KEPT = timedelta(seconds=ACCOUNT_IDLE_SECONDS + 0.5)
_ASKED_PAUSE = timedelta(seconds=2)

_log = log.get("outbound")


def deliver(delivery_id: int, *, office: PostOffice) -> None:
    """Try a delivery once, if it is due, free and within the budget.

    What came of it is in its row, or else in the journal. One whose mailbox's own server has no connection
    free, or enough mails for this minute, is put back at once.

    Raises Unavailable when the database cannot even lease it. A fault nobody foresaw defers it.
    """
    catch_up(office.journal)
    with transaction() as db:
        job = _claim(db, delivery_id, office)
    if job is None:
        return
    try:
        tried = _attempt(job, office)
    except Asked:
        _put_back(job, office)
    else:
        _record(job, tried, office)


@dataclass(frozen=True, slots=True)
class _Job:
    """A delivery in our hands, with the account by which it leaves, if its mailbox has one."""

    leased: Leased
    account: OutgoingAccount | None


def _claim(db: Session, delivery_id: int, office: PostOffice) -> _Job | None:
    now, owner = office.clock.now(), office.journal.owner
    leased = deliveries.claim(db, delivery_id, owner=owner, now=now, lease=LEASE, budget=office.budget)
    if leased is None or leased.smtp_id is None:
        return _Job(leased, None) if leased else None
    turn = smtp.take_turn(db, leased.smtp_id, leased.id, owner=owner, now=now, until=leased.leased_until)
    if isinstance(turn, datetime):
        deliveries.put_back(db, leased, turn)
        return None
    return _Job(leased, turn)


def _put_back(job: _Job, office: PostOffice) -> None:
    now = office.clock.now()
    with transaction() as db:
        smtp.forget_turn(db, job.leased.id)
        deliveries.put_back(db, job.leased, now + _ASKED_PAUSE)


def _attempt(job: _Job, office: PostOffice) -> Tried:
    try:
        return _send(job, office)
    except DeskError as error:
        _log.warning("delivery.fault", delivery=job.leased.id, error=type(error).__name__)
        return Tried(Deferred(error.public), no_news)
    except Asked:
        raise
    except Exception:  # noqa: BLE001 - the outermost frame of a try: unknown means temporary
        _log.exception("delivery.fault", delivery=job.leased.id)
        return Tried(Deferred(DeskError.words), no_news)


def _send(job: _Job, office: PostOffice) -> Tried:
    leased, sender = job.leased, office.sender
    envelope = Envelope(_mail_from(job, office), (leased.recipient,))
    raw = office.blobs.read(leased.raw_sha256)

    def has_time_for(seconds: float) -> bool:
        return office.clock.now() + timedelta(seconds=seconds) <= leased.leased_until

    def note(answer: str) -> None:
        try:
            office.journal.note(leased.id, leased.token, answer, office.clock.now())
        except OSError:  # the mail has gone all the same; the database will know in a moment
            _log.exception("journal.fault", delivery=leased.id)

    def send(account: Relay | None = None) -> Outcome:
        return sender.send(envelope, raw, account=account, has_time_for=has_time_for, on_accepted=note)

    if job.account is not None:
        way = Way(job.account, seal=office.seal, reach=office.reach, clock=office.clock)
        return send_by(way, send, sender, now=office.clock.now())
    outcome = send()
    offer = sender.take_offer(sender.relay) if sender.relay else None
    if sender.relay is None or offer is None:
        return Tried(outcome, no_news)
    return Tried(outcome, partial(_note_offer, server=sender.relay.name, offer=offer))


def _mail_from(job: _Job, office: PostOffice) -> str:
    """To whom bounces go: back to the delivery, unless the mailbox's server wants nobody else's address."""
    if job.leased.is_automatic:
        return ""
    if job.account is not None and job.account.sender == EnvelopeSender.MAILBOX:
        return job.account.address
    return f"{job.leased.bounce_local}@{office.mail_domain}"


def _note_offer(db: Session, _now: datetime, *, server: str, offer: int) -> None:
    relayoffers.note(db, server, offer)


def _record(job: _Job, tried: Tried, office: PostOffice) -> None:
    """Record the outcome, with patience: until the database takes it, nothing else could be done anyway.

    Past that a sent mail stays noted, and `catch_up` or `recover` brings it in; any other outcome is
    forgotten, and the mail is tried again when the lease is over.
    """
    give_up_at = clock.monotonic() + RECORD_PATIENCE_SECONDS
    while not _is_recorded(job, tried, office):
        if clock.monotonic() >= give_up_at:
            _log.error("delivery.unrecorded", delivery=job.leased.id)
            return
        time.sleep(_PAUSE_SECONDS)
    if isinstance(tried.outcome, Sent):
        office.journal.merged(job.leased.token)


def _is_recorded(job: _Job, tried: Tried, office: PostOffice) -> bool:
    now, jitter = office.clock.now(), random.random()  # noqa: S311 - spreads tries, guards nothing
    leased, outcome = job.leased, tried.outcome
    try:
        with transaction() as db:
            changed = deliveries.record(db, leased.id, leased.token, outcome, now=now, jitter=jitter)
            tried.note(db, now)
            if job.account is not None:
                smtp.end_turn(db, leased.id, until=now + _KEPT if tried.is_kept else now)
    except Unavailable:
        return False
    _log.info("delivery.tried", delivery=leased.id, outcome=type(outcome).__name__, changed=changed)
    return True
