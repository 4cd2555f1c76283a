"""What a look whether a mailbox's mail arrives has found, as pages show it, with what to change."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from gateway.desk import deliverability
from gateway.desk.deliverability import Looked, Task
from gateway.desk.deliverabilitywords import check_name, words_of
from gateway.desk.mailboxes import MailboxView
from gateway.errors import Conflict
from gateway.i18n import _
from gateway.inbound.authentication.standing import look_up
from gateway.outbound.probing import find_facts
from gateway.rules.access import Actor
from gateway.rules.deliverability import State
from gateway.store.session import transaction
from webui import complaints
from webui.bridge import Told
from webui.later import Later
from webui.office import office
from webui.wording import Moment, moment

SOON = "soon"
"""Stands in the address of a page whose mailbox was looked at just before."""
_LIGHTS = {State.OK: "ok", State.WARN: "wait", State.FAIL: "bad"}


@dataclass(frozen=True, slots=True)
class Line:
    """One check: `light` is ok, wait or bad, `state` the same in a word."""

    light: str
    state: str
    name: str
    words: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """The newest look; `is_away` while its test mail may still come back."""

    looked: Moment
    lines: tuple[Line, ...]
    is_away: bool


def look(by: Actor, task: Task, onward: str) -> Later:
    """Send the probe of a look that has begun and ask the DNS, beside the pages; then go on there."""
    settings = office().settings

    def work() -> Told:
        facts = find_facts(task, settings, look_up=partial(look_up, settings.dns_servers))
        with transaction() as db:
            deliverability.note(db, by, task, facts)
        return Told("303 See Other", [("Location", onward)])

    return Later(work)


def too_soon(arguments: Mapping[str, str]) -> str:
    """That one has to wait, where the address of the page says so; else ""."""
    return complaints.in_words(Conflict(deliverability.TOO_SOON)) if SOON in arguments else ""


def shown(looked: Looked | None, box: MailboxView, now: datetime) -> Arrival | None:
    """What was found, in words of the person's language; None before the first look is done."""
    if looked is None or looked.facts is None:
        return None
    facts, mail_domain = looked.facts, office().settings.mail_domain
    domain = box.address.rpartition("@")[2]
    lines = tuple(
        Line(
            _LIGHTS[one.state],
            _state(one.state),
            check_name(one.check),
            words_of(one, facts, mail_domain=mail_domain, domain=domain),
        )
        for one in looked.findings(now=now)
    )
    return Arrival(moment(looked.began_at, now), lines, looked.is_away(now=now))


def _state(state: State) -> str:
    return {State.OK: _("good"), State.WARN: _("to improve"), State.FAIL: _("wrong")}[state]
