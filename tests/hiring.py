"""More people for a business of the cast."""

from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from gateway.rules.access import Actor, Role
from gateway.store import session
from gateway.store.models import Staff
from gateway.store.queries.staff import StaffView, get_own


def hire(account_id: int, login: str, role: Role = Role.STAFF, *, now: datetime, **columns: Any) -> Actor:
    """A person with a confirmed address; their public id is `p-` and the login."""
    values = {
        "public_id": f"p-{login}",
        "account_id": account_id,
        "role": role.value,
        "login": login,
        "email": f"{login}@people.example",
        "first_name": login.title(),
        "last_name": "Example",
        "password_hash": "x",
        "created_at": now,
        "email_confirmed_at": now,
        **columns,
    }
    with session.transaction() as db:
        staff_id = db.execute(insert(Staff).returning(Staff.id), values).scalar_one()
    return Actor(account_id, role, staff_id, login.title())


def view_of(who: Actor) -> StaffView:
    """What is known of somebody."""
    with session.reading() as db:
        return get_own(db, who.account_id, who.staff_id)


def public_id_of(who: Actor) -> str:
    """Under which id somebody is found."""
    with session.reading() as db:
        return db.execute(select(Staff.public_id).where(Staff.id == who.staff_id)).scalar_one()


def set_columns(who: Actor, **columns: Any) -> None:
    """Change a person's row."""
    with session.transaction() as db:
        db.execute(update(Staff).where(Staff.id == who.staff_id).values(**columns))
