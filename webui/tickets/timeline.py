"""A ticket's timeline: messages and events in the order in which they happened, every word ready."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from markupsafe import Markup

from gateway.i18n import _
from gateway.mail.address import Address
from gateway.rules.status import ArticleKind
from gateway.store.queries.articles import ArticleView, DeliveryView, TicketDetail
from webui.tickets import attached, events, senders, texts
from webui.wording import initials, moment

_MAX_DEFECTS = 5


@dataclass(frozen=True, slots=True)
class Event:
    """A line of the timeline."""

    event: str
    iso: str
    ago: str
    absolute: str


@dataclass(frozen=True, slots=True)
class Way:
    """How a message fares on its way to one recipient."""

    state: str
    icon: str
    word: str
    recipient: str
    detail: str


@dataclass(frozen=True, slots=True)
class Message:
    """A message of the timeline."""

    id: str
    kind: str
    name: str
    initials: str
    label: str
    people: str
    warnings: tuple[str, ...]
    assurance: str
    defects: str
    text: Markup
    quoted: Markup
    quoted_label: str
    pictures: tuple[attached.File, ...]
    files: tuple[attached.File, ...]
    has_html: bool
    has_raw: bool
    deliveries: tuple[Way, ...]
    withdrawn: bool
    undo: bool
    iso: str
    ago: str
    absolute: str


@dataclass(frozen=True, slots=True)
class Reader:
    """What the timeline is told with: the moment, the undo window, colleagues' names by login."""

    at: datetime
    undo: timedelta
    names: Mapping[str, str]


def timeline(detail: TicketDetail, reader: Reader) -> list[Message | Event]:
    """Everything that happened, oldest first."""
    told: list[tuple[datetime, int, Message | Event]] = [
        (article.created_at, 0, _message(article, reader)) for article in detail.articles
    ]
    told += [(at, 1, line) for at, line in _lines(detail, reader)]
    ordered = sorted(told, key=lambda entry: entry[:2])
    return [entry for _at, _rank, entry in ordered]


def _lines(detail: TicketDetail, reader: Reader) -> Iterator[tuple[datetime, Event]]:
    for event in detail.events:
        words = events.in_words(event, reader.names)
        if words:
            at = moment(event.at, reader.at)
            yield event.at, Event(words, at.iso, at.ago, at.absolute)


def _message(article: ArticleView, reader: Reader) -> Message:
    at = moment(article.created_at, reader.at)
    text = texts.split(article.text, article.reply_text)
    is_ours = article.kind in (ArticleKind.OUTBOUND, ArticleKind.NOTE)
    name = _name(article, reader)
    pictures = tuple(attached.file(f) for f in article.attachments if attached.is_picture(f))
    return Message(
        id=article.public_id,
        kind=article.kind.value,
        name=name,
        initials=initials(name),
        label=_label(article),
        people=_people(article),
        warnings=() if is_ours else senders.warnings(article),
        assurance="" if is_ours else senders.assurance(article),
        defects=_defects(article),
        text=text.new,
        quoted=text.quoted,
        quoted_label=text.quoted_label,
        pictures=pictures,
        files=tuple(
            attached.file(f) for f in article.attachments if not f.inline or not attached.is_picture(f)
        ),
        has_html=article.html is not None and not is_ours,
        has_raw=article.has_raw and not is_ours,
        deliveries=tuple(_way(delivery, reader.at) for delivery in article.deliveries),
        withdrawn=_is_withdrawn(article),
        undo=can_be_taken_back(article, reader),
        iso=at.iso,
        ago=at.ago,
        absolute=at.absolute,
    )


def can_be_taken_back(article: ArticleView, reader: Reader) -> bool:
    """Whether the undo window is open and nothing has been tried yet."""
    in_time = article.created_at + reader.undo > reader.at
    untried = all(d.state == "queued" and d.attempts == 0 for d in article.deliveries)
    return bool(article.deliveries) and in_time and untried


def _is_withdrawn(article: ArticleView) -> bool:
    return bool(article.deliveries) and all(d.state == "withdrawn" for d in article.deliveries)


def _name(article: ArticleView, reader: Reader) -> str:
    if article.author is not None:
        return reader.names.get(article.author, article.author)
    return article.from_.name or article.from_.address or _("unknown sender")


def _label(article: ArticleView) -> str:
    if article.kind is ArticleKind.NOTE:
        return _("Note")
    automatic = {
        "auto-reply": _("Automatic reply"),
        "auto-generated": _("Automatic message"),
        "bulk": _("Bulk mail"),
        "bounce": _("Delivery report"),
    }
    if article.auto in automatic:
        return automatic[article.auto]
    if article.kind is ArticleKind.AUTOMATIC:
        return _("Automatic message")
    return _("First contact") if article.trust == "first_contact" else ""


def _people(article: ArticleView) -> str:
    if article.kind is ArticleKind.NOTE:
        return ""
    parts = []
    if article.kind is ArticleKind.INBOUND and article.from_.name:
        parts.append(article.from_.address)
    if article.kind is not ArticleKind.INBOUND:
        parts.append(_listed(_("to"), article.to))
    parts += [_listed(_("Cc"), article.cc), _listed(_("Bcc"), article.bcc)]
    return " · ".join(filter(None, parts))


def _listed(label: str, people: Sequence[Address]) -> str:
    return f"{label} {', '.join(who.address for who in people)}" if people else ""


def _defects(article: ArticleView) -> str:
    """What is broken about a mail, for those who wonder why it looks odd."""
    what = ", ".join(article.defects[:_MAX_DEFECTS])
    return _("Not in order: %(what)s") % {"what": what} if what else ""


def _way(delivery: DeliveryView, now: datetime) -> Way:
    words = {
        "queued": ("clock", _("Waiting to be sent to")),
        "sent": ("check", _("Sent to")),
        "deferred": ("warn", _("Delayed:")),
        "failed": ("cross", _("Not delivered to")),
        "bounced": ("cross", _("Came back from")),
        "withdrawn": ("block", _("Taken back, not sent to")),
    }
    icon, word = words.get(delivery.state, ("clock", delivery.state))
    detail = [delivery.answer] if delivery.answer else []
    if delivery.state == "deferred" and delivery.next_try_at is not None:
        detail.append(_("next try %(at)s") % {"at": moment(delivery.next_try_at, now).absolute})
    return Way(delivery.state, icon, word, delivery.recipient, " · ".join(detail))
