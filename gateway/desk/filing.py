"""An accepted mail becomes a ticket, or part of one: everything it brings, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import assert_never

from sqlalchemy.orm import Session

from gateway.desk import deletionrequests, deliverability, guarding, quarantine, telling, writers
from gateway.desk.guarding import Arrival, Guards, Weather
from gateway.desk.writers import Writer
from gateway.mail.address import Address
from gateway.mail.authres import NOT_EXAMINED, Verdict, to_stored
from gateway.mail.headerlines import one_line
from gateway.mail.invitation import as_stored
from gateway.mail.message import ParsedMail
from gateway.mail.peek import Glimpse
from gateway.mail.tokens import (
    Purpose,
    claimed_article,
    claimed_probe,
    claimed_thread,
    is_genuine,
    is_own_message_id,
    is_own_probe,
    read_local,
    without_probe,
)
from gateway.rules.doubts import Reason, decide_doubt
from gateway.rules.filing import (
    Append,
    Candidate,
    Filing,
    FollowUp,
    NewTicket,
    decide_filing,
    numbers_in_subject,
)
from gateway.rules.loops import is_loop
from gateway.rules.recipients import answer_addresses, is_ours
from gateway.rules.scans import Scan
from gateway.rules.status import ArticleKind, Status, after_inbound
from gateway.rules.storms import Storm
from gateway.rules.trust import may_take_part
from gateway.store import (
    articles,
    contacts,
    deliveries,
    holders,
    intake,
    outbox,
    tickets,
)
from gateway.store import quarantine as held
from gateway.store.articles import NewArticle, NewFile
from gateway.store.intake import Fate, IntakeRow, Source
from gateway.store.queries import filing as books
from gateway.store.queries.candidates import Traces, find_candidates
from gateway.store.tickets import EventKind, NewTicketRow, Standing

UNREADABLE_SUBJECT = "(unreadable message)"
_NO_SUBJECT = "(no subject)"
_DEFAULT_REOPEN = timedelta(days=30)
_MAX_ANSWER = 500
"""Characters of a report that stand beside its delivery, as many as of a server's own answer."""


@dataclass(frozen=True, slots=True)
class Filed:
    """What became of a mail, and the number of the ticket it is in."""

    fate: Fate
    number: int | None
    owes_acknowledgement: bool = False


@dataclass(frozen=True, slots=True)
class _Where:
    """What the envelope says: the mailbox that got it, and the genuine tokens among the recipients.

    `came_back`: it came to the return address of a mail of ours, which only that mail's servers know.
    `confirms` are those of the tickets whose confirmation it is.
    """

    box: books.OwnMailbox | None
    own_addresses: frozenset[str]
    ticket_ids: tuple[int, ...]
    delivery_ids: tuple[int, ...]
    came_back: bool
    confirms: tuple[int, ...] = ()

    @property
    def mailbox_id(self) -> int | None:
        return self.box.id if self.box else None

    def of_ticket(self, ticket_id: int) -> deletionrequests.Place:
        """The same, as it is to a ticket."""
        return deletionrequests.Place(ticket_id, self.box, self.own_addresses, self.confirms)

    @property
    def reopen_within(self) -> timedelta:
        return self.box.reopen_within if self.box else _DEFAULT_REOPEN


