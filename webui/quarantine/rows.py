"""What waits in quarantine as the page shows it, every word ready."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.i18n import _, ngettext
from gateway.store.queries.quarantine import HeldView
from webui.doubts import reason_meaning, reason_names
from webui.wording import moment, size


@dataclass(frozen=True, slots=True)
class Row:
    """A mail that is held back; `has_others` if more on the page could be dismissed with it."""

    id: str
    reason: str
    meaning: str
    name: str
    address: str
    subject: str
    snippet: str
    ticket: int | None
    size: str
    has_others: bool
    iso: str
    ago: str
    absolute: str


def rows(views: Sequence[HeldView], now: datetime) -> list[Row]:
    """The rows of a page."""
    names = reason_names()
    alike = Counter((view.reason, view.from_.address) for view in views)
    return [
        _row(view, names[view.reason], now, has_others=alike[view.reason, view.from_.address] > 1)
        for view in views
    ]


def done(arguments: Mapping[str, str]) -> str:
    """What was just done, from the address of the page; "" if nothing."""
    if "released" in arguments:
        return _("Released. It is being filed and will be in its ticket in a moment.")
    count = arguments.get("dismissed", "")
    if not count.isdecimal() or len(count) > 6:
        return ""
    said = ngettext(
        "%(num)s mail dismissed. It stays kept and counted in the ledger.",
        "%(num)s mails dismissed. They stay kept and counted in the ledger.",
        int(count),
    )
    return said % {"num": int(count)}


def _row(view: HeldView, reason: str, now: datetime, *, has_others: bool) -> Row:
    at = moment(view.arrived_at, now)
    address = view.from_.address
    return Row(
        id=view.public_id,
        reason=reason,
        meaning=reason_meaning(view.reason),
        name=view.from_.name or address or _("unknown sender"),
        address=address if view.from_.name else "",
        subject=view.subject or _("(no subject)"),
        snippet=view.snippet,
        ticket=view.ticket,
        size=size(view.size_bytes),
        has_others=has_others,
        iso=at.iso,
        ago=at.ago,
        absolute=at.absolute,
    )
