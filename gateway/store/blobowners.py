"""Who has which blob: what raw mails and files belong to, by all the rows that name them."""

from collections.abc import Collection, Iterator
from typing import cast

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from gateway.store.keyring import Owner
from gateway.store.models import (
    Account,
    Article,
    Attachment,
    Contact,
    ContactAddress,
    Delivery,
    Draft,
    Intake,
    Quarantined,
    Ticket,
)

Owners = dict[str, frozenset[Owner]]
"""Who has each blob; none where that is still open (a draft, a mail that waits). Nobody's are missing."""

_Whose = Select[str, str, str | None]
_Name = InstrumentedAttribute[str]
# Rows that name none are never among those that name one of some.
_NAMED = cast(
    "tuple[_Name, _Name, _Name]", (Article.raw_sha256, Attachment.sha256, Attachment.preview_sha256)
)
_NOTICE = cast("_Name", Delivery.raw_sha256)
_OPEN: frozenset[Owner] = frozenset()


def owners_of(db: Session, hashes: Collection[str]) -> Owners:
    """Who has these blobs, in whatever account; a few hundred at once at most.

    A mail and its files belong to whoever wrote it, if it was a contact, else to the contact of its ticket;
    what has no contact belongs to the account. A mail that no message came of is its sender's; while it is
    held back and its sender nobody's contact, that is open, as its release makes them one.
    """
    found: Owners = {}
    for statement in _of_messages(hashes):
        for sha256, account, contact in db.execute(statement):
            found[sha256] = found.get(sha256, _OPEN) | {Owner(account, contact or "")}
    mails: Owners = {}
    for sha256, account, contact, is_open in db.execute(_of_mails(set(hashes) - found.keys())):
        whose = _OPEN if is_open else frozenset({Owner(account, contact or "")})
        mails[sha256] = mails.get(sha256, _OPEN) | whose
    found |= mails
    if rest := set(hashes) - found.keys():
        found |= dict.fromkeys(rest & _drafted(db), _OPEN)
    return found


def common_owner(owners: Collection[Owner]) -> Owner:
    """Under whose key it goes: of several contacts their account, of several accounts the installation."""
    if len(owners) == 1:
        return next(iter(owners))
    accounts = {owner.account for owner in owners}
    return Owner(accounts.pop()) if len(accounts) == 1 else Owner()


def _of_messages(hashes: Collection[str]) -> Iterator[_Whose]:
    writer = and_(
        ContactAddress.account_id == Article.account_id,
        ContactAddress.address == func.lower(Article.from_address),
    )
    contact = Contact.id == func.coalesce(ContactAddress.contact_id, Ticket.contact_id)
    for named in _NAMED:
        columns = select(named, Account.public_id, Contact.public_id).select_from(Article)
        if named is not _NAMED[0]:
            columns = columns.join(Attachment, Attachment.article_id == Article.id)
        yield (
            columns.join(Account, Account.id == Article.account_id)
            .join(Ticket, Ticket.id == Article.ticket_id)
            .outerjoin(ContactAddress, writer)
            .outerjoin(Contact, contact)
            .where(named.in_(hashes))
            .distinct()
        )
    notices = select(_NOTICE, Account.public_id, Contact.public_id).select_from(Delivery)
    yield (
        notices.join(Account, Account.id == Delivery.account_id)
        .outerjoin(Ticket, Ticket.id == Delivery.ticket_id)
        .outerjoin(Contact, Contact.id == Ticket.contact_id)
        .where(_NOTICE.in_(hashes))
        .distinct()
    )


def _of_mails(hashes: Collection[str]) -> Select[str, str, str, bool]:
    is_held: ColumnElement[bool] = and_(Quarantined.id.is_not(None), Quarantined.outcome == "")
    is_open = or_(Intake.filed_at.is_(None), and_(is_held, Contact.id.is_(None)))
    sender = and_(
        ContactAddress.account_id == Intake.account_id, ContactAddress.address == func.lower(Intake.mail_from)
    )
    columns = select(Intake.raw_sha256, Account.public_id, Contact.public_id, is_open.label("is_open"))
    return (
        columns.select_from(Intake)
        .join(Account, Account.id == Intake.account_id)
        .outerjoin(Quarantined, Quarantined.intake_id == Intake.id)
        .outerjoin(ContactAddress, sender)
        .outerjoin(Contact, Contact.id == ContactAddress.contact_id)
        .where(Intake.raw_sha256.in_(hashes))
    )


def _drafted(db: Session) -> set[str]:
    return {file["sha256"] for files in db.execute(select(Draft.files)).scalars() for file in files}
