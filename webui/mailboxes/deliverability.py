"""Whether a mailbox's mail arrives: the button that looks, and what was found, with what to change."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from flask import Blueprint, redirect
from flask.typing import ResponseReturnValue

from gateway.desk import deliverability
from gateway.desk.deliverability import Looked
from gateway.desk.deliverabilitywords import check_name, words_of
from gateway.desk.mailboxes import MailboxView, list_mailboxes
from gateway.errors import Conflict, NotFound
from gateway.i18n import _
from gateway.inbound.authentication.standing import look_up
from gateway.outbound.probing import find_facts
from gateway.rules.deliverability import State
from gateway.store.sealed import Seal
from gateway.store.session import reading, transaction
from webui import complaints, pages
from webui.bridge import Told
from webui.later import Later
from webui.office import office
from webui.sessions import actor, signed_in
from webui.wording import Moment, moment

blueprint = Blueprint("deliverability", __name__)
_SOON = "soon"
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


@blueprint.post("/mailboxes/<public_id>/test")
@signed_in
def look(public_id: str) -> ResponseReturnValue:
    """Send the test mail and ask the DNS, beside the pages; then the page shows what was found."""
    by, settings, now = actor(), office().settings, office().clock.now()
    seal, section = Seal(settings.key()), f"/mailboxes/{public_id}#arrival"
    try:
        with transaction() as db:
            task = deliverability.begin(
                db, by, public_id, seal=seal, mail_domain=settings.mail_domain, now=now
            )
    except Conflict:
        return redirect(f"/mailboxes/{public_id}?{_SOON}=1", 303)

    def work() -> Told:
        facts = find_facts(task, settings, look_up=partial(look_up, settings.dns_servers))
        with transaction() as db:
            deliverability.note(db, by, task, facts)
        return Told("303 See Other", [("Location", section)])

    return Later(work)


@blueprint.get("/mailboxes/<public_id>/test")
@signed_in
def found(public_id: str) -> ResponseReturnValue:
    """The list alone, which asks again by itself while the test mail is away."""
    by = actor()
    with reading() as db:
        looked = deliverability.find_looked(db, by, public_id)
        boxes = list_mailboxes(db, by.account_id, mail_domain=office().settings.mail_domain)
    box = next(one for one in boxes if one.public_id == public_id)
    arrival = shown(looked, box, office().clock.now())
    if arrival is None:
        raise NotFound(detail="deliverability: no look")
    return pages.render("web/mailboxes/arrival_list.html", box=box, arrival=arrival)


def too_soon(arguments: Mapping[str, str]) -> str:
    """That one has to wait, where the address of the page says so; else ""."""
    return complaints.in_words(Conflict(deliverability.TOO_SOON)) if _SOON in arguments else ""


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
