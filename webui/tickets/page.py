"""The values of a ticket's page, ready for the template."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import ceil
from operator import itemgetter

from gateway.desk.canned import CannedName
from gateway.desk.pictures import MAX_PICTURE_BYTES, MAX_PICTURES, PICTURE_TYPES
from gateway.desk.tickets import StaffRef
from gateway.i18n import _
from gateway.rules.hours import zone_named
from gateway.rules.remote import Scope
from gateway.rules.status import ArticleKind, Status
from gateway.store.links import LinkedTicket
from gateway.store.mentions import Colleague
from gateway.store.queries.articles import ArticleView, TicketDetail
from gateway.store.queries.beside import Notes
from gateway.store.queries.customers import CustomerRow
from gateway.store.queries.groups import GroupRef
from gateway.store.queries.reaches import Guest
from gateway.store.queries.tickets import CustomerRef, TicketFilter, TicketRow
from webui import absences, duewords
from webui.complaints import too_large
from webui.rail import View
from webui.remotewords import scope_names
from webui.systemwords import BESIDE
from webui.systemwords import Line as SystemLine
from webui.tickets import drafting, forms, forwards, heldback, rows, sleep
from webui.tickets.deletion import Line as DeletionLine
from webui.tickets.done import Told
from webui.tickets.onlookers import Onlooker, writing
from webui.tickets.remotes import Line as RemoteLine
from webui.tickets.timeline import Reader, entries
from webui.wording import moment, priority_names, status_names

MAX_CUSTOMERS = 100
MAX_OTHERS = 6


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the composer may take, for the page to say so before anything is sent."""

    message_bytes: int
    pictures: int = MAX_PICTURES
    picture_bytes: int = MAX_PICTURE_BYTES
    picture_types: str = " ".join(PICTURE_TYPES)

    @property
    def too_large(self) -> str:
        """What is said above the limit; `{size}` stands for the size."""
        return too_large("{size}", self.message_bytes)


@dataclass(frozen=True, slots=True)
class Inputs:
    """What was read for the page; `size_of` tells how large a blob is, `names` are by login.

    `followers` are logins, `callable` are the colleagues by login, `reader` is that of who looks.
    """

    detail: TicketDetail
    staff: tuple[StaffRef, ...]
    own: frozenset[str]
    customers: tuple[CustomerRow, ...]
    others: tuple[TicketRow, ...]
    size_of: Callable[[str], int]
    bounds: Bounds
    views: tuple[View, ...] = ()
    signature: str = ""
    canned: tuple[CannedName, ...] = ()
    groups: tuple[GroupRef, ...] = ()
    guests: tuple[Guest, ...] = ()
    contact: str | None = None
    notes: Notes = field(default_factory=Notes)
    linked: tuple[LinkedTicket, ...] = ()
    followers: Sequence[str] = ()
    callable: Mapping[str, Colleague] = field(default_factory=dict)
    reader: str = ""
    unread: str = ""
    open_from: str = ""
    done: Told | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    here: tuple[Onlooker, ...] = ()
    drafts: Mapping[str, forms.OwnDraft] = field(default_factory=dict)
    others_drafts: tuple[drafting.OthersDraft, ...] = ()
    remotes: tuple[RemoteLine, ...] = ()
    systems: tuple[SystemLine, ...] = ()
    deletion: DeletionLine | None = None
    may_erase: bool = False


@dataclass(frozen=True, slots=True)
class StatusButton:
    """One of the states to choose from."""

    key: str
    name: str
    on: bool


@dataclass(frozen=True, slots=True)
class Assignee:
    """Somebody whose the ticket is or could be; `away` says when they are not there."""

    login: str
    name: str
    away: str

    @property
    def label(self) -> str:
        """How the list of them says it."""
        return f"{self.name} ({self.away})" if self.away else self.name


@dataclass(frozen=True, slots=True)
class Requester:
    """Who asked."""

    name: str
    address: str


def theirs(detail: TicketDetail) -> TicketFilter | None:
    """Which tickets to show beside this one: those of the same customer."""
    customer = detail.ticket.customer
    return TicketFilter(customer=customer.public_id) if customer else None


def live_values(
    detail: TicketDetail,
    staff: tuple[StaffRef, ...],
    names: Mapping[str, str],
    *,
    now: datetime,
    undo: timedelta,
    open_from: str,
) -> dict[str, object]:
    """The values of the part that changes by itself; a long timeline is shown whole from `open_from` on."""
    reader = Reader(now, undo, names, may_split=len(detail.articles) > 1, open_from=open_from)
    offered = assignees(detail.ticket.assignee, staff, names, now)
    return {
        "t": detail.ticket,
        "due": duewords.words(detail.ticket, now),
        "back": "/",
        "statuses": _buttons(detail.ticket.status),
        "staff": offered,
        "assignee": next((one for one in offered if one.login == detail.ticket.assignee), None),
        "entries": entries(detail, reader),
        "priorities": priority_names(),
        "asleep": moment(detail.ticket.wake_at, now) if detail.ticket.wake_at else None,
        "newest_id": detail.articles[-1].public_id if detail.articles else "",
    }


