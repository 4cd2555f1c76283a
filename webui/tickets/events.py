"""Lines of the timeline in words."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from gateway.i18n import _
from gateway.rules.priority import Priority
from gateway.rules.remote import Way, Why, known
from gateway.rules.status import Status
from gateway.store.queries.articles import EventView
from webui import remotewords, zones
from webui.wording import day_and_time, priority_names, status_names

_WORTH_A_LINE = frozenset({"failed", "bounced"})
"""States of a delivery that are told when they happen; the others stand below the reply."""


def in_words(event: EventView, names: Mapping[str, str]) -> str:
    """What happened, in a line; "" for what the page tells elsewhere. `names` are by login."""
    who = names.get(event.by, event.by) if event.by else _("The system")
    match event.kind:
        case "status":
            return _status(event, names)
        case "delivery":
            return _delivery(event)
        case "assigned":
            return _assigned(event, who, names)
        case "customer":
            return _customer(event, who)
        case "subject" | "tags":
            return _of_words(event, who)
        case "merged" | "split_off" | "split" | "split_from" | "linked" | "unlinked":
            return _of_another(event, who)
        case "withdrawn" | "sent_now" | "resent" | "failure_dismissed" | "held_released" | "held_discarded":
            return _done_by_hand(event, who)
        case "priority" | "asleep" | "undone" | "note_undone":
            return _of_work(event, who)
        case "remote":
            return _remote(event, names)
        case _:
            return _of_mail(event)


def merged_numbers(events: Iterable[EventView]) -> frozenset[int]:
    """The tickets that were merged into this one and are part of it still."""
    merged: set[int] = set()
    for event in events:
        if event.kind == "merged":
            merged.add(event.data["from"])
        elif event.kind == "split_off":
            merged.discard(event.data["number"])
    return frozenset(merged)


def _of_words(event: EventView, who: str) -> str:
    """How a colleague called a ticket."""
    if event.kind == "subject":
        old = event.data.get("from", "")
        return _("%(who)s changed the subject from “%(old)s”") % {"who": who, "old": old}
    tags = ", ".join(event.data.get("to", ()))
    return _("%(who)s set the tags: %(tags)s") % {"who": who, "tags": tags}


def _done_by_hand(event: EventView, who: str) -> str:
    """What a colleague did about a message on its way out."""
    texts = {
        "withdrawn": _("%(who)s took a message back before it left"),
        "sent_now": _("%(who)s sent a waiting message at once"),
        "resent": _("%(who)s sent the message to %(recipient)s again"),
        "failure_dismissed": _("%(who)s noted that the message to %(recipient)s did not arrive"),
        "held_released": _("%(who)s released the message to %(recipient)s, which was held back"),
        "held_discarded": _("%(who)s discarded the message to %(recipient)s, which was held back"),
    }
    return texts[event.kind] % {"who": who, "recipient": event.data.get("recipient", "")}


def _of_another(event: EventView, who: str) -> str:
    """What a colleague did with this ticket and another one."""
    texts = {
        "merged": _("%(who)s merged #%(number)s into this ticket"),
        "split_off": _("%(who)s made #%(number)s a ticket of its own again"),
        "split": _("%(who)s made a message ticket #%(number)s"),
        "split_from": _("%(who)s split this from #%(number)s"),
        "linked": _("%(who)s linked it with #%(number)s"),
        "unlinked": _("%(who)s took the link to #%(number)s away"),
    }
    number = event.data.get("from") if event.kind == "merged" else event.data.get("number")
    return texts[event.kind] % {"who": who, "number": number}


def _of_work(event: EventView, who: str) -> str:
    """What a colleague did to order their work; "" where the line does not say it."""
    if event.kind == "note_undone":
        return _("%(who)s took a note back") % {"who": who}
    if event.kind == "undone":
        return _("%(who)s undid what they had just done") % {"who": who}
    try:
        if event.kind == "priority":
            name = priority_names()[Priority(event.data["to"])]
            return _("%(who)s set the priority to “%(name)s”") % {"who": who, "name": name}
        until = datetime.fromisoformat(event.data["until"])
    except (KeyError, ValueError, TypeError):
        return ""
    return _("%(who)s lets it sleep until %(at)s") % {"who": who, "at": day_and_time(zones.local(until))}


def _remote(event: EventView, names: Mapping[str, str]) -> str:
    """A remote session: who was there, for how long, by what, with which scopes, and how it ended."""
    try:
        why = Why(event.data["why"])
        system = str(event.data.get("system", ""))
        if event.data.get("from") is None:
            return _without_consent(why, system, was_opened=event.data["opened"])
        begun = zones.local(datetime.fromisoformat(event.data["from"]))
        way, scopes = Way(event.data["way"]), known(event.data["scopes"])
        people = ", ".join(names.get(login, login) for login in event.data["logins"])
    except (KeyError, ValueError, TypeError):
        return ""
    return _("Remote session with %(people)s, %(from)s to %(until)s, %(way)s: %(scopes)s; %(ended)s") % {
        "people": people or _("nobody of us"),
        "from": day_and_time(begun),
        "until": f"{zones.local(event.at):%H:%M}",
        "way": remotewords.way_of(way, system),
        "scopes": remotewords.scopes(scopes),
        "ended": remotewords.why_names()[why],
    }


def _deletion(event: EventView) -> str:
    """What became of a request for deletion."""
    texts = {
        "wanted": _("This was taken for a request for deletion"),
        "asked": _("This was taken for a request for deletion; the sender was asked to confirm it"),
        "confirmed": _("The sender confirmed the request for deletion"),
        "doubted": _("Somebody confirmed the request for deletion; nothing proves that it was the sender"),
    }
    return texts.get(event.data.get("what", ""), "")


def _without_consent(why: Why, system: str, *, was_opened: bool) -> str:
    if not was_opened and why is Why.EXPIRED:
        if system:
            return _("Remote session: %(system)s did not come online in time") % {"system": system}
        return _("Remote session: nobody opened the link")
    ended = remotewords.why_names()[why]
    return _("Remote session without the customer’s consent: %(ended)s") % {"ended": ended}


def _of_mail(event: EventView) -> str:
    texts = {
        "same_mail_again": _("The same mail came in again; it is kept once"),
        "unreadable": _("This mail could not be read; the original is attached"),
    }
    if event.kind == "deletion":
        return _deletion(event)
    return texts.get(event.kind, "")


def _assigned(event: EventView, who: str, names: Mapping[str, str]) -> str:
    login = event.data.get("to")
    if event.data.get("why"):
        return _passed_on(event, names)
    if login:
        return _("%(who)s assigned it to %(name)s") % {"who": who, "name": names.get(login, login)}
    return _("%(who)s took the assignment away") % {"who": who}


def _passed_on(event: EventView, names: Mapping[str, str]) -> str:
    """That a ticket went on because its assignee is not there."""
    to, of = event.data.get("to"), event.data.get("of", "")
    values = {"to": names.get(to or "", to), "of": names.get(of, of)}
    if to:
        return _("It went to %(to)s, who stands in for %(of)s") % values
    if event.data["why"] == "left":
        return _("%(of)s does not work here any more: the ticket is nobody’s now") % values
    return _("%(of)s is away and nobody stands in: the ticket is nobody’s now") % values


def _customer(event: EventView, who: str) -> str:
    name = event.data.get("to")
    if name:
        return _("%(who)s put it under %(name)s") % {"who": who, "name": name}
    return _("%(who)s took it from its customer") % {"who": who}


def _status(event: EventView, names: Mapping[str, str]) -> str:
    try:
        name = status_names()[Status(event.data.get("to", ""))]
    except ValueError:
        return ""
    if event.data.get("why") == "not_delivered":
        return _("Now “%(status)s”, because a message was not delivered") % {"status": name}
    if event.data.get("why") == "woken":
        return _("It is awake again: now “%(status)s”") % {"status": name}
    if event.by is None:
        return _("Now “%(status)s”, by a new message") % {"status": name}
    return _("%(who)s set it to “%(status)s”") % {"who": names.get(event.by, event.by), "status": name}


def _delivery(event: EventView) -> str:
    state, recipient = event.data.get("state", ""), event.data.get("recipient", "")
    if state not in _WORTH_A_LINE:
        return ""
    if state == "bounced":
        return _("The message to %(recipient)s came back") % {"recipient": recipient}
    return _("The message to %(recipient)s could not be delivered") % {"recipient": recipient}
