"""Answering: an article, a delivery for each recipient and the wake-ups, in one transaction.

Two steps, so that no file is read while others wait for the database: `write` composes the mail and makes
its bytes durable, `reply` records it. Body, bytes and Message-ID never change after that.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import bindparam, case, select
from sqlalchemy.orm import Session

from gateway import ids
from gateway.desk import dkimkeys, pictures, signatures
from gateway.desk.addressees import Recipients, default_recipients, find_answered, own_addresses, within_sight
from gateway.errors import Conflict, Invalid, NotFound, TooLarge
from gateway.mail import compose, render, tokens
from gateway.mail.address import Address
from gateway.mail.addressing import writable_address
from gateway.mail.html import cids_of
from gateway.rules.access import Actor, Permission, require
from gateway.rules.filing import first_subject, tagged_subject
from gateway.rules.seen import Seen
from gateway.rules.status import ArticleKind, Status, after_reply, may_become
from gateway.store import articles, deliveries, drafts, failures, guestnotices, outbox, relayoffers, tickets
from gateway.store.articles import NewArticle, NewFile
from gateway.store.blobs import BlobStore, KeptBlob
from gateway.store.failures import Settled
from gateway.store.filetypes import detect_type
from gateway.store.models import Account, Mailbox, Ticket, table
from gateway.store.queries.articles import ArticleView, TicketDetail, get_detail
from gateway.store.queries.differences import Difference, find_difference
from gateway.store.sealed import Seal
from gateway.store.tickets import EventKind, Standing

MAX_TEXT_CHARS = 500_000
MAX_RECIPIENTS = 100
MAX_FILES = 100
MAX_AHEAD = timedelta(days=365)
"""How long an answer may wait to be sent."""
_LEAVES_IN = timedelta(seconds=30)
"""Guests hear of an answer when it has left, which takes a moment."""


@dataclass(frozen=True, slots=True)
class DraftFile:
    """A file to send; its bytes are a blob already. A picture stands where the text has `![filename]`."""

    filename: str
    content_type: str
    blob: KeptBlob
    is_picture: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """What a staff member wrote. `to` None means: whoever `default_recipients` names.

    `replaces` is the public id of an article that did not arrive and that this one is sent instead of.
    `send_at` lets it wait for a moment, None for no longer than the undo window. `seen` is what of the
    ticket its writer has seen; None leaves that unasked.
    """

    text: str
    to: tuple[Address, ...] | None = None
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    files: tuple[DraftFile, ...] = ()
    status: Status | None = None
    replaces: str = ""
    send_at: datetime | None = None
    seen: Seen | None = None


@dataclass(frozen=True, slots=True)
class Office:
    """What the installation gives an answer: its mail domain, the undo window, the blobs, the size limit.

    `seal` opens the keys that sign; `relay` is the host and port of its outgoing server, "" without one.
    """

    mail_domain: str
    undo: timedelta
    blobs: BlobStore
    max_message_bytes: int
    seal: Seal
    relay: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """A composed answer, its bytes durable; `reply` sends it off."""

    number: int
    article: NewArticle
    status: Status | None
    not_before: datetime
    replaces: str = ""
    seen: Seen | None = None


class Changed(Conflict):
    """The ticket has changed since its writer looked: nothing is sent, and this is what is new to them."""

    words = "The ticket has changed since you opened it."

    def __init__(self, difference: Difference) -> None:
        self.difference = difference
        super().__init__()


@dataclass(frozen=True, slots=True)
class ArticleRef:
    """An article by its ticket's number and its public id."""

    number: int
    public_id: str


