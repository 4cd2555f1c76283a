"""The plan of an erasure: what it takes, written down as items."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.rules.erasure import ErasureKind
from gateway.store.erased import choosing, items
from gateway.store.erased.items import Item
from gateway.store.erasures import Task
from gateway.store.models import (
    Article,
    Attachment,
    Contact,
    Customer,
    Intake,
    Record,
    RemoteSession,
    RemoteSystem,
    Ticket,
    table,
)

Mark = tuple[str, str]
"""What kind of thing has gone, and by what it is known again in a restored backup."""

BY_PUBLIC_ID: tuple[tuple[Item, type[Record]], ...] = (
    (Item.ARTICLE, Article),
    (Item.FILE, Attachment),
    (Item.SESSION, RemoteSession),
    (Item.INTAKE, Intake),
    (Item.CONTACT, Contact),
    (Item.CUSTOMER, Customer),
    (Item.SYSTEM, RemoteSystem),
)
ACCOUNT = "account"


def plan(db: Session, task: Task, account_id: int) -> None:
    """Write down what goes; of a whole account nothing, as everything goes."""
    if task.scope.kind is ErasureKind.ACCOUNT:
        return
    addresses = choosing.addresses_of(db, account_id, task.scope)
    items.add_refs(db, task.id, Item.ADDRESS, addresses)
    going = choosing.going(account_id, task.scope, items.refs(task.id, Item.ADDRESS))
    chosen = select(Article.id).where(
        Article.account_id == account_id,
        Article.public_id.in_(task.quoted),
        Article.ticket_id.not_in(going.tickets),
    )
    for item, keys in (
        (Item.TICKET, going.tickets),
        (Item.ARTICLE, going.articles),
        (Item.ARTICLE, chosen),
        (Item.FILE, going.files),
        (Item.SESSION, going.sessions),
        (Item.INTAKE, going.intakes),
        (Item.CONTACT, going.contacts),
        (Item.CUSTOMER, going.customers),
        (Item.SYSTEM, going.systems),
    ):
        items.add_rows(db, task.id, item, keys)


def marks(db: Session, task: Task) -> Iterator[Mark]:
    """By what everything of the plan is known again; nothing of it says who anybody is but addresses."""
    if task.scope.kind is ErasureKind.ACCOUNT:
        yield ACCOUNT, task.account
        return
    numbers = select(Ticket.number).where(Ticket.id.in_(items.rows(task.id, Item.TICKET)))
    for number in db.execute(numbers).scalars():
        yield Item.TICKET.value, f"{task.account}:{number}"
    for item, model in BY_PUBLIC_ID:
        one = table(model).c
        for public_id in db.execute(
            select(one.public_id).where(one.id.in_(items.rows(task.id, item)))
        ).scalars():
            yield item.value, public_id
    for address in db.execute(items.refs(task.id, Item.ADDRESS)).scalars():
        yield Item.ADDRESS.value, f"{task.account}:{address}"
