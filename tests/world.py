"""The standing cast: one business at work, and a stranger's in the same installation."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count
from pathlib import Path

from sqlalchemy import insert, select

from gateway.clock import Clock
from gateway.desk import customers, mailboxes, people, replying, tickets
from gateway.desk.guarding import Guards
from gateway.desk.mailboxes import MailboxView
from gateway.desk.replying import ArticleRef, Draft, Office
from gateway.desk.tickets import TicketChange
from gateway.inbound.authentication.examining import Examine
from gateway.inbound.file_intake import file_intake
from gateway.mail import tokens
from gateway.mail.envelope import NO_CLIENT, Client
from gateway.rules.access import Actor, Role, Sight
from gateway.rules.status import Status
from gateway.store import intake, session
from gateway.store.blobs import BlobStore
from gateway.store.intake import Fate, Ledger, NewOffer, Source
from gateway.store.models import Account, Contact, Offer, Staff, Ticket
from gateway.store.queries.articles import TicketDetail, get_detail
from gateway.store.sealed import Seal

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DOMAIN = "desk.example"
SEAL = Seal(b"key")
SUPPORT, SALES, FOREIGN = "support@ours.example", "sales@ours.example", "help@stranger.example"
ANN, BOB, EVE = "ann@acme.example", "bob@elsewhere.example", "eve@evil.example"
"""Ann's domain is that of our customer Acme; nobody knows Bob and Eve."""

_numbers = count(1)


