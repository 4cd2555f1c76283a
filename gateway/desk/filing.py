"""An accepted mail becomes a ticket, or part of one: everything it brings, in one transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from sqlalchemy.orm import Session

from gateway.desk import writers
from gateway.desk.writers import Writer
from gateway.mail.address import Address
from gateway.mail.authres import NOT_EXAMINED, Verdict, to_stored
from gateway.mail.message import ParsedMail
from gateway.mail.tokens import Purpose, is_genuine, read_local
from gateway.rules.filing import (
    Append,
    Filing,
    FollowUp,
    NewTicket,
    decide_filing,
    numbers_in_subject,
)
from gateway.rules.recipients import answer_addresses, is_ours
from gateway.rules.status import ArticleKind, Status, after_inbound
from gateway.rules.trust import may_take_part
from gateway.store import articles, contacts, deliveries, intake, outbox, tickets
from gateway.store.articles import NewArticle, NewFile
from gateway.store.intake import Fate, IntakeRow
from gateway.store.queries import filing as books
from gateway.store.queries.candidates import Traces, find_candidates
from gateway.store.tickets import EventKind, NewTicketRow, Standing

UNREADABLE_SUBJECT = "(unreadable message)"
_NO_SUBJECT = "(no subject)"
_DEFAULT_REOPEN = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Filed:
    """What became of a mail, and the number of the ticket it is in."""

    fate: Fate
    number: int | None


@dataclass(frozen=True, slots=True)
class _Where:
    """What the envelope says: the mailbox that got it, and the genuine tokens among the recipients."""

    mailbox_id: int | None
    reopen_within: timedelta
    own_addresses: frozenset[str]
    ticket_ids: tuple[int, ...]
    delivery_ids: tuple[int, ...]


def file(
    db: Session,
    row: IntakeRow,
    parsed: ParsedMail,
    files: Sequence[NewFile],
    *,
    content_hash: str,
    now: datetime,
    verdict: Verdict = NOT_EXAMINED,
) -> Filed | None:
    """File a mail under its account: ticket, article, files, timeline, ledger. None if it is filed already.

    The same mail offered again becomes a line in its ticket's timeline. `verdict` says who sent it.
    """
    if not intake.take(db, row.id, now=now):
        return None
    known = books.ticket_with_same_mail(db, row.account_id, content_hash)
    if known is not None:
        return _file_again(db, row, known, now=now)
    where = _where(db, row)
    filing = _decide(db, row.account_id, parsed, where, verdict, now=now)
    writer = writers.recognise(db, row, parsed, verdict, filing, own=where.own_addresses, now=now)
    ticket = _ticket(db, row, parsed, filing, where, writer.requester, writer.who, now=now)
    article = _article(row, parsed, files, writer, verdict, content_hash)
    article_id, _ = articles.append(db, row.account_id, ticket.id, article, now=row.received_at)
    if may_take_part(verdict):
        people = (*([writer.requester] if writer.requester else []), *parsed.to, *parsed.cc)
        _let_take_part(db, row.account_id, ticket.id, people, where.own_addresses)
    _mark_bounces(db, row.account_id, parsed, where, now=now)
    is_new = not isinstance(filing, Append)
    if is_new:
        created = EventKind.CREATED
        tickets.add_event(db, row.account_id, ticket.id, created, article_id=article_id, now=row.received_at)
    fate = Fate.TICKET if is_new else Fate.FOLLOW_UP
    _settle(db, row, fate, ticket.id)
    return Filed(fate, ticket.number)


def file_unreadable(
    db: Session, row: IntakeRow, *, raw_size_bytes: int, content_hash: str, now: datetime
) -> Filed | None:
    """A mail that could not be read becomes a bare ticket with the raw mail attached: nothing is lost.

    None if it is filed already.
    """
    if not intake.take(db, row.id, now=now):
        return None
    known = books.ticket_with_same_mail(db, row.account_id, content_hash)
    if known is not None:
        return _file_again(db, row, known, now=now)
    where = _where(db, row)
    sender = Address("", row.mail_from)
    new = _new_row(UNREADABLE_SUBJECT, where, sender, None, NewTicket())
    ticket = tickets.open_ticket(db, row.account_id, new, now=row.received_at)
    raw = NewFile("message.eml", "message/rfc822", "message/rfc822", raw_size_bytes, row.raw_sha256)
    article = NewArticle(
        kind=ArticleKind.INBOUND,
        from_=sender,
        subject=UNREADABLE_SUBJECT,
        text="",
        reply_text="",
        intake_id=row.id,
        defects=("this message could not be read; the original is attached",),
        raw_sha256=row.raw_sha256,
        content_hash=content_hash,
        files=(raw,),
    )
    article_id, _ = articles.append(db, row.account_id, ticket.id, article, now=row.received_at)
    tickets.add_event(db, row.account_id, ticket.id, EventKind.UNREADABLE, article_id=article_id, now=now)
    _settle(db, row, Fate.TICKET, ticket.id)
    return Filed(Fate.TICKET, ticket.number)


def _file_again(db: Session, row: IntakeRow, ticket_id: int, *, now: datetime) -> Filed:
    ticket = tickets.stand_by_id(db, row.account_id, ticket_id)
    data = {"rcpt_to": [offer.rcpt_to for offer in row.offers]}
    tickets.add_event(db, row.account_id, ticket_id, EventKind.SAME_MAIL_AGAIN, data, now=now)
    _settle(db, row, Fate.DUPLICATE, ticket_id)
    return Filed(Fate.DUPLICATE, ticket.number)


def _settle(db: Session, row: IntakeRow, fate: Fate, ticket_id: int) -> None:
    intake.mark_filed(db, row, fate, ticket_id=ticket_id)
    outbox.done_for(db, outbox.Topic.FILE, row.id)


def _where(db: Session, row: IntakeRow) -> _Where:
    boxes = books.own_mailboxes(db, row.account_id)
    named = {offer.mailbox_id for offer in row.offers}
    box = next((box for box in boxes if box.id in named), None)
    ticket_ids, delivery_ids = _genuine(db, row)
    return _Where(
        mailbox_id=box.id if box else None,
        reopen_within=box.reopen_within if box else _DEFAULT_REOPEN,
        own_addresses=frozenset(name for own in boxes for name in (own.address, own.forwarding_local)),
        ticket_ids=ticket_ids,
        delivery_ids=delivery_ids,
    )


def _genuine(db: Session, row: IntakeRow) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The tickets and the deliveries that the recipients' tokens prove."""
    claims = [claim for o in row.offers if (claim := read_local(o.rcpt_to.rpartition("@")[0]))]
    if not claims:
        return (), ()
    key = books.mail_key(db, row.account_id)
    genuine = [claim for claim in claims if is_genuine(key, claim)]
    bounced = tuple(claim.ref_id for claim in genuine if claim.purpose is Purpose.BOUNCE)
    answered = [claim.ref_id for claim in genuine if claim.purpose is Purpose.REPLY]
    about = books.tickets_of_deliveries(db, row.account_id, bounced) if bounced else []
    return tuple(dict.fromkeys([*answered, *about])), bounced