@dataclass(frozen=True, slots=True)
class Sender:
    """The account's side of a mail."""

    key: bytes
    address: Address
    signature: str
    locale: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A mail of a ticket before it says anything: what was typed, who sends it to whom, under which id."""

    detail: TicketDetail
    draft: Draft
    sender: Sender
    recipients: Recipients
    public_id: str
    office: Office
    written_at: datetime

    def placed_pictures(self) -> dict[int, str]:
        """The Content-ID of each picture that has a place in the text, by its place among the files."""
        files, domain = self.draft.files, self.office.mail_domain
        return place_pictures(files, self.draft.text, public_id=self.public_id, domain=domain)


@dataclass(frozen=True, slots=True)
class Content:
    """What a mail says. `cids` are the Content-IDs of its files in place, by their place in the draft.

    `forward_of` is the public id of the article that it hands on.
    """

    subject: str
    bodies: render.Bodies
    cids: Mapping[int, str]
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    forward_of: str = ""


def signature_of(db: Session, by: Actor, detail: TicketDetail) -> str:
    """What stands below an answer of theirs to this ticket; "" as long as there is no mailbox."""
    try:
        return signatures.sign(db, by, letterhead(db, by, detail))
    except Invalid:
        return ""


def letterhead(db: Session, by: Actor, detail: TicketDetail) -> signatures.Letterhead:
    """What placeholders in an answer to this ticket stand for; Invalid as long as there is no mailbox."""
    row = detail.ticket
    box = db.connection().execute(_LETTERHEAD, {"account": by.account_id, "ticket": row.id}).first()
    if box is None:
        raise Invalid("There is no mailbox to send from yet.", field="mailbox")
    address, name, signature, locale, account = box
    return signatures.Letterhead(
        name=name or account,
        address=address,
        locale=locale,
        signature=signature,
        number=row.number,
        customer=row.customer.name if row.customer else "",
        contact=row.requester_name,
    )


def write(db: Session, by: Actor, number: int, draft: Draft, *, office: Office, now: datetime) -> Written:
    """Compose an answer to a ticket; nothing is recorded yet. Invalid names the field at fault.

    Raises NotFound for a foreign number, TooLarge above the installation's message size.
    """
    require(by, Permission.WORK_TICKETS)
    require(by, Permission.SEND_MAIL)
    detail = get_detail(db, by.sight, number)
    draft = without_zero_bytes(draft)
    if not draft.text.strip():
        raise Invalid("Please write a text.", field="text")
    sheet = begin(db, by, detail, draft, office=office, now=now)
    return finish(db, by, sheet, _content(sheet))


def without_zero_bytes(draft: Draft) -> Draft:
    """The draft without what no mail may have in its text, nor PostgreSQL."""
    return replace(draft, text=draft.text.replace("\0", ""))


def begin(
    db: Session, by: Actor, detail: TicketDetail, draft: Draft, *, office: Office, now: datetime
) -> Sheet:
    """A mail of a ticket, to whomever the draft names; Invalid names the field at fault."""
    _check(draft)
    _check_moment(draft.send_at, now)
    recipients = _recipients(draft, detail, own_addresses(db, by.account_id))
    return Sheet(detail, draft, _sender(db, by, detail), recipients, ids.new_public_id(), office, now)


def finish(db: Session, by: Actor, sheet: Sheet, content: Content) -> Written:
    """The mail with what it says: signed and durable, for `reply` to send off. TooLarge above the limit."""
    mail = _mail(sheet, content)
    office, draft = sheet.office, sheet.draft
    raw = dkimkeys.signed(db, by.account_id, mail.from_.address, compose.compose(mail), seal=office.seal)
    most, relay = office.max_message_bytes, office.relay
    check_size(len(raw), largest_mail(db, by, sheet.detail.ticket.id, relay=relay, most=most))
    article = _article(by, draft, mail, sheet.public_id, office.blobs.put(raw))
    not_before = max(sheet.written_at + office.undo, (draft.send_at or sheet.written_at).astimezone(UTC))
    number = sheet.detail.ticket.number
    article = replace(article, forward_of=content.forward_of)
    return Written(number, article, draft.status, not_before, draft.replaces, draft.seen)


def reply(db: Session, by: Actor, written: Written, *, now: datetime) -> ArticleRef:
    """Record a composed answer: the mail leaves when the undo window has passed, or at its later moment.

    A forward leaves the ticket in its state unless the draft names one.
    Its Date stays that of writing: RFC 5322, 3.6.1 wants the moment when the writer was done.

    Raises NotFound where it replaces an article that is not of this ticket, and Changed where others have
    done what its writer has not seen.
    """
    require(by, Permission.WORK_TICKETS)
    require(by, Permission.SEND_MAIL)
    ticket = tickets.stand(db, by.sight, written.number)
    if written.seen is not None:
        _hold_back(db, by, ticket, written.seen)
    if written.replaces:
        _replace(db, by, ticket, written.replaces)
    article = written.article
    drafts.drop(db, by.account_id, ticket.id, by.staff_id, article.forward_of)
    article_id, public_id = articles.append(db, by.account_id, ticket.id, article, now=now)
    everybody = (*article.to, *article.cc, *article.bcc)
    for address in {who.key: writable_address(who.address) for who in everybody}.values():
        owed = deliveries.NewDelivery(by.account_id, ticket.id, article_id, ticket.mailbox_id, address)
        delivery_id = deliveries.queue(db, owed, now=now, not_before=written.not_before)
        outbox.put(db, outbox.Topic.DELIVER, delivery_id, now=now, not_before=written.not_before)
    if not article.forward_of:
        guestnotices.owe(
            db, by.account_id, ticket.id, article_id, now=now, not_before=written.not_before + _LEAVES_IN
        )
    tickets.add_participants(db, by.account_id, ticket.id, [who.key for who in everybody])
    usual = ticket.status if article.forward_of else after_reply(ticket.status)
    _move(db, by, ticket, written.status or usual, now=now)
    return ArticleRef(ticket.number, public_id)


def send_now(db: Session, by: Actor, public_id: str, *, now: datetime) -> ArticleRef:
    """Send an answer that waits for a later moment; Conflict when nothing of it waits."""
    require(by, Permission.WORK_TICKETS)
    require(by, Permission.SEND_MAIL)
    article = articles.locate(db, by.sight, public_id)
    if not deliveries.hasten(db, by.account_id, article.id, now=now):
        raise Conflict("This message does not wait to be sent later.")
    return _tell(db, by, article, EventKind.SENT_NOW, now)


def largest_mail(db: Session, by: Actor, ticket_id: int, *, relay: str, most: int) -> int:
    """How large an answer to a ticket may be: `most`, or less where the server by which it leaves says so."""
    limit = relayoffers.find_limit(db, by.account_id, ticket_id, server=relay)
    return min(limit, most) if limit else most


def check_size(size_bytes: int, limit_bytes: int) -> None:
    """Raise TooLarge, which names both numbers, for a mail that is larger than the limit."""
    if size_bytes > limit_bytes:
        words = f"The message with its attachments has {size_bytes} bytes; at most {limit_bytes} can be sent."
        raise TooLarge(words, size_bytes=size_bytes, limit_bytes=limit_bytes)


def withdraw(db: Session, by: Actor, public_id: str, *, now: datetime) -> ArticleRef:
    """Take an answer back that has not begun to leave; Conflict when it is too late."""
    require(by, Permission.WORK_TICKETS)
    article = articles.locate(db, by.sight, public_id)
    if not deliveries.withdraw(db, by.account_id, article.id, now=now):
        raise Conflict("It is too late: the message is on its way.")
    tickets.requeue(db, by.account_id, article.ticket_id)
    return _tell(db, by, article, EventKind.WITHDRAWN, now)


def _hold_back(db: Session, by: Actor, ticket: Standing, seen: Seen) -> None:
    difference = find_difference(db, by.account_id, ticket.id, by.staff_id, seen)
    if difference:
        raise Changed(difference)


def _replace(db: Session, by: Actor, ticket: Standing, public_id: str) -> None:
    """Take what did not arrive off the list: this answer goes out instead."""
    replaced = articles.locate(db, by.sight, public_id)
    if replaced.ticket_id != ticket.id:
        raise NotFound("There is no such message.")
    failures.settle(db, by.account_id, replaced.id, Settled.REPLACED)


def _tell(db: Session, by: Actor, article: articles.Place, kind: EventKind, now: datetime) -> ArticleRef:
    ticket = tickets.stand_by_id(db, by.account_id, article.ticket_id)
    who = by.staff_id
    tickets.add_event(db, by.account_id, ticket.id, kind, staff_id=who, article_id=article.id, now=now)
    return ArticleRef(ticket.number, article.public_id)


def _check(draft: Draft) -> None:
    if len(draft.text) > MAX_TEXT_CHARS:
        raise Invalid("The text is too long.", field="text")
    if len(draft.files) > MAX_FILES:
        raise Invalid("These are too many files.", field="files")
    pictures.check_named(draft.text, {file.filename for file in draft.files})
    if draft.status is not None and not may_become(draft.status):
        raise Invalid("A ticket cannot be made new again.", field="status")


def _check_moment(send_at: datetime | None, now: datetime) -> None:
    if send_at is None:
        return
    if send_at <= now:
        raise Invalid("This moment has passed already.", field="send_at")
    if send_at > now + MAX_AHEAD:
        raise Invalid("A message can wait for a year at most.", field="send_at")


def _recipients(draft: Draft, detail: TicketDetail, own: frozenset[str]) -> Recipients:
    if draft.to is not None:
        chosen = Recipients(draft.to, draft.cc)
    else:
        usual = default_recipients(detail, own)
        chosen = Recipients(usual.to, draft.cc or usual.cc)
    everybody = (*chosen.to, *chosen.cc, *draft.bcc)
    if not chosen.to:
        raise Invalid("Please name a recipient.", field="to")
    if len(everybody) > MAX_RECIPIENTS:
        raise Invalid("These are too many recipients.", field="to")
    for who in everybody:
        _check_address(who)
    return chosen


def _check_address(who: Address) -> None:
    try:
        writable_address(who.address)
    except Invalid:
        raise Invalid("This is not a valid e-mail address.", field="to") from None


def _sender(db: Session, by: Actor, detail: TicketDetail) -> Sender:
    head = letterhead(db, by, detail)
    key = db.execute(select(Account.mail_key).where(Account.id == by.account_id)).scalar_one()
    return Sender(key, Address(head.name, head.address), signatures.sign(db, by, head), head.locale)


def _content(sheet: Sheet) -> Content:
    """What an answer says: the text, and below it the mail that it answers."""
    detail, draft, people = sheet.detail, sheet.draft, sheet.recipients
    seen = within_sight(detail, (*people.to, *people.cc, *draft.bcc))
    answered = find_answered(seen, detail.ticket.requester_address)
    placed = sheet.placed_pictures()
    bodies = render.reply_bodies(
        draft.text,
        signature=sheet.sender.signature,
        quoted=_quoted(answered),
        locale=sheet.sender.locale,
        pictures={draft.files[at].filename: cid for at, cid in placed.items()},
    )
    in_reply_to = (answered.message_id or "") if answered else ""
    return Content(_subject(detail), bodies, shown(placed, bodies.html), in_reply_to, _references(seen))


def _mail(sheet: Sheet, content: Content) -> compose.OutgoingMail:
    sender, domain = sheet.sender, sheet.office.mail_domain
    reply_local = tokens.reply_local(sender.key, sheet.detail.ticket.id)
    return compose.OutgoingMail(
        message_id=tokens.message_id(sender.key, sheet.public_id, domain),
        date=sheet.written_at,
        from_=sender.address,
        to=sheet.recipients.to,
        cc=sheet.recipients.cc,
        reply_to=(Address(sender.address.name, f"{reply_local}@{domain}"),),
        subject=content.subject,
        text=content.bodies.text,
        html=content.bodies.html,
        in_reply_to=content.in_reply_to,
        references=(tokens.thread_id(sender.key, sheet.detail.ticket.id, domain), *content.references),
        attachments=tuple(
            _outgoing_file(file, sheet.office.blobs, content.cids.get(at, ""))
            for at, file in enumerate(sheet.draft.files)
        ),
    )


def _subject(detail: TicketDetail) -> str:
    """An answer's subject has a `Re:`; that of the first mail, which answers nothing, has none."""
    is_first = all(a.kind is ArticleKind.NOTE for a in detail.articles)
    return (first_subject if is_first else tagged_subject)(detail.ticket.subject, detail.ticket.number)