def file(
    db: Session,
    row: IntakeRow,
    parsed: ParsedMail,
    files: Sequence[NewFile],
    *,
    content_hash: str,
    now: datetime,
    guards: Guards | None = None,
    verdict: Verdict = NOT_EXAMINED,
) -> Filed | None:
    """File a mail under its account: ticket, article, files, timeline, ledger. None if it is filed already.

    The same mail offered again becomes a line in its ticket's timeline; a doubtful one waits in quarantine.
    Without `guards` no storm is looked for and nothing acknowledged. `verdict` says who sent it.
    """
    if not intake.take(db, row.id, now=now):
        return None
    if (probe := _own_probe(db, row, parsed)) is not None:
        return _file_probe(db, row, parsed, probe, content_hash=content_hash, now=now)
    sender = parsed.from_ or (Address("", row.mail_from) if row.mail_from else None)
    weather = guarding.weigh(db, row, sender, guards)
    known = books.find_same_mail(db, row.account_id, content_hash, intake_id=row.id)
    if known is not None:
        return _file_again(db, row, known, now=now, is_told=weather.storm is Storm.NONE)
    arrival = Arrival(row, parsed, sender, verdict)
    where = _where(db, row, parsed)
    found = _candidates(db, row.account_id, parsed, where, verdict)
    doubt = _doubt(db, arrival, where, weather, names_ticket=bool(found), files=files)
    is_suspect = doubt is not None or weather.storm is not Storm.NONE
    is_released = is_suspect and held.is_held(db, row.id)
    if doubt is not None and not is_released:
        return _hold(db, arrival, doubt, found, content_hash)
    within, by_machine = where.reopen_within, parsed.auto is not None
    filing = decide_filing(found, now=now, reopen_within=within, by_machine=by_machine)
    writer = writers.recognise(db, row, parsed, verdict, filing, own=where.own_addresses, now=now)
    folded = None if is_released else _folded(db, arrival, writer.who, weather, filing)
    article = _article(row, parsed, files, writer, verdict, content_hash)
    if folded:
        article, ticket = replace(article, is_folded=True), _fold(db, row, folded)
    else:
        ticket = _ticket(db, row, parsed, filing, where, writer.requester, writer.who, now=now)
    article_id, _ = articles.append(db, row.account_id, ticket.id, article, now=row.received_at)
    if may_take_part(verdict):
        _let_take_part(db, row.account_id, ticket.id, writer, parsed, where.own_addresses)
    _mark_bounces(db, row.account_id, parsed, where, now=now)
    is_further = isinstance(folded or filing, Append)
    if not folded:
        telling.tell_of_mail(db, row, ticket, article_id, is_further=is_further, auto=parsed.auto, now=now)
    asking = None if is_released else guards
    place = where.of_ticket(ticket.id)
    asks = not folded and deletionrequests.take(db, arrival, writer, place, guards=asking, now=now)
    if is_further:
        return _settled(db, row, Fate.FOLLOW_UP, ticket, owes=asks)
    created = EventKind.CREATED
    tickets.add_event(db, row.account_id, ticket.id, created, article_id=article_id, now=row.received_at)
    owes = asks or guarding.may_acknowledge(
        db, arrival, writer.who, where.box, where.own_addresses, guards=asking, now=now
    )
    return _settled(db, row, Fate.TICKET, ticket, owes=owes)


def _settled(db: Session, row: IntakeRow, fate: Fate, ticket: Standing, *, owes: bool) -> Filed:
    _settle(db, row, fate, ticket.id, is_done=not owes)
    return Filed(fate, ticket.number, owes_acknowledgement=owes)


def _own_probe(db: Session, row: IntakeRow, parsed: ParsedMail) -> str | None:
    """The public id of a mailbox's own probe that comes back here, None for any other mail."""
    claim = claimed_probe(parsed.subject)
    return claim[0] if claim and is_own_probe(books.mail_key(db, row.account_id), claim) else None


