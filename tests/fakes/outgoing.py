"""A desk with an answer that is owed to customers, and a worker's post office, for tests of mail out."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from gateway.desk.servers.reach import Reach
from gateway.mail.address import Address
from gateway.mail.compose import OutgoingMail, compose
from gateway.outbound.journal import Journal
from gateway.outbound.opening import Timeouts
from gateway.outbound.postoffice import PostOffice
from gateway.outbound.submission import Sender
from gateway.store import deliveries, outbox, session, smtp
from gateway.store.blobs import BlobStore
from gateway.store.models import (
    Account,
    Article,
    Delivery,
    Mailbox,
    Outbox,
    SmtpAccount,
    Ticket,
    TicketEvent,
)
from gateway.store.sealed import Seal
from gateway.store.smtp import OutgoingAccount
from tests.databases import Databases

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEY = b"k" * 32
DOMAIN = "desk.example"
QUICK = Timeouts(connect=1, command=1, content=1, answer=1)
RAW = compose(
    OutgoingMail(
        message_id="m.1.2@desk.example",
        date=NOON,
        from_=Address("Desk", "support@desk.example"),
        to=(Address("Ann", "ann@example.org"),),
        subject="Printer",
        text="Grüße\n.\n..dots",
    )
)


SEAL = Seal(KEY)
REACH = Reach(allows_private=True)


class SetClock:
    """Stands still until told otherwise."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def advance(self, **by: float) -> None:
        self.at += timedelta(**by)


def lay_out(root: Path, databases: Databases) -> BlobStore:
    """A desk below `root` with ticket 1 and answer 1; this process is configured for its database."""
    databases.lay(_address(root))
    connect(root)
    blobs = BlobStore(root / "blobs", root / "keyring")
    raw = blobs.put(RAW)
    with session.transaction() as db:
        for number in (1, 2):
            db.add(
                Account(
                    id=number,
                    public_id=f"a{number}",
                    name="Desk",
                    mail_key=KEY,
                    last_ticket_number=1,
                    created_at=NOON,
                )
            )
        db.flush()
        db.add(
            Mailbox(
                id=1,
                public_id="m1",
                account_id=1,
                address="support@desk.example",
                forwarding_local="in-1",
                created_at=NOON,
            )
        )
        db.add(
            Ticket(
                id=1,
                account_id=1,
                number=1,
                subject="Printer",
                status="closed",
                closed_at=NOON,
                created_at=NOON,
                updated_at=NOON,
            )
        )
        db.flush()
        db.add(
            Article(
                id=1,
                public_id="r1",
                account_id=1,
                ticket_id=1,
                kind="outbound",
                raw_sha256=raw.sha256,
                created_at=NOON,
            )
        )
    return blobs


def connect(root: Path) -> None:
    session.configure(_address(root))


def _address(root: Path) -> str:
    return f"sqlite:///{root / 'desk.db'}"


def owe(
    recipient: str = "ann@example.org", *, now: datetime = NOON, not_before: datetime | None = None
) -> int:
    """Queue the answer for one recipient; the delivery's id."""
    with session.transaction() as db:
        owed_to = deliveries.NewDelivery(1, 1, 1, 1, recipient)
        delivery_id = deliveries.queue(db, owed_to, now=now, not_before=not_before)
        outbox.put(db, outbox.Topic.DELIVER, delivery_id, now=now, not_before=not_before)
    return delivery_id


def give_account(port: int, **values: Any) -> int:
    """An SMTP account for mailbox 1 at a server on this machine; its id. Secrets are given unsealed."""
    for name in ("secret", "access_token", "client_secret"):
        values[f"sealed_{name}"] = SEAL.seal(values.pop(name, ""))
    usual = {
        "host": "localhost",
        "port": port,
        "security": "plain",
        "username": "",
        "auth": "password",
        "sender": "ours",
        "max_connections": 2,
        "mails_per_minute": 0,
    }
    with session.transaction() as db:
        account = SmtpAccount(account_id=1, mailbox_id=1, created_at=NOON, **(usual | values))
        db.add(account)
        db.flush()
        return account.id


def account_row() -> dict[str, Any]:
    with session.reading() as db:
        return dict(db.execute(select(SmtpAccount.__table__)).mappings().one())


def account_of(smtp_id: int) -> OutgoingAccount:
    with session.reading() as db:
        found = smtp.find(db, smtp_id)
    assert found is not None
    return found


def open_post_office(
    root: Path, relay_url: str, *, clock: SetClock, journal: Journal | None = None
) -> PostOffice:
    return PostOffice(
        sender=Sender(relay_url=relay_url, ehlo_name="desk.example", timeouts=QUICK),
        journal=journal or Journal(root / "journal"),
        blobs=BlobStore(root / "blobs", root / "keyring"),
        mail_domain=DOMAIN,
        seal=SEAL,
        reach=REACH,
        clock=clock,
    )


def row(delivery_id: int) -> dict[str, Any]:
    """The delivery as it is stored."""
    with session.reading() as db:
        found = db.execute(select(Delivery.__table__).where(Delivery.id == delivery_id)).mappings().one()
        return dict(found)


def ticket() -> dict[str, Any]:
    with session.reading() as db:
        return dict(db.execute(select(Ticket.__table__).where(Ticket.id == 1)).mappings().one())


def told() -> list[str]:
    """The states of deliveries that the ticket's timeline names, oldest first."""
    lines = select(TicketEvent.data).where(TicketEvent.kind == "delivery").order_by(TicketEvent.id)
    with session.reading() as db:
        return [data["state"] for data in db.execute(lines).scalars()]


def owed() -> dict[int, datetime]:
    """The deliveries that the outbox owes, and when."""
    with session.reading() as db:
        rows = db.execute(select(Outbox.ref_id, Outbox.due_at)).all()
        return {row.ref_id: row.due_at for row in rows}
