"""Telling who wrote that it arrived: an automatic mail without any of their words (SPEC 4.7, 5.4).

Filing decides whether one is owed, and leaves the outbox row of the mail standing. Here it is written in two
steps, as an answer is: `write` composes it and makes its bytes durable, `send` records it and takes the row.
Whoever dies in between is followed by the next one that finds the row; who takes it sends the only one.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from babel.dates import format_datetime
from sqlalchemy.orm import Session

from gateway import ids
from gateway.desk import dkimkeys
from gateway.desk.signatures import Letterhead, sign_automatic
from gateway.i18n import speaking
from gateway.mail import compose, tokens
from gateway.mail.address import Address
from gateway.mail.addressing import writable_address
from gateway.mail.render import reply_bodies
from gateway.rules.acknowledging import Words, decide_words
from gateway.rules.hours import next_opening, zone_of
from gateway.rules.status import ArticleKind
from gateway.store import articles, deliveries, outbox
from gateway.store.articles import NewArticle
from gateway.store.blobs import BlobStore
from gateway.store.queries.acknowledging import Owed, find_owed
from gateway.store.sealed import Seal
from gateway.templating import render

_SUBJECTS = {Words.DELETION: "deletion", Words.PRIVACY: "privacy"}
_OPENS = {"en": "EEEE, d MMMM, HH:mm (z)", "de": "EEEE, d. MMMM, HH:mm 'Uhr' (z)"}


@dataclass(frozen=True, slots=True)
class Written:
    """A composed acknowledgement, its bytes durable; `send` sends it off."""

    owed: Owed
    article: NewArticle


def write(
    db: Session, intake_id: int, *, blobs: BlobStore, mail_domain: str, seal: Seal, now: datetime
) -> Written | None:
    """Compose the acknowledgement of a filed mail.

    None if its ticket or its mailbox has gone meanwhile, or that says nothing any more.
    """
    owed = find_owed(db, intake_id)
    words = (owed.question or decide_words(owed.manners, owed.received_at)) if owed else None
    if owed is None or words is None:
        return None
    public_id = ids.new_public_id()
    mail = _mail(owed, words, public_id, mail_domain, now)
    signed = dkimkeys.signed(db, owed.account_id, owed.address, compose.compose(mail), seal=seal)
    raw = blobs.put(signed)
    article = NewArticle(
        kind=ArticleKind.AUTOMATIC,
        from_=mail.from_,
        subject=mail.subject,
        text=mail.text,
        reply_text=mail.text,
        public_id=public_id,
        to=mail.to,
        message_id=mail.message_id,
        references=mail.references,
        html=mail.html or None,
        raw_sha256=raw.sha256,
    )
    return Written(owed, article)


def send(db: Session, intake_id: int, written: Written | None, *, now: datetime) -> bool:
    """Record a composed acknowledgement and take what owed it; False if somebody else did, or it is None."""
    if not outbox.done_for(db, outbox.Topic.FILE, intake_id) or written is None:
        return False
    owed = written.owed
    article_id, _ = articles.append(db, owed.account_id, owed.ticket_id, written.article, now=now)
    delivery = deliveries.NewDelivery(
        account_id=owed.account_id,
        ticket_id=owed.ticket_id,
        article_id=article_id,
        mailbox_id=owed.mailbox_id,
        recipient=writable_address(owed.sender.address),
        is_automatic=True,
    )
    delivery_id = deliveries.queue(db, delivery, now=now)
    outbox.put(db, outbox.Topic.DELIVER, delivery_id, now=now)
    return True


def _text(owed: Owed, words: Words) -> str:
    """The mailbox's own words of this kind, else the usual ones."""
    match words:
        case Words.USUAL:
            own, usual, opens = owed.text, "mail/acknowledgement/body.txt", ""
        case Words.CLOSED:
            own, usual, opens = owed.closed_text, "mail/closed/body.txt", _opening(owed)
        case Words.DELETION:
            own, usual, opens = "", "mail/deletion/body.txt", ""
        case Words.PRIVACY:
            own, usual, opens = "", "mail/privacy/body.txt", ""
        case _:
            assert_never(words)
    with speaking(owed.locale):
        return _filled_in(own, owed, opens) or render(usual, number=owed.number, opens=opens)


def _opening(owed: Owed) -> str:
    """When somebody is there again, by the clock of the mailbox, in its language."""
    at = next_opening(owed.manners.hours, owed.received_at)
    if at is None:
        return ""
    zone = zone_of(owed.manners.hours)
    return format_datetime(at, _OPENS[owed.locale], tzinfo=zone, locale=owed.locale)


def _mail(owed: Owed, words: Words, public_id: str, mail_domain: str, now: datetime) -> compose.OutgoingMail:
    text = _text(owed, words)
    with speaking(owed.locale):
        subject = render(f"mail/{_SUBJECTS.get(words, 'acknowledgement')}/subject.txt", number=owed.number)
    bodies = reply_bodies(text, signature=sign_automatic(_letterhead(owed)), quoted=None, locale=owed.locale)
    local = tokens.confirm_local if owed.question else tokens.reply_local
    reply_local = local(owed.mail_key, owed.ticket_id)
    return compose.OutgoingMail(
        message_id=tokens.message_id(owed.mail_key, public_id, mail_domain),
        date=now,
        from_=Address(owed.desk, owed.address),
        to=(Address("", owed.sender.address),),
        reply_to=(Address(owed.desk, f"{reply_local}@{mail_domain}"),),
        subject=subject,
        text=bodies.text,
        html=bodies.html,
        in_reply_to=owed.message_id,
        references=(
            tokens.thread_id(owed.mail_key, owed.ticket_id, mail_domain),
            *owed.references,
            *filter(None, [owed.message_id]),
        ),
        auto_submitted="auto-replied",
    )


def _letterhead(owed: Owed) -> Letterhead:
    """Without the sender's name: an acknowledgement says nothing in their words."""
    return Letterhead(
        name=owed.desk,
        address=owed.address,
        locale=owed.locale,
        signature=owed.signature,
        number=owed.number,
        customer="",
        contact="",
    )


def _filled_in(text: str, owed: Owed, opens: str) -> str:
    """The mailbox's own text with its placeholders replaced; other braces stay."""
    filled = text.replace("{number}", f"#{owed.number}").replace("{opens}", opens)
    return filled.replace("{desk}", owed.desk).strip()
