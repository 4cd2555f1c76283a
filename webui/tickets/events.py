"""Lines of the timeline in words."""

from gateway.i18n import _
from gateway.rules.status import Status
from gateway.store.queries.articles import EventView
from webui.wording import status_names

_WORTH_A_LINE = frozenset({"failed", "bounced"})
"""States of a delivery that are told when they happen; the others stand below the reply."""


def in_words(event: EventView) -> str:
    """What happened, in a line; "" for what the page tells elsewhere or does not know."""
    match event.kind:
        case "status":
            return _status(event)
        case "delivery":
            return _delivery(event)
        case "assigned":
            return _assigned(event)
        case "customer":
            return _customer(event)
        case "subject":
            old = event.data.get("from", "")
            return _("%(who)s changed the subject from “%(old)s”") % {"who": _who(event), "old": old}
        case "tags":
            tags = ", ".join(event.data.get("to", ()))
            return _("%(who)s set the tags: %(tags)s") % {"who": _who(event), "tags": tags}
        case "withdrawn":
            return _("%(who)s took a message back before it left") % {"who": _who(event)}
        case _:
            return _of_mail(event)


def _of_mail(event: EventView) -> str:
    texts = {
        "same_mail_again": _("The same mail came in again; it is kept once"),
        "unreadable": _("This mail could not be read; the original is attached"),
    }
    return texts.get(event.kind, "")


def _who(event: EventView) -> str:
    return event.by or _("The system")


def _assigned(event: EventView) -> str:
    name = event.data.get("to")
    if name:
        return _("%(who)s assigned it to %(name)s") % {"who": _who(event), "name": name}
    return _("%(who)s took the assignment away") % {"who": _who(event)}


def _customer(event: EventView) -> str:
    name = event.data.get("to")
    if name:
        return _("%(who)s put it under %(name)s") % {"who": _who(event), "name": name}
    return _("%(who)s took it from its customer") % {"who": _who(event)}


def _status(event: EventView) -> str:
    try:
        name = status_names()[Status(event.data.get("to", ""))]
    except ValueError:
        return ""
    if event.by is None:
        return _("Now “%(status)s”, by a new message") % {"status": name}
    return _("%(who)s set it to “%(status)s”") % {"who": event.by, "status": name}


def _delivery(event: EventView) -> str:
    state, recipient = event.data.get("state", ""), event.data.get("recipient", "")
    if state not in _WORTH_A_LINE:
        return ""
    if state == "bounced":
        return _("The message to %(recipient)s came back") % {"recipient": recipient}
    return _("The message to %(recipient)s could not be delivered") % {"recipient": recipient}
