"""The receipt of an erasure, by mail to who asked for it by mail.

Looked at until the erasure is done, then until the receipt has gone; then nothing is kept of who got it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from gateway import ids
from gateway.clock import Clock
from gateway.i18n import DEFAULT_LOCALE, speaking
from gateway.mail.address import Address
from gateway.mail.compose import OutgoingFile, OutgoingMail, compose
from gateway.rules.erasure import State
from gateway.store import binding, deletionrequests, deliveries, erasures, outbox
from gateway.store.blobs import BlobStore
from gateway.store.deletionrequests import Receiver
from gateway.store.session import transaction
from gateway.templating import render

LOOKS_AGAIN = timedelta(seconds=20)
"""An erasure takes seconds to minutes, a mail that is put off longer."""

_EVER = datetime.max.replace(tzinfo=UTC)
"""Its Message-ID is its own, so nobody else keeps the same bytes."""


@dataclass(frozen=True, slots=True)
class Means:
    """What a receipt is written with."""

    blobs: BlobStore
    clock: Clock
    mail_domain: str


def tell_of_erasure(request_id: int, *, means: Means) -> None:
    """Do what can be done now for who waits for a receipt: nothing, write to them, or forget them."""
    now = means.clock.now()
    with transaction() as db:
        receiver = deletionrequests.find_receiver(db, request_id)
        if receiver is None:
            outbox.done_for(db, outbox.Topic.RECEIPT, request_id)
            return
        outbox.reschedule(db, outbox.Topic.RECEIPT, request_id, now + LOOKS_AGAIN)
        found = erasures.find_receipt(db, receiver.erasure)
        has_gone = receiver.delivery_id is not None and deletionrequests.has_gone(db, receiver)
    if has_gone:
        _forget(receiver, means)
    elif receiver.delivery_id is None and found is not None and found.state is State.DONE:
        _send(receiver, found.receipt, means)


def _send(receiver: Receiver, receipt: str, means: Means) -> None:
    now = means.clock.now()
    kept = means.blobs.put(_mail(receiver, receipt, means))
    with binding.to_account(receiver.account_id), transaction() as db:
        if not deletionrequests.is_unsent(db, receiver):
            return
        delivery_id = deliveries.queue_notice(
            db,
            account_id=receiver.account_id,
            recipient=receiver.address,
            raw_sha256=kept.sha256,
            now=now,
        )
        deletionrequests.send_off(db, receiver, delivery_id)


def _forget(receiver: Receiver, means: Means) -> None:
    with transaction() as db:
        sha256 = deletionrequests.forget(db, receiver, now=means.clock.now())
    if sha256:
        means.blobs.forget(sha256, untouched_since=_EVER)


def _mail(receiver: Receiver, receipt: str, means: Means) -> bytes:
    with speaking(receiver.locale or DEFAULT_LOCALE):
        subject = render("mail/receipt/subject.txt", business=receiver.business).strip()
        text = render("mail/receipt/body.txt", business=receiver.business)
    return compose(
        OutgoingMail(
            message_id=f"notice.{ids.new_public_id()}@{means.mail_domain}",
            date=means.clock.now(),
            from_=Address("manage4all", f"no-reply@{means.mail_domain}"),
            to=(Address("", receiver.address),),
            subject=subject,
            text=text,
            attachments=(OutgoingFile("receipt.json", "application/json", receipt.encode()),),
            auto_submitted="auto-generated",
        )
    )
