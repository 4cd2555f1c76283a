"""Requests for deletion that come by mail (SPEC 9, O12): marked, confirmed by who asks, carried out.

A mail that asks for deletion, or that comes to an address for privacy, is an ordinary ticket with a mark. Who
wrote it is asked once to confirm from the same address, under the guards of acknowledgements; their yes
counts when it comes to the address that only the question named, and their domain vouches for the mail. What
is erased people decide, confirmed or not; the receipt goes to who asked.
"""

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from gateway.desk import erasing, guarding
from gateway.desk.guarding import Arrival, Guards
from gateway.desk.writers import Writer
from gateway.errors import Conflict
from gateway.i18n import DEFAULT_LOCALE, _, speaking
from gateway.rules.access import UNCONFIRMED, Actor
from gateway.rules.deletion import asks_for_deletion, says_yes
from gateway.rules.erasure import ErasureKind, Scope
from gateway.rules.loops import is_by_machine
from gateway.store import deletionrequests as requests
from gateway.store import farewells, outbox, tickets
from gateway.store.deletionrequests import Asking, Because, NewRequest, RequestView
from gateway.store.intake import Source
from gateway.store.queries.acknowledging import find_owed
from gateway.store.queries.filing import OwnMailbox
from gateway.store.tickets import EventKind


@dataclass(frozen=True, slots=True)
class Place:
    """Where a mail was filed: its ticket, the mailbox that got it, the account's own addresses.

    `confirms` are the tickets whose confirmation it claims to be, by genuine addresses.
    """

    ticket_id: int
    box: OwnMailbox | None
    own: AbstractSet[str]
    confirms: Sequence[int] = ()


def take(
    db: Session, arrival: Arrival, writer: Writer, place: Place, *, guards: Guards | None, now: datetime
) -> bool:
    """See what a filed mail has to do with deletion; whether its sender is owed the question to confirm.

    Mail of machines and imported mail asks for nothing.
    """
    row, mail = arrival.row, arrival.mail
    if row.source is Source.IMPORT or is_by_machine(mail) or writer.requester is None:
        return False
    if place.confirms and says_yes(mail.reply_text):
        _hear(db, arrival, place, now)
        return False
    because = _because(arrival, place.box)
    if because is None or requests.is_noted(db, place.ticket_id):
        return False
    is_senders = writer.requester == writer.sender  # what a colleague forwards is confirmed by nobody yet
    may_ask = is_senders and guarding.may_ask(
        db, arrival, writer.who, place.box, place.own, guards=guards, now=now
    )
    locale = place.box.locale if place.box else DEFAULT_LOCALE
    asked_at = now if may_ask else None
    new = NewRequest(
        row.account_id, place.ticket_id, row.id, writer.requester.address, locale, because, asked_at
    )
    requests.note(db, new, now=now)
    _tag(db, row.account_id, place.ticket_id, locale)
    _tell(db, row.account_id, place.ticket_id, "asked" if may_ask else "wanted", now)
    return may_ask


def of_ticket(db: Session, by: Actor, ticket_id: int) -> RequestView | None:
    """What a ticket that they see asks for; None if it asks for no deletion."""
    return requests.of_ticket(db, by.account_id, ticket_id)


def find_asking(db: Session, by: Actor, number: int) -> Asking | None:
    """Whom `ask` would ask in a ticket; None where nobody can be. NotFound for a ticket that they do not see.

    None, too, for who may not erase.
    """
    if not erasing.may_erase(by, ErasureKind.TICKET):
        return None
    return requests.find_asking(db, by.account_id, tickets.stand(db, by.sight, number).id)


def ask(db: Session, by: Actor, number: int, *, now: datetime) -> int:
    """Take a ticket for a request for deletion, and have its sender asked to confirm it; its number.

    People have read it: the guards of automatic mail do not hold it back. Denied for who may not erase,
    NotFound for a ticket that they do not see, Conflict where nobody can be asked, or was already, and as
    long as nobody in the account has confirmed their address.
    """
    erasing.require(by, ErasureKind.TICKET)
    ticket = tickets.stand(db, by.sight, number)
    asking = requests.find_asking(db, by.account_id, ticket.id)
    if asking is None:
        raise Conflict("Nobody can be asked here by an automatic mail. Please ask in an answer.")
    if find_owed(db, asking.intake_id) is None:  # no mail would go, and they would count as asked for ever
        raise Conflict(UNCONFIRMED)
    new = NewRequest(
        by.account_id, ticket.id, asking.intake_id, asking.address, asking.locale, Because.PEOPLE, now
    )
    requests.mark_asked(db, new, now=now)
    _tag(db, by.account_id, ticket.id, asking.locale)
    _tell(db, by.account_id, ticket.id, "asked", now)
    outbox.put(db, outbox.Topic.FILE, asking.intake_id, now=now)
    return ticket.number


def begin(db: Session, by: Actor, scope: Scope, *, quoted: Collection[str] = (), now: datetime) -> str:
    """Have it erased, as `erasing.begin`; whoever asked for it by mail gets the receipt."""
    made = erasing.begin(db, by, scope, quoted=quoted, now=now)
    tie(db, by.account_id, scope, made, now=now)
    return made


def tie(db: Session, account_id: int, scope: Scope, erasure: str, *, now: datetime) -> None:
    """What was asked for in the tickets of an erasure is carried out by it."""
    whose = {
        ErasureKind.TICKET: lambda: requests.in_ticket(account_id, int(scope.public_id)),
        ErasureKind.CONTACT: lambda: requests.by_contact(account_id, scope.public_id),
        ErasureKind.CUSTOMER: lambda: requests.by_customer(account_id, scope.public_id),
    }.get(scope.kind)
    if whose is None:
        return
    for asker in requests.tie(db, account_id, erasure, whose()):
        farewells.owe(
            db, erasure, recipient=asker.address, locale=asker.locale, account_id=account_id, now=now
        )


def _because(arrival: Arrival, box: OwnMailbox | None) -> Because | None:
    if asks_for_deletion(arrival.mail.subject, arrival.mail.reply_text):
        return Because.WORDS
    return Because.ADDRESS if box and box.is_privacy else None


def _hear(db: Session, arrival: Arrival, place: Place, now: datetime) -> None:
    if arrival.sender is None:
        return
    account_id, is_proven = arrival.row.account_id, arrival.verdict.is_confirmed
    is_sure = requests.hear(db, account_id, place.confirms, arrival.sender, is_proven=is_proven, now=now)
    if is_sure is not None:
        _tell(db, account_id, place.ticket_id, "confirmed" if is_sure else "doubted", now)


def _tag(db: Session, account_id: int, ticket_id: int, locale: str) -> None:
    """So that lists show it and searches find it, in the language of the mailbox."""
    with speaking(locale):
        tag = _("deletion request")
    known = tickets.tags_of(db, account_id, ticket_id)
    if tag not in known:
        tickets.change(db, account_id, ticket_id, {"tags": [*known, tag]})


def _tell(db: Session, account_id: int, ticket_id: int, what: str, now: datetime) -> None:
    tickets.add_event(db, account_id, ticket_id, EventKind.DELETION, {"what": what}, now=now)
