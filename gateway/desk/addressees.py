"""Who gets an answer when nobody says otherwise, who is a third party, and what an answer may quote.

A third party is somebody to whom a message was forwarded. Their answer comes back into the ticket, and the
next reply goes to them, as it goes to whoever wrote last; a reply to anybody else tells nothing of them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from gateway.mail.address import Address
from gateway.mail.message import Auto
from gateway.rules.recipients import is_ours
from gateway.rules.status import ArticleKind
from gateway.rules.trust import Trust
from gateway.store.queries import filing
from gateway.store.queries.articles import ArticleView, TicketDetail


@dataclass(frozen=True, slots=True)
class Recipients:
    """To whom an answer goes when nobody says otherwise."""

    to: tuple[Address, ...]
    cc: tuple[Address, ...]


def default_recipients(detail: TicketDetail, own: frozenset[str] = frozenset()) -> Recipients:
    """Who gets an answer: the newest writer (their Reply-To if any), and whoever else had their mail.

    What came through a list counts where nothing else came, what was forged never does, and what a colleague
    forwarded is answered to whoever wrote it. Never the desk itself, whose addresses `own` holds as
    `own_addresses` gives them: where none of them is in To, something else there may be one that forwards
    to the desk, so that only Cc counts.
    """
    newest = _wanting_answer(detail.articles)
    if newest is None:
        requester = Address(detail.ticket.requester_name, detail.ticket.requester_address)
        return Recipients(_others((requester,), own), ())
    to = _others(newest.reply_to, own) or _others((newest.from_,), own)
    is_open = newest.auto is None and any(is_ours(who, own) for who in newest.to)
    known = frozenset(who.key for who in to)
    return Recipients(to, _others((*(newest.to if is_open else ()), *newest.cc), own | known))


def find_answered(seen: Sequence[ArticleView], requester: str) -> ArticleView | None:
    """What an answer quotes and names in In-Reply-To: what wants one, else the requester's newest mail.

    No report and no note of absence about a mail of ours: it may name somebody who had a hidden copy. Nor
    what a colleague wrote about the mail that they forwarded.
    """
    key = Address("", requester).key
    theirs = (a for a in reversed(seen) if _is_inbound(a) and a.from_.key == key)
    return _wanting_answer(seen) or next(theirs, None)


def own_addresses(db: Session, account_id: int) -> frozenset[str]:
    """The addresses of the account's mailboxes, and the local parts of their forwarding addresses."""
    boxes = filing.own_mailboxes(db, account_id)
    return frozenset(name for box in boxes for name in (box.address, box.forwarding_local))


def third_parties(detail: TicketDetail) -> frozenset[str]:
    """Who came into a ticket by a forward, as addresses are compared; who took part before is none.

    Whomever a third party brings in by a copy is one, too.
    """
    if not any(article.forward_of for article in detail.articles):
        return frozenset()  # as nearly everywhere, and each ticket's page asks
    taking_part = {Address("", detail.ticket.requester_address).key}
    others: set[str] = set()
    for article in detail.articles:
        people = {who.key for who in _all(article)}
        if article.forward_of or (_is_inbound(article) and article.from_.key in others):
            others |= people - taking_part
        else:
            taking_part |= people - others
    return frozenset(others)


def within_sight(detail: TicketDetail, recipients: Iterable[Address]) -> tuple[ArticleView, ...]:
    """What a mail to these people may quote and name: what passed with third parties only among such."""
    others = third_parties(detail)
    if others.issuperset(who.key for who in recipients):
        return detail.articles
    return tuple(article for article in detail.articles if not _is_aside(article, others))


def _is_aside(article: ArticleView, others: frozenset[str]) -> bool:
    if _is_inbound(article):
        return article.from_.key in others
    people = {who.key for who in _all(article)}
    return bool(article.forward_of) or (bool(people) and people <= others)


def _wanting_answer(seen: Sequence[ArticleView]) -> ArticleView | None:
    """The newest message that somebody wants an answer to; one from a list only where nothing else came."""
    found = [a for a in reversed(seen) if _is_answerable(a)]
    return next((a for a in found if a.auto is None), None) or next(iter(found), None)


def _is_answerable(article: ArticleView) -> bool:
    """Whether somebody who wants an answer wrote it, and to whom is known."""
    is_theirs = article.kind is ArticleKind.INBOUND and article.auto in (None, Auto.BULK.value)
    return is_theirs and article.trust not in (Trust.FORGED, Trust.FORWARDED_BY_STAFF)


def _others(people: Iterable[Address], own: frozenset[str]) -> tuple[Address, ...]:
    """Each person once, without the desk itself."""
    unique: dict[str, Address] = {}
    for who in people:
        if who.address and not is_ours(who, own):
            unique.setdefault(who.key, who)
    return tuple(unique.values())


def _is_inbound(article: ArticleView) -> bool:
    return article.kind is ArticleKind.INBOUND


def _all(article: ArticleView) -> tuple[Address, ...]:
    writers = (article.from_, *article.reply_to) if _is_inbound(article) else ()
    return (*writers, *article.to, *article.cc, *article.bcc)
