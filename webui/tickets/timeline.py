"""A ticket's timeline: messages and events in the order in which they happened, every word ready."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import itemgetter

from markupsafe import Markup

from gateway.i18n import _, current_locale, ngettext
from gateway.mail import markdown
from gateway.mail.address import Address
from gateway.rules.mentions import mentioned
from gateway.rules.status import ArticleKind
from gateway.store.queries.articles import ArticleView, AttachmentView, DeliveryView, TicketDetail
from webui import answers, pages, zones
from webui.holding import reason
from webui.kept import Kept
from webui.remedies import is_to_change, next_step
from webui.tickets import attached, events, invitations, oddities, senders, texts
from webui.tickets.collapsing import ALL, Middle, collapse
from webui.tickets.forwards import may_be_forwarded
from webui.wording import Moment, ago, initials, moment

_MAX_DEFECTS = 5
_EVENT, _FOLD, _MESSAGE = "web/tickets/event.html", "web/tickets/fold.html", "web/tickets/message.html"
_MIDDLE = "web/tickets/middle.html"
_MESSAGES = Kept(2 * 1024 * 1024)
_MAX_FOLDED_SHOWN = 50
_FAILED = frozenset({"failed", "bounced"})
_SPLITTABLE = (ArticleKind.INBOUND, ArticleKind.NOTE)


@dataclass(frozen=True, slots=True)
class Event:
    """A line of the timeline; `undo` is where to send the wish to take it back, if that is possible."""

    event: str
    iso: str
    ago: str
    absolute: str
    undo: str


@dataclass(frozen=True, slots=True)
class Way:
    """How a message fares on its way to one recipient."""

    state: str
    icon: str
    word: str
    recipient: str
    detail: str
    step: str
    can_resend: bool
    is_to_change: bool


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
    is_rich: bool
    text: Markup
    quoted: Markup
    quoted_label: str
    pictures: tuple[attached.File, ...]
    files: tuple[attached.File, ...]
    has_html: bool
    has_remote: bool
    has_raw: bool
    protection: str
    invitation: invitations.Card | None
    deliveries: tuple[Way, ...]
    withdrawn: bool
    may_forward: bool
    may_split: bool
    forward_of: str
    later: Moment | None
    held: bool
    undo: bool
    iso: str
    ago: str
    absolute: str


@dataclass(frozen=True, slots=True)
class FoldedMail:
    """One of a storm's mails."""

    id: str
    subject: str
    iso: str
    absolute: str


