"""What people send from a ticket's page, read and limited."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from werkzeug.datastructures import MultiDict

from gateway.desk.addressees import default_recipients
from gateway.desk.replying import Draft, DraftFile
from gateway.errors import Invalid
from gateway.i18n import _
from gateway.mail.address import Address, parse_addresses
from gateway.rules.status import Status, may_become
from gateway.store.queries.articles import ArticleView, AttachmentView, TicketDetail
from webui.heldfiles import Held

MAX_ADDRESS_LINE_CHARS = 60_000
"""As many as the most recipients need, each with the longest name and address that a mail may have."""
_LATER, _MOMENT_CHARS = "later", 40
_SPECIAL = frozenset('()<>[]:;@\\,."')


@dataclass(frozen=True, slots=True)
class Composer:
    """The composer as it stands: what was typed, and what is to be said about it.

    `kept` are files of an earlier message that go along again, `held` those that came with this one, and
    `has_lost` says that one of these is no longer there. `replaces` is the public id of a message that did
    not arrive and that this one is sent instead of. `send_at` is local time as the field has it, `instant`
    the same with its zone, as the browser knows it.
    """

    kind: str = "reply"
    to: str = ""
    cc: str = ""
    bcc: str = ""
    text: str = ""
    then: str = ""
    notice: str = ""
    wrong: str = ""
    show_recipients: bool = False
    kept: tuple[AttachmentView, ...] = ()
    held: tuple[Held, ...] = ()
    has_lost: bool = False
    replaces: str = ""
    send_at: str = ""
    instant: str = ""

    @property
    def to_names(self) -> str:
        """Whom it goes to, by name."""
        return _names(self.to)

    @property
    def cc_names(self) -> str:
        """Who gets a copy, by name."""
        return _names(self.cc)

    @property
    def is_note(self) -> bool:
        """Whether only colleagues are to see it."""
        return self.kind == "note"

    @property
    def status(self) -> Status | None:
        """The state that the pressed button names."""
        return status_of(self.then) if self.then and not self.is_later else None

    @property
    def is_later(self) -> bool:
        """Whether it is to wait for the moment that was chosen."""
        return self.then == _LATER


def fresh(detail: TicketDetail, own: frozenset[str]) -> Composer:
    """An empty composer, addressed to whoever gets the answer; the desk's `own` addresses are left out."""
    usual = default_recipients(detail, own)
    return Composer(to=line(usual.to), cc=line(usual.cc))


def again(article: ArticleView) -> Composer:
    """The composer with a message that was taken back."""
    return _with(article, _("Taken back. Change it and send it again."))


def anew(article: ArticleView) -> Composer:
    """The composer with a message that did not arrive, to be changed and sent instead of it."""
    notice = _("Not delivered. Change it and send it: it becomes a new message.")
    if reached := [way.recipient for way in article.deliveries if way.state == "sent"]:
        notice += " " + _("It has reached these already: %(people)s") % {"people": ", ".join(reached)}
    return replace(_with(article, notice), replaces=article.public_id, show_recipients=True)


def _with(article: ArticleView, notice: str) -> Composer:
    return Composer(
        to=line(article.to),
        cc=line(article.cc),
        bcc=line(article.bcc),
        text=article.text,
        notice=notice,
        kept=article.attachments,
    )


def read(form: MultiDict[str, str]) -> Composer:
    """What was typed, without files; of a line of addresses that is too long, what shows it."""
    return Composer(
        kind="note" if form.get("kind") == "note" else "reply",
        to=form.get("to", "")[: MAX_ADDRESS_LINE_CHARS + 1],
        cc=form.get("cc", "")[: MAX_ADDRESS_LINE_CHARS + 1],
        bcc=form.get("bcc", "")[: MAX_ADDRESS_LINE_CHARS + 1],
        text=form.get("text", "").replace("\r\n", "\n"),
        then=form.get("then", ""),
        replaces=form.get("replaces", ""),
        send_at=form.get("send_at", "")[:_MOMENT_CHARS],
        instant=form.get("instant", "")[:_MOMENT_CHARS],
    )


def refused(composer: Composer, words: str, field: str) -> Composer:
    """The composer with what is wrong, nothing typed and no file lost."""
    return replace(composer, wrong=words, show_recipients=field in ("to", "cc", "bcc"))


def draft(composer: Composer, files: tuple[DraftFile, ...]) -> Draft:
    """The reply to write; Invalid where a line names no address."""
    return Draft(
        text=composer.text,
        to=_addresses(composer.to, "to"),
        cc=_addresses(composer.cc, "cc"),
        bcc=_addresses(composer.bcc, "bcc"),
        files=files,
        status=composer.status,
        replaces=composer.replaces,
        send_at=_moment(composer) if composer.is_later else None,
    )


def number_of(text: str) -> int:
    """A ticket's number as typed, with or without `#`; Invalid when it is none."""
    digits = text.strip().removeprefix("#")
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 9):
        raise Invalid("There is no such ticket.", field="into")
    return int(digits)


def status_of(name: str) -> Status:
    """The state with this name that people may choose; Invalid otherwise."""
    try:
        status = Status(name)
    except ValueError:
        raise Invalid(field="status") from None
    if not may_become(status):
        raise Invalid(field="status")
    return status


def line(people: Sequence[Address]) -> str:
    """Addresses as people type them."""
    return ", ".join(_one(who) for who in people)


def _one(who: Address) -> str:
    if not who.name:
        return who.address
    if _SPECIAL.intersection(who.name):
        escaped = who.name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}" <{who.address}>'
    return f"{who.name} <{who.address}>"


def _names(typed: str) -> str:
    return ", ".join(who.name or who.address for who in parse_addresses(typed)) or typed.strip()


def _moment(composer: Composer) -> datetime:
    """When to send it; without script the field is taken as the server's time, which the pages show then."""
    try:
        return datetime.fromisoformat(composer.instant or composer.send_at).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid("Please choose a date and a time.", field="send_at") from None


def _addresses(typed: str, field: str) -> tuple[Address, ...]:
    if len(typed) > MAX_ADDRESS_LINE_CHARS:  # to cut it would leave people out, or misspell one
        raise Invalid("These are too many recipients.", field=field)
    found = parse_addresses(typed)
    is_blank = not typed.strip(" ,;")
    if not is_blank and not (found and all(who.domain for who in found)):
        raise Invalid("This is not a valid e-mail address.", field=field)
    return found
