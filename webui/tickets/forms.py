"""What people send from a ticket's page, read and limited."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import assert_never

from werkzeug.datastructures import MultiDict

from gateway.desk.addressees import default_recipients, third_parties
from gateway.desk.replying import MAX_FILES, Draft, DraftFile
from gateway.errors import Invalid
from gateway.i18n import _
from gateway.mail.address import Address, parse_addresses
from gateway.rules.cautions import Caution, Doubtful
from gateway.rules.priority import Priority
from gateway.rules.seen import read_seen
from gateway.rules.status import Status, may_become
from gateway.store.drafts import Drafted
from gateway.store.queries.articles import ArticleView, AttachmentView, TicketDetail
from gateway.store.queries.differences import Difference
from webui import zones
from webui.heldfiles import Held

MAX_ADDRESS_LINE_CHARS = 60_000
"""As many as the most recipients need, each with the longest name and address that a mail may have."""
FORWARD = "forward"
_LATER, _MOMENT_CHARS = "later", 40
_SPECIAL = frozenset('()<>[]:;@\\,."')


@dataclass(frozen=True, slots=True)
class Composer:
    """The composer as it stands: what was typed, and what is to be said about it.

    `kept` are files of an earlier message that go along again, `held` those that came with this one, and
    `lost` are the words of those that are no longer there. `replaces` is the public id of a message that did
    not arrive and that this one is sent instead of. `questions` are asked before it is sent, and `asked` are
    the keys of those that need not be asked again. `send_at` is local time as the field has it, `instant`
    the same with its zone, as the browser knows it. `forward` is the public id of a message that is handed
    on, `forwarded` those of its files that go along (None: all that may), `with_original` says whether the
    mail goes along as it came. A note that `is_shared` is one for guests, too. `seen` is what of the ticket
    was there when it was opened, "" for what is there now, and `held_back` what has come since.
    `version` is that of its draft, 0 for none, and `saved_at` when that was kept.
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
    lost: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    replaces: str = ""
    send_at: str = ""
    instant: str = ""
    forward: str = ""
    forwarded: tuple[str, ...] | None = None
    with_original: bool = False
    is_shared: bool = False
    seen: str = ""
    held_back: Difference | None = None
    version: int = 0
    saved_at: datetime | None = None

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
        return self.kind == FORWARD

    @property
    def takes_files_along(self) -> bool:
        """Whether the forwarded message goes along as it came, or a file of it."""
        return self.is_forward and (self.with_original or bool(self.forwarded))

    @property
    def status(self) -> Status | None:
        """The state that the pressed button names."""
        return status_of(self.then) if self.then and not self.is_later else None

    @property
    def is_later(self) -> bool:
        """Whether it is to wait for the moment that was chosen."""
        return self.then == _LATER


@dataclass(frozen=True, slots=True)
class OwnDraft:
    """What was written before and not sent yet, its files held for the form."""

    drafted: Drafted
    held: tuple[Held, ...]
    version: int
    saved_at: datetime
    lost: tuple[str, ...] = ()
    """Names of its files that are no longer there."""


def fresh(detail: TicketDetail, own: frozenset[str]) -> Composer:
    """An empty composer, addressed to whoever gets the answer; the desk's `own` addresses are left out."""
    usual = default_recipients(detail, own)
    composer = Composer(to=line(usual.to), cc=line(usual.cc))
    if not usual.to or not third_parties(detail).issuperset(who.key for who in usual.to):
        return composer
    words = _("The last message is from %(people)s, to whom one was forwarded. Your reply goes there.")
    return replace(composer, notice=words % {"people": composer.to_names}, show_recipients=True)


def forwarding(article: ArticleView) -> Composer:
    """An empty composer that hands a message on, to somebody who is still to be named."""
    return Composer(kind=FORWARD, forward=article.public_id, show_recipients=True)


