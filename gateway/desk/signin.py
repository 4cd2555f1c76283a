"""Signing in: sessions live on the server, the browser holds a secret of which we keep the hash."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from gateway.ids import hash_secret, new_secret
from gateway.rules.access import Actor, Permission, Role, may
from gateway.store.holding import is_held
from gateway.store.models import Account, Staff, WebSession

SESSION_LASTS = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Credentials:
    """Whom a login means and what their password must match."""

    staff_id: int
    password_hash: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is at the browser. `holds_mail` says that mail of the account waits to be released."""

    actor: Actor
    login: str
    email: str
    locale: str
    account_public_id: str
    account_name: str
    holds_mail: bool = False

    @property
    def is_warned(self) -> bool:
        """Whether they should look at mail that waits for their word."""
        return self.holds_mail and may(self.actor, Permission.RELEASE_HELD)


def find_credentials(db: Session, login: str) -> Credentials | None:
    """The person with this login, unless deactivated."""
    columns = select(Staff.id, Staff.password_hash)
    wanted = Staff.login == login.strip().lower(), Staff.deactivated_at.is_(None)
    found = db.execute(columns.where(*wanted)).first()
    return Credentials(*found) if found else None


def open_session(db: Session, staff_id: int, *, browser: str, now: datetime) -> str:
    """A new session; the answer is the cookie's secret, which is kept nowhere else."""
    secret = new_secret()
    db.execute(delete(WebSession).where(WebSession.staff_id == staff_id, WebSession.expires_at < now))
    db.add(
        WebSession(
            staff_id=staff_id,
            token_hash=hash_secret(secret),
            created_at=now,
            seen_at=now,
            expires_at=now + SESSION_LASTS,
            browser=browser[:200],
        )
    )
    return secret


def find_session(db: Session, secret: str, *, now: datetime) -> SignedIn | None:
    """Who holds this secret, or None when it is unknown, revoked or expired."""
    found = db.connection().execute(_SESSION, {"token_hash": hash_secret(secret), "now": now}).first()
    if found is None:
        return None
    name = f"{found.first_name} {found.last_name}".strip() or found.login
    actor = Actor(found.account_id, Role(found.role), found.staff_id, name)
    return SignedIn(
        actor,
        found.login,
        found.email,
        found.locale,
        found.account_public_id,
        found.account_name,
        holds_mail=found.holds_mail,
    )


def close_session(db: Session, secret: str) -> None:
    """Sign out: the secret is worth nothing from now on."""
    db.execute(delete(WebSession).where(WebSession.token_hash == hash_secret(secret)))


def set_locale(db: Session, actor: Actor, locale: str) -> None:
    """Remember the language a person reads in."""
    mine = Staff.id == actor.staff_id, Staff.account_id == actor.account_id
    db.execute(update(Staff).where(*mine).values(locale=locale))


_SESSION = (
    select(
        Staff.account_id,
        Staff.role,
        Staff.id.label("staff_id"),
        Staff.login,
        Staff.email,
        Staff.first_name,
        Staff.last_name,
        Staff.locale,
        Account.public_id.label("account_public_id"),
        Account.name.label("account_name"),
        is_held().label("holds_mail"),
    )
    .select_from(WebSession)
    .join(Staff, Staff.id == WebSession.staff_id)
    .join(Account, Account.id == Staff.account_id)
    .where(
        Staff.deactivated_at.is_(None),
        WebSession.token_hash == bindparam("token_hash"),
        WebSession.expires_at > bindparam("now"),
    )
)  # built once: every page begins with it
