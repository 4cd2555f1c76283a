"""Times, sizes and names as people read them, in the language of the moment.

Cheap: lists call these a hundred times a page.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

from babel.dates import get_month_names

from gateway.i18n import _, current_locale
from gateway.mail.placeholders import Placeholder
from gateway.rules.priority import Priority
from gateway.rules.status import Status
from webui import zones

_MINUTE, _HOUR, _DAY, _WEEK = 60, 3600, 86400, 7 * 86400
_KIB = 1024


@dataclass(frozen=True, slots=True)
class Moment:
    """A time in three ways: for machines, in a few characters, and in full."""

    iso: str
    ago: str
    absolute: str


def status_names() -> Mapping[Status, str]:
    """What the states of a ticket are called."""
    return {
        Status.NEW: _("New"),
        Status.OPEN: _("Open"),
        Status.PENDING: _("Waiting"),
        Status.CLOSED: _("Closed"),
        Status.SPAM: _("Spam"),
    }


def priority_names() -> Mapping[Priority, str]:
    """What the priorities are called, the most pressing first."""
    return {
        Priority.URGENT: _("Urgent"),
        Priority.HIGH: _("High"),
        Priority.NORMAL: _("Normal"),
        Priority.LOW: _("Low"),
    }


def placeholder_names() -> tuple[str, ...]:
    """The placeholders as people type them."""
    return tuple(f"{{{{{name.value}}}}}" for name in Placeholder)


def moment(at: datetime, now: datetime) -> Moment:
    """How long ago something was, beside the time itself by the reader's clock."""
    return Moment(f"{at:%Y-%m-%dT%H:%M:%SZ}", ago(at, now), day_and_time(zones.local(at)))


def day_and_time(local: datetime) -> str:
    """A moment in full, by the clock it has."""
    return f"{_day(local, with_year=True)}, {local:%H:%M}"


def day(on: date) -> str:
    """A day with its year."""
    return _day(on, with_year=True)


def size(size_bytes: int) -> str:
    """A size with two digits or three."""
    if size_bytes < _KIB:
        return f"{size_bytes} B"
    amount, unit = size_bytes / _KIB, "kB"
    for larger in ("MB", "GB"):
        if amount < _KIB:
            break
        amount, unit = amount / _KIB, larger
    text = f"{amount:.1f}" if amount < 10 else f"{amount:.0f}"
    return f"{text.replace('.', ',') if current_locale() == 'de' else text} {unit}"


def initials(name: str) -> str:
    """At most two letters that stand for a person."""
    words = [word for word in name.replace("@", " ").replace(".", " ").split() if word[0].isalnum()]
    letters = [word[0] for word in (words if len(words) < 2 else (words[0], words[-1]))]
    return "".join(letters).upper() or "?"


def ago(at: datetime, now: datetime) -> str:
    """How long ago something was, in a few characters."""
    seconds = (now - at).total_seconds()
    if seconds < _MINUTE:
        return _("now")
    if seconds < _HOUR:
        return _("%(n)s min") % {"n": int(seconds // _MINUTE)}
    if seconds < _DAY:
        return _("%(n)s h") % {"n": int(seconds // _HOUR)}
    if seconds < _WEEK:
        return _("%(n)s d") % {"n": int(seconds // _DAY)}
    return _day(zones.local(at), with_year=now.year != at.year)


def lasting(time: timedelta) -> str:
    """How long something takes, in a few characters; less than a minute is one."""
    seconds = time.total_seconds()
    if seconds < _HOUR:
        return _("%(n)s min") % {"n": max(1, int(seconds // _MINUTE))}
    if seconds < 2 * _DAY:
        return _("%(n)s h") % {"n": int(seconds // _HOUR)}
    return _("%(n)s d") % {"n": int(seconds // _DAY)}


def _day(local: date, *, with_year: bool) -> str:
    locale = current_locale()
    dot = "." if locale == "de" else ""
    year = f" {local.year}" if with_year else ""
    return f"{local.day}{dot} {_months(locale)[local.month]}{year}"


@cache
def _months(locale: str) -> dict[int, str]:
    return dict(get_month_names("abbreviated", locale=locale))
