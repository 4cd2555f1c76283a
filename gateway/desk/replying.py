"""Answering: an article, a delivery for each recipient and the wake-ups, in one transaction.

Two steps, so that no file is read while others wait for the database: `write` composes the mail and makes
its bytes durable, `reply` records it. Body, bytes and Message-ID never change after that.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import bindparam, case, select
from sqlalchemy.orm import Session

from gateway import ids
from gateway.desk import dkimkeys, pictures, signatures
from gateway.errors import Conflict, Invalid, NotFound, TooLarge
from gateway.mail import compose, render, tokens
from gateway.mail.address import Address
from gateway.mail.addressing import writable_address
from gateway.mail.html import cids_of
from gateway.mail.message import Auto
from gateway.rules.access import Actor, Permission, require
from gateway.rules.filing import first_subject, tagged_subject
from gateway.rules.recipients import is_ours
from gateway.rules.status import ArticleKind, Status, after_reply, may_become
from gateway.rules.trust import Trust
from gateway.store import articles, deliveries, failures, outbox, tickets
from gateway.store.articles import NewArticle, NewFile
from gateway.store.blobs import BlobStore, KeptBlob
from gateway.store.failures import Settled
from gateway.store.filetypes import detect_type
from gateway.store.models import Account, Mailbox, Ticket, table
from gateway.store.queries import filing
from gateway.store.queries.articles import ArticleView, TicketDetail, get_detail
from gateway.store.sealed import Seal
from gateway.store.tickets import EventKind, Standing

MAX_TEXT_CHARS = 500_000
MAX_RECIPIENTS = 100
MAX_FILES = 100
MAX_AHEAD = timedelta(days=365)
"""How long an answer may wait to be sent."""


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
    `send_at` lets it wait for a moment, None for no longer than the undo window.
    """

    text: str
    to: tuple[Address, ...] | None = None
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    files: tuple[DraftFile, ...] = ()
    status: Status | None = None
    replaces: str = ""
    send_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Office:
    """What the installation gives an answer: its mail domain, the undo window, the blobs, the size limit.

    `seal` opens the keys that sign.
    """

    mail_domain: str
    undo: timedelta
    blobs: BlobStore
    max_message_bytes: int
    seal: Seal


