"""Until when a ticket may sleep: the moments that are offered, and one that was typed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from gateway.errors import Invalid
from gateway.i18n import _
from webui import zones
from webui.wording import day_and_time

_MORNING = 8
_LATER = timedelta(hours=3)
_MAX_CHARS = 40


@dataclass(frozen=True, slots=True)
class Choice:
    """A moment to choose: as it is sent, what it is called, and when that is."""

    instant: str
    name: str
    at: str


def choices(now: datetime) -> tuple[Choice, ...]:
    """Later today, tomorrow, next Monday, in a week and in a month, in the morning."""
    local = zones.local(now)
    morning = local.replace(hour=_MORNING, minute=0, second=0, microsecond=0)
    later = (local + _LATER).replace(minute=0, second=0, microsecond=0)
    moments = (
        (_("Later today"), later),
        (_("Tomorrow"), _shifted(morning, 1)),
        (_("Monday"), _shifted(morning, 7 - morning.weekday())),
        (_("In a week"), _shifted(morning, 7)),
        (_("In four weeks"), _shifted(morning, 28)),
    )
    return tuple(Choice(at.isoformat(timespec="minutes"), name, day_and_time(at)) for name, at in moments)


def moment_of(form: Mapping[str, str]) -> datetime:
    """The moment that was chosen, or typed as local time; Invalid for none."""
    typed = form.get("instant", "")[:_MAX_CHARS] or form.get("until", "")[:_MAX_CHARS]
    try:
        return zones.read(typed).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid("Please choose a date and a time.", field="wake_at") from None


def _shifted(morning: datetime, days: int) -> datetime:
    """The same time of day so many days later, whatever the clocks do meanwhile."""
    day = morning.replace(tzinfo=None, fold=0) + timedelta(days=days)
    return zones.local(zones.read(day.isoformat()))
