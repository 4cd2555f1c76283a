"""An attached mail in words, ready for its page."""

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from gateway.i18n import _
from gateway.inbound.enclosed import EnclosedMail
from gateway.mail.address import Address
from webui.tickets import texts
from webui.wording import moment


@dataclass(frozen=True, slots=True)
class Shown:
    """Every word of it; "" for what it does not say."""

    subject: str
    sender: str
    recipients: str
    date: str
    text: Markup
    is_cut: bool
    files: tuple[str, ...]


def shown(mail: EnclosedMail | None, now: datetime) -> Shown | None:
    """The mail as people read it, or None when it could not be read."""
    if mail is None:
        return None
    return Shown(
        subject=mail.subject or _("(no subject)"),
        sender=_person(mail.from_) if mail.from_ else _("unknown sender"),
        recipients=", ".join(map(_person, mail.to)),
        date=moment(mail.date, now).absolute if mail.date else "",
        text=texts.linked(mail.text),
        is_cut=mail.is_cut,
        files=tuple(filter(None, mail.files)),
    )


def _person(who: Address) -> str:
    return f"{who.name} <{who.address}>" if who.name and who.address else who.name or who.address
