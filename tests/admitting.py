"""People who do not see all of an account: a colleague who is given groups, and guests, in the database."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count

from sqlalchemy import insert, select

from gateway.desk import groups, signin
from gateway.rules.access import Actor, Role
from gateway.store import session
from gateway.store.models import Customer, CustomerGroup, Invitation, Staff, StaffGroup, Ticket
from gateway.store.queries import reaches
from tests.world import NOON

_numbers = count(1)


def add_person(account_id: int, role: Role, *, sees_all: bool = True, now: datetime = NOON) -> int:
    """Somebody with a confirmed address, a login and no password; their key."""
    number = next(_numbers)
    values = {
        "public_id": f"{role.value}{number:020}",
        "account_id": account_id,
        "role": role.value,
        "login": f"{role.value}{number}",
        "email": f"{role.value}{number}@people.example",
        "first_name": role.value.title(),
        "last_name": str(number),
        "password_hash": "x",
        "sees_all": sees_all,
        "created_at": now,
        "email_confirmed_at": now,
    }
    with session.transaction() as db:
        return db.execute(insert(Staff).returning(Staff.id), values).scalar_one()


def add_limited(account_id: int, group_ids: Sequence[int]) -> Actor:
    """A colleague who sees these groups."""
    key = add_person(account_id, Role.STAFF, sees_all=False)
    with session.transaction() as db:
        for group_id in group_ids:
            db.add(StaffGroup(account_id=account_id, staff_id=key, group_id=group_id))
    return limited(account_id, key)


def limited(account_id: int, key: int) -> Actor:
    """The colleague as a request finds them; their name is their login."""
    with session.reading() as db:
        login = db.execute(select(Staff.login).where(Staff.id == key)).scalar_one()
        return Actor(account_id, Role.STAFF, key, login, reach=reaches.of_staff(db, account_id, key))


def invitation_row(account_id: int, public_id: str, **values: object) -> dict[str, object]:
    """An invitation of staff that is good for an hour, in the table's columns."""
    nobody = {"address": f"{public_id}@ours.example", "first_name": "", "last_name": "", "locale": ""}
    rights = dict.fromkeys(("may_note", "may_answer", "may_join"), False)
    return {
        "account_id": account_id,
        "public_id": public_id,
        "role": Role.STAFF.value,
        "sees_all": True,
        "groups": [],
        "created_at": NOON,
        "expires_at": NOON + timedelta(hours=1),
        **nobody,
        **rights,
        **values,
    }


def add_guest(
    account_id: int,
    *,
    ticket: int | None = None,
    customer: str | None = None,
    group: int | None = None,
    may: Sequence[str] = (),
    until: datetime | None = None,
    now: datetime = NOON,
    key: int | None = None,
) -> Actor:
    """A guest who has accepted an invitation to one of them; with a `key`, one who was there already."""
    key = key or add_person(account_id, Role.GUEST, now=now)
    with session.transaction() as db:
        number = Ticket.account_id == account_id, Ticket.number == ticket
        db.add(
            Invitation(
                public_id=f"inv{next(_numbers):020}",
                account_id=account_id,
                address="guest@people.example",
                role=Role.GUEST.value,
                ticket_id=db.execute(select(Ticket.id).where(*number)).scalar_one() if ticket else None,
                customer_id=db.execute(select(Customer.id).where(Customer.public_id == customer)).scalar(),
                group_id=group,
                until=until,
                staff_id=key,
                created_at=now,
                accepted_at=now,
                expires_at=now + timedelta(days=7),
                **{f"may_{one}": True for one in may},
            )
        )
    return guest(account_id, key, now=now)


def guest(account_id: int, key: int, *, now: datetime = NOON) -> Actor:
    """The guest as a request finds them."""
    with session.reading() as db:
        reach = reaches.of_guest(db, account_id, key, now=now)
        name = db.execute(select(Staff.last_name).where(Staff.id == key)).scalar_one()
    return Actor(account_id, Role.GUEST, key, f"Guest {name}", reach=reach)


def cookie_of(by: Actor, *, now: datetime) -> str:
    """A browser in which they are signed in."""
    with session.transaction() as db:
        return signin.open_session(db, by.staff_id or 0, browser="", now=now)


def group_of(by: Actor, name: str, *customers: str) -> tuple[int, str]:
    """A new group with these customers; its key and its public id."""
    with session.transaction() as db:
        made = groups.create(db, by, name=name, now=NOON)
        for customer in customers:
            groups.put_in(db, by, made, customer=customer)
        return db.execute(select(CustomerGroup.id).where(CustomerGroup.public_id == made)).scalar_one(), made
