"""Remote sessions in words: what is asked for, how far one is, how one ended."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from gateway.i18n import _, ngettext
from gateway.rules.remote import Scope, State, Way, Why
from gateway.store.queries.remote import RemoteView


def scope_names() -> Mapping[Scope, str]:
    """What staff can do in a session, as both sides read it."""
    return {
        Scope.VIEW: _("see the screen"),
        Scope.CONTROL: _("use mouse and keyboard"),
        Scope.CLIPBOARD: _("exchange the clipboard"),
        Scope.FILES: _("exchange files"),
    }


def state_names() -> Mapping[State, str]:
    """How far a session is."""
    return {
        State.WAITING: _("Waiting for the customer"),
        State.ASKING: _("The customer is asked"),
        State.LIVE: _("Connected"),
        State.PAUSED: _("Paused by the customer"),
        State.ENDED: _("Ended"),
    }


def why_names() -> Mapping[Why, str]:
    """How a session ended."""
    return {
        Why.HOST_ENDED: _("ended by the customer"),
        Why.STAFF_ENDED: _("ended by us"),
        Why.REFUSED: _("refused by the customer"),
        Why.EXPIRED: _("its time was over"),
        Why.REVOKED: _("ended from the desk"),
        Why.SIGNED_OUT: _("the last of us has signed out"),
        Why.HOST_LOST: _("the customer’s connection was lost"),
        Why.NOBODY: _("nobody of us was there"),
        Why.RELAY: _("the relay was stopped"),
        Why.NOT_ME: _("the customer says: that was not me"),
    }


def way_names() -> Mapping[Way, str]:
    """By what the customer's side was there."""
    return {
        Way.CLIENT: _("with the program"),
        Way.BROWSER: _("in the browser"),
        Way.SYSTEM: _("by the installed program"),
    }


def state_of(seen: RemoteView) -> str:
    """How far this session is."""
    return states_of(seen)[seen.state]


def states_of(seen: RemoteView) -> Mapping[State, str]:
    """How far this session can be: one waits for whom it is for."""
    if seen.system is None:
        return state_names()
    waiting = _("Waiting for %(system)s") % {"system": seen.system.name}
    return {**state_names(), State.WAITING: waiting}


def way_of(way: Way, system: str) -> str:
    """By what the customer's side was there; `system` is the installed one's name, "" for none."""
    return _("by the program installed on %(system)s") % {"system": system} if system else way_names()[way]


def scopes(found: Iterable[Scope]) -> str:
    """Several in a row."""
    names = scope_names()
    return ", ".join(names[scope] for scope in found)


def how_it_ended(seen: RemoteView) -> str:
    """How long a session was, by what, and why it ended; "" while it is on."""
    if seen.is_on or seen.why is None:
        return ""
    parts = [why_names()[seen.why]]
    if seen.consented_at is None or seen.ended_at is None:
        return parts[0]
    minutes = max(1, round((seen.ended_at - seen.consented_at) / timedelta(minutes=1)))
    told = ngettext("%(num)s minute", "%(num)s minutes", minutes) % {"num": minutes}
    system = seen.system.name if seen.system else ""
    return " · ".join([told, *([way_of(seen.way, system)] if seen.way else []), *parts])
