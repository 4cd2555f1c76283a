"""The customer's mail program: hands a mail to the desk's own SMTP door, like any server on the net would."""

import ipaddress
from collections.abc import Iterable

from werkzeug.datastructures import FileStorage

from gateway.i18n import _
from gateway.ids import new_public_id
from gateway.mail import correspondence
from gateway.mail.compose import OutgoingFile
from gateway.mail.correspondence import Writing
from gateway.mail.envelope import Envelope
from gateway.outbound.opening import Timeouts
from gateway.outbound.submission import Sender
from gateway.rules.retry import Sent
from gateway.settings import Settings
from webui.demo import inbox
from webui.demo.forms import Letter, Visitor, desk_of
from webui.office import office

_PATIENCE = Timeouts(connect=3, command=5, content=15, answer=15)
_UNKNOWN = "application/octet-stream"


def send(visitor: Visitor, typed: Letter, files: Iterable[FileStorage]) -> str:
    """Send the mail; "" when the desk took it, else what went wrong, in words.

    Raises NotFound when the mail that is answered is not the customer's.
    """
    letter = _letter(visitor, typed, tuple(_file(file) for file in files if file.filename))
    sender = Sender(relay_url=_door(office().settings), ehlo_name=_program(visitor), timeouts=_PATIENCE)
    try:
        outcome = sender.send(
            Envelope(visitor.address.address, (letter.rcpt_to,)),
            letter.raw,
            has_time_for=lambda _: True,
            on_accepted=lambda _answer: None,
        )
    finally:
        sender.close()
    if isinstance(outcome, Sent):
        return ""
    return _("The desk did not take the mail: %(answer)s") % {"answer": outcome.answer}


def _letter(visitor: Visitor, typed: Letter, files: tuple[OutgoingFile, ...]) -> correspondence.Letter:
    writing = Writing(
        writer=visitor.address,
        text=typed.text,
        date=office().clock.now(),
        message_id=f"{new_public_id()}@{visitor.address.domain}",
        locale=visitor.locale,
        files=files,
    )
    if typed.answers:
        return correspondence.answer(writing, inbox.read(visitor, typed.answers))
    return correspondence.new_mail(writing, to=desk_of(typed, visitor).address, subject=typed.subject)


def _file(file: FileStorage) -> OutgoingFile:
    name = (file.filename or "").replace("\\", "/").rpartition("/")[2]
    return OutgoingFile(name or "file", file.mimetype or _UNKNOWN, file.stream.read())


def _program(visitor: Visitor) -> str:
    """The name that the customer's server gives (RFC 5321, 4.1.1.1)."""
    return visitor.address.domain if visitor.address.domain.isascii() else "localhost"


def _door(settings: Settings) -> str:
    """The desk's SMTP door; one that listens everywhere is asked on this machine."""
    host = settings.smtp_host
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return f"smtp://{host}:{settings.smtp_port}"
    if address.is_unspecified:
        return f"smtp://{'[::1]' if address.version == 6 else '127.0.0.1'}:{settings.smtp_port}"
    return f"smtp://{f'[{host}]' if address.version == 6 else host}:{settings.smtp_port}"
