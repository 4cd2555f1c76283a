"""Signing in: sessions live on the server, the browser holds a secret of which we keep the hash."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, bindparam, delete, or_, select, update
from sqlalchemy.orm import Session

from gateway.desk import auditing
from gateway.desk.auditing import Kind, Way
from gateway.desk.broadcasting import Notice
from gateway.errors import Suspended, Terminated
from gateway.ids import hash_secret, new_secret
from gateway.rules.access import Actor, Permission, Role, may
from gateway.rules.hours import check_zone
from gateway.store import announcing
from gateway.store.beginning import is_beginning
from gateway.store.factors import has_factor
from gateway.store.holding import is_held
from gateway.store.models import Account, Broadcast, HalfSignIn, Staff, WebSession
from gateway.store.queries import reaches

SESSION_LASTS = timedelta(days=30)
PROOF_LASTS = timedelta(minutes=15)
"""How long a password that was right counts for what asks for it again."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """Whom a login means and what their password must match."""

    staff_id: int
    password_hash: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is at the browser; `proven_at` is when their password was last asked for and right.

    `holds_mail` says that mail of the account waits to be released, `owes_factor` that the account demands a
    second factor and they have none yet, `zone` is the time zone that they read by, `has_start` that the
    account's guided start goes on, `sign_in_id` is the key of this sign-in, `is_operators` that the
    account is the operator's, `notice` what the operator tells everybody. `terminates_at` is until when they,
    who own the account and end it, may take that back; None for an account that goes on.
    """

    actor: Actor
    login: str
    email: str
    locale: str
    zone: str
    account_public_id: str
    account_name: str
    proven_at: datetime | None = None
    holds_mail: bool = False
    owes_factor: bool = False
    has_start: bool = False
    sign_in_id: int = 0
    is_operators: bool = False
    notice: Notice | None = None
    terminates_at: datetime | None = None

    @property
    def is_guest(self) -> bool:
        """Whether they see what they were invited to, and nothing else."""
        return self.actor.role is Role.GUEST

    @property
    def sees_all(self) -> bool:
        """Whether they work for every customer of the account."""
        return self.actor.reach is None

    def has_proven(self, now: datetime) -> bool:
        """Whether what asks for the password again may do without."""
        return self.proven_at is not None and now - self.proven_at < PROOF_LASTS

    @property
    def is_warned(self) -> bool:
        """Whether they should look at mail that waits for their word."""
        return self.holds_mail and may(self.actor, Permission.RELEASE_HELD)

    @property
    def is_operating(self) -> bool:
        """Whether the installation is theirs to run."""
        return self.is_operators and may(self.actor, Permission.MANAGE_ACCOUNT)

    @property
    def is_starting(self) -> bool:
        """Whether the account's guided start is theirs to go on with."""
        return self.has_start and may(self.actor, Permission.MANAGE_ACCOUNT)


@dataclass(frozen=True, slots=True)
class SessionView:
    """One of a person's sign-ins, as they see it; `handle` names it, and lets nobody in."""

    handle: str
    browser: str
    created_at: datetime
    is_this: bool


def find_credentials(db: Session, login: str) -> Credentials | None:
    """The person with this login, unless deactivated."""
    columns = select(Staff.id, Staff.password_hash)
    wanted = Staff.login == login.strip().lower(), Staff.deactivated_at.is_(None)
    found = db.execute(columns.where(*wanted)).first()
    return Credentials(*found) if found else None


def open_session(
    db: Session,
    staff_id: int,
    *,
    browser: str,
    now: datetime,
    way: Way = Way.PASSWORD,
    is_proof: bool = True,
    used_factor: bool = False,
) -> str:
    """A new session, got by `way`; the answer is the cookie's secret, which is kept nowhere else.

    Suspended if the account is, Terminated if it ends: nobody comes in by any way, but its owner who may
    take the end back.

    `is_proof`: what let them in counts as the password where that is asked for again. `used_factor`: somebody
    else has seen a second factor, so that none is owed here.
    """
    shut = db.execute(_SHUT.where(Staff.id == staff_id)).first()
    if shut is not None:
        raise Suspended if shut.terminates_at is None else Terminated
    secret = new_secret()
    db.execute(delete(WebSession).where(WebSession.staff_id == staff_id, WebSession.expires_at < now))
    db.add(
        WebSession(
            staff_id=staff_id,
            token_hash=hash_secret(secret),
            created_at=now,
            seen_at=now,
            proven_at=now if is_proof else None,
            used_factor=used_factor,
            expires_at=now + SESSION_LASTS,
            browser=browser[:200],
        )
    )
    auditing.note_of_person(db, staff_id, Kind.SIGN_IN, now=now, way=way.value)
    return secret


def find_session(db: Session, secret: str, *, now: datetime) -> SignedIn | None:
    """Who holds this secret, or None when it is unknown, revoked or expired."""
    found = db.connection().execute(_SESSION, {"token_hash": hash_secret(secret), "now": now}).first()
    if found is None:
        return None
    name = f"{found.first_name} {found.last_name}".strip() or found.login
    is_confirmed = found.email_confirmed_at is not None
    role = Role(found.role)
    reach = reaches.of_person(db, found.account_id, found.staff_id, role, sees_all=found.sees_all, now=now)
    actor = Actor(found.account_id, role, found.staff_id, name, is_confirmed, reach)
    return SignedIn(
        actor,
        found.login,
        found.email,
        found.locale,
        found.zone,
        found.account_public_id,
        found.account_name,
        proven_at=found.proven_at,
        holds_mail=found.holds_mail,
        owes_factor=found.owes_factor,
        has_start=found.has_start,
        is_operators=found.is_operators,
        notice=_notice(found),
        terminates_at=found.terminates_at,
        sign_in_id=found.sign_in_id,
    )