def _file_probe(
    db: Session, row: IntakeRow, parsed: ParsedMail, probe: str, *, content_hash: str, now: datetime
) -> Filed:
    """Note that a probe is back. It makes no ticket, unless it is a test mail, and comes for the first time.

    That is not doubted: it is ours, whatever a forwarder made of it.
    """
    if not deliverability.note_back(db, row.account_id, probe, now=now):
        _settle(db, row, Fate.REFUSED, None, reason=intake.PROBE)
        return Filed(Fate.REFUSED, None)
    parsed, where = replace(parsed, subject=without_probe(parsed.subject)), _where(db, row, parsed)
    writer = writers.recognise(db, row, parsed, NOT_EXAMINED, NewTicket(), own=where.own_addresses, now=now)
    ticket = _ticket(db, row, parsed, NewTicket(), where, writer.requester, writer.who, now=now)
    article = _article(row, parsed, (), writer, NOT_EXAMINED, content_hash)
    article_id, _ = articles.append(db, row.account_id, ticket.id, article, now=row.received_at)
    created = EventKind.CREATED
    tickets.add_event(db, row.account_id, ticket.id, created, article_id=article_id, now=row.received_at)
    deliverability.note_ticket(db, row.account_id, probe, ticket.number)
    _settle(db, row, Fate.TICKET, ticket.id)
    return Filed(Fate.TICKET, ticket.number)


def settle_unread(
    db: Session, row: IntakeRow, seen: Glimpse, *, guards: Guards, content_hash: str, now: datetime
) -> Fate | None:
    """Hold a mail back by what a glimpse shows, if its sender's storm is such that no mail is filed anyway.

    None, and nothing is written, if it has to be read. Raises IntegrityError when the same content is held
    in this very moment.
    """
    if row.source is Source.IMPORT or not guarding.would_be_held(db, row, seen.sender, guards):
        return None
    if held.is_held(db, row.id) or not intake.take(db, row.id, now=now):
        return None
    guarding.weigh(db, row, seen.sender, guards)
    known = books.find_same_mail(db, row.account_id, content_hash, intake_id=row.id)
    if known is not None:
        return _file_again(db, row, known, now=now, is_told=False).fate
    quarantine.hold(db, row, Reason.STORM, seen, content_hash=content_hash)
    return Fate.QUARANTINED


def file_unreadable(
    db: Session, row: IntakeRow, *, raw_size_bytes: int, content_hash: str, scan: Scan, now: datetime
) -> Filed | None:
    """A mail that could not be read becomes a bare ticket with the raw mail attached: nothing is lost.

    `scan` is how the virus scanner judged the raw mail. None if it is filed already.
    """
    if not intake.take(db, row.id, now=now):
        return None
    known = books.find_same_mail(db, row.account_id, content_hash, intake_id=row.id)
    if known is not None:
        return _file_again(db, row, known, now=now)
    where = _where(db, row, None)
    sender = Address("", row.mail_from)
    new = _new_row(UNREADABLE_SUBJECT, where, sender, None, NewTicket())
    ticket = tickets.open_ticket(db, row.account_id, new, now=row.received_at)
    raw = NewFile(
        "message.eml", "message/rfc822", "message/rfc822", raw_size_bytes, row.raw_sha256, scan=scan
    )
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


def _file_again(
    db: Session, row: IntakeRow, known: books.SameMail, *, now: datetime, is_told: bool = True
) -> Filed:
    """Settle a mail that is here already; a storm of the same one is not told line by line."""
    if known.ticket_id is None:
        _settle(db, row, Fate.DUPLICATE, None, reason=intake.HELD_BEFORE)
        return Filed(Fate.DUPLICATE, None)
    ticket = tickets.stand_by_id(db, row.account_id, known.ticket_id)
    if is_told:
        data = {"rcpt_to": [offer.rcpt_to for offer in row.offers]}
        tickets.add_event(db, row.account_id, ticket.id, EventKind.SAME_MAIL_AGAIN, data, now=now)
    _settle(db, row, Fate.DUPLICATE, ticket.id, reason=intake.IN_BEFORE)
    return Filed(Fate.DUPLICATE, ticket.number)


def _hold(
    db: Session, arrival: Arrival, doubt: Reason, found: Sequence[Candidate], content_hash: str
) -> Filed:
    mail = arrival.mail
    seen = Glimpse(arrival.sender, mail.subject, articles.snippet_of(mail.reply_text))
    ticket_id = found[0].ticket_id if found else None
    quarantine.hold(db, arrival.row, doubt, seen, content_hash=content_hash, ticket_id=ticket_id)
    return Filed(Fate.QUARANTINED, None)


