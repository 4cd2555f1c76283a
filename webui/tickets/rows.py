"""The ticket list: rows as the page shows them, and what it says when there are none."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from markupsafe import Markup

from gateway.i18n import _, current_locale
from gateway.rules.priority import Priority
from gateway.store.queries.groups import GroupRef
from gateway.store.queries.tickets import TicketRow
from webui import duewords, pages, zones
from webui.duewords import DueWords
from webui.kept import Kept
from webui.tickets.onlookers import Mark
from webui.wording import ago, initials, moment, priority_names, status_names

_LINES = Kept(1024 * 1024)


@dataclass(frozen=True, slots=True)
class Shown:
    """What rows are told with: the moment, people's names by login, and each customer's groups.

    By a ticket's number, `marks` are who else has it open, and `snippets` what to show instead of its own.
    """

    at: datetime
    names: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, tuple[GroupRef, ...]] = field(default_factory=dict)
    marks: Mapping[int, Mark] = field(default_factory=dict)
    snippets: Mapping[int, Markup] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """A ticket in the list, every word ready.

    Its time is since when somebody waits for an answer, else that of its newest activity.
    """

    number: int
    subject: str
    status: str
    status_word: str
    who: str
    customer: str
    snippet: str
    tags: tuple[str, ...]
    files: bool
    assignee: str
    initials: str
    iso: str
    ago: str
    is_unread: bool = False
    waits: bool = False
    sleeps: str = ""
    priority: str = ""
    presses: bool = False
    here: Mark | None = None
    due: DueWords | None = None


@dataclass(frozen=True, slots=True)
class Empty:
    """What an empty list says, and where to go next."""

    title: str
    text: str
    link: str = ""
    link_text: str = ""


def customers_of(tickets: Iterable[TicketRow]) -> tuple[str, ...]:
    """Of whom the tickets are, by public id: whose groups the rows show."""
    return tuple({ticket.customer.public_id for ticket in tickets if ticket.customer})


def rows(tickets: tuple[TicketRow, ...], shown: Shown) -> list[Row]:
    """The rows of a page."""
    return [_row(ticket, shown) for ticket in tickets]


def lines(tickets: tuple[TicketRow, ...], shown: Shown) -> list[Markup]:
    """The lines of a list; those that show what they showed last time are kept from then."""
    locale = current_locale()

    def line(ticket: TicketRow) -> Markup:
        return pages.piece("web/tickets/row.html", r=_row(ticket, shown))

    return [_LINES.get((locale, *_key(ticket, shown)), partial(line, ticket)) for ticket in tickets]


def _key(ticket: TicketRow, shown: Shown) -> tuple[object, ...]:
    """All that a line shows beside the language."""
    told = ago(ticket.waiting_since or ticket.updated_at, shown.at)
    assignee = shown.names.get(ticket.assignee or "", "")
    number, due = ticket.number, duewords.text(ticket, shown.at)
    here = shown.marks.get(number)
    return (
        zones.zone_of_reader(),
        ticket,
        told,
        due,
        _groups(ticket, shown),
        assignee,
        here,
        shown.snippets.get(number),
    )


def _row(ticket: TicketRow, shown: Shown) -> Row:
    waits = ticket.waiting_since is not None
    at = moment(ticket.waiting_since or ticket.updated_at, shown.at)
    assignee = shown.names.get(ticket.assignee, ticket.assignee) if ticket.assignee else ""
    of = [ticket.customer.name, *_groups(ticket, shown)] if ticket.customer else []
    return Row(
        number=ticket.number,
        subject=ticket.subject,
        status=ticket.status.value,
        status_word=status_names()[ticket.status],
        who=ticket.requester_name or ticket.requester_address or _("unknown sender"),
        customer=" · ".join(of) or (ticket.requester_address if ticket.requester_name else ""),
        snippet=shown.snippets.get(ticket.number, ticket.snippet),
        tags=ticket.tags,
        files=ticket.attachment_count > 0,
        assignee=assignee,
        initials=initials(assignee) if assignee else "",
        iso=at.iso,
        ago=at.ago,
        is_unread=ticket.is_unread,
        waits=waits,
        sleeps=moment(ticket.wake_at, shown.at).absolute if ticket.wake_at else "",
        priority="" if ticket.priority is Priority.NORMAL else priority_names()[ticket.priority],
        presses=ticket.priority > Priority.NORMAL,
        here=shown.marks.get(ticket.number),
        due=duewords.words(ticket, shown.at),
    )


def _groups(ticket: TicketRow, shown: Shown) -> tuple[str, ...]:
    found = shown.groups.get(ticket.customer.public_id, ()) if ticket.customer else ()
    return tuple(group.name for group in found)


def empty(view: str, *, has_mailbox: bool, is_starting: bool = False) -> Empty:
    """Why there is nothing to see, and what next; `is_starting` where a guided start goes on."""
    if not has_mailbox:
        return Empty(
            _("No mailbox yet"),
            _("Add the address your customers write to; their mails then become tickets here."),
            "/start" if is_starting else "/mailboxes",
            _("Go on with the guided start") if is_starting else _("Add a mailbox"),
        )
    if view in ("mine", "unassigned"):
        text = {
            "mine": _("No open ticket is assigned to you. Perhaps one waits for somebody to take it."),
            "unassigned": _("Every open ticket has somebody who looks after it."),
        }[view]
        link, name = ("/?view=unassigned", _("Unassigned")) if view == "mine" else ("/", _("All open"))
        return Empty(_("Nothing here"), text, link, name)
    texts = {
        "open": _("Every request is answered. New mails appear here by themselves."),
        "pending": _("No ticket waits for a customer. “Send and wait” puts one here."),
        "closed": _("No ticket has been closed yet."),
        "spam": _("Nothing is marked as spam."),
    }
    title = _("Nothing waits") if view in ("open", "pending") else _("Nothing here")
    return Empty(title, texts.get(view, ""))
