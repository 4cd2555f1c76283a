"""Whether a mailbox's mail arrives: the button that looks, and the list that asks again by itself."""

from flask import Blueprint, redirect
from flask.typing import ResponseReturnValue

from gateway.desk import deliverability
from gateway.desk.mailboxes import list_mailboxes
from gateway.errors import Conflict, NotFound
from gateway.store.sealed import Seal
from gateway.store.session import reading, transaction
from webui import arrivals, pages
from webui.office import office
from webui.sessions import actor, signed_in

blueprint = Blueprint("deliverability", __name__)


@blueprint.post("/mailboxes/<public_id>/test")
@signed_in
def look(public_id: str) -> ResponseReturnValue:
    """Send the test mail and ask the DNS, beside the pages; then the page shows what was found."""
    by, settings, now = actor(), office().settings, office().clock.now()
    seal = Seal(settings.key())
    try:
        with transaction() as db:
            task = deliverability.begin(
                db, by, public_id, seal=seal, mail_domain=settings.mail_domain, now=now
            )
    except Conflict:
        return redirect(f"/mailboxes/{public_id}?{arrivals.SOON}=1", 303)
    return arrivals.look(by, task, f"/mailboxes/{public_id}#arrival")


@blueprint.get("/mailboxes/<public_id>/test")
@signed_in
def found(public_id: str) -> ResponseReturnValue:
    """The list alone, which asks again by itself while the test mail is away."""
    by = actor()
    with reading() as db:
        looked = deliverability.find_looked(db, by, public_id)
        boxes = list_mailboxes(db, by.account_id, mail_domain=office().settings.mail_domain)
    box = next(one for one in boxes if one.public_id == public_id)
    arrival = arrivals.shown(looked, box, office().clock.now())
    if arrival is None:
        raise NotFound(detail="deliverability: no look")
    return pages.render("web/mailboxes/arrival_list.html", box=box, arrival=arrival)