@dataclass(frozen=True, slots=True)
class Fold:
    """A storm's mails as one line: their label, the newest of them, and how many more there are."""

    folded: str
    mails: tuple[FoldedMail, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Reader:
    """What the timeline is told with: the moment, the undo window, people's names by login, and to whom.

    `may_split` says that there is more than one message, so that one can become a ticket of its own;
    `open_from` from which message on a long timeline is shown whole.
    """

    at: datetime
    undo: timedelta
    names: Mapping[str, str]
    is_guest: bool = False
    may_split: bool = False
    open_from: str = ALL


def entries(detail: TicketDetail, reader: Reader) -> list[Markup]:
    """The timeline as the page has it; messages that show what they showed last time are kept from then."""
    told: list[ArticleView | Event | Fold | Middle] = [*timeline(detail, reader)]
    return [_shown(entry, reader) for entry in collapse(told, reader.open_from)]


def timeline(detail: TicketDetail, reader: Reader) -> list[ArticleView | Event | Fold]:
    """Everything that happened, oldest first; a storm's mails stand together where they began."""
    told: list[tuple[datetime, int, ArticleView | Event | Fold]] = [
        (article.created_at, 0, article) for article in detail.articles if not article.is_folded
    ]
    if folded := [article for article in detail.articles if article.is_folded]:
        told.append((folded[0].created_at, 2, _fold(folded, reader)))
    told += [(at, 1, line) for at, line in _lines(detail, reader)]
    return [entry for _at, _rank, entry in sorted(told, key=itemgetter(0, 1))]


def _shown(entry: ArticleView | Event | Fold | Middle, reader: Reader) -> Markup:
    if isinstance(entry, ArticleView):
        return _kept(entry, reader)
    if isinstance(entry, Middle):
        return pages.piece(_MIDDLE, a=entry)
    return pages.piece(_EVENT if isinstance(entry, Event) else _FOLD, a=entry)


def _kept(article: ArticleView, reader: Reader) -> Markup:
    told_with = ago(article.created_at, reader.at), can_be_taken_back(article, reader), _name(article, reader)
    card = invitations.card(article.invitation, reader.at)
    called = _called(article, reader)
    key = (
        current_locale(),
        zones.zone_of_reader(),
        called,
        article,
        told_with,
        card,
        reader.is_guest,
        reader.may_split,
    )
    return _MESSAGES.get(key, lambda: pages.piece(_MESSAGE, a=message(article, reader)))


def _fold(folded: Sequence[ArticleView], reader: Reader) -> Fold:
    shown = folded[-_MAX_FOLDED_SHOWN:]
    moments = [moment(article.created_at, reader.at) for article in shown]
    label = ngettext("%(num)s further mail of this storm", "%(num)s further mails of this storm", len(folded))
    mails = [
        FoldedMail(a.public_id, a.subject, at.iso, at.absolute) for a, at in zip(shown, moments, strict=True)
    ]
    return Fold(label % {"num": len(folded)}, tuple(mails), len(folded) - len(shown))


def _lines(detail: TicketDetail, reader: Reader) -> Iterator[tuple[datetime, Event]]:
    merged = events.merged_numbers(detail.events)
    for event in detail.events:
        words = events.in_words(event, reader.names)
        if words:
            at = moment(event.at, reader.at)
            number = event.data.get("from") if event.kind == "merged" else None
            undo = f"/t/{number}/unmerge" if number in merged else ""
            yield event.at, Event(words, at.iso, at.ago, at.absolute, undo)


def message(article: ArticleView, reader: Reader) -> Message:
    """A message, every word ready."""
    at = moment(article.created_at, reader.at)
    text = texts.split(article.text, article.reply_text)
    is_ours = article.kind in (ArticleKind.OUTBOUND, ArticleKind.NOTE)
    name = _name(article, reader)
    in_place = _in_place(article) if is_ours else {}
    brought = attached.brought(_beside(article, in_place))
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
        is_rich=is_ours,
        text=texts.with_mentions(_words(article, text, in_place), _called(article, reader)),
        quoted=text.quoted,
        quoted_label=text.quoted_label,
        pictures=brought.pictures,
        files=brought.files,
        has_html=article.has_html and not is_ours,
        has_remote=article.has_remote and not is_ours,
        has_raw=article.is_raw_open and not is_ours,
        protection=_protection(article),
        invitation=invitations.card(article.invitation, reader.at),
        deliveries=tuple(_way(delivery, reader.at) for delivery in article.deliveries),
        withdrawn=article.is_withdrawn,
        may_forward=may_be_forwarded(article) and not reader.is_guest,
        may_split=reader.may_split and article.kind in _SPLITTABLE,
        forward_of=article.forward_of,
        later=_later(article, reader),
        held=_is_held(article),
        undo=can_be_taken_back(article, reader),
        iso=at.iso,
        ago=at.ago,
        absolute=at.absolute,
    )


def _words(article: ArticleView, text: texts.Text, in_place: Mapping[str, AttachmentView]) -> Markup:
    """What it says: our own words as formatted; a forward may say nothing."""
    is_ours = article.kind in (ArticleKind.OUTBOUND, ArticleKind.NOTE)
    if is_ours and article.reply_text.strip():
        return texts.written(article.reply_text, in_place)
    return Markup() if article.forward_of else text.new


def _called(article: ArticleView, reader: Reader) -> tuple[str, ...]:
    """Whom a note names; where guests read it, a name calls nobody."""
    is_ours_alone = article.kind is ArticleKind.NOTE and not article.is_shared
    return mentioned(article.reply_text, reader.names) if is_ours_alone else ()


def _in_place(article: ArticleView) -> dict[str, AttachmentView]:
    """The pictures that staff put into their text, by name."""
    named = markdown.named_pictures(article.reply_text)
    own = [file for file in article.attachments if file.inline and file.is_open]
    return {file.filename: file for file in own if file.filename in named}


def _beside(article: ArticleView, in_place: Mapping[str, AttachmentView]) -> list[AttachmentView]:
    """The files that stand nowhere else: a forward's pictures are seen in the message that it forwards."""
    shown = list(in_place.values())
    return [f for f in article.attachments if f not in shown and not (f.inline and article.forward_of)]


