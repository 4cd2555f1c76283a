"""The ticket list: rows as the page shows them, and what it says when there are none."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from markupsafe import Markup

from gateway.i18n import _, current_locale
from gateway.rules.status import Status
from gateway.store.queries.tickets import TicketRow
from webui import pages
from webui.kept import Kept
from webui.wording import ago, moment, status_names

_LINES = Kept(1024 * 1024)


@dataclass(frozen=True, slots=True)
class Row:
    """A ticket in the list, every word ready."""

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
    iso: str
    ago: str
    absolute: str


@dataclass(frozen=True, slots=True)
class Empty:
    """What an empty list says, and where to go next."""

    title: str
    text: str
    link: str = ""
    link_text: str = ""


def rows(tickets: tuple[TicketRow, ...], now: datetime) -> list[Row]:
    """The rows of a page."""
    names = status_names()
    return [_row(ticket, names, now) for ticket in tickets]


def lines(tickets: tuple[TicketRow, ...], now: datetime) -> list[Markup]:
    """The lines of a list; those that show what they showed last time are kept from then."""
    names, locale = status_names(), current_locale()

    def line(ticket: TicketRow) -> Markup:
        return pages.piece("web/tickets/row.html", r=_row(ticket, names, now))

    return [
        _LINES.get((locale, ticket, ago(ticket.updated_at, now)), partial(line, ticket)) for ticket in tickets
    ]


def _row(ticket: TicketRow, names: Mapping[Status, str], now: datetime) -> Row:
    at = moment(ticket.updated_at, now)
    customer = ticket.customer.name if ticket.customer else ""
    return Row(
        number=ticket.number,
        subject=ticket.subject,
        status=ticket.status.value,
        status_word=names[ticket.status],
        who=ticket.requester_name or ticket.requester_address or _("unknown sender"),
        customer=customer or (ticket.requester_address if ticket.requester_name else ""),
        snippet=ticket.snippet,
        tags=ticket.tags,
        files=ticket.attachment_count > 0,
        assignee=ticket.assignee or "",
        iso=at.iso,
        ago=at.ago,
        absolute=at.absolute,
    )


def empty(view: str, query: str, *, has_mailbox: bool, is_starting: bool = False) -> Empty:
    """Why there is nothing to see, and what next; `is_starting` where a guided start goes on."""
    if query:
        return Empty(
            _("Nothing found"),
            _("No message contains “%(query)s”. Closed tickets and spam were searched too.")
            % {"query": query},
            "/",
            _("Show all open tickets"),
        )
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
