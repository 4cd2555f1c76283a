"""When something is due, in words: red is never the only thing that says it."""

from dataclasses import dataclass
from datetime import datetime

from gateway.i18n import _
from gateway.store.queries.tickets import TicketRow
from webui.wording import lasting, moment


@dataclass(frozen=True, slots=True)
class DueWords:
    """What a ticket owes and until when; `is_over` where that has passed. `brief` is for narrow screens."""

    text: str
    brief: str
    what: str
    iso: str
    absolute: str
    is_over: bool


def words(ticket: TicketRow, now: datetime) -> DueWords | None:
    """What is due in a ticket, None where nothing is."""
    if ticket.due_at is None or ticket.due_for is None:
        return None
    at = moment(ticket.due_at, now)
    what = {
        "first_answer": _("First answer"),
        "next_answer": _("Next answer"),
        "resolution": _("Resolution"),
    }[ticket.due_for.value]
    brief = lasting(abs(ticket.due_at - now))
    return DueWords(text(ticket, now), brief, what, at.iso, at.absolute, is_over=ticket.due_at < now)


def text(ticket: TicketRow, now: datetime) -> str:
    """How long is left, or how long ago it was due; nothing where nothing is."""
    if ticket.due_at is None:
        return ""
    if ticket.due_at < now:
        return _("overdue by %(time)s") % {"time": lasting(now - ticket.due_at)}
    return _("due in %(time)s") % {"time": lasting(ticket.due_at - now)}
