"""What came for a customer, as the page shows it."""

from dataclasses import dataclass
from datetime import datetime

from gateway.i18n import _
from gateway.mail.correspondence import answer_to
from gateway.mail.message import ParsedAttachment, ParsedMail
from gateway.mail.parse import parse
from gateway.store.filetypes import detect_type
from gateway.store.postbox import Postbox, PostboxMail
from webui.demo.forms import Visitor
from webui.office import office
from webui.wording import Moment, moment, size

_MOST_MAILS = 50
_LOOK_AT_BYTES = 64 * 1024
_SNIPPET_CHARS = 140


@dataclass(frozen=True, slots=True)
class Line:
    """A mail in the list."""

    key: str
    sender: str
    subject: str
    snippet: str
    at: Moment


@dataclass(frozen=True, slots=True)
class File:
    """A file that came with a mail; `number` is its place there."""

    number: int
    name: str
    size: str
    icon: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A mail to be read; `quoted` is what stands below the new text."""

    key: str
    sender: str
    sender_address: str
    answers_go_to: str
    subject: str
    text: str
    quoted: str
    has_html: bool
    files: tuple[File, ...]
    at: Moment


def postbox() -> Postbox:
    """Where the outgoing mail of this installation ends."""
    return Postbox(office().settings.postbox_dir)


def lines(visitor: Visitor) -> list[Line]:
    """The newest mails for a customer, newest first."""
    now = office().clock.now()
    mails = postbox().list_mails(visitor.address.address, limit=_MOST_MAILS)
    return [_line(mail, now) for mail in mails]


def read(visitor: Visitor, key: str) -> ParsedMail:
    """A mail of the customer's; NotFound for anybody else's."""
    return parse(postbox().get_mail(visitor.address.address, key).raw, detect_type=detect_type)


def opened(key: str, mail: ParsedMail) -> Opened:
    """A mail as the page shows it."""
    now = office().clock.now()
    return Opened(
        key=key,
        sender=_sender(mail),
        sender_address=mail.from_.address if mail.from_ else "",
        answers_go_to=answer_to(mail).address,
        subject=mail.subject or _("(no subject)"),
        text=mail.reply_text,
        quoted=_rest(mail),
        has_html=mail.html is not None,
        files=tuple(_file(number, part) for number, part in enumerate(mail.attachments)),
        at=moment(mail.date or now, now),
    )


def _line(mail: PostboxMail, now: datetime) -> Line:
    parsed = parse(mail.raw[:_LOOK_AT_BYTES], detect_type=_no_type)
    return Line(
        key=mail.key,
        sender=_sender(parsed),
        subject=parsed.subject or _("(no subject)"),
        snippet=" ".join(parsed.reply_text.split())[:_SNIPPET_CHARS],
        at=moment(parsed.date or now, now),
    )


def _no_type(_content: bytes) -> str:
    return ""


def _sender(mail: ParsedMail) -> str:
    return (mail.from_.name or mail.from_.address) if mail.from_ else _("unknown sender")


def _rest(mail: ParsedMail) -> str:
    """What is left of the text behind the new part; "" where the two are not one after the other."""
    if not mail.text.startswith(mail.reply_text):
        return ""
    return mail.text[len(mail.reply_text) :].strip()


def _file(number: int, part: ParsedAttachment) -> File:
    icon = "image" if part.detected_type.startswith("image/") else "file"
    return File(number, part.filename or _("unnamed"), size(part.size), icon)
