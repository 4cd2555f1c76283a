"""The customer's side of a remote session's link: looked at, had for the digits, and said not to be meant.

Nobody is signed in here: whoever has the secret shows its token, of which the hash is of the 32 bytes.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from gateway.desk import remote
from gateway.errors import Gone, NotFound
from gateway.mail import tokens
from gateway.rules.remote import Scope, State, Why, digits_of, has_expired, plain
from gateway.store import remote as rows
from gateway.store.queries import remote as queries
from gateway.store.remote import hash_of_code
from gateway.store.sealed import Seal


@dataclass(frozen=True, slots=True)
class Offer:
    """What the holder of a link is told before anything happens.

    `who` is "" where an API token made it. Of one that has ended only `business`, `number` and `reply_local`
    are there: the local part of the address to which its ticket's answers go.
    """

    public_id: str
    state: State
    why: Why | None
    business: str
    number: int
    reply_local: str
    who: str = ""
    subject: str = ""
    asked: tuple[Scope, ...] = ()
    expires_at: datetime | None = None


def look(db: Session, *, token_hash: bytes, now: datetime) -> Offer:
    """What a link leads to; nothing is used up. NotFound for an unknown one."""
    found = queries.find_by_token(db, token_hash)
    if found is None:
        raise NotFound(remote.UNKNOWN)
    local = tokens.reply_local(found.mail_key, found.ticket_id)
    if found.state is State.ENDED or has_expired(found.state, found.expires_at, now=now):
        why = found.why or Why.EXPIRED
        return Offer(found.public_id, State.ENDED, why, plain(found.business), found.number, local)
    return Offer(
        public_id=found.public_id,
        state=found.state,
        why=None,
        business=plain(found.business),
        number=found.number,
        reply_local=local,
        who=plain(found.who),
        subject=plain(found.subject),
        asked=found.asked,
        expires_at=found.expires_at,
    )


def find_relay(db: Session, *, token_hash: bytes) -> str | None:
    """Where the first side of a link's session has joined; None where none has, or the link is unknown.

    None also once it has ended: whoever comes again is told so by any relay, should that one be gone.
    """
    found = queries.find_by_token(db, token_hash)
    return found.relay_url if found and found.state is not State.ENDED else None


def exchange(db: Session, typed: str, *, key: bytes, now: datetime) -> str:
    """The secret for the digits that were told by phone, once. NotFound for any others.

    Whoever calls counts the tries before (`knocking.knock_with_digits`).
    """
    digits = digits_of(typed)
    sealed = rows.take_code(db, hash_of_code(key, digits), now=now) if digits else None
    if not sealed:
        raise NotFound("This code is not known, was used or is too old. Please ask for a new one.")
    return Seal(key).open(sealed)


def not_me(db: Session, *, token_hash: bytes, now: datetime) -> None:
    """Whoever has the link says that it was not meant for them: it ends, and the ticket tells of it.

    NotFound for an unknown link, Gone for one that has ended.
    """
    found = queries.find_by_token(db, token_hash)
    if found is None:
        raise NotFound(remote.UNKNOWN)
    if not remote.end(db, found.id, why=Why.NOT_ME, now=now):
        raise Gone(remote.GONE)
