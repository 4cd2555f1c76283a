"""What an act did, in words, and how to take it back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, assert_never

from gateway.desk import acts
from gateway.desk.acts import Done, Kind, Sent
from gateway.i18n import _, ngettext
from gateway.rules.access import Actor
from gateway.rules.priority import Priority
from gateway.rules.status import Status
from gateway.store.session import reading
from webui import zones
from webui.wording import day_and_time, priority_names, status_names


@dataclass(frozen=True, slots=True)
class Told:
    """What the page says; `undo` is where to send the wish to take it back, `back` where that leads."""

    words: str
    undo: str
    back: str


def named(
    by: Actor, values: Mapping[str, str], names: Mapping[str, str], *, now: datetime, back: str
) -> Told | None:
    """What an address tells of, an act or an answer; most tell of none. `names` are by login."""
    act, sent = values.get("done", ""), values.get("sent", "")
    if not (act or sent):
        return None
    with reading() as db:
        of_act = told(acts.find(db, by, act, now=now), names, back=back)
        return of_act or told_of_answer(acts.find_sent(db, by, sent, now=now))


def told(act: Done | None, names: Mapping[str, str], *, back: str) -> Told | None:
    """An act in words; None for none, and where it is neither new nor taken back. `names` are by login."""
    if act is None or not (act.is_offered or act.is_undone):
        return None
    if act.is_undone:
        return Told(_("Undone: %(what)s") % {"what": _words(act, names)}, "", back)
    words = _words(act, names)
    if act.left:
        words += " " + _("The rest is being done.")
    return Told(words, f"/acts/{act.public_id}/undo", back)


def told_of_answer(sent: Sent | None) -> Told | None:
    """That an answer leaves in a moment; None for none, and where it is too late to take it back."""
    if sent is None:
        return None
    words = _("Your answer to #%(number)s goes out in a few seconds.") % {"number": sent.number}
    return Told(words, f"/articles/{sent.public_id}/undo", "")


def _words(act: Done, names: Mapping[str, str]) -> str:
    what = act.what
    match act.kind:
        case Kind.CHANGE:
            return _change(what, act.count, names)
        case Kind.MERGE:
            return _("#%(number)s was merged into #%(into)s") % what
        case Kind.SPLIT:
            return _("#%(number)s was split from #%(of)s") % what
        case Kind.LINK:
            return _("#%(number)s and #%(other)s are linked") % what
        case Kind.UNLINK:
            return _("#%(number)s and #%(other)s are no longer linked") % what
        case Kind.NOTE:
            return _("Note added to #%(number)s") % what
        case _:
            assert_never(act.kind)


def _change(what: Mapping[str, Any], count: int, names: Mapping[str, str]) -> str:
    parts = [words for name, value in what.items() if (words := _part(name, value, names))]
    tickets = ngettext("%(num)s ticket", "%(num)s tickets", count) % {"num": count}
    return f"{', '.join(parts)} · {tickets}" if count > 1 else ", ".join(parts)


def _part(name: str, value: Any, names: Mapping[str, str]) -> str:
    match name:
        case "status":
            return _("Now “%(status)s”") % {"status": status_names()[Status(value)]}
        case "priority":
            return _("Priority “%(name)s”") % {"name": priority_names()[Priority(value)]}
        case "add_tags":
            return _("Tagged “%(tags)s”") % {"tags": ", ".join(value)}
        case "drop_tags":
            return _("Tag “%(tags)s” removed") % {"tags": ", ".join(value)}
        case "subject":
            return _("Subject changed")
        case _:
            return _given(name, value, names)


def _given(name: str, value: str | None, names: Mapping[str, str]) -> str:
    """What a ticket was given, or lost: somebody, a customer, a moment to wake at."""
    given = {
        "assignee": lambda: _("Assigned to %(name)s") % {"name": names.get(value or "", value)},
        "customer": lambda: _("Put under another customer"),
        "wake_at": lambda: _("Sleeps until %(at)s") % {"at": _local(value or "")},
    }
    lost = {
        "assignee": _("Assigned to nobody"),
        "customer": _("Taken from its customer"),
        "wake_at": _("Woken"),
    }
    if value is None:
        return lost.get(name, "")
    return given[name]() if name in given else ""


def _local(stored: str) -> str:
    return day_and_time(zones.local(datetime.fromisoformat(stored)))
