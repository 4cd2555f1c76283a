"""The tickets of a customer or a contact: those that are open first, each kind page by page."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode

from gateway.rules.access import Sight
from gateway.rules.status import OPEN_STATUSES, Status
from gateway.store.queries.paging import Page
from gateway.store.queries.tickets import TicketFilter, TicketRow, list_tickets
from gateway.store.session import reading
from webui.customers.lines import TicketLine, ticket_line
from webui.wording import moment

_SHOWN = 20
_DONE = tuple(status for status in Status if status not in OPEN_STATUSES)


@dataclass(frozen=True, slots=True)
class Theirs:
    """What is shown of them; `more_open` and `older` are links, empty on the last page."""

    open: list[TicketLine]
    more_open: str
    done: list[TicketLine]
    older: str


def read(sight: Sight, whose: TicketFilter, args: Mapping[str, str], path: str, now: datetime) -> Theirs:
    """A page of the open ones, from `args["open"]` on, and one of the others, from `args["after"]` on."""
    shown = {key: args[key] for key in ("open", "after") if args.get(key)}

    def page(statuses: tuple[Status, ...], key: str) -> tuple[list[TicketLine], str]:
        wanted = replace(whose, statuses=statuses)
        with reading() as db:
            found = list_tickets(db, sight, wanted, after=shown.get(key), limit=_SHOWN)
        more = f"{path}?{urlencode(shown | {key: found.next})}" if found.next else ""
        return _lines(found, now), more

    return Theirs(*page(OPEN_STATUSES, "open"), *page(_DONE, "after"))


def _lines(page: Page[TicketRow], now: datetime) -> list[TicketLine]:
    return [ticket_line(row, moment(row.updated_at, now)) for row in page.items]
