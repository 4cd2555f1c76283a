"""One try by a mailbox's own account. What is wrong there is told at the mailbox; its mail waits meanwhile.

It never takes another way: a mail from a domain by a server that does not know it would look forged.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from gateway.desk.servers.faults import ServerFault
from gateway.outbound.relayurl import Relay
from gateway.outbound.submission import Sender
from gateway.outbound.way import Way
from gateway.rules.retry import Deferred, Outcome
from gateway.store import smtp
from gateway.store.servers import Trouble
from gateway.store.smtp import OutgoingAccount
from gateway.store.troublewords import words_for

_SHORTEST_REST, _LONGEST_REST = timedelta(minutes=1), timedelta(minutes=5)
_LONGEST_LOGIN_REST = timedelta(minutes=15)
_PASSES_BY_ITSELF = {
    Trouble.UNRESOLVED,
    Trouble.UNREACHABLE,
    Trouble.TIMEOUT,
    Trouble.TOKEN_SERVER,
    Trouble.DROPPED,
    Trouble.BUSY,
    Trouble.PROTOCOL,
}
"""Mail that waits for these is given up after five days; for the rest somebody has to do something first."""

Send = Callable[[Relay], Outcome]
"""Hands the mail over to a server; raises ServerFault."""

Note = Callable[[Session, datetime], None]
"""Writes down what a try has shown, at that moment."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of it, and what is to be noted with it; `is_kept` where a connection stays open."""

    outcome: Outcome
    note: Note
    is_kept: bool = False


def send_by(way: Way, send: Send, sender: Sender, *, now: datetime) -> Tried:
    """Send by this way, or wait while the account rests. Raises Asked while another refreshes its token."""
    account = way.account
    if account.resting_until is not None and account.is_resting(now):
        return Tried(Deferred(words_for(account.last_error), pause=account.resting_until - now), no_news)
    try:
        relay, outcome = _send(way, send)
    except ServerFault as fault:
        rest = rest_after(fault, account, now=now)
        pause = None if fault.trouble in _PASSES_BY_ITSELF else rest
        note = partial(note_trouble, account=way.account, fault=fault, rest=rest)
        return Tried(Deferred(words_for(fault.noted), pause=pause), note)
    offer = sender.take_offer(relay)
    has_news = offer is not None or account.last_error
    well = partial(note_well, account=account, offer=offer)
    return Tried(outcome, well if has_news else no_news, is_kept=sender.keeps(relay))


def rest_after(fault: ServerFault, account: OutgoingAccount, *, now: datetime) -> timedelta:
    """How long nobody tries again, the longer the longer it has been going on: servers lock users out."""
    longest = _LONGEST_REST if fault.trouble in _PASSES_BY_ITSELF else _LONGEST_LOGIN_REST
    return min(max((now - (account.failing_since or now)) / 4, _SHORTEST_REST), longest)


def no_news(_db: Session, _now: datetime) -> None:
    """There is nothing to note."""


def note_well(db: Session, now: datetime, *, account: OutgoingAccount, offer: int | None) -> None:
    """The account works; the largest mail that its server takes, if it was greeted."""
    smtp.note_well(db, account, max_message_bytes=offer, now=now)


def note_trouble(
    db: Session, now: datetime, *, account: OutgoingAccount, fault: ServerFault, rest: timedelta
) -> None:
    """The account does not work; its owner is told at the mailbox, and by mail if it goes on."""
    smtp.note_trouble(db, account, fault.noted, now=now, resting_until=now + rest)


def _send(way: Way, send: Send) -> tuple[Relay, Outcome]:
    relay = way.relay()
    try:
        return relay, send(relay)
    except ServerFault as fault:
        if not way.forget_token(fault):
            raise
    relay = way.relay()
    return relay, send(relay)
