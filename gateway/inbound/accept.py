"""The promise behind a 250: the raw mail is durable, and a row says that it is owed a ticket."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from gateway import log
from gateway.clock import monotonic
from gateway.desk import bounding, mailboxes
from gateway.desk.mailboxes import Recipient
from gateway.errors import StorageFull, Unavailable
from gateway.inbound.commits import SharedCommits
from gateway.mail.envelope import Envelope
from gateway.settings import Settings
from gateway.store import intake
from gateway.store.blobs import BlobStore, KeptBlob, Spool
from gateway.store.intake import IntakeRef, NewOffer, Source
from gateway.store.session import reading, transaction

_REMEMBERED_SECONDS = 0.5
_MOST_REMEMBERED = 10_000
_log = log.get("inbound")

Put = Callable[[], tuple[IntakeRef, ...]]
"""Writes the rows of a mail in the transaction that is open."""

Also = Callable[[Session, Put], tuple[IntakeRef, ...]]
"""What else is written in a mail's transaction: calls `put`, or not, and then nothing is accepted."""


class Acceptor:
    """Every door's way in. Safe to use from several threads; blocks, so never call it on an event loop."""

    def __init__(self, settings: Settings, blobs: BlobStore) -> None:
        self._mail_domain = settings.mail_domain
        self._min_free_bytes = settings.min_free_bytes
        self._blobs = blobs
        self._commits: SharedCommits[tuple[IntakeRef, ...]] = SharedCommits()
        self._remembered: dict[str, tuple[float, Recipient]] = {}

    def remembered(self, address: str) -> Recipient | None:
        """Who has this address, if it was asked within the last half second; never waits."""
        known_at, recipient = self._remembered.get(address, (0.0, None))
        return recipient if monotonic() - known_at < _REMEMBERED_SECONDS else None

    def find_recipient(self, address: str) -> Recipient | None:
        """Who has this address, if their account takes mail.

        Raises Unavailable when the database cannot tell, Suspended or AccountFull for an account that is.
        """
        if (known := self.remembered(address)) is not None:
            return known
        with reading() as db:
            found = mailboxes.find_recipient(db, address, mail_domain=self._mail_domain)
            if found is not None and not bounding.takes_mail(db, found.account_id):
                return None
        if found is not None:
            if len(self._remembered) >= _MOST_REMEMBERED:
                self._remembered.clear()
            self._remembered[address] = (monotonic(), found)
        return found

    def check_space(self) -> None:
        """Raises StorageFull when the disk has less room left than the operator wants kept free."""
        if self._blobs.free_bytes() < self._min_free_bytes:
            raise StorageFull(detail="below the free space to keep")

    def spool(self) -> Spool:
        """Begin a mail; StorageFull or Unavailable when it could not be kept."""
        self.check_space()
        return self._blobs.spool()

    def accept(
        self,
        envelope: Envelope,
        spool: Spool,
        *,
        source: Source,
        now: datetime,
        also: Also | None = None,
    ) -> tuple[IntakeRef, ...]:
        """Make the mail durable and owe each account concerned a ticket; one row for each account.

        When this returns, file, directory and rows are on disk. Raises DeskError, and then no row is
        written. A recipient that has gone since it was named makes it Unavailable: nothing is dropped.
        `also` joins the transaction and may decide that the mail is here already: then nothing is returned.
        """
        by_account = self._offers(envelope)
        raw = spool.keep()

        def write(db: Session) -> tuple[IntakeRef, ...]:
            def put() -> tuple[IntakeRef, ...]:
                return _put(db, by_account, raw, envelope, source, now)

            return put() if also is None else also(db, put)

        refs = self._commits.run(write)
        _log.info("mail.accepted", source=source.value, intakes=[ref.public_id for ref in refs])
        return refs

    def refuse(self, envelope: Envelope, *, source: Source, reason: str, now: datetime) -> None:
        """Note in the ledger that this mail was refused for each of its (known) recipients."""
        found = [(address, self.find_recipient(address)) for address in envelope.rcpt_tos]
        with transaction() as db:
            for address, recipient in found:
                if recipient is not None:
                    intake.refuse(
                        db,
                        account_id=recipient.account_id,
                        mailbox_id=recipient.mailbox_id,
                        rcpt_to=address,
                        source=source,
                        reason=reason,
                        now=now,
                    )

    def _offers(self, envelope: Envelope) -> dict[int, list[NewOffer]]:
        by_account: dict[int, list[NewOffer]] = {}
        for address in envelope.rcpt_tos:
            recipient = self.find_recipient(address)
            if recipient is None:
                raise Unavailable(detail="a recipient has gone")
            offers = by_account.setdefault(recipient.account_id, [])
            offers.append(NewOffer(address, recipient.mailbox_id))
        return by_account


def _put(
    db: Session,
    by_account: Mapping[int, Sequence[NewOffer]],
    raw: KeptBlob,
    envelope: Envelope,
    source: Source,
    now: datetime,
) -> tuple[IntakeRef, ...]:
    return tuple(
        intake.put(
            db,
            account_id=account_id,
            raw=raw,
            source=source,
            mail_from=envelope.mail_from,
            client=envelope.client,
            offers=offers,
            now=now,
        )
        for account_id, offers in by_account.items()
    )
