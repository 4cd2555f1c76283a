"""What people send from a ticket's page, read and limited."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from werkzeug.datastructures import MultiDict

from gateway.desk.addressees import default_recipients, third_parties
from gateway.desk.replying import MAX_FILES, Draft, DraftFile
from gateway.errors import Invalid
from gateway.i18n import _
from gateway.mail.address import Address, parse_addresses
from gateway.rules.status import Status, may_become
from gateway.store.queries.articles import ArticleView, AttachmentView, TicketDetail

MAX_ADDRESS_LINE_CHARS = 8000
FORWARD = "forward"
_LATER, _MOMENT_CHARS = "later", 40
_SPECIAL = frozenset('()<>[]:;@\\,."')


@dataclass(frozen=True, slots=True)
class Composer:
    """The composer as it stands: what was typed, and what is to be said about it.

    `kept` are files of an earlier message that go along again; `replaces` is the public id of a message
    that did not arrive and that this one is sent instead of. `send_at` is local time as the field has it,
    `instant` the same with its zone, as the browser knows it. `forward` is the public id of a message that
    is handed on, `forwarded` those of its files that go along (None: all that may), `with_original` says
    whether the mail goes along as it came.
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
    replaces: str = ""
    send_at: str = ""
    instant: str = ""
    forward: str = ""
    forwarded: tuple[str, ...] | None = None
    with_original: bool = False

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
    def is_forward(self) -> bool:
        """Whether a message is handed on."""
        return self.kind == "forward"

    @property
    def status(self) -> Status | None:
        """The state that the pressed button names."""
        return status_of(self.then) if self.then and not self.is_later else None

    @property
    def is_later(self) -> bool:
        """Whether it is to wait for the moment that was chosen."""
        return self.then == _LATER


def fresh(detail: TicketDetail, own: frozenset[str]) -> Composer:
    """An empty composer, addressed to whoever gets the answer; our own mailboxes are left out."""
    usual = default_recipients(detail)
    to = [who for who in usual.to if who.key not in own]
    composer = Composer(to=line(to), cc=line([who for who in usual.cc if who.key not in own]))
    if not to or not third_parties(detail).issuperset(who.key for who in to):
        return composer
    words = _("The last message is from %(people)s, to whom one was forwarded. Your reply goes there.")
    return replace(composer, notice=words % {"people": composer.to_names}, show_recipients=True)


def forwarding(article: ArticleView) -> Composer:
    """An empty composer that hands a message on, to somebody who is still to be named."""
    return Composer(kind=FORWARD, forward=article.public_id, show_recipients=True)


def again(article: ArticleView, source: ArticleView | None = None) -> Composer:
    """The composer with a message that was taken back; `source` is the one that it forwards."""
    return _with(article, source, _("Taken back. Change it and send it again."))


def anew(article: ArticleView, source: ArticleView | None = None) -> Composer:
    """The composer with a message that did not arrive, to be changed and sent instead of it."""
    notice = _("Not delivered. Change it and send it: it becomes a new message.")
    if reached := [way.recipient for way in article.deliveries if way.state == "sent"]:
        notice += " " + _("It has reached these already: %(people)s") % {"people": ", ".join(reached)}
    return replace(_with(article, source, notice), replaces=article.public_id, show_recipients=True)


def _with(article: ArticleView, source: ArticleView | None, notice: str) -> Composer:
    composer = Composer(
        to=line(article.to),
        cc=line(article.cc),
        bcc=line(article.bcc),
        text=article.text,
        notice=notice,
        kept=article.attachments,
    )
    return _forwarding_again(composer, source) if source else composer


def _forwarding_again(composer: Composer, source: ArticleView) -> Composer:
    """As it was sent: what it has of the forwarded message is chosen there, the rest goes along as it is."""
    sent = {file.sha256 for file in composer.kept}
    theirs = {file.sha256 for file in source.attachments} | {source.raw_sha256}
    return replace(
        composer,
        kind=FORWARD,
        forward=source.public_id,
        forwarded=tuple(file.public_id for file in source.attachments if file.sha256 in sent),
        with_original=source.raw_sha256 in sent,
        kept=tuple(file for file in composer.kept if file.sha256 not in theirs),
        show_recipients=True,
    )


def read(form: MultiDict[str, str], kept: tuple[AttachmentView, ...] = ()) -> Composer:
    """What was sent, with the files that it names; lines of addresses longer than anybody types are cut."""
    return Composer(
        kind=kind if (kind := form.get("kind", "")) in ("note", FORWARD) else "reply",
        to=form.get("to", "")[:MAX_ADDRESS_LINE_CHARS],
        cc=form.get("cc", "")[:MAX_ADDRESS_LINE_CHARS],
        bcc=form.get("bcc", "")[:MAX_ADDRESS_LINE_CHARS],
        text=form.get("text", "").replace("\r\n", "\n"),
        then=form.get("then", ""),
        kept=kept,
        replaces=form.get("replaces", ""),
        send_at=form.get("send_at", "")[:_MOMENT_CHARS],
        instant=form.get("instant", "")[:_MOMENT_CHARS],
        forward=form.get("forward", ""),
        forwarded=tuple(form.getlist("forwarded")[: MAX_FILES + 1]),
        with_original="original" in form,
    )


def refused(composer: Composer, words: str, field: str, *, had_files: bool) -> Composer:
    """The composer with what is wrong, nothing typed lost; browsers forget the files."""
    if had_files:
        words = " ".join((words, _("Please attach the files again.")))
    shows = composer.is_forward or field in ("to", "cc", "bcc")
    return replace(composer, wrong=words, show_recipients=shows)


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
    found = parse_addresses(typed)
    is_blank = not typed.strip(" ,;")
    if not is_blank and not (found and all(who.domain for who in found)):
        raise Invalid("This is not a valid e-mail address.", field=field)
    return found