def _doubt(
    db: Session,
    arrival: Arrival,
    where: _Where,
    weather: Weather,
    *,
    names_ticket: bool,
    files: Sequence[NewFile],
) -> Reason | None:
    mail = arrival.mail
    has_our_form = mail.auto is not None and claimed_article(mail.message_id) is not None
    key = books.mail_key(db, arrival.row.account_id) if has_our_form else b""
    is_ours_back = has_our_form and is_own_message_id(key, mail.message_id)
    # Daemons sign nothing, whatever their domain asks of its people; and a storm of reports is one of ours.
    is_report = where.came_back and mail.bounce is not None and not arrival.row.mail_from
    return decide_doubt(
        storm=Storm.NONE if is_report else weather.storm,
        is_loop=is_loop(mail, own=where.own_addresses, is_own_automatic=is_ours_back),
        dmarc_failed=arrival.dmarc_failed and not is_report,
        names_ticket=names_ticket,
        is_infected=any(one.scan is Scan.INFECTED for one in files),
    )


def _folded(
    db: Session, arrival: Arrival, who: contacts.Known | None, weather: Weather, filing: Filing
) -> Append | None:
    """Into which ticket a storm's mail folds, if it would open one of its own."""
    if weather.storm is not Storm.FOLD or isinstance(filing, Append):
        return None
    ticket_id = guarding.folding_ticket(db, arrival.row, arrival.sender, who, weather)
    return Append(to=ticket_id) if ticket_id is not None else None


def _fold(db: Session, row: IntakeRow, folded: Append) -> Standing:
    """One more mail of a storm in its ticket, which is neither reopened nor anything else by it."""
    tickets.count_folded(db, row.account_id, folded.to)
    return tickets.stand_by_id(db, row.account_id, folded.to)


def _settle(
    db: Session, row: IntakeRow, fate: Fate, ticket_id: int | None, *, reason: str = "", is_done: bool = True
) -> None:
    """Note the fate; an acknowledgement that is owed leaves the outbox row to whoever writes it."""
    intake.mark_filed(db, row, fate, ticket_id=ticket_id, reason=reason)
    if is_done:
        outbox.done_for(db, outbox.Topic.FILE, row.id)


def _where(db: Session, row: IntakeRow, parsed: ParsedMail | None) -> _Where:
    boxes = books.own_mailboxes(db, row.account_id)
    named = {offer.mailbox_id for offer in row.offers}
    box = next((box for box in boxes if box.id in named), None)
    ticket_ids, delivery_ids, confirms = _genuine(db, row)
    came_back = bool(delivery_ids)
    if parsed is not None and not delivery_ids and (sent := _bounced(db, row, parsed)) is not None:
        delivery_ids = (sent.delivery_id,)
        ticket_ids = (*ticket_ids, *filter(None, [sent.ticket_id]))
    return _Where(
        box=box,
        own_addresses=frozenset(name for own in boxes for name in (own.address, own.forwarding_local)),
        ticket_ids=ticket_ids,
        delivery_ids=delivery_ids,
        came_back=came_back,
        confirms=confirms,
    )


def _genuine(db: Session, row: IntakeRow) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    """The tickets and the deliveries that the recipients' tokens prove, and the tickets they confirm."""
    claims = [claim for o in row.offers if (claim := read_local(o.rcpt_to.rpartition("@")[0]))]
    if not claims:
        return (), (), ()
    key = books.mail_key(db, row.account_id)
    genuine = [claim for claim in claims if is_genuine(key, claim)]
    bounced = tuple(claim.ref_id for claim in genuine if claim.purpose is Purpose.BOUNCE)
    answered = [claim.ref_id for claim in genuine if claim.purpose is not Purpose.BOUNCE]
    confirms = tuple(claim.ref_id for claim in genuine if claim.purpose is Purpose.CONFIRM)
    about = books.tickets_of_deliveries(db, row.account_id, bounced) if bounced else []
    return tuple(dict.fromkeys([*answered, *about])), bounced, confirms


