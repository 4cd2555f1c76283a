"""Who else has a ticket open and what they do there, in words: said by their tabs, to colleagues alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from gateway.desk.tickets import names_by_key
from gateway.errors import Invalid
from gateway.i18n import _, ngettext
from gateway.rules.access import Actor
from gateway.rules.news import Kind, News
from gateway.store import session, tickets
from gateway.store.session import reading
from gateway.store.unchanged import remembered
from webui import pages
from webui.live.hub import hub
from webui.live.presence import State
from webui.sessions import actor, signed_in
from webui.wording import initials

blueprint = Blueprint("onlookers", __name__)

_TICKET = "/t/<int(max=999999999):number>"
_MAX_TAB_CHARS = 40


@dataclass(frozen=True, slots=True)
class Onlooker:
    """Somebody else who has the ticket open."""

    name: str
    initials: str
    state: str
    word: str


@dataclass(frozen=True, slots=True)
class Mark:
    """What a line of the list says of those who have its ticket open."""

    icon: str
    names: str
    words: str


@blueprint.get(f"{_TICKET}/people")
@signed_in
def people(number: int) -> ResponseReturnValue:
    """Who else is here."""
    by = actor()
    with reading() as db:
        tickets.stand(db, by.sight, number)
    found = here(by, number)
    return pages.render("web/tickets/people.html", here=found, writing=writing(found))


@blueprint.post(f"{_TICKET}/presence")
@signed_in
def say(number: int) -> ResponseReturnValue:
    """A tab says what is done in it; kept nowhere, and told to whoever looks on."""
    by, tab = actor(), request.form.get("tab", "")
    with reading() as db:
        ticket = tickets.stand(db, by.sight, number)
    try:
        state = State(request.form.get("state", ""))
    except ValueError:
        raise Invalid(field="state") from None
    if not 1 <= len(tab) <= _MAX_TAB_CHARS or not tab.isalnum():
        raise Invalid(field="tab")
    news = News(by.account_id, Kind.PEOPLE, ticket.number, by.staff_id or 0, state.value, tab)
    session.announce(news)
    return "", 204


def here(by: Actor, number: int) -> tuple[Onlooker, ...]:
    """Who else has the ticket open, whoever writes first."""
    states = hub().presences.of_ticket(by.account_id, number)
    return _named(by, states)


def writing(found: tuple[Onlooker, ...]) -> str:
    """What is said above the composer of those who write, too."""
    names = [one.name for one in found if one.state == State.WRITING]
    words = ngettext("%(names)s is writing, too.", "%(names)s are writing, too.", len(names))
    return words % {"names": ", ".join(names)} if names else ""


def marks(by: Actor) -> Mapping[int, Mark]:
    """For each ticket that somebody else has open, what its line in a list says."""
    everywhere = hub().presences.of_account(by.account_id)
    found = {number: _named(by, states) for number, states in everywhere.items()}
    return {number: _mark(others) for number, others in found.items() if others}


def _named(by: Actor, states: Mapping[int, State]) -> tuple[Onlooker, ...]:
    others = {key: state for key, state in states.items() if key != by.staff_id}
    if not others:
        return ()
    keys = frozenset(others)
    names = remembered(("names", by.account_id, keys), partial(_names, by.account_id, keys))
    known = sorted((_RANK.index(others[key]), name) for key, name in names.items())
    return tuple(Onlooker(name, initials(name), _RANK[at].value, _word(_RANK[at])) for at, name in known)


def _names(account_id: int, keys: frozenset[int]) -> Mapping[int, str]:
    with reading() as db:
        return names_by_key(db, account_id, keys)


def _mark(others: tuple[Onlooker, ...]) -> Mark:
    is_writing = others[0].state == State.WRITING
    words = ", ".join(f"{one.name}: {one.word}" for one in others)
    return Mark("pencil" if is_writing else "eye", ", ".join(one.initials for one in others), words)


_RANK = (State.WRITING, State.VIEWING, State.IDLE)


def _word(state: State) -> str:
    return {State.WRITING: _("writing"), State.VIEWING: _("looking")}.get(state, _("idle"))