def can_be_taken_back(article: ArticleView, reader: Reader) -> bool:
    """Whether nothing has been tried yet, and the undo window is open, or it waits for longer or is held."""
    in_time = article.created_at + reader.undo > reader.at
    untried = all(d.state in ("queued", "held") and d.attempts == 0 for d in article.deliveries)
    waits = in_time or _is_held(article) or _later(article, reader) is not None
    return bool(article.deliveries) and untried and waits


def _is_held(article: ArticleView) -> bool:
    return any(d.state == "held" for d in article.deliveries)


def _later(article: ArticleView, reader: Reader) -> Moment | None:
    """The moment for which a message waits that is to be sent later."""
    waiting = [d.next_try_at for d in article.deliveries if d.state == "queued" and d.next_try_at]
    send_at = max(waiting, default=article.created_at)
    is_later = send_at > max(article.created_at + reader.undo, reader.at)
    return moment(send_at, reader.at) if is_later else None


def _name(article: ArticleView, reader: Reader) -> str:
    if article.author is not None:
        return reader.names.get(article.author, article.author)
    return article.from_.name or article.from_.address or _("unknown sender")


def _label(article: ArticleView) -> str:
    if article.kind is ArticleKind.NOTE:
        return _("Note, shared with guests") if article.is_shared else _("Note")
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
    if article.forward_of:
        return _("Forwarded")
    return _("First contact") if article.trust == "first_contact" else ""


def _people(article: ArticleView) -> str:
    if article.kind is ArticleKind.NOTE:
        return ""
    parts = []
    if article.kind is ArticleKind.INBOUND and article.from_.name:
        parts.append(article.from_.address)
    if article.kind is not ArticleKind.INBOUND:
        parts.append(_listed(_("Forwarded to") if article.forward_of else _("to"), article.to))
    parts += [_listed(_("Cc"), article.cc), _listed(_("Bcc"), article.bcc)]
    return " · ".join(filter(None, parts))


def _listed(label: str, people: Sequence[Address]) -> str:
    return f"{label} {', '.join(who.address for who in people)}" if people else ""


def _protection(article: ArticleView) -> str:
    """How it is signed or encrypted. Nobody checks a signature here, and nobody has a key."""
    words = {
        "smime-signed": _("Signed with S/MIME. The signature was not checked."),
        "pgp-signed": _("Signed with OpenPGP. The signature was not checked."),
        "smime-encrypted": _("Encrypted with S/MIME: it can be read with its recipient’s key alone."),
        "pgp-encrypted": _("Encrypted with OpenPGP: it can be read with its recipient’s key alone."),
    }
    return words.get(article.protection, "")


def _defects(article: ArticleView) -> str:
    """What is broken about a mail, for those who wonder why it looks odd."""
    what = ", ".join(map(oddities.in_words, article.defects[:_MAX_DEFECTS]))
    return _("Not in order: %(what)s") % {"what": what} if what else ""


def _way(delivery: DeliveryView, now: datetime) -> Way:
    words = {
        "queued": ("clock", _("Waiting to be sent to")),
        "held": ("warn", _("Held back, not sent to")),
        "sent": ("check", _("Sent to")),
        "deferred": ("warn", _("Delayed:")),
        "failed": ("cross", _("Not delivered to")),
        "bounced": ("cross", _("Came back from")),
        "withdrawn": ("block", _("Taken back, not sent to")),
    }
    icon, word = words.get(delivery.state, ("clock", delivery.state))
    said = reason(delivery.answer) if delivery.state == "held" else answers.in_words(delivery.answer)
    detail = [said] if said else []
    if delivery.state == "deferred" and delivery.next_try_at is not None:
        detail.append(_("next try %(at)s") % {"at": moment(delivery.next_try_at, now).absolute})
    return Way(
        state=delivery.state,
        icon=icon,
        word=word,
        recipient=delivery.recipient,
        detail=" · ".join(detail),
        step=_step(delivery) if delivery.state in _FAILED else "",
        can_resend=delivery.state in _FAILED and delivery.settled != "replaced",
        is_to_change=is_to_change(delivery.answer),
    )


def _step(delivery: DeliveryView) -> str:
    """What to do about one that failed."""
    if delivery.settled == "replaced":
        return _("A newer message has replaced it.")
    return next_step(delivery.answer)
