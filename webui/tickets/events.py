"""Lines of the timeline in words."""

from collections.abc import Iterable, Mapping

from gateway.i18n import _
from gateway.rules.status import Status
from gateway.store.queries.articles import EventView
from webui.wording import status_names

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
        case "subject":
            old = event.data.get("from", "")
            return _("%(who)s changed the subject from “%(old)s”") % {"who": who, "old": old}
        case "tags":
            tags = ", ".join(event.data.get("to", ()))
            return _("%(who)s set the tags: %(tags)s") % {"who": who, "tags": tags}
        case "merged":
            return _("%(who)s merged #%(number)s into this ticket") % {
                "who": who,
                "number": event.data.get("from"),
            }
        case "split_off":
            return _("%(who)s made #%(number)s a ticket of its own again") % {
                "who": who,
                "number": event.data.get("number"),
            }
        case "withdrawn" | "sent_now" | "resent" | "failure_dismissed" | "held_released" | "held_discarded":
            return _done_by_hand(event, who)
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


def _of_mail(event: EventView) -> str:
    texts = {
        "same_mail_again": _("The same mail came in again; it is kept once"),
        "unreadable": _("This mail could not be read; the original is attached"),
    }
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
