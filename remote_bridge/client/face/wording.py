"""What both faces say, and in which words."""

from collections.abc import Iterable
from datetime import datetime

from remote_bridge.client.acts import ChatLine, Line, Person, Phase, Transfer, View
from remote_bridge.client.texts import _, ngettext
from remote_bridge.protocol.names import one_line, plain
from remote_bridge.protocol.scopes import Scope, Scopes
from remote_bridge.protocol.state import State, Why


def scope_text(scope: Scope) -> str:
    """What a scope allows."""
    match scope:
        case Scope.VIEW:
            return _("See your screen")
        case Scope.CONTROL:
            return _("Use your mouse and keyboard")
        case Scope.CLIPBOARD:
            return _("Read and fill your clipboard")
        case Scope.FILES:
            return _("Exchange files; you are asked about each one")


def scope_word(scope: Scope) -> str:
    """The word by which it is allowed in a terminal."""
    match scope:
        case Scope.VIEW:
            return _("view")
        case Scope.CONTROL:
            return _("control")
        case Scope.CLIPBOARD:
            return _("clipboard")
        case Scope.FILES:
            return _("files")


def scopes_in_order(scopes: Scopes) -> list[Scope]:
    """As they are always listed."""
    return [scope for scope in Scope if scope in scopes]


def who_asks(view: View) -> str:
    """Who would like to see the screen, and for whom they work; nobody is named where no person has asked."""
    if view.who == view.business:
        return _("%(business)s would like to see your screen.") % {"business": view.business}
    who = view.who or _("Somebody")
    return _("%(who)s of %(business)s would like to see your screen.") % {
        "who": who,
        "business": view.business,
    }


def through(view: View) -> str:
    """By whose address the question came: a name is soon chosen."""
    return _("The question comes from %(desk)s. Refuse if you do not know this address.") % {
        "desk": view.desk
    }


def about(view: View) -> str:
    """The request that it is about."""
    return _("Your request #%(number)d: %(subject)s") % {"number": view.number, "subject": view.subject}


def until(moment: datetime | None) -> str:
    """When the session ends at the latest, in the computer's own time."""
    if moment is None:
        return ""
    return _("Until %(time)s at the latest.") % {"time": moment.astimezone().strftime("%H:%M")}


def codes(people: Iterable[Person]) -> str:
    """The codes to compare, each with its name if there are several."""
    known = [person for person in people if person.code]
    if not known:
        return _("Nobody is there yet.")
    if len(known) == 1:
        return _("Code: %(code)s. It must be the same on the other side.") % {"code": known[0].code}
    listed = ", ".join(f"{person.name} {person.code}" for person in known)
    return _("Codes: %(codes)s. They must be the same on the other side.") % {"codes": listed}


def standing(view: View) -> str:
    """One line: how it stands, and who looks on."""
    if view.line is Line.CONNECTING:
        return _("Connecting …")
    if view.line is Line.LOST:
        return _("The connection is lost; trying again …")
    match view.state:
        case State.WAITING | State.ASKING:
            return _("Waiting for your decision.")
        case State.PAUSED:
            return _("Paused: nobody sees your screen.")
        case State.ENDED:
            return why_text(view.why)
        case State.LIVE:
            return _who_sees(view.people)


def _who_sees(people: Iterable[Person]) -> str:
    listed = list(people)
    if not listed:
        return _("Nobody is looking at the moment.")
    steering = [person.name for person in listed if person.controls]
    names = ", ".join(person.name for person in listed)
    text = ngettext("%(names)s sees your screen.", "%(names)s see your screen.", len(listed)) % {
        "names": names
    }
    return f"{text} " + _("%(name)s steers.") % {"name": steering[0]} if steering else text


def unattended(view: View) -> str:
    """That nobody was asked; "" where somebody was."""
    if not view.unattended:
        return ""
    return _("Nobody was asked: unattended access has been granted at this computer.")


def why_text(why: Why | None) -> str:
    """How it ended."""
    match why:
        case Why.HOST_ENDED:
            return _("You have ended the session.")
        case Why.STAFF_ENDED:
            return _("The support has ended the session.")
        case Why.REFUSED:
            return _("You have refused. Nobody has seen your screen.")
        case Why.EXPIRED:
            return _("The session's time is over.")
        case Why.REVOKED | Why.SIGNED_OUT:
            return _("The support may no longer see your screen; the session is over.")
        case Why.HOST_LOST:
            return _("The connection was lost for too long.")
        case Why.NOBODY:
            return _("Nobody was looking any more; the session is over.")
        case Why.RELAY | None:
            return _("The session is over.")


def chat_text(line: ChatLine) -> str:
    """Who said it, and what, in one line."""
    return f"{chat_name(line)}: {one_line(line.text)}"


def chat_name(line: ChatLine) -> str:
    """Who said it."""
    return plain(line.name) or _("You")


def transfer_text(transfer: Transfer) -> str:
    """One line about a file."""
    values = {"name": transfer.name, "size": size_text(transfer.size), "path": transfer.saved_as}
    match transfer.phase:
        case Phase.OFFERED if transfer.is_incoming:
            return _("%(name)s (%(size)s) is offered to you.") % values
        case Phase.OFFERED:
            return _("%(name)s (%(size)s) is offered to the support.") % values
        case Phase.MOVING:
            percent = 100 * transfer.moved // max(transfer.size, 1)
            return _("%(name)s: %(percent)d %% of %(size)s") % {**values, "percent": percent}
        case Phase.DONE if transfer.is_incoming:
            return _("%(name)s has been saved as %(path)s.") % values
        case Phase.DONE:
            return _("%(name)s has been sent.") % values
        case Phase.REFUSED:
            return _("%(name)s was refused.") % values
        case _:
            return _("%(name)s could not be transferred.") % values


def size_text(size: int) -> str:
    """Bytes for people."""
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size} {unit}"
        size = round(size / 1000)
    return f"{size} GB"
