"""Which report is asked for: read from the address of the page, which can be shared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from gateway.errors import Invalid
from gateway.i18n import current_locale
from gateway.rules import reporting
from gateway.rules.hours import check_zone
from gateway.rules.reporting import Question
from gateway.store.queries.customers import CustomerRow
from webui import zones

PRESETS = (7, 30, 90)
DEFAULT_DAYS = 30
_MAX_CHARS = 200
_FILTERS = ("group", "mailbox", "staff")


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed; `days` is one of the presets, 0 where days were chosen. `customer` is a name."""

    days: int
    begins: str
    ends: str
    zone: str
    group: str
    customer: str
    mailbox: str
    staff: str

    @property
    def query(self) -> str:
        """As it stands in an address; what is not said is left out."""
        days = {"days": str(self.days)} if self.days else {"begins": self.begins, "ends": self.ends}
        rest = ("zone", "group", "customer", "mailbox", "staff")
        return urlencode({**days, **{name: said for name in rest if (said := getattr(self, name))}})


def typed(args: Mapping[str, str]) -> Asked:
    """What the address says; 30 days where it says nothing."""

    def said(name: str) -> str:
        return args.get(name, "").strip()[:_MAX_CHARS]

    days = next((preset for preset in PRESETS if said("days") == str(preset)), 0)
    if not days and not said("begins"):
        days = DEFAULT_DAYS
    return Asked(
        days=days,
        begins=said("begins"),
        ends=said("ends"),
        zone=said("zone"),
        customer=said("customer"),
        **{name: said(name) for name in _FILTERS},
    )


def wanted(asked: Asked, customers: Sequence[CustomerRow], *, now: datetime) -> Question:
    """The question; Invalid names the field at fault. `customers` are those that have the words of its name.

    Without a zone it is the reader's, else guessed from the language.
    """
    zone = check_zone(asked.zone) if asked.zone else _usual_zone()
    if asked.days:
        ends = now.astimezone(ZoneInfo(zone)).date()
        begins = ends - timedelta(days=asked.days - 1)
    else:
        begins, ends = _day(asked.begins, "begins"), _day(asked.ends, "ends")
    return reporting.check(
        Question(
            begins=begins,
            ends=ends,
            zone=zone,
            group=asked.group,
            customer=_customer(asked.customer, customers),
            mailbox=asked.mailbox,
            staff=asked.staff,
        )
    )


def _usual_zone() -> str:
    own = zones.zone_of_reader()
    return own.key if own else "Europe/Berlin" if current_locale() == "de" else "UTC"


def _day(text: str, field: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid("There is no such day.", field=field) from None


def _customer(name: str, found: Sequence[CustomerRow]) -> str:
    """The customer of that name, or the only one that has its words."""
    if not name:
        return ""
    chosen = [one for one in found if one.name.casefold() == name.casefold()] or found
    if len(chosen) != 1:
        raise Invalid("There is no such customer.", field="customer")
    return chosen[0].public_id
