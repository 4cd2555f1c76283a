"""One try at one delivery: lease, send, record; no transaction is open while the network is."""

import random
import time
from datetime import timedelta

from gateway import clock, log
from gateway.errors import DeskError, Unavailable
from gateway.mail.envelope import Envelope
from gateway.outbound.postoffice import PostOffice
from gateway.outbound.recovery import catch_up
from gateway.rules.retry import Deferred, Outcome, Sent
from gateway.store import deliveries
from gateway.store.deliveries import Leased
from gateway.store.session import transaction

LEASE = timedelta(minutes=10)
"""How long a try may take; after it another worker may have the delivery."""
RECORD_PATIENCE_SECONDS = 120.0
"""How long an outcome waits for a database that does not answer; then it is left to the journal."""
_PAUSE_SECONDS = 0.5

_log = log.get("outbound")


def deliver(delivery_id: int, *, office: PostOffice) -> None:
    """Try a delivery once, if it is due, free and within the budget.

    What came of it is in its row, or else in the journal.

    Raises Unavailable when the database cannot even lease it. A fault nobody foresaw defers it.
    """
    catch_up(office.journal)
    with transaction() as db:
        now = office.clock.now()
        owner, budget = office.journal.owner, office.budget
        leased = deliveries.claim(db, delivery_id, owner=owner, now=now, lease=LEASE, budget=budget)
    if leased is not None:
        _record(leased, _attempt(leased, office), office)


def _attempt(leased: Leased, office: PostOffice) -> Outcome:
    try:
        return _send(leased, office)
    except DeskError as error:
        _log.warning("delivery.fault", delivery=leased.id, error=type(error).__name__)
        return Deferred(error.public)
    except Exception:  # noqa: BLE001 - the outermost frame of a try: unknown means temporary
        _log.exception("delivery.fault", delivery=leased.id)
        return Deferred(DeskError.words)


def _send(leased: Leased, office: PostOffice) -> Outcome:
    def has_time_for(seconds: float) -> bool:
        return office.clock.now() + timedelta(seconds=seconds) <= leased.leased_until

    def note(answer: str) -> None:
        try:
            office.journal.note(leased.id, leased.token, answer, office.clock.now())
        except OSError:  # the mail has gone all the same; the database will know in a moment
            _log.exception("journal.fault", delivery=leased.id)

    mail_from = "" if leased.is_automatic else f"{leased.bounce_local}@{office.mail_domain}"
    return office.sender.send(
        Envelope(mail_from, (leased.recipient,)),
        office.blobs.read(leased.raw_sha256),
        relay_url=office.unseal(leased.sealed_relay_url) if leased.sealed_relay_url else "",
        has_time_for=has_time_for,
        on_accepted=note,
    )


def _record(leased: Leased, outcome: Outcome, office: PostOffice) -> None:
    """Record the outcome, with patience: until the database takes it, nothing else could be done anyway.

    Past that a sent mail stays noted, and `catch_up` or `recover` brings it in; any other outcome is
    forgotten, and the mail is tried again when the lease is over.
    """
    give_up_at = clock.monotonic() + RECORD_PATIENCE_SECONDS
    while not _is_recorded(leased, outcome, office):
        if clock.monotonic() >= give_up_at:
            _log.error("delivery.unrecorded", delivery=leased.id)
            return
        time.sleep(_PAUSE_SECONDS)
    if isinstance(outcome, Sent):
        office.journal.merged(leased.token)


def _is_recorded(leased: Leased, outcome: Outcome, office: PostOffice) -> bool:
    now, jitter = office.clock.now(), random.random()  # noqa: S311 - spreads tries, guards nothing
    try:
        with transaction() as db:
            changed = deliveries.record(db, leased.id, leased.token, outcome, now=now, jitter=jitter)
    except Unavailable:
        return False
    _log.info("delivery.tried", delivery=leased.id, outcome=type(outcome).__name__, changed=changed)
    return True
