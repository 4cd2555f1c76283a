"""API tokens: bearer secrets of an account, hashed at rest, revocable."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gateway.desk import auditing
from gateway.desk.auditing import Kind, What
from gateway.errors import Conflict, NotFound, Suspended, Terminated, Unauthenticated
from gateway.ids import hash_secret, new_public_id, new_secret
from gateway.rules.access import Actor, Role
from gateway.store.audit import Ref
from gateway.store.models import Account, ApiToken

MAX_TOKENS = 100


@dataclass(frozen=True, slots=True)
class TokenView:
    """A token as a list shows it; the secret is not kept."""

    public_id: str
    label: str
    created_at: datetime
    revoked_at: datetime | None


def create(db: Session, account_id: int, *, label: str, now: datetime, by: Actor | None = None) -> str:
    """A new token, valid at once; the answer is its secret, shown this once. Conflict for one too many.

    `by` is who makes it, None the operator.
    """
    working = ApiToken.account_id == account_id, ApiToken.revoked_at.is_(None)
    if db.execute(select(func.count()).where(*working)).scalar_one() >= MAX_TOKENS:
        raise Conflict(f"An account has at most {MAX_TOKENS} tokens.")
    secret, public_id = f"m4a_{new_secret()}", new_public_id()
    db.add(
        ApiToken(
            public_id=public_id,
            account_id=account_id,
            label=label.strip()[:100],
            token_hash=hash_secret(secret),
            created_at=now,
        )
    )
    _note(db, account_id, by, Kind.TOKEN_CREATED, public_id, now)
    return secret


def authenticate(db: Session, secret: str) -> Actor:
    """Whom a token speaks for; Unauthenticated when unknown or revoked, Suspended if its account is."""
    known = ApiToken.token_hash == hash_secret(secret), ApiToken.revoked_at.is_(None)
    columns = ApiToken.account_id, ApiToken.label, ApiToken.public_id
    shut = Account.suspended_at, Account.terminates_at
    of_account = select(*columns, *shut).join(Account, Account.id == ApiToken.account_id)
    found = db.execute(of_account.where(*known)).first()
    if found is None:
        raise Unauthenticated("This token is not valid.")
    if found.suspended_at is not None:
        raise Suspended if found.terminates_at is None else Terminated
    return Actor(found[0], Role.TOKEN, name=found[1], token_id=found[2])


def list_tokens(db: Session, account_id: int) -> tuple[TokenView, ...]:
    """The account's tokens, oldest first."""
    columns = select(ApiToken.public_id, ApiToken.label, ApiToken.created_at, ApiToken.revoked_at)
    mine = columns.where(ApiToken.account_id == account_id).order_by(ApiToken.id)
    return tuple(TokenView(*row) for row in db.execute(mine))


def revoke(db: Session, account_id: int, public_id: str, *, now: datetime, by: Actor | None = None) -> None:
    """End a token; NotFound for another account's. `by` as in `create`."""
    mine = ApiToken.account_id == account_id, ApiToken.public_id == public_id
    token = db.execute(select(ApiToken).where(*mine)).scalar()
    if token is None:
        raise NotFound("There is no such token.")
    if token.revoked_at is None:
        token.revoked_at = now
        _note(db, account_id, by, Kind.TOKEN_REVOKED, public_id, now)


def _note(db: Session, account_id: int, by: Actor | None, kind: Kind, public_id: str, now: datetime) -> None:
    by = by or auditing.operator_in(account_id)
    auditing.note(db, by, kind, Ref(What.TOKEN.value, public_id), now=now)
