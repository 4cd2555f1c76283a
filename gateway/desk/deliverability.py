"""The look whether a mailbox's mail arrives: a probe to itself, what the DNS says, and both in words.

`begin` makes the probe, the edge sends it and asks the DNS, `note` keeps what was found. When the probe comes
back, filing notes it: it becomes no ticket, unless it is a test mail that people want to see arrive.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from gateway.desk import dkimkeys
from gateway.desk.dkimkeys import DkimView
from gateway.errors import Conflict
from gateway.ids import new_public_id
from gateway.mail import compose, tokens
from gateway.mail.address import Address
from gateway.mail.addressing import domain_to_ascii
from gateway.mail.compose import OutgoingMail
from gateway.rules.access import Actor, Permission, require
from gateway.rules.deliverability import Facts, Finding, Probe, Sending, decide_probe, judge
from gateway.store import mailboxes, smtp
from gateway.store.models import Account, DeliverabilityCheck
from gateway.store.sealed import Seal
from gateway.store.smtp import EnvelopeSender, OutgoingAccount

PAUSE = timedelta(minutes=1)
"""How long nobody looks at the same mailbox again, so that no address gets more test mails than that."""
_PLAIN_TEXT = "This mail looks whether mail arrives. It makes no ticket."
TOO_SOON = "This mailbox was checked less than a minute ago. Please try again in a minute."


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be sent and looked up; `outgoing` is the mailbox's own account, `mail_from` the sender."""

    public_id: str
    address: str
    mail_from: str
    author: str
    raw: bytes
    outgoing: OutgoingAccount | None
    keys: tuple[DkimView, ...]


@dataclass(frozen=True, slots=True)
class TrialMail:
    """What a probe says that becomes a ticket."""

    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Looked:
    """The newest look at a mailbox; no `facts` while it goes on.

    `ticket_number` is that of the ticket that its test mail has become.
    """

    facts: Facts | None
    began_at: datetime
    back_at: datetime | None
    wants_ticket: bool = False
    ticket_number: int | None = None

    def probe(self, *, now: datetime) -> Probe:
        """What became of its probe."""
        return decide_probe(self.began_at, self.back_at, now=now)

    def is_away(self, *, now: datetime) -> bool:
        """Whether its probe was sent and may still come back."""
        is_sent = self.facts is not None and self.facts.sending is Sending.SENT
        return is_sent and self.probe(now=now) is Probe.WAITING

    def findings(self, *, now: datetime) -> tuple[Finding, ...]:
        """Its checks; none while it goes on."""
        return judge(self.facts, self.probe(now=now)) if self.facts else ()


def begin(
    db: Session,
    by: Actor,
    mailbox_id: str,
    *,
    seal: Seal,
    mail_domain: str,
    now: datetime,
    test_mail: TrialMail | None = None,
) -> Task:
    """Begin a look, which takes the place of the one before; with a `test_mail` its probe becomes a ticket.

    Raises NotFound for another account's mailbox, Conflict where the one before began within `PAUSE`.
    The probe goes out as answers do: signed if there is a key, and from the same envelope sender.
    """
    require(by, Permission.MANAGE_ACCOUNT)
    require(by, Permission.SEND_MAIL)
    mailbox = mailboxes.get(db, by.account_id, mailbox_id, is_alone=True)
    _wait_for_pause(db, mailbox.id, now)
    key = db.execute(select(Account.mail_key).where(Account.id == by.account_id)).scalar_one()
    keys = dkimkeys.list_keys(db, by, mailbox_id)
    public_id = new_public_id()
    db.execute(delete(DeliverabilityCheck).where(DeliverabilityCheck.mailbox_id == mailbox.id))
    db.add(
        DeliverabilityCheck(
            public_id=public_id,
            account_id=by.account_id,
            mailbox_id=mailbox.id,
            began_at=now,
            wants_ticket=test_mail is not None,
        )
    )
    outgoing = smtp.find_of_mailbox(db, by.account_id, mailbox_id)
    names_mailbox = outgoing is not None and outgoing.sender == EnvelopeSender.MAILBOX
    token = tokens.probe_token(key, public_id)
    raw = compose.compose(
        OutgoingMail(
            message_id=f"{token}@{mail_domain}",
            date=now,
            from_=Address(mailbox.name, mailbox.address),
            to=(Address("", mailbox.address),),
            subject=f"{test_mail.subject} {token}" if test_mail else token,
            text=test_mail.text if test_mail else _PLAIN_TEXT,
            auto_submitted="auto-generated",
        )
    )
    return Task(
        public_id=public_id,
        address=mailbox.address,
        mail_from=mailbox.address if names_mailbox else f"probe@{mail_domain}",
        author=domain_to_ascii(mailbox.address.rpartition("@")[2]),
        raw=dkimkeys.signed(db, by.account_id, mailbox.address, raw, seal=seal),
        outgoing=outgoing,
        keys=keys,
    )


def note(db: Session, by: Actor, task: Task, facts: Facts) -> None:
    """Keep what was found; nothing where a newer look has begun, or the mailbox has gone."""
    mine = DeliverabilityCheck.account_id == by.account_id, DeliverabilityCheck.public_id == task.public_id
    db.execute(update(DeliverabilityCheck).where(*mine).values(facts=facts.as_stored()))


def note_back(db: Session, account_id: int, public_id: str, *, now: datetime) -> bool:
    """The probe of a look has come back; the first time counts. Whether it is to become a ticket now."""
    mine = DeliverabilityCheck.account_id == account_id, DeliverabilityCheck.public_id == public_id
    first = update(DeliverabilityCheck).where(*mine, DeliverabilityCheck.back_at.is_(None))
    wants = db.execute(first.values(back_at=now).returning(DeliverabilityCheck.wants_ticket)).scalar()
    return bool(wants)


def note_ticket(db: Session, account_id: int, public_id: str, number: int) -> None:
    """The test mail has become this ticket."""
    mine = DeliverabilityCheck.account_id == account_id, DeliverabilityCheck.public_id == public_id
    db.execute(update(DeliverabilityCheck).where(*mine).values(ticket_number=number))


def find_looked(db: Session, by: Actor, mailbox_id: str) -> Looked | None:
    """The newest look at a mailbox; NotFound for another account's."""
    require(by, Permission.MANAGE_ACCOUNT)
    mailbox = mailboxes.get(db, by.account_id, mailbox_id)
    mine = DeliverabilityCheck.account_id == by.account_id, DeliverabilityCheck.mailbox_id == mailbox.id
    row = db.execute(select(DeliverabilityCheck).where(*mine)).scalar()
    if row is None:
        return None
    facts = Facts.from_stored(row.facts) if row.facts else None
    return Looked(facts, row.began_at, row.back_at, row.wants_ticket, row.ticket_number)


def _wait_for_pause(db: Session, mailbox_id: int, now: datetime) -> None:
    began = select(DeliverabilityCheck.began_at).where(DeliverabilityCheck.mailbox_id == mailbox_id)
    last = db.execute(began).scalar()
    if last is not None and now - last < PAUSE:
        raise Conflict(TOO_SOON)