@dataclass(frozen=True, slots=True)
class Recipients:
    """To whom an answer goes when nobody says otherwise."""

    to: tuple[Address, ...]
    cc: tuple[Address, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """A composed answer, its bytes durable; `reply` sends it off."""

    number: int
    article: NewArticle
    status: Status | None
    not_before: datetime
    replaces: str = ""


@dataclass(frozen=True, slots=True)
class ArticleRef:
    """An article by its ticket's number and its public id."""

    number: int
    public_id: str


@dataclass(frozen=True, slots=True)
class _Sender:
    """The account's side of a mail."""

    key: bytes
    address: Address
    signature: str
    locale: str


def default_recipients(detail: TicketDetail, own: frozenset[str] = frozenset()) -> Recipients:
    """Who gets an answer: the newest writer (their Reply-To if any), and whoever else had their mail.

    What came through a list counts where nothing else came, what was forged never does, and what a colleague
    forwarded is answered to whoever wrote it. Never the desk itself, whose addresses `own` holds as
    `own_addresses` gives them: where none of them is in To, something else there may be one that forwards
    to the desk, so that only Cc counts.
    """
    newest = _wanting_answer(detail)
    if newest is None:
        requester = Address(detail.ticket.requester_name, detail.ticket.requester_address)
        return Recipients(_others((requester,), own), ())
    to = _others(newest.reply_to, own) or _others((newest.from_,), own)
    is_open = newest.auto is None and any(is_ours(who, own) for who in newest.to)
    known = frozenset(who.key for who in to)
    return Recipients(to, _others((*(newest.to if is_open else ()), *newest.cc), own | known))


def own_addresses(db: Session, account_id: int) -> frozenset[str]:
    """The addresses of the account's mailboxes, and the local parts of their forwarding addresses."""
    boxes = filing.own_mailboxes(db, account_id)
    return frozenset(name for box in boxes for name in (box.address, box.forwarding_local))


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
    detail = get_detail(db, by.account_id, number)
    draft = replace(draft, text=draft.text.replace("\0", ""))  # which no mail may have, nor PostgreSQL
    _check(draft)
    _check_moment(draft.send_at, now)
    recipients = _recipients(draft, detail, own_addresses(db, by.account_id))
    sender = _sender(db, by, detail)
    public_id = ids.new_public_id()
    mail = _mail(detail, draft, recipients, sender, public_id, office, now)
    raw = dkimkeys.signed(db, by.account_id, mail.from_.address, compose.compose(mail), seal=office.seal)
    check_size(len(raw), office.max_message_bytes)
    article = _article(by, draft, mail, public_id, office.blobs.put(raw))
    not_before = max(now + office.undo, (draft.send_at or now).astimezone(UTC))
    return Written(number, article, draft.status, not_before, draft.replaces)


def reply(db: Session, by: Actor, written: Written, *, now: datetime) -> ArticleRef:
    """Record a composed answer: the mail leaves when the undo window has passed, or at its later moment.

    Its Date stays that of writing: RFC 5322, 3.6.1 wants the moment when the writer was done.

    Raises NotFound where it replaces an article that is not of this ticket.
    """
    require(by, Permission.WORK_TICKETS)
    ticket = tickets.stand(db, by.account_id, written.number)
    if written.replaces:
        _replace(db, by, ticket, written.replaces)
    article = written.article
    article_id, public_id = articles.append(db, by.account_id, ticket.id, article, now=now)
    everybody = (*article.to, *article.cc, *article.bcc)
    for address in {who.key: writable_address(who.address) for who in everybody}.values():
        owed = deliveries.NewDelivery(by.account_id, ticket.id, article_id, ticket.mailbox_id, address)
        delivery_id = deliveries.queue(db, owed, now=now, not_before=written.not_before)
        outbox.put(db, outbox.Topic.DELIVER, delivery_id, now=now, not_before=written.not_before)
    tickets.add_participants(db, by.account_id, ticket.id, [who.key for who in everybody])
    _move(db, by, ticket, written.status or after_reply(ticket.status), now=now)
    return ArticleRef(ticket.number, public_id)


def send_now(db: Session, by: Actor, public_id: str, *, now: datetime) -> ArticleRef:
    """Send an answer that waits for a later moment; Conflict when nothing of it waits."""
    require(by, Permission.WORK_TICKETS)
    article = articles.locate(db, by.account_id, public_id)
    if not deliveries.hasten(db, by.account_id, article.id, now=now):
        raise Conflict("This message does not wait to be sent later.")
    return _tell(db, by, article, EventKind.SENT_NOW, now)


def check_size(size_bytes: int, limit_bytes: int) -> None:
    """Raise TooLarge, which names both numbers, for a mail that is larger than the limit."""
    if size_bytes > limit_bytes:
        words = f"The message with its attachments has {size_bytes} bytes; at most {limit_bytes} can be sent."
        raise TooLarge(words, size_bytes=size_bytes, limit_bytes=limit_bytes)


def withdraw(db: Session, by: Actor, public_id: str, *, now: datetime) -> ArticleRef:
    """Take an answer back that has not begun to leave; Conflict when it is too late."""
    require(by, Permission.WORK_TICKETS)
    article = articles.locate(db, by.account_id, public_id)
    if not deliveries.withdraw(db, by.account_id, article.id, now=now):
        raise Conflict("It is too late: the message is on its way.")
    return _tell(db, by, article, EventKind.WITHDRAWN, now)


def _replace(db: Session, by: Actor, ticket: Standing, public_id: str) -> None:
    """Take what did not arrive off the list: this answer goes out instead."""
    replaced = articles.locate(db, by.account_id, public_id)
    if replaced.ticket_id != ticket.id:
        raise NotFound("There is no such message.")
    failures.settle(db, by.account_id, replaced.id, Settled.REPLACED)


def _tell(db: Session, by: Actor, article: articles.Place, kind: EventKind, now: datetime) -> ArticleRef:
    ticket = tickets.stand_by_id(db, by.account_id, article.ticket_id)
    who = by.staff_id
    tickets.add_event(db, by.account_id, ticket.id, kind, staff_id=who, article_id=article.id, now=now)
    return ArticleRef(ticket.number, article.public_id)


def _wanting_answer(detail: TicketDetail) -> ArticleView | None:
    """The newest message that somebody wants an answer to; one from a list only where nothing else came."""
    found = [a for a in reversed(detail.articles) if _is_answerable(a)]
    return next((a for a in found if a.auto is None), None) or next(iter(found), None)


def _answered(detail: TicketDetail) -> ArticleView | None:
    """What an answer quotes and names in In-Reply-To: what wants one, else the requester's newest mail.

    No report and no note of absence about a mail of ours: it may name somebody who had a hidden copy. Nor
    what a colleague wrote about the mail that they forwarded.
    """
    requester = Address("", detail.ticket.requester_address)
    theirs = (
        a for a in reversed(detail.articles) if a.kind is ArticleKind.INBOUND and a.from_.key == requester.key
    )
    return _wanting_answer(detail) or next(theirs, None)


def _is_answerable(article: ArticleView) -> bool:
    """Whether somebody who wants an answer wrote it, and to whom is known."""
    is_theirs = article.kind is ArticleKind.INBOUND and article.auto in (None, Auto.BULK.value)
    return is_theirs and article.trust not in (Trust.FORGED, Trust.FORWARDED_BY_STAFF)


def _check(draft: Draft) -> None:
    if not draft.text.strip():
        raise Invalid("Please write a text.", field="text")
    if len(draft.text) > MAX_TEXT_CHARS:
        raise Invalid("The text is too long.", field="text")
    if len(draft.files) > MAX_FILES:
        raise Invalid("These are too many files.", field="files")
    if draft.status is not None and not may_become(draft.status):
        raise Invalid("A ticket cannot be made new again.", field="status")


def _check_moment(send_at: datetime | None, now: datetime) -> None:
    if send_at is None:
        return
    if send_at <= now:
        raise Invalid("This moment has passed already.", field="send_at")
    if send_at > now + MAX_AHEAD:
        raise Invalid("A message can wait for a year at most.", field="send_at")


def _others(people: Iterable[Address], own: frozenset[str]) -> tuple[Address, ...]:
    """Each person once, without the desk itself."""
    unique: dict[str, Address] = {}
    for who in people:
        if who.address and not is_ours(who, own):
            unique.setdefault(who.key, who)
    return tuple(unique.values())


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


def _sender(db: Session, by: Actor, detail: TicketDetail) -> _Sender:
    head = letterhead(db, by, detail)
    key = db.execute(select(Account.mail_key).where(Account.id == by.account_id)).scalar_one()
    return _Sender(key, Address(head.name, head.address), signatures.sign(db, by, head), head.locale)


def _mail(
    detail: TicketDetail,
    draft: Draft,
    recipients: Recipients,
    sender: _Sender,
    public_id: str,
    office: Office,
    now: datetime,
) -> compose.OutgoingMail:
    answered = _answered(detail)
    shown = place_pictures(draft.files, draft.text, public_id=public_id, domain=office.mail_domain)
    bodies = render.reply_bodies(
        draft.text,
        signature=sender.signature,
        quoted=_quoted(answered),
        locale=sender.locale,
        pictures={draft.files[at].filename: cid for at, cid in shown.items()},
    )
    in_place = cids_of(bodies.html)
    reply_local = tokens.reply_local(sender.key, detail.ticket.id)
    return compose.OutgoingMail(
        message_id=tokens.message_id(sender.key, public_id, office.mail_domain),
        date=now,
        from_=sender.address,
        to=recipients.to,
        cc=recipients.cc,
        reply_to=(Address(sender.address.name, f"{reply_local}@{office.mail_domain}"),),
        subject=_subject(detail),
        text=bodies.text,
        html=bodies.html,
        in_reply_to=(answered.message_id or "") if answered else "",
        references=_references(detail, tokens.thread_id(sender.key, detail.ticket.id, office.mail_domain)),
        attachments=tuple(
            _outgoing_file(file, office.blobs, cid if (cid := shown.get(at, "")) in in_place else "")
            for at, file in enumerate(draft.files)
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


def _references(detail: TicketDetail, thread_id: str) -> tuple[str, ...]:
    """Every Message-ID of the ticket, oldest first: one that a relay rewrote does not break the thread."""
    return (thread_id, *dict.fromkeys(a.message_id for a in detail.articles if a.message_id))


def place_pictures(files: tuple[DraftFile, ...], text: str, *, public_id: str, domain: str) -> dict[int, str]:
    """The Content-ID of each picture that has a place in the text, by its place among the files."""
    names = {at: file.filename for at, file in enumerate(files) if file.is_picture}
    ids = pictures.content_ids(names.values(), text, public_id=public_id, domain=domain)
    firsts = {name: at for at, name in reversed(names.items()) if name in ids}
    return {at: ids[name] for name, at in firsts.items()}


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
