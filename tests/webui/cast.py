"""The standing cast of the pages: one business with a session, a token and a ticket, and a stranger's."""

from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage

from gateway import clock
from gateway.clock import SystemClock
from gateway.desk import mailboxes, people, replying, signin, tokens
from gateway.desk.guarding import Guards
from gateway.desk.replying import Draft
from gateway.inbound.file_intake import file_intake
from gateway.inbound.previews import make_previews
from gateway.rules.access import Actor, Role, Sight
from gateway.store import intake, outbox, session
from gateway.store.blobs import BlobStore
from gateway.store.intake import NewOffer, Source
from gateway.store.outbox import Topic
from gateway.store.queries.articles import TicketDetail, get_detail
from gateway.store.sealed import Seal
from tests.fakes.refusing import UNKNOWN, refuse

PASSWORD = "correct horse battery"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


@dataclass
class Business:
    """One account at work: its owner's session, its API token, its mailbox, its ticket number 1."""

    name: str
    account_id: int
    owner_id: int
    cookie: str
    token: str
    mailbox_id: int
    blobs: BlobStore
    headers: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.headers = {"Authorization": f"Bearer {self.token}"}

    @property
    def actor(self) -> Actor:
        return Actor(self.account_id, Role.OWNER, self.owner_id, self.name)

    @property
    def ticket(self) -> TicketDetail:
        return self.ticket_number(1)

    def ticket_number(self, number: int) -> TicketDetail:
        with session.reading() as db:
            return get_detail(db, Sight(self.account_id), number)

    def receive(self, mail: EmailMessage | bytes, *, guards: Guards | None = None) -> None:
        """Accept a mail and file it, as door and worker do."""
        raw = mail if isinstance(mail, bytes) else mail.as_bytes()
        kept = self.blobs.put(raw)
        with session.transaction() as db:
            ref = intake.put(
                db,
                account_id=self.account_id,
                raw=kept,
                source=Source.SMTP,
                mail_from="ann@customer.example",
                offers=[NewOffer(f"help@{self.name}.example", self.mailbox_id)],
                now=clock.now(),
            )
        file_intake(ref.id, blobs=self.blobs, clock=SystemClock(), guards=guards)

    def answer_in_vain(self, draft: Draft | None = None, *refused: str, said: str = UNKNOWN) -> str:
        """Answer ticket 1 with a mail that all or these recipients' server refuses; its public id."""
        public_id = self.answer(draft)
        refuse(public_id, *refused, answer=said, now=clock.now())
        return public_id

    def answer(self, draft: Draft | None = None) -> str:
        """Answer ticket 1 with a mail that waits for a worker; its public id."""
        wanted = draft or Draft("Please restart it.")
        office = replying.Office("desk.localhost", timedelta(), self.blobs, 10**7, Seal(b"key"))
        with session.reading() as db:
            written = replying.write(db, self.actor, 1, wanted, office=office, now=clock.now())
        with session.transaction() as db:
            return replying.reply(db, self.actor, written, now=clock.now()).public_id

    def make_previews(self) -> None:
        """What the worker does when no mail waits."""
        with session.transaction() as db:
            rows = outbox.claim_due(db, now=clock.now() + timedelta(days=1), limit=99, topic=Topic.PREVIEW)
        for row in rows:
            make_previews(row.ref_id, blobs=self.blobs)


@dataclass(frozen=True)
class World:
    """Two accounts of one installation."""

    ours: Business
    stranger: Business


def mail(subject: str = "Printer is on fire", text: str = "It smokes.\n", **headers: str) -> EmailMessage:
    """A customer's mail."""
    made = EmailMessage()
    made["From"] = "Ann Example <ann@customer.example>"
    made["To"] = "help@ours.example"
    made["Subject"] = subject
    made["Message-ID"] = f"<{abs(hash((subject, text)))}@customer.example>"
    for name, value in headers.items():
        made[name] = value
    made.set_content(text)
    return made


def picture_mail() -> EmailMessage:
    """A mail with HTML, a picture in it, and a file with an odd name."""
    made = mail("Look at this")
    made.add_alternative('<p>See <img src="cid:pic@x" onerror="alert(1)"></p>', subtype="html")
    html = made.get_payload()[1]  # type: ignore[index]
    html.add_related(PNG, "image", "png", cid="<pic@x>")  # type: ignore[union-attr]
    made.add_attachment(b"<script>alert(1)</script>", "text", "html", filename="Übersicht “1”.html")
    return made


def open_business(name: str, blobs: BlobStore, password_hash: str) -> Business:
    now, domain = clock.now(), "desk.localhost"
    with session.transaction() as db:
        made = people.create_account(
            db, login=name, email=f"owner@{name}.example", name=name, password_hash=password_hash, now=now
        )
        owner = signin.find_credentials(db, name)
        assert owner is not None
        return Business(
            name=name,
            account_id=made.id,
            owner_id=owner.staff_id,
            cookie=signin.open_session(db, owner.staff_id, browser="test", now=now),
            token=tokens.create(db, made.id, label="test", now=now),
            mailbox_id=mailboxes.add(db, made.id, f"help@{name}.example", mail_domain=domain, now=now).id,
            blobs=blobs,
        )