class SetClock:
    """Stands still until told otherwise."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def advance(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass(frozen=True)
class Business:
    """One account with its people, its mailboxes and its customer Acme."""

    account_id: int
    public_id: str
    key: bytes
    owner: Actor
    staff: Actor
    mailbox: MailboxView
    customer: str

    def reply_address(self, ticket_id: int) -> str:
        return f"{tokens.reply_local(self.key, ticket_id)}@{DOMAIN}"

    def bounce_address(self, delivery_id: int) -> str:
        return f"{tokens.bounce_local(self.key, delivery_id)}@{DOMAIN}"


@dataclass(frozen=True)
class Cast:
    """Both accounts, as the database has them."""

    ours: Business
    stranger: Business


@dataclass(frozen=True)
class Received:
    """What became of a mail: its fate, and the number of its ticket."""

    fate: Fate | None
    number: int


@dataclass(frozen=True)
class World:
    """Both accounts, and what a test does in them."""

    ours: Business
    stranger: Business
    blobs: BlobStore
    clock: SetClock
    examine: Examine | None = None

    def accept(self, raw: bytes, *to: str, mail_from: str = ANN, client: Client = NO_CLIENT) -> list[int]:
        """Take a mail in as the door does: one intake for each account concerned."""
        kept = self.blobs.put(raw)
        with session.transaction() as db:
            found = [mailboxes.find_recipient(db, rcpt, mail_domain=DOMAIN) for rcpt in to]
            known = [one for one in found if one is not None]
            assert len(known) == len(to), "550 5.1.1"
            accounts = dict.fromkeys(one.account_id for one in known)
            return [
                intake.put(
                    db,
                    account_id=account,
                    raw=kept,
                    source=Source.SMTP,
                    mail_from=mail_from,
                    offers=[NewOffer(o.address, o.mailbox_id) for o in known if o.account_id == account],
                    now=self.clock.now(),
                    client=client,
                ).id
                for account in accounts
            ]

    def file(
        self, intake_id: int, *, told: int = 0, clock: Clock | None = None, guards: Guards | None = None
    ) -> Fate | None:
        return file_intake(
            intake_id,
            blobs=self.blobs,
            clock=clock or self.clock,
            told=told,
            guards=guards,
            examine=self.examine,
        )

    def receive(
        self,
        raw: bytes,
        *to: str,
        mail_from: str = ANN,
        client: Client = NO_CLIENT,
        guards: Guards | None = None,
        minutes: float = 1,
    ) -> Received:
        """Take a mail in and file it; the clock moves on a minute."""
        accepted = self.accept(raw, *(to or (SUPPORT,)), mail_from=mail_from, client=client)
        fates = [(one, self.file(one, guards=guards)) for one in accepted]
        self.clock.advance(minutes=minutes)
        intake_id, fate = fates[0]
        return Received(fate, number_of(intake_id))

    def detail(self, number: int = 1, *, of: Business | None = None) -> TicketDetail:
        with session.reading() as db:
            return get_detail(db, Sight((of or self.ours).account_id), number)

    def reply(self, number: int, text: str = "Please restart it.", draft: Draft | None = None) -> ArticleRef:
        """Answer a ticket as our staff."""
        now = self.clock.now()
        with session.reading() as db:
            written = replying.write(
                db, self.ours.staff, number, draft or Draft(text), office=office(self.blobs), now=now
            )
        with session.transaction() as db:
            sent = replying.reply(db, self.ours.staff, written, now=now)
        self.clock.advance(minutes=1)
        return sent

    def move(self, number: int, status: Status) -> None:
        """Our staff moves a ticket to a state."""
        with session.transaction() as db:
            tickets.patch(db, self.ours.staff, number, TicketChange(status=status), now=self.clock.now())

    def ledger(self, business: Business | None = None) -> Ledger:
        with session.reading() as db:
            return intake.ledger(db, (business or self.ours).account_id)


def office(blobs: BlobStore, *, undo: timedelta = timedelta(seconds=10), most: int = 10**7) -> Office:
    return Office(mail_domain=DOMAIN, undo=undo, blobs=blobs, max_message_bytes=most, seal=SEAL)


def guards(*, storm_mails: int = 3, automatic_per_hour: int = 5) -> Guards:
    """Guards that see a storm early; the hash of an address is that of its letters."""
    return Guards(
        storm_mails, automatic_per_hour, DOMAIN, lambda address: sha256(address.encode()).hexdigest(), SEAL
    )


def mail(
    text: str = "",
    *,
    sender: str = f"Ann Acme <{ANN}>",
    to: str = SUPPORT,
    subject: str = "Printer is on fire",
    message_id: str | None = None,
    in_reply_to: str = "",
    references: Iterable[str] = (),
    headers: Sequence[str] = (),
) -> bytes:
    """A plain mail; each one is different unless it says otherwise."""
    number = next(_numbers)
    lines = [
        *headers,
        f"From: {sender}",
        f"To: {to}",
        f"Subject: {subject}",
        f"Message-ID: <{message_id or f'{number}@acme.example'}>",
    ]
    if in_reply_to:
        lines.append(f"In-Reply-To: <{in_reply_to}>")
    if listed := " ".join(f"<{one}>" for one in references):
        lines.append(f"References: {listed}")
    lines += ["Content-Type: text/plain; charset=utf-8", "", text or f"It smokes, no{number}.", ""]
    return "\r\n".join(lines).encode()


def number_of(intake_id: int) -> int:
    """The number of the ticket that a mail is in."""
    with session.reading() as db:
        held = select(Ticket.number).join(Offer, Offer.ticket_id == Ticket.id)
        return db.execute(held.where(Offer.intake_id == intake_id)).scalars().first() or 0


def ticket_row(number: int, account_id: int = 1) -> Ticket:
    """The ticket as it is stored."""
    with session.reading() as db:
        mine = select(Ticket).where(Ticket.account_id == account_id, Ticket.number == number)
        row = db.execute(mine).scalar_one()
        db.expunge(row)
        return row


def contact_of(business: Business) -> int:
    """A contact of the account, for rows that need one."""
    with session.transaction() as db:
        values = {
            "public_id": f"c{next(_numbers)}",
            "account_id": business.account_id,
            "name": "",
            "created_at": NOON,
        }
        return db.execute(insert(Contact).returning(Contact.id), values).scalar_one()


def settle(_folder: Path) -> Cast:
    """Put both accounts into the configured database; they have no files."""
    return Cast(ours=_business("ours", SUPPORT), stranger=_business("stranger", FOREIGN))


def build(folder: Path, settled: object = None) -> World:
    """The cast in the configured database, unless it is settled there, with the blobs below `folder`."""
    cast = settled if isinstance(settled, Cast) else settle(folder)
    return World(
        ours=cast.ours,
        stranger=cast.stranger,
        blobs=BlobStore(folder / "blobs", folder / "keyring"),
        clock=SetClock(),
    )


def _business(name: str, address: str) -> Business:
    with session.transaction() as db:
        made = people.create_account(
            db, login=name, email=f"owner@{name}.example", name=name.title(), password_hash="x", now=NOON
        )
        owner_id = db.execute(select(Staff.id).where(Staff.account_id == made.id)).scalar_one()
        owner = Actor(made.id, Role.OWNER, owner_id, name)
        key = db.execute(select(Account.mail_key).where(Account.id == made.id)).scalar_one()
        values = {
            "public_id": f"staff-{name}",
            "account_id": made.id,
            "role": Role.STAFF.value,
            "login": f"sam-{name}",
            "email": f"sam@{name}.example",
            "first_name": "Sam",
            "last_name": name.title(),
            "password_hash": "x",
            "created_at": NOON,
            "email_confirmed_at": NOON,
        }
        staff_id = db.execute(insert(Staff).returning(Staff.id), values).scalar_one()
        return Business(
            account_id=made.id,
            public_id=made.public_id,
            key=key,
            owner=owner,
            staff=Actor(made.id, Role.STAFF, staff_id, "Sam"),
            mailbox=mailboxes.add(db, made.id, address, name=name.title(), mail_domain=DOMAIN, now=NOON),
            customer=customers.create(db, owner, name="Acme", domains=["acme.example"], now=NOON),
        )