def _decide(
    db: Session, account_id: int, parsed: ParsedMail, where: _Where, verdict: Verdict, *, now: datetime
) -> Filing:
    about = (parsed.bounce.original_message_id,) if parsed.bounce else ()
    traces = Traces(
        ticket_ids=where.ticket_ids,
        in_reply_to=tuple(filter(None, (*parsed.in_reply_to, *about))),
        references=tuple(reversed(parsed.references)),
        numbers=numbers_in_subject(parsed.subject),
    )
    found = find_candidates(db, account_id, traces, parsed.from_ if may_take_part(verdict) else None)
    return decide_filing(
        found, now=now, reopen_within=where.reopen_within, by_machine=parsed.auto is not None
    )


def _ticket(
    db: Session,
    row: IntakeRow,
    parsed: ParsedMail,
    filing: Filing,
    where: _Where,
    sender: Address | None,
    who: contacts.Known | None,
    *,
    now: datetime,
) -> Standing:
    match filing:
        case Append(to=ticket_id):
            ticket = tickets.stand_by_id(db, row.account_id, ticket_id)
            failed = parsed.bounce is not None and parsed.bounce.action in ("failed", "")
            if parsed.auto is None or failed:
                after = after_inbound(ticket.status)
                tickets.set_status(db, row.account_id, ticket, after, now=now)
            return ticket
        case NewTicket() | FollowUp():
            subject = parsed.subject.strip() or _NO_SUBJECT
            new = _new_row(subject, where, sender or Address("", ""), who, filing)
            return tickets.open_ticket(db, row.account_id, new, now=row.received_at)
        case _:
            assert_never(filing)


def _new_row(
    subject: str,
    where: _Where,
    sender: Address,
    who: contacts.Known | None,
    filing: NewTicket | FollowUp,
) -> NewTicketRow:
    return NewTicketRow(
        subject=subject,
        status=Status.NEW,
        mailbox_id=where.mailbox_id,
        contact_id=who.contact_id if who else None,
        customer_id=who.customer_id if who else None,
        requester_name=sender.name,
        requester_address=sender.address,
        maybe_belongs_to_id=filing.maybe_belongs_to if isinstance(filing, NewTicket) else None,
        follow_up_of_id=filing.of if isinstance(filing, FollowUp) else None,
    )


def _article(
    row: IntakeRow,
    parsed: ParsedMail,
    files: Sequence[NewFile],
    writer: Writer,
    verdict: Verdict,
    content_hash: str,
) -> NewArticle:
    return NewArticle(
        kind=ArticleKind.INBOUND,
        from_=writer.sender or Address("", ""),
        subject=parsed.subject,
        text=parsed.text,
        reply_text=parsed.reply_text,
        intake_id=row.id,
        to=parsed.to,
        cc=parsed.cc,
        reply_to=answer_addresses(parsed),
        message_id=parsed.message_id or None,
        references=(*parsed.references, *parsed.in_reply_to)[-50:],
        html=parsed.html,
        auto=parsed.auto.value if parsed.auto else None,
        trust=writer.trust.value,
        auth=to_stored(verdict),
        defects=parsed.defects,
        raw_sha256=row.raw_sha256,
        content_hash=content_hash,
        files=files,
    )


def _let_take_part(
    db: Session, account_id: int, ticket_id: int, people: Iterable[Address], own: frozenset[str]
) -> None:
    """The sender takes part, and whoever they openly wrote to as well, except our own addresses."""
    others = [who.key for who in people if not is_ours(who, own)]
    tickets.add_participants(db, account_id, ticket_id, others)


def _mark_bounces(db: Session, account_id: int, parsed: ParsedMail, where: _Where, *, now: datetime) -> None:
    if parsed.bounce is None or parsed.bounce.action not in ("failed", ""):
        return
    answer = f"{parsed.bounce.status} {parsed.bounce.diagnostic}".strip()
    for delivery_id in where.delivery_ids:
        deliveries.mark_bounced(db, account_id, delivery_id, answer=answer, now=now)