def with_draft(composer: Composer, own: OwnDraft | None) -> Composer:
    """The composer as its writer left it."""
    if own is None:
        return composer
    drafted = own.drafted
    return replace(
        composer,
        kind=drafted.kind,
        to=drafted.to,
        cc=drafted.cc,
        bcc=drafted.bcc,
        text=drafted.text,
        held=own.held,
        notice=lost_files(", ".join(own.lost)) if own.lost else composer.notice,
        is_shared=drafted.is_shared,
        version=own.version,
        saved_at=own.saved_at,
    )


def lost_files(names: str) -> str:
    """What is said of files of a draft that are no longer there."""
    return _("These files are no longer kept, please add them again: %(names)s") % {"names": names}


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


def read(form: MultiDict[str, str]) -> Composer:
    """What was typed, without files; of a line of addresses that is too long, what shows it."""
    return Composer(
        kind=kind if (kind := form.get("kind", "")) in ("note", FORWARD) else "reply",
        to=form.get("to", "")[: MAX_ADDRESS_LINE_CHARS + 1],
        cc=form.get("cc", "")[: MAX_ADDRESS_LINE_CHARS + 1],
        bcc=form.get("bcc", "")[: MAX_ADDRESS_LINE_CHARS + 1],
        text=form.get("text", "").replace("\r\n", "\n"),
        then=form.get("then", ""),
        replaces=form.get("replaces", ""),
        asked=tuple(form.getlist("asked")[: len(Doubtful)]),
        send_at=form.get("send_at", "")[:_MOMENT_CHARS],
        instant=form.get("instant", "")[:_MOMENT_CHARS],
        forward=form.get("forward", ""),
        forwarded=tuple(form.getlist("forwarded")[: MAX_FILES + 1]),
        with_original="original" in form,
        is_shared="shared" in form,
        seen=form.get("seen", ""),
        version=form.get("version", 0, type=int),
    )


def refused(composer: Composer, words: str, field: str) -> Composer:
    """The composer with what is wrong, nothing typed and no file lost."""
    shows = composer.is_forward or field in ("to", "cc", "bcc")
    return replace(composer, wrong=words, show_recipients=shows)


def hold_back(composer: Composer, difference: Difference) -> Composer:
    """The composer with what has come since it was opened; sent again, that counts as seen."""
    return replace(composer, held_back=difference, seen=str(difference.seen))


def ask(composer: Composer, cautions: Sequence[Caution]) -> Composer:
    """The composer with these questions, without any if each of them was asked before."""
    keys = tuple(caution.key for caution in cautions)
    if set(keys) <= set(composer.asked):
        return replace(composer, asked=keys, questions=())
    is_about_people = any(caution.about for caution in cautions)
    questions = tuple(map(_question, cautions))
    return replace(composer, asked=keys, questions=questions, show_recipients=is_about_people)


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
        seen=None if composer.is_forward else read_seen(composer.seen),
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


def priority_of(text: str) -> Priority:
    """The priority with this number; Invalid otherwise."""
    known = {str(priority.value): priority for priority in Priority}
    if text not in known:
        raise Invalid(field="priority")
    return known[text]


def tags_of(text: str) -> tuple[str, ...]:
    """Tags as typed, separated by commas; Invalid for none."""
    found = tuple(tag for part in text.split(",") if (tag := " ".join(part.split()).removeprefix("#")))
    if not found:
        raise Invalid("Please write a tag.", field="tags")
    return found


def line(people: Sequence[Address]) -> str:
    """Addresses as people type them."""
    return ", ".join(_one(who) for who in people)


def _question(caution: Caution) -> str:
    about = ", ".join(caution.about)
    match caution.what:
        case Doubtful.NOBODY_READS:
            return _("Probably nobody reads mail to %(people)s.") % {"people": about}
        case Doubtful.NO_FILE:
            return _("The text speaks of an attachment, but no file goes along.")
        case Doubtful.SEVERAL_CUSTOMERS:
            return _("The recipients belong to several customers: %(names)s.") % {"names": about}
        case _:
            assert_never(caution.what)


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
    """When to send it; without script the field is taken by the reader's clock, which the pages show."""
    try:
        return zones.read(composer.instant or composer.send_at).astimezone(UTC)
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