def _quoted(answered: ArticleView | None) -> render.Quoted | None:
    if answered is None or not answered.text:
        return None
    author = answered.from_.name or answered.from_.address
    return render.Quoted(author=author, date=answered.created_at, text=answered.text)


def _references(seen: Iterable[ArticleView]) -> tuple[str, ...]:
    """Every Message-ID of these, oldest first: one that a relay rewrote does not break the thread."""
    return tuple(dict.fromkeys(a.message_id for a in seen if a.message_id))


def place_pictures(files: tuple[DraftFile, ...], text: str, *, public_id: str, domain: str) -> dict[int, str]:
    """The Content-ID of each picture that has a place in the text, by its place among the files."""
    names = {at: file.filename for at, file in enumerate(files) if file.is_picture}
    ids = pictures.content_ids(names.values(), text, public_id=public_id, domain=domain)
    firsts = {name: at for at, name in reversed(names.items()) if name in ids}
    return {at: ids[name] for name, at in firsts.items()}


def shown(placed: Mapping[int, str], html: str) -> dict[int, str]:
    """Those Content-IDs that the HTML does show: a name in code alone is no place."""
    named = cids_of(html)
    return {at: cid for at, cid in placed.items() if cid in named}


def _outgoing_file(file: DraftFile, blobs: BlobStore, content_id: str) -> compose.OutgoingFile:
    content, kind = blobs.read(file.blob.sha256), file.content_type
    if file.is_picture:
        kind = detect_type(content)
        pictures.check_picture(kind, len(content))
    return compose.OutgoingFile(file.filename, kind, content, inline=bool(content_id), content_id=content_id)


