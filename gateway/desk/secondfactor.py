"""A second factor beside the password: the codes of an app or a passkey, and recovery codes for a bad day.

The app's key is sealed at rest, of recovery codes only hashes are kept. No code is taken twice.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from gateway.desk import auditing
from gateway.desk.auditing import Kind, Way
from gateway.errors import Conflict, Invalid, NotFound
from gateway.ids import base32, hash_secret, new_key
from gateway.rules import totp
from gateway.rules.access import Actor, Permission, require
from gateway.store.factors import has_factor
from gateway.store.models import Account, Passkey, RecoveryCode, Staff, Totp
from gateway.store.sealed import Seal

RECOVERY_CODES = 10
_KEY_BYTES = 20  # RFC 4226 section 4, R6
_RECOVERY_CHARS = 16  # 80 bits


@dataclass(frozen=True, slots=True)
class FactorView:
    """How far a person has come with the app; `since` is None until its first code was right."""

    is_begun: bool
    since: datetime | None
    recovery_codes: int
    passkeys: int

    @property
    def is_on(self) -> bool:
        """Whether the password alone does not do."""
        return self.since is not None or self.passkeys > 0


def view(db: Session, by: Actor) -> FactorView:
    """The second factor of who acts."""
    found = db.execute(select(Totp.confirmed_at).where(Totp.staff_id == by.staff_id)).first()
    left = db.execute(select(func.count()).where(RecoveryCode.staff_id == by.staff_id)).scalar_one()
    keys = db.execute(select(func.count()).where(Passkey.staff_id == by.staff_id)).scalar_one()
    return FactorView(found is not None, found[0] if found else None, left, keys)


def is_on(db: Session, staff_id: int) -> bool:
    """Whether the password alone lets this person in no more."""
    return db.execute(select(has_factor(staff_id))).scalar_one()


def is_demanded(db: Session, by: Actor) -> bool:
    """Whether nobody in the account works with a password alone."""
    mine = select(Account.demands_second_factor).where(Account.id == by.account_id)
    return db.execute(mine).scalar_one()


def demand(db: Session, by: Actor, *, demanded: bool, now: datetime) -> None:
    """Demand it of everybody in the account, or no more; Conflict for who has none themselves."""
    require(by, Permission.MANAGE_ACCOUNT)
    if demanded and by.staff_id is not None and not is_on(db, by.staff_id):
        raise Conflict("Please set up your own second factor first.")
    mine = Account.id == by.account_id
    db.execute(update(Account).where(mine).values(demands_second_factor=demanded))
    auditing.note(db, by, Kind.FACTOR_DEMANDED if demanded else Kind.FACTOR_DEMANDED_NO_MORE, now=now)


def begin(db: Session, by: Actor, *, seal: Seal, now: datetime) -> None:
    """A fresh key for the app; it changes nothing before `confirm`. Conflict when one is in use."""
    db.execute(delete(Totp).where(Totp.staff_id == by.staff_id, Totp.confirmed_at.is_(None)))
    if db.execute(select(Totp.id).where(Totp.staff_id == by.staff_id)).first():
        raise Conflict("The second factor is on already.")
    secret = base32(new_key()[:_KEY_BYTES]).upper()
    db.add(Totp(staff_id=by.staff_id, sealed_secret=seal.seal(secret), created_at=now))


def begun_key(db: Session, by: Actor, *, seal: Seal) -> str:
    """The key that the app shall take; NotFound when none is waiting for it."""
    mine = Totp.staff_id == by.staff_id, Totp.confirmed_at.is_(None)
    sealed = db.execute(select(Totp.sealed_secret).where(*mine)).scalar()
    if sealed is None:
        raise NotFound
    return seal.open(sealed)


def confirm(db: Session, by: Actor, code: str, *, seal: Seal, now: datetime) -> tuple[str, ...]:
    """The app has the key, as its code shows: from now on it is asked for. Returns the recovery codes.

    Those are none where there are some already. Invalid for a wrong code, NotFound when no key is waiting.
    """
    secret = begun_key(db, by, seal=seal)
    step = totp.find_step(secret, _plain(code), now=now, after=0)
    if step is None:
        raise Invalid("This code is not right. Please take the one that the app shows now.", field="code")
    waiting = Totp.staff_id == by.staff_id, Totp.confirmed_at.is_(None)
    db.execute(update(Totp).where(*waiting).values(confirmed_at=now, last_step=step))
    auditing.note_of_person(db, by.staff_id, Kind.FACTOR_ON, now=now)
    return first_recovery_codes(db, by, now=now)


def first_recovery_codes(db: Session, by: Actor, *, now: datetime) -> tuple[str, ...]:
    """Recovery codes for who has none yet; nothing for who has."""
    return () if view(db, by).recovery_codes else new_recovery_codes(db, by, now=now)


def new_recovery_codes(db: Session, by: Actor, *, now: datetime) -> tuple[str, ...]:
    """Fresh recovery codes, which nobody can be shown again; those of before are worth nothing."""
    db.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == by.staff_id))
    codes = tuple(base32(new_key())[:_RECOVERY_CHARS] for _ in range(RECOVERY_CODES))
    db.add_all(RecoveryCode(staff_id=by.staff_id, code_hash=hash_secret(code)) for code in codes)
    auditing.note_of_person(db, by.staff_id, Kind.RECOVERY_CODES_RENEWED, now=now)
    return tuple("-".join(code[at : at + 4] for at in range(0, _RECOVERY_CHARS, 4)) for code in codes)


def turn_off(db: Session, by: Actor, *, now: datetime) -> None:
    """No code of the app is asked for any more."""
    was = delete(Totp).where(Totp.staff_id == by.staff_id).returning(Totp.confirmed_at)
    if db.execute(was).scalar() is not None:
        auditing.note_of_person(db, by.staff_id, Kind.FACTOR_OFF, now=now)
    forget_idle_codes(db, by)


def forget_idle_codes(db: Session, by: Actor) -> None:
    """Recovery codes go with the last thing that they stand in for."""
    if by.staff_id is not None and not is_on(db, by.staff_id):
        db.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == by.staff_id))


def take_away(db: Session, login: str, *, now: datetime) -> None:
    """By the operator's hand the password alone lets this person in again, who has lost all else.

    NotFound for an unknown login.
    """
    staff_id = db.execute(select(Staff.id).where(Staff.login == login.strip().lower())).scalar()
    if staff_id is None:
        raise NotFound("There is nobody with this login.")
    for factor in (Totp, RecoveryCode, Passkey):
        db.execute(delete(factor).where(factor.staff_id == staff_id))
    auditing.note_of_person(db, staff_id, Kind.FACTOR_TAKEN_AWAY, now=now, actor=auditing.OPERATOR)


def redeem(db: Session, staff_id: int, said: str, *, seal: Seal, now: datetime) -> bool:
    """Take a code of the app or a recovery code, and use it up; False if it is none, or was used."""
    code = _plain(said)
    is_right = (_redeem_totp if totp.is_code(code) else _redeem_recovery)(db, staff_id, code, seal, now)
    if not is_right:
        note_failure(db, staff_id, way_of(said), now=now)
    return is_right


def way_of(said: str) -> Way:
    """Which kind of code this is, by its form."""
    return Way.CODE if totp.is_code(_plain(said)) else Way.RECOVERY_CODE


def note_failure(db: Session, staff_id: int, way: Way, *, now: datetime) -> None:
    """Somebody had the password and not the second factor."""
    actor = auditing.VISITOR
    auditing.note_of_person(db, staff_id, Kind.FACTOR_FAILED, now=now, actor=actor, way=way.value)


def _redeem_totp(db: Session, staff_id: int, code: str, seal: Seal, now: datetime) -> bool:
    mine = Totp.staff_id == staff_id, Totp.confirmed_at.is_not(None)
    found = db.execute(select(Totp.sealed_secret, Totp.last_step).where(*mine)).first()
    if found is None:
        return False
    step = totp.find_step(seal.open(found.sealed_secret), code, now=now, after=found.last_step)
    if step is None:
        return False
    first = update(Totp).where(*mine, Totp.last_step < step).values(last_step=step)
    return bool(db.execute(first).rowcount)  # type: ignore[attr-defined]  # of an UPDATE it has one


def _redeem_recovery(db: Session, staff_id: int, code: str, _seal: Seal, _now: datetime) -> bool:
    mine = RecoveryCode.staff_id == staff_id, RecoveryCode.code_hash == hash_secret(code)
    return bool(db.execute(delete(RecoveryCode).where(*mine)).rowcount)  # type: ignore[attr-defined]


def _plain(said: str) -> str:
    """A code without what people put into it to read it more easily."""
    return "".join(said.split()).replace("-", "").lower()
