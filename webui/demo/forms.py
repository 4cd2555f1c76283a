"""Whose mailbox the visitor looks into, and what they write there."""

import re
from dataclasses import dataclass
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from gateway.cli.samples.people import DESKS, LARS, OLIVIA, Desk, find_person
from gateway.errors import Invalid
from gateway.i18n import _, current_locale
from gateway.mail.address import Address
from gateway.mail.addressing import writable_address

MAX_TEXT_CHARS = 100_000
MAX_SUBJECT_CHARS = 500
_MAX_CHARS = 320
_RESERVED = re.compile(r"(.+\.)?(example(\.(com|net|org))?|test|invalid|localhost)")


@dataclass(frozen=True, slots=True)
class Visitor:
    """The customer whose place the visitor takes."""

    address: Address
    locale: str
    is_known: bool

    @property
    def query(self) -> str:
        """The part of an address of ours that says who it is."""
        named = {} if self.is_known else {"name": self.address.name}
        return urlencode({"as": self.address.address, **named})

    @property
    def label(self) -> str:
        """The name, or the address of somebody without one."""
        return self.address.name or self.address.address


@dataclass(frozen=True, slots=True)
class Letter:
    """What was typed into the form for a new mail or an answer (`answers` is the other mail's key)."""

    desk: str = ""
    subject: str = ""
    text: str = ""
    answers: str = ""


def read_visitor(values: MultiDict[str, str]) -> Visitor:
    """Who the visitor is; Invalid for an address that could be a real person's."""
    typed = values.get("as", "").strip()[:_MAX_CHARS]
    if not typed:
        return default_visitor()
    person = find_person(typed)
    if person is not None:
        return Visitor(person.address, person.locale, is_known=True)
    address = writable_address(typed)
    if not _RESERVED.fullmatch(address.rpartition("@")[2].lower()):
        raise Invalid(
            _("Please take an address that ends in .example: nobody real can have such a one."), field="as"
        )
    name = " ".join(values.get("name", "").split())[:_MAX_CHARS]
    return Visitor(Address(name, address), current_locale(), is_known=False)


def default_visitor() -> Visitor:
    """Somebody of the sample customers who speaks the page's language."""
    person = LARS if current_locale() == "de" else OLIVIA
    return Visitor(person.address, person.locale, is_known=True)


def read_letter(form: MultiDict[str, str]) -> Letter:
    """What was typed, cut at what any mail program would take."""
    return Letter(
        desk=form.get("desk", ""),
        subject=" ".join(form.get("subject", "").split())[:MAX_SUBJECT_CHARS],
        text=form.get("text", "").replace("\r\n", "\n")[:MAX_TEXT_CHARS],
        answers=form.get("answers", "")[:_MAX_CHARS],
    )


def check(letter: Letter) -> None:
    """Raises Invalid, in the reader's language, for a mail that nobody would send."""
    if not letter.text.strip():
        raise Invalid(_("Please write a text."), field="text")
    if not letter.answers and not letter.subject:
        raise Invalid(_("Please write a subject."), field="subject")


def desk_of(letter: Letter, visitor: Visitor) -> Desk:
    """The mailbox of the desk that was chosen, else the one that speaks the customer's language."""
    chosen = next((desk for desk in DESKS if desk.address.address == letter.desk), None)
    return chosen or next(desk for desk in DESKS if desk.locale == visitor.locale)
