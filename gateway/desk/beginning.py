"""Beginning a conversation: a ticket with its first mail or its first note, in one transaction.

Unlike an answer, the mail is composed inside the transaction: its subject and its reply address name
the ticket, and a ticket committed before its mail could be left without one. The verb is rare, so that
others wait for its composing now and then.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.desk import noting, replying
from gateway.desk.replying import ArticleRef, Draft, Office
from gateway.desk.tickets import checked_subject
from gateway.errors import Invalid
from gateway.mail.address import Address
from gateway.mail.addressing import writable_address
from gateway.rules.access import Actor, Permission, require
from gateway.rules.status import Status
from gateway.store import contacts, notifications, tickets
from gateway.store.models import Mailbox
from gateway.store.tickets import EventKind, NewTicketRow, Standing


@dataclass(frozen=True, slots=True)
class Opening:
    """What a ticket begins with. `mailbox` is a public id; None is the account's oldest."""

    subject: str
    draft: Draft
    mailbox: str | None = None


def write_to(db: Session, by: Actor, opening: Opening, *, office: Office, now: datetime) -> ArticleRef:
    """Open a ticket whose requester is the first recipient; the mail leaves when the undo window has passed.

    Raises Invalid, which names the field at fault, and TooLarge as an answer does.
    """
    require(by, Permission.WORK_TICKETS)
    if not opening.draft.to:
        raise Invalid("Please name a recipient.", field="to")
    requester = opening.draft.to[0]
    _check_address(requester, "to")
    ticket = _open(db, by, opening, requester, Status.OPEN, now=now)
    written = replying.write(db, by, ticket.number, opening.draft, office=office, now=now)
    return replying.reply(db, by, written, now=now)


def note_down(
    db: Session, by: Actor, opening: Opening, *, requester: Address | None = None, now: datetime
) -> ArticleRef:
    """Open a ticket with a note, for what somebody said elsewhere; nothing is sent.

    Raises Invalid, which names the field at fault.
    """
    require(by, Permission.WORK_TICKETS)
    if requester is not None:
        _check_address(requester, "requester")
    ticket = _open(db, by, opening, requester, Status.NEW, now=now)
    draft = opening.draft
    return noting.note(db, by, ticket.number, draft.text, draft.files, status=draft.status, now=now)


def _open(
    db: Session, by: Actor, opening: Opening, requester: Address | None, status: Status, *, now: datetime
) -> Standing:
    subject = checked_subject(opening.subject)
    mailbox_id = _mailbox(db, by.account_id, opening.mailbox)
    known = contacts.recognise(db, by.account_id, requester, now=now) if requester else None
    new = NewTicketRow(
        subject=subject,
        status=status,
        mailbox_id=mailbox_id,
        contact_id=known.contact_id if known else None,
        customer_id=known.customer_id if known else None,
        requester_name=requester.name if requester else "",
        requester_address=requester.address if requester else "",
    )
    ticket = tickets.open_ticket(db, by.account_id, new, now=now)
    if requester is not None:
        tickets.add_participants(db, by.account_id, ticket.id, [requester.key])
    tickets.add_event(db, by.account_id, ticket.id, EventKind.CREATED, staff_id=by.staff_id, now=now)
    if ticket.tells_of_new:
        notifications.tell_of_new(db, ticket.id, by=by.staff_id, now=now)
    return ticket


def _mailbox(db: Session, account_id: int, public_id: str | None) -> int | None:
    mine = select(Mailbox.id).where(Mailbox.account_id == account_id).order_by(Mailbox.id)
    if public_id is None:
        return db.execute(mine).scalars().first()
    found = db.execute(mine.where(Mailbox.public_id == public_id)).scalar()
    if found is None:
        raise Invalid("There is no such mailbox.", field="mailbox")
    return found


def _check_address(who: Address, field: str) -> None:
    try:
        writable_address(who.address)
    except Invalid:
        raise Invalid("This is not a valid e-mail address.", field=field) from None
