"""Invitations to sign up, by the operator: who may begin an account where not everybody may.

A link holds its secret behind `#`, works once and for a week, and is bound to an address. There are two of
each: one that the operator sees and may hand on, and one that is only mailed. Whoever comes with the latter
reads that address, so it counts as confirmed; the former proves nothing about it.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from gateway.desk.notices import write_notice
from gateway.errors import Invalid, NotFound
from gateway.ids import hash_secret, new_public_id, new_secret
from gateway.mail.addressing import writable_address
from gateway.store.models import SignUpInvitation

LASTS = timedelta(days=7)
PATH = "/sign-up/invited"


@dataclass(frozen=True, slots=True)
class Invited:
    """A new invitation with its two secrets, which are kept nowhere else."""

    public_id: str
    address: str
    secret: str = field(repr=False)
    mailed_secret: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class InvitationView:
    """An invitation that is still good; `is_mailed` says whether its link was mailed, too."""

    public_id: str
    address: str
    is_mailed: bool
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Who comes with a link: the address that it is bound to, and whether that is proven to be theirs."""

    address: str
    is_confirmed: bool


def invite(db: Session, email: str, *, now: datetime) -> Invited:
    """Let an address begin an account; an earlier invitation of it is worth nothing any more.

    Raises Invalid for what is no address.
    """
    try:
        address = writable_address(email.strip())
    except Invalid as error:
        raise Invalid(error.public, field="email") from None
    made = Invited(new_public_id(), address, new_secret(), new_secret(), now + LASTS)
    db.execute(delete(SignUpInvitation).where(SignUpInvitation.address == address))
    db.add(
        SignUpInvitation(
            public_id=made.public_id,
            address=address,
            token_hash=hash_secret(made.secret),
            mailed_hash=hash_secret(made.mailed_secret),
            created_at=now,
            expires_at=made.expires_at,
        )
    )
    return made


def link(base_url: str, secret: str) -> str:
    """Where an invitation leads."""
    return f"{base_url}{PATH}#{secret}"


def write(invited: Invited, *, locale: str, base_url: str, mail_domain: str, now: datetime) -> bytes:
    """The mail with the link that proves the address; it belongs to no account, so the edge sends it."""
    return write_notice(
        "sign_up",
        to=invited.address,
        locale=locale,
        mail_domain=mail_domain,
        now=now,
        url=link(base_url, invited.mailed_secret),
        privacy=f"{base_url}/privacy",
        days=LASTS.days,
    )


def forget_mailed(db: Session, public_id: str) -> None:
    """The mail did not go: nobody can have the link that was in it."""
    mine = SignUpInvitation.public_id == public_id
    db.execute(update(SignUpInvitation).where(mine).values(mailed_hash=None))


def list_open(db: Session, *, now: datetime) -> tuple[InvitationView, ...]:
    """Those that are still good, oldest first."""
    rows = select(SignUpInvitation).where(SignUpInvitation.expires_at > now).order_by(SignUpInvitation.id)
    return tuple(
        InvitationView(one.public_id, one.address, bool(one.mailed_hash), one.created_at, one.expires_at)
        for one in db.execute(rows).scalars()
    )


def revoke(db: Session, public_id: str) -> str:
    """Take an invitation back; whose it was. NotFound for one that is unknown or used."""
    gone = delete(SignUpInvitation).where(SignUpInvitation.public_id == public_id)
    address: str | None = db.execute(gone.returning(SignUpInvitation.address)).scalar()
    if address is None:
        raise NotFound("There is no such invitation.")
    return address


def redeem(db: Session, secret: str, *, now: datetime) -> Newcomer:
    """Use an invitation up, in the transaction that makes the account.

    NotFound for a link that is unknown, used, taken back or too old.
    """
    shown = hash_secret(secret)
    fits = or_(SignUpInvitation.token_hash == shown, SignUpInvitation.mailed_hash == shown)
    used = delete(SignUpInvitation).where(fits, SignUpInvitation.expires_at > now)
    columns = SignUpInvitation.address, SignUpInvitation.mailed_hash
    found = db.execute(used.returning(*columns)).first()
    if found is None:
        raise NotFound("This invitation has been used or is too old. Please ask for a new one.")
    return Newcomer(found.address, is_confirmed=found.mailed_hash == shown)
