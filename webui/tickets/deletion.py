"""What a ticket says of the request for deletion that it is."""

from dataclasses import dataclass

from flask import Blueprint, redirect
from flask.typing import ResponseReturnValue

from gateway.desk import deletionrequests, erasing
from gateway.i18n import _
from gateway.rules.erasure import ErasureKind
from gateway.store.deletionrequests import Because, RequestView
from gateway.store.queries.contacts import find_requester
from gateway.store.session import reading, transaction
from gateway.store.tickets import stand
from webui import pages
from webui.office import office
from webui.sessions import actor, signed_in
from webui.wording import day_and_time
from webui.zones import local

blueprint = Blueprint("deletion", __name__)


@dataclass(frozen=True, slots=True)
class Line:
    """In words: why it is taken for one, how sure it is; and where it is carried out.

    `is_sure` says that it was confirmed. `erase` leads to what would go, "" for who may not look; `erasure`
    to the erasure that carries it out, once there is one.
    """

    why: str
    state: str
    is_sure: bool
    erase: str
    erasure: str


@blueprint.get("/t/<int(max=999999999):number>/deletion")
@signed_in
def now(number: int) -> ResponseReturnValue:
    """The line alone, as it is now, for a page that looks again."""
    by = actor()
    with reading() as db:
        ticket = stand(db, by.sight, number)
        found = deletionrequests.of_ticket(db, by, ticket.id)
        contact = find_requester(db, by.sight, ticket.id)
    may_erase = erasing.may_erase(by, ErasureKind.CONTACT)
    shown = line(found, number=ticket.number, contact=contact, may_erase=may_erase)
    return pages.render("web/tickets/deletion.html", deletion=shown)


@blueprint.post("/t/<int(max=999999999):number>/deletion")
@signed_in
def ask(number: int) -> ResponseReturnValue:
    """Take it for a request for deletion, and have its sender asked to confirm it."""
    with transaction() as db:
        known = deletionrequests.ask(db, actor(), number, now=office().clock.now())
    return redirect(f"/t/{known}", 303)


def line(found: RequestView | None, *, number: int, contact: str | None, may_erase: bool) -> Line | None:
    """The line of a ticket whose requester is `contact`; None where nobody asks for deletion."""
    if found is None:
        return None
    kind, of = ("contact", contact) if contact else ("ticket", str(number))
    is_begun = bool(found.erasure)
    return Line(
        why=_why(found.because),
        state=_begun(found) if is_begun else _state(found),
        is_sure=found.confirmed_at is not None,
        erase=f"/account/erasures/new?kind={kind}&of={of}" if may_erase and not is_begun else "",
        erasure=f"/account/erasures/{found.erasure}" if may_erase and is_begun else "",
    )


def _why(because: Because) -> str:
    if because is Because.ADDRESS:
        return _("This came to the address for privacy.")
    if because is Because.PEOPLE:
        return _("Somebody here takes this for a request for deletion.")
    return _("This asks for data to be deleted.")


def _state(found: RequestView) -> str:
    if (at := found.confirmed_at) is not None:
        said = _("%(address)s confirmed it on %(at)s, and the mail is proven to come from there.")
    elif (at := found.doubted_at) is not None:
        said = _(
            "Somebody confirmed it on %(at)s; nothing proves that it was %(address)s. Look at the answer."
        )
    elif (at := found.asked_at) is not None:
        said = _("%(address)s was asked on %(at)s to confirm it, and has not done so yet.")
    else:
        said = _(
            "%(address)s was not asked to confirm it: no automatic mail may go there now. Ask in an answer."
        )
    return said % {"address": found.address, "at": day_and_time(local(at)) if at else ""}


def _begun(found: RequestView) -> str:
    if found.address:
        return _("It is being carried out; %(address)s gets the receipt by mail when it is done.") % {
            "address": found.address
        }
    return _("It was carried out, and the receipt goes to who asked.")