def _bounced(db: Session, row: IntakeRow, parsed: ParsedMail) -> books.Sent | None:
    """The delivery that a bounce without our token is about.

    Some servers send reports to From instead of the envelope's sender. Such a one counts with a Message-ID
    that only this account can have made, for a recipient who got that very mail, and if nobody can be
    answered: whoever merely quotes a mail of ours is not believed.
    """
    bounce = parsed.bounce
    if bounce is None or row.mail_from:
        return None
    article = claimed_article(bounce.original_message_id)
    if article is None:
        return None
    is_genuine_id = is_own_message_id(books.mail_key(db, row.account_id), bounce.original_message_id)
    return books.find_sent(db, row.account_id, article, bounce.recipient) if is_genuine_id else None


def _candidates(
    db: Session, account_id: int, parsed: ParsedMail, where: _Where, verdict: Verdict
) -> Sequence[Candidate]:
    about = (parsed.bounce.original_message_id,) if parsed.bounce else ()
    claims = [claim for one in reversed(parsed.references) if (claim := claimed_thread(one))]
    key = books.mail_key(db, account_id) if claims else b""
    traces = Traces(
        ticket_ids=where.ticket_ids,
        in_reply_to=tuple(filter(None, (*parsed.in_reply_to, *about))),
        references=tuple(reversed(parsed.references)),
        numbers=numbers_in_subject(parsed.subject),
        thread_ids=tuple(dict.fromkeys(claim.ref_id for claim in claims if is_genuine(key, claim))),
    )
    return find_candidates(db, account_id, traces, parsed.from_ if may_take_part(verdict) else None)


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
            is_proven = bool(where.ticket_ids or where.delivery_ids)
            if parsed.auto is None or (is_proven and _is_failure(parsed)):
                after = after_inbound(ticket.status)
                tickets.set_status(db, row.account_id, ticket, after, now=now)
                holders.pass_on(db, row.account_id, ticket.id, now=now)
            return ticket
        case NewTicket() | FollowUp():
            subject = parsed.subject.strip() or _NO_SUBJECT
            new = _new_row(subject, where, sender or Address("", ""), who, filing)
            return tickets.open_ticket(db, row.account_id, new, now=row.received_at)
        case _:
            assert_never(filing)


def _is_failure(parsed: ParsedMail) -> bool:
    """Whether a report tells of a mail that will not arrive; a delay is none."""
    return parsed.bounce is not None and parsed.bounce.action in ("failed", "")


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
        protection=parsed.protection.value,
        invitation=as_stored(parsed.invitation) if parsed.invitation else None,
        defects=parsed.defects,
        raw_sha256=row.raw_sha256,
        content_hash=content_hash,
        files=files,
    )


def _let_take_part(
    db: Session, account_id: int, ticket_id: int, writer: Writer, parsed: ParsedMail, own: frozenset[str]
) -> None:
    """The sender takes part, and whoever they openly wrote to as well, except our own addresses."""
    people = (*filter(None, [writer.requester]), *parsed.to, *parsed.cc)
    others = [who.key for who in people if not is_ours(who, own)]
    tickets.add_participants(db, account_id, ticket_id, others)


def _mark_bounces(db: Session, account_id: int, parsed: ParsedMail, where: _Where, *, now: datetime) -> None:
    if parsed.bounce is None or not _is_failure(parsed):
        return
    answer = one_line(f"{parsed.bounce.status} {parsed.bounce.diagnostic}")[:_MAX_ANSWER]
    for delivery_id in where.delivery_ids:
        deliveries.mark_bounced(db, account_id, delivery_id, answer=answer, now=now)
