"""The promise, without a protocol around it."""

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from gateway.errors import AccountFull, DeskError, StorageFull, Suspended, Unavailable
from gateway.inbound.accept import Acceptor, Put
from gateway.mail.envelope import Envelope
from gateway.settings import Settings
from gateway.store import session
from gateway.store.blobs import BlobStore
from gateway.store.intake import IntakeRef, Source
from gateway.store.models import Account, Mailbox
from tests.fakes.doors import FOREIGN, FORWARDING, NOON, SALES, SUPPORT, Kept


@pytest.fixture
def acceptor(settings: Settings, blobs: BlobStore) -> Acceptor:
    return Acceptor(settings, blobs)


def accept(acceptor: Acceptor, *rcpt_tos: str) -> int:
    """How many intakes it makes."""
    with acceptor.spool() as spool:
        spool.write(b"Subject: x\r\n\r\n")
        envelope = Envelope("ann@example.org", rcpt_tos)
        return len(acceptor.accept(envelope, spool, source=Source.PIPE, now=NOON))


def test_each_account_gets_one_intake_with_its_recipients(acceptor: Acceptor, kept: Kept) -> None:
    assert accept(acceptor, SUPPORT, FOREIGN, SALES, FORWARDING) == 2
    first, second = kept.intakes()
    assert (first.account_id, second.account_id) == (1, 2)
    assert [offer[2] for offer in kept.offers()] == [SUPPORT, SALES, FORWARDING, FOREIGN]
    assert kept.blobs.read(first.raw_sha256) == b"Subject: x\r\n\r\n"


def test_a_recipient_that_is_not_ours_makes_it_unavailable(acceptor: Acceptor, kept: Kept) -> None:
    with pytest.raises(Unavailable):
        accept(acceptor, SUPPORT, "nobody@desk.example")
    assert kept.intakes() == []


def test_a_recipient_is_remembered_for_less_than_a_second(acceptor: Acceptor) -> None:
    assert acceptor.remembered(SUPPORT) is None
    found = acceptor.find_recipient(SUPPORT)
    assert found is not None
    assert acceptor.remembered(SUPPORT) == found


@pytest.mark.parametrize(
    ("values", "error"),
    [({"suspended_at": NOON}, Suspended), ({"most_bytes": 1, "kept_bytes": 1}, AccountFull)],
)
def test_a_shut_or_full_account_takes_no_mail_and_others_do(
    acceptor: Acceptor, kept: Kept, values: dict[str, object], error: type[DeskError]
) -> None:
    with session.transaction() as db:
        db.execute(update(Account).where(Account.id == 1).values(**values))
    with pytest.raises(error):
        acceptor.find_recipient(SUPPORT)
    with pytest.raises(error):
        accept(acceptor, FOREIGN, SUPPORT)
    assert (error.smtp[0], kept.intakes()) == ("4", [])
    assert accept(acceptor, FOREIGN) == 1


def test_an_account_that_ends_is_as_unknown_as_any(acceptor: Acceptor, kept: Kept) -> None:
    with session.transaction() as db:
        db.execute(update(Account).where(Account.id == 1).values(suspended_at=NOON, terminates_at=NOON))
    assert [acceptor.find_recipient(one) for one in (SUPPORT, SALES, FORWARDING)] == [None] * 3
    assert acceptor.find_recipient(FOREIGN) is not None


def test_an_unknown_recipient_is_not_remembered(acceptor: Acceptor) -> None:
    assert acceptor.find_recipient("new@desk.example") is None
    with session.transaction() as db:
        mailbox = db.get(Mailbox, 1)
        assert mailbox is not None
        mailbox.address = "new@desk.example"
    assert acceptor.find_recipient("new@desk.example") is not None


def test_little_space_on_the_disk_stops_a_mail_before_it_begins(settings: Settings, blobs: BlobStore) -> None:
    with pytest.raises(StorageFull):
        Acceptor(settings.with_values(min_free_bytes=1 << 60), blobs).spool()


def test_a_refusal_is_in_the_ledger_of_each_known_recipient(acceptor: Acceptor, kept: Kept) -> None:
    envelope = Envelope("", (SUPPORT, "nobody@desk.example", FOREIGN))
    acceptor.refuse(envelope, source=Source.SMTP, reason="too-large", now=NOON)
    assert kept.offers() == [(1, 1, SUPPORT, "refused"), (2, 3, FOREIGN, "refused")]


def test_what_else_is_written_stands_or_falls_with_the_mail(acceptor: Acceptor, kept: Kept) -> None:
    def rename(db: Session, put: Put) -> tuple[IntakeRef, ...]:
        db.execute(update(Mailbox).where(Mailbox.id == 1).values(name="renamed"))
        return put()

    def fail(db: Session, put: Put) -> tuple[IntakeRef, ...]:
        db.execute(update(Mailbox).where(Mailbox.id == 1).values(name="never"))
        put()
        raise LookupError

    def decline(db: Session, put: Put) -> tuple[IntakeRef, ...]:
        return ()

    for also, intakes in ((rename, 1), (decline, 1)):
        with acceptor.spool() as spool:
            acceptor.accept(Envelope("", (SUPPORT,)), spool, source=Source.IMAP, now=NOON, also=also)
        assert len(kept.intakes()) == intakes
    with acceptor.spool() as spool, pytest.raises(LookupError):
        acceptor.accept(Envelope("", (SUPPORT,)), spool, source=Source.IMAP, now=NOON, also=fail)
    assert len(kept.intakes()) == 1
    with session.reading() as db:
        assert db.execute(select(Mailbox.name).where(Mailbox.id == 1)).scalar_one() == "renamed"
