"""Values → the bytes of a mail (RFC 5322, MIME), fixed once and sent as they are.

Everything is ASCII in short lines, so that no server on the way has a reason to rewrite it; only an address
whose local part is not ASCII makes a mail that needs SMTPUTF8. Header fields are written by
`gateway.mail.headerlines`, because the standard library decodes encoded words inside values and folds long
Message-IDs into encoded words; it does the MIME parts.
"""

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import datetime
from email.message import EmailMessage, MIMEPart
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any, Literal

from gateway.errors import Invalid
from gateway.mail import headerlines
from gateway.mail.address import Address
from gateway.mail.addressing import writable_address

_MIME_POLICY = SMTP.clone(cte_type="7bit")
_TYPE = re.compile(r"([A-Za-z0-9!#$&^_.+-]{1,127})/([A-Za-z0-9!#$&^_.+-]{1,127})")
_CONTENT_ID = re.compile(r"[A-Za-z0-9!#$%&'*+/^_`{|}~.@-]{1,200}")
_UNKNOWN_TYPE = "application/octet-stream"
_MAIL_TYPE = "message/rfc822"
_LINES_OF_A_MAIL = re.compile(rb"(?:[\x01-\t\x0b\x0c\x0e-\x7f]{0,998}+\r\n)++")
_MAX_FILENAME = 200
_MAX_ENDING = 20  # of a name that is cut: by it programs know what to open the file with


@dataclass(frozen=True, slots=True)
class OutgoingFile:
    """A file to send; `inline` with a `content_id` (no brackets) is shown where the HTML names it."""

    filename: str
    content_type: str
    content: bytes
    inline: bool = False
    content_id: str = ""


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """A mail to be written. Ids bear no brackets; `date` is aware; `html` "" means text alone.

    `references` are oldest first; `auto_submitted` says that a machine wrote it, and why (RFC 3834, 5).
    Whoever gets it hidden (Bcc) is in the envelope only, never here.
    """

    message_id: str
    date: datetime
    from_: Address
    to: tuple[Address, ...]
    subject: str
    text: str
    html: str = ""
    cc: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    attachments: tuple[OutgoingFile, ...] = ()
    auto_submitted: Literal["", "auto-replied", "auto-generated"] = ""


def compose(mail: OutgoingMail) -> bytes:
    """The mail as bytes with CRLF, the same for the same value.

    Control characters in what people wrote (names, subject, filenames) become spaces; ids of others that
    cannot be written are left out; an address, an own Message-ID, a type or a Content-ID that would break
    the mail raises Invalid, which names the field.
    """
    return headerlines.to_bytes(_header(mail)) + _body(mail)


def needs_smtputf8(mail: OutgoingMail) -> bool:
    """Whether an address in the header can only be sent by servers with SMTPUTF8 (RFC 6531)."""
    people = (mail.from_, *mail.to, *mail.cc, *mail.reply_to)
    return not all(person.address.rpartition("@")[0].isascii() for person in people)


def _header(mail: OutgoingMail) -> list[str]:
    if mail.date.tzinfo is None:
        raise Invalid("A mail's date needs a time zone.", field="date")
    own_id = headerlines.message_id("Message-ID", mail.message_id)
    to = headerlines.addresses("To", mail.to) or ("" if mail.cc else "To: undisclosed-recipients:;")
    fields = [
        f"Date: {format_datetime(mail.date)}",
        headerlines.addresses("From", (mail.from_,)),
        to,
        headerlines.addresses("Cc", mail.cc),
        headerlines.addresses("Reply-To", mail.reply_to),
        headerlines.text("Subject", mail.subject),
        own_id,
        headerlines.message_ids("In-Reply-To", (mail.in_reply_to,)),
        headerlines.message_ids("References", _kept_references(mail)),
        *(_marks_of_a_machine(mail) if mail.auto_submitted else ()),
    ]
    return [field for field in fields if field]


