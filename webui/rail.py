"""The views of the rail: which tickets each shows, and how many there are."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from gateway.desk.views import Overview
from gateway.desk.views import View as SavedView
from gateway.i18n import _
from gateway.rules.access import Actor, Permission, may
from gateway.rules.status import Status
from gateway.store.quarantine import MOST_COUNTED
from gateway.store.queries.tickets import Order, TicketFilter

DEFAULT_VIEW = "open"
SAVED = "saved-"
MENTIONS = "mentions"
MENTIONED = "is:mentioned"
"""The search by which the view of mentions finds its tickets."""
_WORKING = (Status.NEW, Status.OPEN)


@dataclass(frozen=True, slots=True)
class View:
    """A view as the rail shows it; closed and spam are not counted, they only grow."""

    key: str
    name: str
    icon: str
    count: int | str | None
    href: str

    @property
    def saved_id(self) -> str:
        """The public id of a saved view, whose number comes later; "" for any other."""
        return self.key.removeprefix(SAVED) if self.key.startswith(SAVED) else ""


def rail(seen: Overview, by: Actor) -> tuple[View, ...]:
    """The views with today's numbers, the saved ones, and below them quarantine and what did not arrive.

    Mail in quarantine belongs to no customer yet: who sees some of them only has no business there.
    """
    counts = seen.counts
    numbers = {
        "mine": _told(counts.mine),
        "unassigned": _told(counts.unassigned),
        "open": _told(counts.open),
        "pending": _told(counts.pending),
        MENTIONS: seen.mentions or None,
    }
    names = view_names()
    bell = View("notifications", _("Notifications"), "bell", seen.unread or None, "/notifications")
    views = [
        bell,
        *(View(key, names[key], icon, numbers.get(key), f"/?view={key}") for key, icon in _ICONS.items()),
    ]
    views += [View(saved_key(one.public_id), one.name, "star", None, _link(one)) for one in seen.saved]
    if may(by, Permission.WORK_EVERYWHERE):
        views.append(View("quarantine", _("Quarantine"), "shield", _bounded(counts.held), "/quarantine"))
    views.append(View("undelivered", _("Not delivered"), "warn", _bounded(counts.failed), "/undelivered"))
    return tuple(views)


def _told(count: int) -> int | str:
    """Counting ends somewhere."""
    return count if count <= MOST_COUNTED else f"{MOST_COUNTED}+"


def _bounded(count: int) -> int | str | None:
    """Nothing for none."""
    return _told(count) or None


def saved_key(public_id: str) -> str:
    """How a saved view is called among the views."""
    return f"{SAVED}{public_id}"


def _link(saved: SavedView) -> str:
    return f"/?view={saved_key(saved.public_id)}"


def view_names() -> Mapping[str, str]:
    """What the views are called."""
    return {
        "mine": _("Mine"),
        "unassigned": _("Unassigned"),
        "open": _("All open"),
        "pending": _("Waiting"),
        MENTIONS: _("Mentions"),
        "closed": _("Closed"),
        "spam": _("Spam"),
    }


def filter_of(view: str, by: Actor) -> TicketFilter:
    """Which tickets a standing view shows, who waits longest first; every state for a name that is none."""
    waiting = TicketFilter(_WORKING, order=Order.WAITING)
    match view:
        case "mine":
            return replace(waiting, assignee_id=by.staff_id)
        case "unassigned":
            return replace(waiting, unassigned=True)
        case "open":
            return waiting
        case "pending" | "closed" | "spam":
            return TicketFilter((Status(view),))
        case _:
            return TicketFilter()


_ICONS: Mapping[str, str] = {
    "mine": "person",
    "unassigned": "inbox",
    "open": "all",
    "pending": "clock",
    MENTIONS: "at",
    "closed": "check",
    "spam": "block",
}
