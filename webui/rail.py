"""The views of the rail: which tickets each shows, and how many there are."""

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.i18n import _
from gateway.rules.access import Actor, Permission, may
from gateway.rules.status import Status
from gateway.store.quarantine import MOST_COUNTED
from gateway.store.queries.tickets import Counts, TicketFilter

DEFAULT_VIEW = "open"
_WORKING = (Status.NEW, Status.OPEN)


@dataclass(frozen=True, slots=True)
class View:
    """A view as the rail shows it; closed and spam are not counted, they only grow."""

    key: str
    name: str
    icon: str
    count: int | str | None
    href: str


def rail(counts: Counts, by: Actor) -> tuple[View, ...]:
    """The views with today's numbers, and below them the quarantine and the mails that did not arrive.

    Mail in quarantine belongs to no customer yet: who sees some of them only has no business there.
    """
    numbers = {
        "mine": counts.mine,
        "unassigned": counts.unassigned,
        "open": counts.open,
        "pending": counts.pending,
    }
    names = view_names()
    views = [View(key, names[key], icon, numbers.get(key), f"/?view={key}") for key, icon in _ICONS.items()]
    if may(by, Permission.WORK_EVERYWHERE):
        views.append(View("quarantine", _("Quarantine"), "shield", _bounded(counts.held), "/quarantine"))
    views.append(View("undelivered", _("Not delivered"), "warn", _bounded(counts.failed), "/undelivered"))
    return tuple(views)


def _bounded(count: int) -> int | str | None:
    """Nothing for none; counting ends somewhere."""
    return (count if count <= MOST_COUNTED else f"{MOST_COUNTED}+") or None


def view_names() -> Mapping[str, str]:
    """What the views are called."""
    return {
        "mine": _("Mine"),
        "unassigned": _("Unassigned"),
        "open": _("All open"),
        "pending": _("Waiting"),
        "closed": _("Closed"),
        "spam": _("Spam"),
    }


def filter_of(view: str, by: Actor) -> TicketFilter:
    """Which tickets a view shows; every state for a name that is none."""
    match view:
        case "mine":
            return TicketFilter(_WORKING, assignee_id=by.staff_id)
        case "unassigned":
            return TicketFilter(_WORKING, unassigned=True)
        case "open":
            return TicketFilter(_WORKING)
        case "pending" | "closed" | "spam":
            return TicketFilter((Status(view),))
        case _:
            return TicketFilter()


_ICONS: Mapping[str, str] = {
    "mine": "person",
    "unassigned": "inbox",
    "open": "all",
    "pending": "clock",
    "closed": "check",
    "spam": "block",
}