def _marks_of_a_machine(mail: OutgoingMail) -> tuple[str, ...]:
    """What keeps others from answering: RFC 3834, 5; then what Exchange and older programs look at.

    X-Loop is for ourselves: a mail that comes back with it has gone in a circle.
    """
    return (
        f"Auto-Submitted: {mail.auto_submitted}",
        "X-Auto-Response-Suppress: All",
        "Precedence: bulk",
        f"X-Loop: {writable_address(mail.from_.address)}",
    )


def _kept_references(mail: OutgoingMail) -> tuple[str, ...]:
    domain = mail.message_id.rpartition("@")[2]
    known = mail.references or ((mail.in_reply_to,) if mail.in_reply_to else ())
    return headerlines.short_references(known, own_domain=domain)


def _body(mail: OutgoingMail) -> bytes:
    message = EmailMessage(policy=_MIME_POLICY)
    message.set_content(_body_text(mail.text))
    inline = [file for file in mail.attachments if _is_shown_inline(file, mail)]
    if mail.html:
        message.add_alternative(_body_text(mail.html), subtype="html")
        html_part = list(message.iter_parts())[-1]
        for file in inline:
            html_part.add_related(file.content, **_part_options(file), cid=f"<{_content_id(file)}>")
    for file in mail.attachments:
        if not _is_shown_inline(file, mail):
            message.add_attachment(file.content, **_part_options(replace(file, inline=False)))
    _fix_boundaries(message, mail.message_id)
    return message.as_bytes()


def _is_shown_inline(file: OutgoingFile, mail: OutgoingMail) -> bool:
    return bool(file.inline and file.content_id and mail.html)


def writable_type(declared: str) -> str:
    """The type as somebody declared it; plain bytes in place of what no mail may say."""
    return declared if _TYPE.fullmatch(declared) else _UNKNOWN_TYPE


def is_writable_content_id(content_id: str) -> bool:
    """Whether a mail may name it; the standard library would decode an encoded word in it."""
    return _CONTENT_ID.fullmatch(content_id) is not None and "=?" not in content_id


def _part_options(file: OutgoingFile) -> dict[str, Any]:
    maintype, subtype = _content_type(file).split("/")
    return {
        "maintype": maintype,
        "subtype": subtype,
        "cte": "7bit" if maintype == "message" else "base64",
        "disposition": "inline" if file.inline else "attachment",
        "filename": _filename(file.filename),
    }


def _content_type(file: OutgoingFile) -> str:
    """The type without parameters, plain bytes in place of a composite one.

    Those must not be written in base64 (RFC 2045, 6.4), and nothing of an attached mail may be rewritten: it
    is called a mail where it is ASCII in lines that every server takes.
    """
    found = _TYPE.fullmatch(file.content_type.partition(";")[0].strip() or _UNKNOWN_TYPE)
    if found is None:
        raise Invalid("This is not a valid content type.", field="content_type")
    kind = found[0].lower()
    if kind == _MAIL_TYPE and _LINES_OF_A_MAIL.fullmatch(file.content):
        return kind
    return _UNKNOWN_TYPE if found[1].lower() in {"message", "multipart"} else kind


def _content_id(file: OutgoingFile) -> str:
    if not is_writable_content_id(file.content_id):
        raise Invalid("This is not a valid Content-ID.", field="content_id")
    return file.content_id


def _filename(name: str) -> str:
    # The standard library would decode an encoded word inside the name, line breaks and all.
    safe = headerlines.one_line(name).replace("=?", "=_").replace("/", "_").replace("\\", "_")
    stem, dot, ending = safe.rpartition(".")
    behind = f"{dot}{ending}" if stem and len(ending) <= _MAX_ENDING else ""
    short = f"{safe.removesuffix(behind)[: _MAX_FILENAME - len(behind)]}{behind}".strip()
    return short if short.strip(".") else "attachment"


def _body_text(text: str) -> str:
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return whole.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def _fix_boundaries(message: MIMEPart, message_id: str) -> None:
    """Boundaries from the Message-ID instead of by chance; `=_` stands in no encoded body (RFC 2045, 6.7)."""
    stem = hashlib.sha256(message_id.encode()).hexdigest()[:24]
    for number, part in enumerate(message.walk()):
        if part.is_multipart():
            part.set_boundary(f"=_{stem}_{number}")
