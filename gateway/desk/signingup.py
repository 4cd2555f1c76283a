"""Beginning an account by oneself (O1): its owner, and the guided start that leads on."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from gateway.desk import guidedstart, mailedlinks, people, signin, signupinvitations
from gateway.desk.mailedlinks import Reader
from gateway.desk.signupinvitations import Newcomer
from gateway.rules.access import Actor, Role


@dataclass(frozen=True, slots=True)
class Wish:
    """What a newcomer wants to be called, and in which language they read."""

    login: str
    password_hash: str = field(repr=False)
    locale: str


def sign_up(db: Session, wish: Wish, email: str, *, now: datetime) -> Reader:
    """A new account for who says that this is their address; raises as `people.create_account` does."""
    return _begin(db, wish, Newcomer(email, is_confirmed=False), now)


def sign_up_invited(db: Session, wish: Wish, secret: str, *, now: datetime) -> tuple[Reader, bool]:
    """Likewise for who was invited, and whether the address is known to be theirs.

    Raises NotFound as `signupinvitations.redeem` does. Whatever is raised leaves the invitation good, because
    the transaction comes to nothing.
    """
    newcomer = signupinvitations.redeem(db, secret, now=now)
    return _begin(db, wish, newcomer, now), newcomer.is_confirmed


def _begin(db: Session, wish: Wish, newcomer: Newcomer, now: datetime) -> Reader:
    made = people.create_account(
        db,
        login=wish.login,
        email=newcomer.address,
        name="",
        password_hash=wish.password_hash,
        locale=wish.locale,
        is_confirmed=newcomer.is_confirmed,
        now=now,
    )
    found = signin.find_credentials(db, made.login)
    owner = Actor(made.id, Role.OWNER, found.staff_id if found else None)
    guidedstart.begin(db, owner, now=now)
    return mailedlinks.reader_of(db, owner)
