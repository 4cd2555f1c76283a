"""Removing a whole account, when its tickets and mails have gone batch by batch."""

from collections.abc import Sequence

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from gateway.rules.erasure import State, Thing
from gateway.store import outbox
from gateway.store.erased import items
from gateway.store.erased.removing import NOWHERE, Gone
from gateway.store.keyring import Owner
from gateway.store.models import (
    Account,
    AutomaticMail,
    Contact,
    Customer,
    Delivery,
    Erasure,
    Export,
    Intake,
    RemoteSystem,
    Report,
    Staff,
    Ticket,
)
from gateway.store.outbox import Topic


def some_tickets(db: Session, account_id: int, most: int) -> Sequence[int]:
    """A batch of what is left."""
    mine = select(Ticket.id).where(
        Ticket.account_id == account_id,
        or_(Ticket.merged_into_id.is_(None), Ticket.merged_into_id != NOWHERE),
    )
    return db.execute(mine.order_by(Ticket.id).limit(most)).scalars().all()


def some_intakes(db: Session, account_id: int, most: int) -> Sequence[int]:
    """Likewise of mails that are in no ticket."""
    mine = select(Intake.id).where(Intake.account_id == account_id)
    return db.execute(mine.order_by(Intake.id).limit(most)).scalars().all()


def some_deliveries(db: Session, account_id: int, most: int) -> Sequence[int]:
    """Likewise of notices."""
    mine = select(Delivery.id).where(Delivery.account_id == account_id, Delivery.recipient != "")
    return db.execute(mine.order_by(Delivery.id).limit(most)).scalars().all()


def remove(db: Session, erasure_id: int, account_id: int) -> Gone:
    """The account with everything that hangs on it: people, keys, tokens, sign-ins, mailboxes, audit log.

    What else was to be erased in it is with that. `erasure_id` is the one that goes on.
    """
    models: dict[Thing, type[Staff | Contact | Customer | RemoteSystem]] = {
        Thing.PEOPLE: Staff,
        Thing.CONTACTS: Contact,
        Thing.CUSTOMERS: Customer,
        Thing.SYSTEMS: RemoteSystem,
    }
    gone = Gone()
    for thing, model in models.items():
        mine = model.account_id == account_id
        gone[thing] = db.execute(select(func.count()).select_from(model).where(mine)).scalar_one()
    others = Erasure.account_id == account_id, Erasure.id != erasure_id, Erasure.state != State.DONE.value
    for key in db.execute(select(Erasure.id).where(*others)).scalars().all():
        outbox.done_for(db, Topic.ERASE, key)
        db.execute(delete(Erasure).where(Erasure.id == key))
    for topic, owed in ((Topic.EXPORT, Export), (Topic.REPORT, Report)):
        for key in db.execute(select(owed.id).where(owed.account_id == account_id)).scalars().all():
            outbox.done_for(db, topic, key)
    outbox.done_for(db, Topic.DUE, account_id)
    db.execute(delete(AutomaticMail).where(AutomaticMail.account_id == account_id))
    account = db.execute(select(Account.public_id).where(Account.id == account_id)).scalar_one()
    items.add_owner(db, erasure_id, Owner(account))
    db.execute(delete(Account).where(Account.id == account_id))
    db.execute(update(Erasure).where(Erasure.id == erasure_id).values(staff_id=None))
    return gone
