"""The addresses of an account, and to whom a mail at the door is for."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from gateway.desk import auditing
from gateway.desk.auditing import Kind, What
from gateway.errors import Conflict, Invalid
from gateway.ids import base32, new_key, new_public_id
from gateway.mail.addressing import domain_to_ascii, writable_address
from gateway.mail.tokens import Claim, Purpose, is_genuine, read_local
from gateway.rules.access import Actor
from gateway.rules.localparts import is_free_to_choose
from gateway.store import duework
from gateway.store import mailboxes as stored
from gateway.store.audit import Ref
from gateway.store.models import Account, Delivery, Mailbox, Ticket
from gateway.store.session import across_accounts
from gateway.store.types import MOST

NOT_FREE = (
    "This name cannot be chosen. One has 2 to 40 letters, digits, dots and hyphens, and is none of those that"
    " are reserved, as postmaster."
)
_FORWARDING_BYTES = 10  # 80 random bits: the address is a secret that lets mail in


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom an address means: a mailbox, a ticket (reply address) or a delivery (bounce address)."""

    account_id: int
    address: str
    mailbox_id: int | None = None
    ticket_id: int | None = None
    delivery_id: int | None = None


@dataclass(frozen=True, slots=True)
class MailboxView:
    """A mailbox as people see it."""

    id: int
    public_id: str
    address: str
    forwarding_address: str
    name: str


def add(
    db: Session,
    account_id: int,
    address: str,
    *,
    name: str = "",
    locale: str = "en",
    mail_domain: str,
    now: datetime,
    by: Actor | None = None,
) -> MailboxView:
    """Give the account a mailbox; Invalid for no address, Conflict for one that is taken.

    `by` is who does, None the operator, for whom no name on the installation's own domain is reserved.
    """
    wanted = writable_address(address.strip().lower())
    local, _, domain = wanted.rpartition("@")
    if domain == mail_domain.lower() and by is not None and not is_free_to_choose(local):
        raise Invalid(NOT_FREE, field="address")
    with across_accounts(db):
        is_taken = db.execute(select(Mailbox.id).where(Mailbox.address == wanted)).first() is not None
    if is_taken:
        raise Conflict("There is a mailbox with this address already.")
    mailbox = Mailbox(
        public_id=new_public_id(),
        account_id=account_id,
        address=wanted,
        forwarding_local=f"in-{base32(new_key()[:_FORWARDING_BYTES])}",
        name=name.strip()[:200],
        locale=locale,
        created_at=now,
    )
    db.add(mailbox)
    db.flush()
    _note(db, account_id, by, Kind.MAILBOX_ADDED, mailbox.public_id, now)
    return _view(mailbox, mail_domain)


def list_mailboxes(db: Session, account_id: int, *, mail_domain: str) -> tuple[MailboxView, ...]:
    """The account's mailboxes, oldest first."""
    rows = db.connection().execute(_MAILBOXES, {"account": account_id}).all()
    return tuple(
        MailboxView(row_id, public_id, address, f"{local}@{mail_domain}", name)
        for row_id, public_id, address, local, name in rows
    )


def remove(db: Session, account_id: int, public_id: str, *, now: datetime, by: Actor | None = None) -> None:
    """Take a mailbox away: its addresses are unknown from now on; NotFound for a foreign one."""
    db.delete(stored.get(db, account_id, public_id))
    if duework.has_targets(db, account_id):
        duework.owe(db, account_id, now=now)
    _note(db, account_id, by, Kind.MAILBOX_REMOVED, public_id, now)


def find_recipient(db: Session, address: str, *, mail_domain: str) -> Recipient | None:
    """Whom an envelope address is for, or None (550 5.1.1): guessed tokens count for nothing."""
    local, _, domain = address.strip().lower().rpartition("@")
    domain = domain_to_ascii(domain)  # RFC 6531: an envelope may have it either way
    wanted = f"{local}@{domain}"
    if domain == mail_domain.lower():
        claim = read_local(local)
        if claim is not None:
            return _claimed(db, wanted, claim)
        named = Mailbox.forwarding_local == local
        known = db.execute(_OWNER.where(named)).first() or _by_address(db, wanted)
    else:
        known = _by_address(db, wanted)
    return Recipient(known[1], wanted, mailbox_id=known[0]) if known else None


_MAILBOXES = (
    select(Mailbox.id, Mailbox.public_id, Mailbox.address, Mailbox.forwarding_local, Mailbox.name)
    .where(Mailbox.account_id == bindparam("account"))
    .order_by(Mailbox.id)
)  # built once: every ticket's page asks
_OWNER = select(Mailbox.id, Mailbox.account_id)
_TICKET = select(Ticket.account_id, Account.mail_key, Ticket.mailbox_id, Ticket.id).join(
    Account, Account.id == Ticket.account_id
)
_DELIVERY = select(Delivery.account_id, Account.mail_key, Delivery.mailbox_id, Delivery.ticket_id).join(
    Account, Account.id == Delivery.account_id
)


def _by_address(db: Session, address: str) -> tuple[int, int] | None:
    return db.execute(_OWNER.where(Mailbox.address == address)).first()


def _claimed(db: Session, address: str, claim: Claim) -> Recipient | None:
    if claim.ref_id > MOST:
        return None
    if claim.purpose is Purpose.BOUNCE:
        found = db.execute(_DELIVERY.where(Delivery.id == claim.ref_id)).first()
    else:
        found = db.execute(_TICKET.where(Ticket.id == claim.ref_id)).first()
    if found is None or not is_genuine(found[1], claim):
        return None
    account_id, _, mailbox_id, ticket_id = found
    delivery_id = claim.ref_id if claim.purpose is Purpose.BOUNCE else None
    return Recipient(account_id, address, mailbox_id, ticket_id, delivery_id)


def _note(db: Session, account_id: int, by: Actor | None, kind: Kind, public_id: str, now: datetime) -> None:
    by = by or auditing.operator_in(account_id)
    auditing.note(db, by, kind, Ref(What.MAILBOX.value, public_id), now=now)


def _view(mailbox: Mailbox, mail_domain: str) -> MailboxView:
    forwarding = f"{mailbox.forwarding_local}@{mail_domain}"
    return MailboxView(mailbox.id, mailbox.public_id, mailbox.address, forwarding, mailbox.name)
