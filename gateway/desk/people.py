"""Accounts and those who work in them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.desk import auditing
from gateway.desk.auditing import Kind, What
from gateway.errors import Conflict, Invalid, NotFound
from gateway.ids import new_key, new_public_id
from gateway.mail.addressing import writable_address
from gateway.rules.access import Role
from gateway.store.audit import NewEntry, Ref
from gateway.store.models import Account, Staff
from gateway.store.session import across_accounts

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@+-]{1,99}")


@dataclass(frozen=True, slots=True)
class AccountView:
    """An account as the operator sees it."""

    id: int
    public_id: str
    name: str
    login: str
    email: str
    created_at: datetime


def create_account(
    db: Session,
    *,
    login: str,
    email: str,
    name: str,
    password_hash: str,
    now: datetime,
    locale: str = "",
    is_confirmed: bool = True,
) -> AccountView:
    """A new business with its owner (O1); Invalid names the field at fault, Conflict a taken login.

    `is_confirmed` says whether the address is known to be the owner's; if not, no mail goes out for them.
    """
    wanted, address = free_login(db, login), checked_email(email)
    account = Account(
        public_id=new_public_id(),
        name=name.strip()[:200] or wanted,
        mail_key=new_key(),
        created_at=now,
    )
    db.add(account)
    db.flush()
    owner = _owner(account.id, wanted, address, password_hash, now, locale)
    owner.email_confirmed_at = now if is_confirmed else None
    db.add(owner)
    person = Ref(What.STAFF.value, owner.public_id)
    actor = auditing.OPERATOR if is_confirmed else person  # who signs up by themselves confirms later
    auditing.write(db, account.id, NewEntry(now, actor, Kind.ACCOUNT_CREATED.value, person, {}))
    return AccountView(account.id, account.public_id, account.name, wanted, address, now)


def free_login(db: Session, login: str) -> str:
    """A login as it is kept; Invalid for what is none, Conflict for one that somebody has."""
    wanted = checked_login(login)
    with across_accounts(db):
        is_taken = db.execute(select(Staff.id).where(Staff.login == wanted)).first() is not None
    if is_taken:
        raise login_taken()
    return wanted


def login_taken() -> Conflict:
    """That somebody has this login."""
    return Conflict("This login is taken.")


def get_account(db: Session, public_id: str) -> AccountView:
    """An account by its public id, or by its owner's login; NotFound if there is none."""
    wanted = _ACCOUNTS.where((Account.public_id == public_id) | (Staff.login == public_id))
    found = db.execute(wanted).first()
    if found is None:
        raise NotFound("There is no such account.")
    return AccountView(*found)


def suggest_login(db: Session, wishes: Sequence[str]) -> str:
    """The first of these that is a login and free; "" if none is."""
    fitting = [wish for one in wishes if _LOGIN.fullmatch(wish := one.strip().lower())]
    taken = set(db.execute(select(Staff.login).where(Staff.login.in_(fitting))).scalars())
    return next((wish for wish in fitting if wish not in taken), "")


def list_accounts(db: Session) -> tuple[AccountView, ...]:
    """Every account of the installation, oldest first."""
    return tuple(AccountView(*row) for row in db.execute(_ACCOUNTS.order_by(Account.id)))


_ACCOUNTS = (
    select(Account.id, Account.public_id, Account.name, Staff.login, Staff.email, Account.created_at)
    .join(Staff, Staff.account_id == Account.id)
    .where(Staff.role == Role.OWNER.value)
)


def checked_login(login: str) -> str:
    """A login as it is kept; Invalid for one that cannot be."""
    wanted = login.strip().lower()
    if not _LOGIN.fullmatch(wanted):
        raise Invalid(
            "A login has 2 to 100 letters, digits or any of . _ @ + - and begins with a letter or digit.",
            field="login",
        )
    return wanted


def checked_email(email: str) -> str:
    """The address of a person as it is kept; Invalid if no mail could be sent to it."""
    try:
        return writable_address(email.strip())
    except Invalid as error:
        raise Invalid(error.public, field="email") from None


def _owner(account_id: int, login: str, email: str, password_hash: str, now: datetime, locale: str) -> Staff:
    return Staff(
        public_id=new_public_id(),
        account_id=account_id,
        role=Role.OWNER.value,
        login=login,
        email=email,
        password_hash=password_hash,
        locale=locale,
        created_at=now,
    )