def _article(
    by: Actor, draft: Draft, mail: compose.OutgoingMail, public_id: str, raw: KeptBlob
) -> NewArticle:
    files = tuple(
        NewFile(
            filename=file.filename,
            content_type=file.content_type,
            detected_type=detect_type(sent.content),
            size_bytes=file.blob.size_bytes,
            sha256=file.blob.sha256,
            inline=sent.inline,
            content_id=sent.content_id,
        )
        for file, sent in zip(draft.files, mail.attachments, strict=True)
    )
    return NewArticle(
        kind=ArticleKind.OUTBOUND,
        from_=mail.from_,
        subject=mail.subject,
        text=draft.text,
        reply_text=draft.text,
        public_id=public_id,
        staff_id=by.staff_id,
        to=mail.to,
        cc=mail.cc,
        bcc=draft.bcc,
        message_id=mail.message_id,
        references=mail.references,
        html=mail.html or None,
        raw_sha256=raw.sha256,
        files=files,
    )


def _move(db: Session, by: Actor, ticket: Standing, status: Status, *, now: datetime) -> None:
    tickets.set_status(db, by.account_id, ticket, status, staff_id=by.staff_id, now=now)


# Built once: to build a statement costs more than to run it, and each ticket's page runs this one.
_BOX, _ACCOUNT, _TICKET = table(Mailbox).c, table(Account).c, table(Ticket).c
_ITS_BOX = select(_TICKET.mailbox_id).where(
    _TICKET.account_id == bindparam("account"), _TICKET.id == bindparam("ticket")
)
_LETTERHEAD = (
    select(_BOX.address, _BOX.name, _BOX.signature, _BOX.locale, _ACCOUNT.name)
    .join_from(table(Mailbox), table(Account), _ACCOUNT.id == _BOX.account_id)
    .where(_BOX.account_id == bindparam("account"))
    .order_by(case((_BOX.id == _ITS_BOX.scalar_subquery(), 0), else_=1), _BOX.id)
    .limit(1)
)
