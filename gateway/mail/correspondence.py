"""What a person writes in a mail program: a new mail, or an answer to one that came."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.mail.address import Address
from gateway.mail.compose import OutgoingFile, OutgoingMail, compose
from gateway.mail.message import ParsedMail
from gateway.mail.render import Quoted, reply_bodies

_IS_ANSWER = re.compile(r"\s*(re|aw)\s*:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail ready to be handed to a server: for whom, and its bytes."""

    rcpt_to: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Writing:
    """What is written, by whom, when (aware), under which Message-ID (no brackets), in which language."""

    writer: Address
    text: str
    date: datetime
    message_id: str
    locale: str
    html: str = ""
    files: Sequence[OutgoingFile] = ()
    is_automatic: bool = False


def new_mail(writing: Writing, *, to: Address, subject: str) -> Letter:
    """A mail that begins a conversation; Invalid names the field at fault."""
    bodies = reply_bodies(writing.text, signature="", quoted=None, locale=writing.locale)
    mail = OutgoingMail(
        message_id=writing.message_id,
        date=writing.date,
        from_=writing.writer,
        to=(to,),
        subject=subject,
        text=bodies.text,
        html=writing.html,
        attachments=tuple(writing.files),
        auto_submitted="auto-replied" if writing.is_automatic else "",
    )
    return Letter(to.address, compose(mail))


def answer(writing: Writing, original: ParsedMail) -> Letter:
    """An answer to where the original wants it (Reply-To, else From), with the original quoted below.

    Threaded as RFC 5322, 3.6.4 says: In-Reply-To names the original, References its whole line.
    """
    to = answer_to(original)
    bodies = reply_bodies(writing.text, signature="", quoted=_quoted(original), locale=writing.locale)
    mail = OutgoingMail(
        message_id=writing.message_id,
        date=writing.date,
        from_=writing.writer,
        to=(to,),
        subject=answer_subject(original.subject, locale=writing.locale),
        text=bodies.text,
        html=bodies.html,
        in_reply_to=original.message_id,
        references=tuple(filter(None, (*original.references, original.message_id))),
        attachments=tuple(writing.files),
        auto_submitted="auto-replied" if writing.is_automatic else "",
    )
    return Letter(to.address, compose(mail))


def answer_to(original: ParsedMail) -> Address:
    """Whom an answer goes to; an empty address where the mail names nobody."""
    return next(iter((*original.reply_to, *((original.from_,) if original.from_ else ()))), Address("", ""))


def answer_subject(subject: str, *, locale: str) -> str:
    """The subject with one Re (AW in German programs) before it."""
    return subject if _IS_ANSWER.match(subject) else f"{'AW' if locale == 'de' else 'Re'}: {subject}"


def _quoted(original: ParsedMail) -> Quoted | None:
    if original.from_ is None or original.date is None:
        return None
    return Quoted(original.from_.name or original.from_.address, original.date, original.text)
