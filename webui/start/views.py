"""The guided start: what the business is called, colleagues, and what works at the end."""

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from gateway.desk import deliverability, guidedstart, smtpaccounts
from gateway.desk.guidedstart import Progress, Step
from gateway.desk.mailboxes import list_mailboxes
from gateway.errors import Invalid
from gateway.store.queries.mailboxes import list_heartbeats
from gateway.store.session import reading, transaction
from webui import complaints, mailboxstates
from webui.fields import line, one_of
from webui.office import office
from webui.sessions import current, signed_in
from webui.start import mailbox, results, steps, testing
from webui.start.results import Works

blueprint = Blueprint("start", __name__)
blueprint.register_blueprint(mailbox.blueprint)
blueprint.register_blueprint(testing.blueprint)


@blueprint.get(steps.ROOT)
@signed_in
def index() -> ResponseReturnValue:
    """Where the start was left."""
    return steps.go_on()


@blueprint.post("/start/skip")
@signed_in
def skip() -> ResponseReturnValue:
    """Leave a step out; it can be come back to."""
    steps.manager()
    return steps.settle(one_of(Step, line(request.form, "step"), "step"), is_skipped=True)


@blueprint.get("/start/business")
@signed_in
def business() -> ResponseReturnValue:
    """What the business is called; and the ID of the account (O1)."""
    known, me = steps.progress(), current()
    named = me.account_name != me.login or Step.BUSINESS in known.done
    return _business_page(known, me.account_name if named else "")


@blueprint.post("/start/business")
@signed_in
def name_business() -> ResponseReturnValue:
    """Give the business its name."""
    by, typed = steps.manager(), line(request.form, "business")
    try:
        with transaction() as db:
            guidedstart.name_business(db, by, typed, now=office().clock.now())
    except Invalid as error:
        return _business_page(steps.progress(), typed, complaints.in_words(error)), error.http
    return steps.go_on(Step.BUSINESS)


@blueprint.get("/start/colleagues")
@signed_in
def colleagues() -> ResponseReturnValue:
    """Whom to invite, which is a page of its own."""
    return steps.page("colleagues", Step.COLLEAGUES, steps.progress())


@blueprint.post("/start/colleagues")
@signed_in
def colleagues_done() -> ResponseReturnValue:
    """Everybody is invited who is to be."""
    steps.manager()
    return steps.settle(Step.COLLEAGUES)


@blueprint.get(steps.END)
@signed_in
def the_end() -> ResponseReturnValue:
    """What works, and what does not yet."""
    return steps.page("end", None, steps.progress(), works=_works())


@blueprint.post(steps.END)
@signed_in
def end() -> ResponseReturnValue:
    """It is over, whatever is left to do; on to the tickets."""
    by = steps.manager()
    with transaction() as db:
        guidedstart.end(db, by)
    return redirect("/", 303)


def _business_page(known: Progress, typed: str, wrong: str = "") -> str:
    return steps.page("business", Step.BUSINESS, known, typed=typed, wrong=wrong)


def _works() -> list[Works]:
    by, here, now = steps.manager(), office(), office().clock.now()
    with reading() as db:
        boxes = list_mailboxes(db, by.account_id, mail_domain=here.settings.mail_domain)
        beats = {beat.public_id: beat for beat in list_heartbeats(db, by.account_id)}
        has_own = any(smtpaccounts.find_view(db, by, box.public_id) for box in boxes)
        looked = [one for box in boxes if (one := deliverability.find_looked(db, by, box.public_id))]
    lines = [mailboxstates.line(box, beats[box.public_id], now) for box in boxes]
    return [
        results.of_address(by),
        *(results.of_mailbox(one) for one in lines),
        *([] if boxes else [results.no_mailbox()]),
        results.of_sending(has_own=has_own, has_relay=bool(here.relay), is_kept=testing.is_kept()),
        results.of_tests(looked),
    ]
