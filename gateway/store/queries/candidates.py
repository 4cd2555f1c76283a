"""Which tickets the traces in a mail lead to (SPEC 4.5), with what the filing rule must know of each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session, aliased

from gateway.mail.address import Address
from gateway.mail.addressing import domain_to_ascii
from gateway.rules.filing import Candidate, FoundBy
from gateway.rules.status import Status
from gateway.store.articles import stored_message_id
from gateway.store.models import Article, CustomerDomain, Participant, Ticket

MAX_REFERENCES = 100


@dataclass(frozen=True, slots=True)
class Traces:
    """Where a mail says it belongs; `references` newest first, tickets and threads only from genuine tokens.

    A ticket's id comes from an address that only its people know, a thread's from References.
    """

    ticket_ids: tuple[int, ...]
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    numbers: tuple[int, ...]
    thread_ids: tuple[int, ...] = ()


def find_candidates(
    db: Session, account_id: int, traces: Traces, sender: Address | None
) -> tuple[Candidate, ...]:
    """The account's tickets that the traces name, strongest trace first; another account's are never seen."""
    newest = traces.references[:MAX_REFERENCES]
    found = [
        *_by_ticket(db, account_id, FoundBy.TOKEN, traces.ticket_ids, sender),
        *_by_message(db, account_id, traces.in_reply_to, FoundBy.IN_REPLY_TO, sender),
        *_by_message(db, account_id, newest, FoundBy.REFERENCES, sender),
        *_by_ticket(db, account_id, FoundBy.REFERENCES, traces.thread_ids, sender, behind=MAX_REFERENCES),
        *_by_ticket(db, account_id, FoundBy.SUBJECT, traces.numbers, sender),
    ]
    return tuple(found)


_TARGET = aliased(Ticket)
"""The ticket itself, or the one it was merged into."""


def _takes_part(sender: Address | None, ticket: Any = Ticket) -> ColumnElement[bool]:
    address, domain = (sender.key, domain_to_ascii(sender.domain)) if sender else ("", "")
    named = exists().where(Participant.ticket_id == ticket.id, Participant.address == address)
    colleague = exists().where(
        CustomerDomain.account_id == ticket.account_id,
        CustomerDomain.customer_id == ticket.customer_id,
        CustomerDomain.domain == domain,
    )
    return named | colleague


def _by_ticket(
    db: Session,
    account_id: int,
    found_by: FoundBy,
    wanted: Sequence[int],
    sender: Address | None,
    *,
    behind: int = 0,
) -> Iterable[Candidate]:
    """Tickets by number (the subject names it) or by row (a token proves it), ranked `behind` others."""
    if not wanted:
        return
    key = Ticket.number if found_by is FoundBy.SUBJECT else Ticket.id
    takes_part = _takes_part(sender, _TARGET)
    columns = select(_TARGET.id, _TARGET.status, _TARGET.closed_at, takes_part, key.label("key")).join(
        _TARGET, _TARGET.id == func.coalesce(Ticket.merged_into_id, Ticket.id)
    )
    for row in db.execute(columns.where(Ticket.account_id == account_id, key.in_(wanted))):
        rank = behind + wanted.index(row[4])
        yield Candidate(row[0], found_by, rank, Status(row[1]), row[2], sender_takes_part=row[3])


def _by_message(
    db: Session,
    account_id: int,
    message_ids: Sequence[str],
    found_by: FoundBy,
    sender: Address | None,
) -> Iterable[Candidate]:
    if not message_ids:
        return
    message_ids = [stored_message_id(one) for one in message_ids]
    columns = (
        select(Ticket.id, Ticket.status, Ticket.closed_at, _takes_part(sender), Article.message_id)
        .join(Article, Article.ticket_id == Ticket.id)
        .where(Article.account_id == account_id, Article.message_id.in_(message_ids))
        .order_by(Article.id.desc())
        .limit(MAX_REFERENCES)
    )
    for row in db.execute(columns):
        rank = message_ids.index(row[4] or "")
        yield Candidate(row[0], found_by, rank, Status(row[1]), row[2], sender_takes_part=row[3])
