"""What an acknowledgement needs to know of the mail that it answers, its ticket and its mailbox."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session

from gateway.mail.address import Address
from gateway.rules.acknowledging import Manners, Words
from gateway.rules.hours import Hours
from gateway.store.deletionrequests import Because
from gateway.store.holders import works_here
from gateway.store.models import Account, Article, DeletionRequest, Mailbox, Staff, Ticket


@dataclass(frozen=True, slots=True)
class Owed:
    """A filed mail (`sender`, `message_id`, `references`), its ticket, and the mailbox that answers it.

    `desk` is the mailbox's name, else the account's; `text` and `closed_text` are the mailbox's own words,
    "" for the usual ones. `question` is set where the sender is asked to confirm a request for deletion.
    """

    account_id: int
    mail_key: bytes
    ticket_id: int
    number: int
    mailbox_id: int
    address: str
    desk: str
    signature: str
    locale: str
    text: str
    closed_text: str
    manners: Manners
    received_at: datetime
    sender: Address
    message_id: str
    references: tuple[str, ...]
    question: Words | None = None


def find_owed(db: Session, intake_id: int) -> Owed | None:
    """The mail of this intake with its ticket and mailbox; None if one of them has gone.

    None, too, as long as nobody in the account has confirmed their address.
    """
    found = db.execute(_OWED, {"intake": intake_id}).first()
    if found is None:
        return None
    account, ticket, mailbox, article, because = found
    return Owed(
        account_id=account.id,
        mail_key=account.mail_key,
        ticket_id=ticket.id,
        number=ticket.number,
        mailbox_id=mailbox.id,
        address=mailbox.address,
        desk=mailbox.name or account.name,
        signature=mailbox.signature,
        locale=mailbox.locale,
        text=mailbox.acknowledgement,
        closed_text=mailbox.closed_text,
        manners=Manners(mailbox.acknowledges, mailbox.answers_closed, Hours.from_stored(mailbox.hours)),
        received_at=article.created_at,
        sender=Address("", article.from_address),
        message_id=article.message_id or "",
        references=tuple(article.references),
        question=_QUESTIONS[because] if because else None,
    )


_QUESTIONS = {
    Because.WORDS.value: Words.DELETION,
    Because.PEOPLE.value: Words.DELETION,
    Because.ADDRESS.value: Words.PRIVACY,
}
_OWED = (
    select(Account, Ticket, Mailbox, Article, DeletionRequest.because)
    .select_from(Article)
    .join(Ticket, Ticket.id == Article.ticket_id)
    .join(Mailbox, Mailbox.id == Ticket.mailbox_id)
    .join(Account, Account.id == Article.account_id)
    .outerjoin(
        DeletionRequest,
        and_(
            DeletionRequest.ticket_id == Ticket.id,
            DeletionRequest.intake_id == Article.intake_id,
            DeletionRequest.asked_at.is_not(None),
        ),
    )
    .where(
        Article.intake_id == bindparam("intake"),
        select(Staff.id)
        .where(Staff.account_id == Account.id, Staff.email_confirmed_at.is_not(None), works_here())
        .exists(),
    )
)