def _notice(found: Row[*tuple[Any, ...]]) -> Notice | None:
    if found.notice_id is None:
        return None
    return Notice(found.notice_id, found.notice_en, found.notice_de, found.notice_until)


def close_session(db: Session, secret: str) -> None:
    """Sign out: the secret is worth nothing from now on."""
    gone = delete(WebSession).where(WebSession.token_hash == hash_secret(secret))
    for staff_id in db.execute(gone.returning(WebSession.staff_id)).scalars():
        announcing.tell_of_sessions(db, staff_id)


def list_sessions(db: Session, by: Actor, secret: str, *, now: datetime) -> tuple[SessionView, ...]:
    """Where a person is signed in, newest first; `secret` is that of the browser that asks."""
    columns = select(WebSession.token_hash, WebSession.browser, WebSession.created_at)
    theirs = WebSession.staff_id == by.staff_id, WebSession.expires_at > now
    this = hash_secret(secret)
    return tuple(
        SessionView(hash_secret(kept), browser, created_at, kept == this)
        for kept, browser, created_at in db.execute(columns.where(*theirs).order_by(WebSession.id.desc()))
    )


def close_sessions(db: Session, by: Actor, secret: str, handle: str | None = None, *, now: datetime) -> int:
    """End the sign-in with this handle, without one all others than the asking browser's; how many ended."""
    mine = WebSession.staff_id == by.staff_id
    kept = db.execute(select(WebSession.token_hash).where(mine)).scalars().all()
    this = hash_secret(secret)
    ended = [one for one in kept if (one != this if handle is None else hash_secret(one) == handle)]
    db.execute(delete(WebSession).where(mine, WebSession.token_hash.in_(ended)))
    if ended and by.staff_id is not None:
        announcing.tell_of_sessions(db, by.staff_id)
        auditing.note_of_person(db, by.staff_id, Kind.SESSIONS_ENDED, now=now, count=len(ended))
    return len(ended)


def note_proof(db: Session, secret: str, *, now: datetime) -> None:
    """The password was asked for again in this browser, and right."""
    mine = WebSession.token_hash == hash_secret(secret)
    db.execute(update(WebSession).where(mine).values(proven_at=now))


def own_password_hash(db: Session, by: Actor) -> str:
    """What the password of who acts must match; "" for an API token."""
    mine = Staff.account_id == by.account_id, Staff.id == by.staff_id
    return db.execute(select(Staff.password_hash).where(*mine)).scalar() or ""


def change_password(db: Session, by: Actor, secret: str, password_hash: str, *, now: datetime) -> None:
    """A new password; every sign-in of theirs ends but the one in the asking browser."""
    mine = Staff.account_id == by.account_id, Staff.id == by.staff_id
    db.execute(update(Staff).where(*mine).values(password_hash=password_hash))
    db.execute(delete(HalfSignIn).where(HalfSignIn.staff_id == by.staff_id))
    auditing.note_of_person(db, by.staff_id, Kind.PASSWORD_CHANGED, now=now)
    close_sessions(db, by, secret, now=now)


def set_zone(db: Session, actor: Actor, zone: str, *, is_guess: bool = False) -> None:
    """Remember by whose clock a person reads, "" by none; a guess counts where nothing was said yet.

    Invalid for a zone that is none.
    """
    if zone:
        check_zone(zone)
    unsaid = (Staff.zone == "",) if is_guess else ()
    db.execute(update(Staff).where(Staff.id == actor.staff_id, *unsaid).values(zone=zone))


def set_locale(db: Session, actor: Actor, locale: str) -> None:
    """Remember the language a person reads in."""
    mine = Staff.id == actor.staff_id, Staff.account_id == actor.account_id
    db.execute(update(Staff).where(*mine).values(locale=locale))


_IS_OPEN = or_(
    Account.suspended_at.is_(None),
    and_(
        Account.terminates_at.is_not(None),
        Account.terminated_at.is_(None),
        Staff.role == Role.OWNER.value,
    ),
)
"""To whoever owns it an account that ends is open, as long as they may take that back."""

_SHUT = select(Account.terminates_at).join(Staff, Staff.account_id == Account.id).where(~_IS_OPEN)
_SESSION = (
    select(
        Staff.account_id,
        Staff.role,
        Staff.sees_all,
        Staff.id.label("staff_id"),
        Staff.login,
        Staff.email,
        Staff.first_name,
        Staff.last_name,
        Staff.locale,
        Staff.zone,
        Staff.email_confirmed_at,
        WebSession.id.label("sign_in_id"),
        WebSession.proven_at,
        Account.public_id.label("account_public_id"),
        Account.name.label("account_name"),
        Account.is_operators,
        Account.terminates_at,
        Broadcast.public_id.label("notice_id"),
        Broadcast.text_en.label("notice_en"),
        Broadcast.text_de.label("notice_de"),
        Broadcast.until_at.label("notice_until"),
        is_held().label("holds_mail"),
        (Account.demands_second_factor & ~WebSession.used_factor & ~has_factor(Staff.id)).label(
            "owes_factor"
        ),
        is_beginning().label("has_start"),
    )
    .select_from(WebSession)
    .join(Staff, Staff.id == WebSession.staff_id)
    .join(Account, Account.id == Staff.account_id)
    .outerjoin(Broadcast, Broadcast.until_at > bindparam("now"))
    .where(
        Staff.deactivated_at.is_(None),
        _IS_OPEN,
        WebSession.token_hash == bindparam("token_hash"),
        WebSession.expires_at > bindparam("now"),
    )
)  # built once: every page begins with it