def values(read: Inputs, composer: forms.Composer, *, now: datetime, undo: timedelta) -> dict[str, object]:
    """The values of the whole page."""
    ticket = read.detail.ticket
    source = forwards.find_source(read.detail, composer.forward)
    opened = live_values(read.detail, read.staff, read.names, now=now, undo=undo, open_from=read.open_from)
    return opened | {
        "open_from": read.open_from,
        "views": read.views,
        "news": "/news",
        "draft": composer,
        "seen": composer.seen or str(read.detail.seen),
        "since": heldback.shown(composer.held_back, read.names, now),
        "forwarding": forwards.shown(source, composer, now, read.size_of) if source else None,
        "newest": forwards.newest(read.detail),
        "signature": read.signature,
        "canned": read.canned,
        "requester": _requester(ticket),
        "customer": ticket.customer,
        "groups": read.groups,
        "contact": read.contact,
        "notes": read.notes,
        "guests": ", ".join(guest.name for guest in read.guests),
        "customers": _choices(ticket.customer, read.customers),
        "others": rows.rows(tuple(o for o in read.others if o.number != ticket.number), rows.Shown(now)),
        "linked": [(one, status_names()[one.status]) for one in read.linked],
        "followers": ", ".join(read.names.get(login, login) for login in read.followers),
        "follows": read.reader in read.followers,
        "callable": _callable(read),
        "unread": read.unread,
        "sleeps": sleep.choices(now),
        "done": read.done,
        "bounds": read.bounds,
        "opened": moment(ticket.created_at, now),
        "here": read.here,
        "others_drafts": read.others_drafts,
        "remotes": read.remotes,
        "systems": read.systems,
        "deletion": read.deletion,
        "may_erase": read.may_erase,
        "shown": BESIDE,
        "remote_scopes": [(key.value, name) for key, name in scope_names().items() if key is not Scope.VIEW],
        "saved": moment(composer.saved_at, now) if composer.saved_at else None,
        "writing": writing(read.here),
        "lost_files": forms.lost_files,
        "settles_in": settles_in(read.detail, now=now, undo=undo),
    }


def composer(read: Inputs, *, again: str = "", forward: str = "", wrong: str = "") -> forms.Composer:
    """An empty composer, or one with the message `again` that never left or did not arrive.

    Or one that hands on the message `forward`. `wrong` is said above it.
    """
    handed_on = forwards.find_source(read.detail, forward)
    if handed_on is not None:
        return replace(_forwarding(read, handed_on), wrong=wrong)
    named = next((a for a in read.detail.articles if a.public_id == again), None)
    begun = _begun_with(named, forwards.find_source(read.detail, named.forward_of)) if named else None
    if begun is not None:
        known = read.drafts.get(begun.forward)
        return replace(begun, wrong=wrong, version=known.version if known else 0)
    return replace(_left(read), wrong=wrong)


def _left(read: Inputs) -> forms.Composer:
    """What its writer left: an answer, else a message that was to be forwarded, else nothing."""
    sources = (forwards.find_source(read.detail, article) for article in read.drafts if article)
    source = next(filter(None, sources), None)
    if "" in read.drafts or source is None:
        return forms.with_draft(forms.fresh(read.detail, read.own), read.drafts.get(""))
    return _forwarding(read, source)


def _forwarding(read: Inputs, source: ArticleView) -> forms.Composer:
    return forms.with_draft(forms.forwarding(source), read.drafts.get(source.public_id))


def assignees(
    login: str | None, staff: tuple[StaffRef, ...], names: Mapping[str, str], now: datetime
) -> list[Assignee]:
    """Whose the ticket can be, and whose it is also where that one works here no more."""
    found = [Assignee(one.login, one.name, _away(one, now)) for one in staff]
    if login is None or any(one.login == login for one in found):
        return found
    return [Assignee(login, names.get(login, login), _("not here any more")), *found]


def settles_in(detail: TicketDetail, *, now: datetime, undo: timedelta) -> int:
    """Seconds until the last undo window is over and its button may go; 0 where none is open."""
    sent = (article.created_at for article in detail.articles if article.kind is ArticleKind.OUTBOUND)
    left = max((at + undo - now for at in sent), default=timedelta())
    return ceil(left.total_seconds()) + 1 if left > timedelta() else 0


def _callable(read: Inputs) -> list[tuple[str, str]]:
    """Login and name of the colleagues whom a note here can call."""
    others = (login for login, one in read.callable.items() if one.sees_it and login != read.reader)
    return sorted(((login, read.names.get(login, login)) for login in others), key=itemgetter(1, 0))


def _begun_with(article: ArticleView, source: ArticleView | None) -> forms.Composer | None:
    """The composer with a message that was taken back or has failed, None for any other."""
    states = {delivery.state for delivery in article.deliveries}
    if states == {"withdrawn"}:
        return forms.again(article, source)
    has_failed = bool(states & {"failed", "bounced"})
    return forms.anew(article, source) if has_failed and article.kind is ArticleKind.OUTBOUND else None


def _away(one: StaffRef, now: datetime) -> str:
    """Why somebody who is away now is not the one to give it to."""
    is_away = one.absence is not None and one.absence.holds(now)
    if one.absence is None or not is_away:
        return ""
    return absences.in_words(one.absence, one.stand_in, now, zone_named(one.zone))


def _buttons(status: Status) -> tuple[StatusButton, ...]:
    names = status_names()
    now_open = status in (Status.NEW, Status.OPEN)
    opened = StatusButton(
        Status.OPEN.value, names[Status.NEW if status is Status.NEW else Status.OPEN], now_open
    )
    others = (Status.PENDING, Status.CLOSED, Status.SPAM)
    return (opened, *(StatusButton(s.value, names[s], s is status) for s in others))


def _requester(ticket: TicketRow) -> Requester:
    name = ticket.requester_name or ticket.requester_address or _("unknown sender")
    return Requester(name, ticket.requester_address if ticket.requester_name else "")


def _choices(customer: CustomerRef | None, known: tuple[CustomerRow, ...]) -> list[CustomerRef]:
    listed = [CustomerRef(row.public_id, row.name) for row in known]
    if customer is not None and customer not in listed:
        listed.insert(0, customer)
    return sorted(listed, key=lambda c: c.name.casefold())
