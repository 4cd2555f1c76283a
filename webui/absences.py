"""Absences as people type and read them: whole days, by the clock of whoever is away."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from flask import request

from gateway.errors import Invalid
from gateway.i18n import _
from gateway.rules.absence import Absence
from gateway.rules.hours import zone_named
from gateway.store.queries.staff import StaffView
from webui.office import office
from webui.wording import day

_YEARS = range(2000, 3000)
_HALF_A_DAY = timedelta(hours=12)


def read(form: Mapping[str, str], zone: tzinfo | None) -> Absence:
    """The days of a form, `from` and `until`, both of them included; Invalid names the field at fault."""
    first, last = (_read_day(form.get(name, ""), name) for name in ("from", "until"))
    return of_days(first, last, zone)


def read_all(zone: tzinfo | None) -> dict[str, Any]:
    """All that the form of the request says of an absence, as `away.set_away` takes it; Invalid as `read`."""
    return {
        "absence": read(request.form, zone),
        "stand_in": request.form.get("stand_in") or None,
        "hands_over": "hand_over" in request.form,
        "now": office().clock.now(),
    }


def of_days(first: date, last: date, zone: tzinfo | None) -> Absence:
    """From the beginning of the first day to the end of the last one; Invalid far from our time.

    By the clock of the zone; None is the server's.
    """
    for name, one in (("from", first), ("until", last)):
        if one.year not in _YEARS:
            raise Invalid("Please choose a day.", field=name)
    return Absence(_midnight(first, zone), _midnight(last + timedelta(days=1), zone))


def days(absence: Absence, zone: tzinfo | None) -> tuple[date, date]:
    """The first and the last day of an absence.

    Each is what its noon says: who has chosen another zone since is away on the same days.
    """
    first, last = absence.begins + _HALF_A_DAY, absence.ends - _HALF_A_DAY
    return first.astimezone(zone).date(), last.astimezone(zone).date()


def in_words(absence: Absence, stand_in: str, now: datetime, zone: tzinfo | None) -> str:
    """When somebody is away and who stands in, "" once it is over."""
    if now >= absence.ends:
        return ""
    first, last = (day(one) for one in days(absence, zone))
    if absence.holds(now):
        if not stand_in:
            return _("away until %(last)s") % {"last": last}
        return _("away until %(last)s, %(name)s stands in") % {"last": last, "name": stand_in}
    words = {"first": first, "last": last, "name": stand_in}
    if not stand_in:
        return _("away from %(first)s to %(last)s") % words
    return _("away from %(first)s to %(last)s, %(name)s stands in") % words


def words_of(person: StaffView, now: datetime) -> str:
    """When one of the people is away, "" without an absence now or to come."""
    away = person.away
    if away is None:
        return ""
    return in_words(away.absence, away.stand_in.name if away.stand_in else "", now, zone_named(person.zone))


def shown(person: StaffView, typed: Mapping[str, str], now: datetime) -> dict[str, object]:
    """What the form of somebody's absence shows: what was typed, else what is known."""
    away = person.away_yet(now)
    known = days(away.absence, zone_named(person.zone)) if away else ()
    first, last = (one.isoformat() for one in known) if known else ("", "")
    stand_in = away.stand_in.public_id if away and away.stand_in else ""
    return {
        "away": words_of(person, now),
        "away_from": typed.get("from", first),
        "away_until": typed.get("until", last),
        "stand_in": typed.get("stand_in", stand_in),
    }


def _read_day(text: str, field: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Invalid("Please choose a day.", field=field) from None


def _midnight(on: date, zone: tzinfo | None) -> datetime:
    return datetime(on.year, on.month, on.day, tzinfo=zone).astimezone(UTC)
