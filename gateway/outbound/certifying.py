"""The last mail of an erasure: that all is gone, with the signed receipt.

To the owner of an account that ended, where it names nobody and no business and has the counts; to who asked
by mail that their data be deleted. Looked at until the erasure is done, then tried like any mail. It goes out
beside the account's own mail, which may have ended, and the address that it goes to is forgotten with it.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway import log
from gateway.clock import Clock
from gateway.desk import erasurewords
from gateway.desk.notices import write_notice
from gateway.errors import DeskError
from gateway.i18n import DEFAULT_LOCALE, speaking
from gateway.mail.compose import OutgoingFile
from gateway.mail.envelope import Envelope
from gateway.outbound.submission import Sender
from gateway.rules.erasure import State
from gateway.rules.retry import Deferred, Outcome
from gateway.store import erasures, farewells, outbox
from gateway.store.erasurejournal import ErasureJournal
from gateway.store.erasures import Progress
from gateway.store.farewells import LEASE, Owed
from gateway.store.outbox import Topic
from gateway.store.session import transaction

_log = log.get("outbound")


@dataclass(frozen=True, slots=True)
class Notary:
    """With what certificates are written, sent, and remembered beyond a restored backup."""

    sender: Sender
    mail_domain: str
    clock: Clock
    journal: ErasureJournal


def certify(farewell_id: int, *, notary: Notary) -> None:
    """Send a certificate, once it is erased; tried like any mail, then its address is forgotten.

    One that had gone before a backup was restored does not go twice. Unavailable where the journal cannot be
    read.
    """
    now = notary.clock.now()
    with transaction() as db:
        debt = farewells.find(db, farewell_id)
        if debt is None:
            outbox.done_for(db, Topic.CERTIFY, farewell_id)
            return
        erased = erasures.find_receipt(db, debt.erasure)
        if erased is not None and erased.state is not State.DONE:
            farewells.look_again(db, farewell_id, now=now)
            return
        owed = farewells.claim(db, farewell_id, now=now)
        if owed is None:
            return
        # Else nobody knows any more what was to be certified, or wanted it sent again, or they have it.
        is_owed = not debt.has_failed and not notary.journal.was_told(debt.erasure, debt.recipient)
        if erased is None or not is_owed:
            farewells.forget(db, farewell_id, now=now)
            return
    outcome = _send(owed, erased, notary)
    now = notary.clock.now()
    with transaction() as db:
        jitter = random.random()  # noqa: S311 - spreads tries, guards nothing
        goes_on = farewells.record(db, owed, outcome, done_at=erased.done_at or now, now=now, jitter=jitter)
    _log.info("certificate.tried", outcome=type(outcome).__name__, goes_on=goes_on)


def _send(owed: Owed, erased: Progress, notary: Notary) -> Outcome:
    until = notary.clock.now() + LEASE

    def has_time_for(seconds: float) -> bool:
        return notary.clock.now() + timedelta(seconds=seconds) <= until

    def note(_answer: str) -> None:
        try:
            notary.journal.note_told(owed.erasure_public_id, owed.recipient)
        except DeskError as error:  # it has gone all the same; only a restored backup would send it twice
            _log.warning("certificate.unnoted", error=type(error).__name__)

    raw = _write(owed, erased, notary.mail_domain, notary.clock.now())
    envelope = Envelope("", (owed.recipient,))  # a bounce would find nobody who knows of it
    try:
        return notary.sender.send(envelope, raw, has_time_for=has_time_for, on_accepted=note)
    except DeskError as error:
        return Deferred(error.public)


def _write(owed: Owed, erased: Progress, mail_domain: str, now: datetime) -> bytes:
    with speaking(owed.locale or DEFAULT_LOCALE):
        counts = [
            (name, erased.counts.get(thing.value, 0)) for thing, name in erasurewords.thing_names().items()
        ]
    return write_notice(
        "receipt" if owed.business else "certificate",
        to=owed.recipient,
        locale=owed.locale,
        mail_domain=mail_domain,
        now=now,
        files=(OutgoingFile("receipt.json", "application/json", erased.receipt.encode()),),
        business=owed.business,
        counts=[(name, count) for name, count in counts if count],
        erasure=owed.erasure_public_id,
        begun=f"{erased.begun_at or erased.asked_at:%Y-%m-%d %H:%M} UTC",
        done=f"{erased.done_at or now:%Y-%m-%d %H:%M} UTC",
    )
