"""The pages of contacts: the list with a search, one with addresses, note, customer and tickets."""

from urllib.parse import urlencode

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from gateway.desk import contactmerging, contacts, erasing, exporting
from gateway.desk.contactmerging import UNDO_WITHIN
from gateway.desk.views import overview
from gateway.errors import Conflict, Invalid
from gateway.rules.erasure import ErasureKind
from gateway.rules.exporting import Scope
from gateway.store.queries.contacts import ContactFilter, get_contact, list_contacts, list_merges
from gateway.store.queries.customers import get_customer, list_customers
from gateway.store.queries.paging import Page
from gateway.store.queries.tickets import TicketFilter
from gateway.store.session import reading, transaction
from webui import complaints, pages
from webui.customers import forms, lines, tickets
from webui.office import office
from webui.rail import rail
from webui.sessions import actor, signed_in
from webui.wording import moment

blueprint = Blueprint("contacts", __name__)

_OFFERED = 20


@blueprint.get("/contacts")
@signed_in
def index() -> ResponseReturnValue:
    """The contacts, newest first, or those that a search found; of one customer, or of none."""
    by, find = actor(), forms.read_search(request.args)
    of, loose = request.args.get("customer") or None, "loose" in request.args
    with reading() as db:
        customer = get_customer(db, by.sight, of) if of else None
        wanted = ContactFilter(find, of, loose)
        found = list_contacts(db, by.sight, wanted, after=request.args.get("after"))
        views = rail(overview(db, by), by)
    kept = {"find": find, "customer": of, "loose": "1" if loose else "", "after": found.next}
    return pages.render(
        "web/customers/contacts.html",
        area="customers",
        views=views,
        contacts=found.items,
        find=find,
        customer=customer,
        loose=loose,
        older=f"/contacts?{urlencode({k: v for k, v in kept.items() if v})}" if found.next else "",
    )


@blueprint.get("/contacts/<public_id>")
@signed_in
def contact(public_id: str) -> ResponseReturnValue:
    """A contact, or the way to the one that it was merged into."""
    by = actor()
    with reading() as db:
        found = get_contact(db, by.sight, public_id)
    if found.public_id != public_id:
        return redirect(f"/contacts/{found.public_id}")
    return _page(public_id)


@blueprint.post("/contacts/<public_id>")
@signed_in
def change(public_id: str) -> ResponseReturnValue:
    """Rename the contact, write down something about them."""
    typed = forms.read_person(request.form)
    try:
        with transaction() as db:
            contacts.change(db, actor(), public_id, name=typed.name, note=typed.note)
    except Invalid as error:
        return _page(public_id, typed=typed, wrong=complaints.in_words(error)), error.http
    return redirect(f"/contacts/{public_id}", 303)


@blueprint.post("/contacts/<public_id>/addresses")
@signed_in
def add_address(public_id: str) -> ResponseReturnValue:
    """One more address for the contact."""
    address = forms.read_contact(request.form).address
    try:
        with transaction() as db:
            contacts.add_address(db, actor(), public_id, address)
    except (Invalid, Conflict) as error:
        page = _page(public_id, address=address, address_wrong=complaints.in_words(error))
        return page, error.http
    return redirect(f"/contacts/{public_id}#addresses", 303)


@blueprint.post("/contacts/<public_id>/addresses/remove")
@signed_in
def remove_address(public_id: str) -> ResponseReturnValue:
    """Let an address not be the contact's any more."""
    try:
        with transaction() as db:
            contacts.remove_address(db, actor(), public_id, request.form.get("address", ""))
    except Conflict as error:
        return _page(public_id, address_wrong=complaints.in_words(error)), error.http
    return redirect(f"/contacts/{public_id}#addresses", 303)


@blueprint.post("/contacts/<public_id>/customer")
@signed_in
def move(public_id: str) -> ResponseReturnValue:
    """Let the contact belong to another customer, with all tickets or the open ones."""
    along = contacts.Along.OPEN if request.form.get("along") == "open" else contacts.Along.ALL
    customer = request.form.get("customer") or None
    try:
        with transaction() as db:
            now = office().clock.now()
            contacts.move(db, actor(), public_id, customer=customer, along=along, now=now)
    except Invalid as error:
        return _page(public_id, move_wrong=complaints.in_words(error)), error.http
    return redirect(f"/contacts/{public_id}", 303)


@blueprint.get("/contacts/<public_id>/merge")
@signed_in
def merging(public_id: str) -> ResponseReturnValue:
    """What would become of the contact `other` as a part of this one."""
    by, other = actor(), request.args.get("other", "")
    with reading() as db:
        shown = contactmerging.preview(db, by, other, public_id)
        views = rail(overview(db, by), by)
    return pages.render(
        "web/customers/merge.html",
        area="customers",
        views=views,
        source=shown.source,
        target=shown.target,
        tickets=lines.tickets(shown.tickets),
        open_tickets=shown.open_tickets,
    )


@blueprint.post("/contacts/<public_id>/merge")
@signed_in
def merge(public_id: str) -> ResponseReturnValue:
    """Let the contact `other` become part of this one."""
    other = request.form.get("other", "")
    try:
        with transaction() as db:
            contactmerging.merge(db, actor(), other, public_id, now=office().clock.now())
    except (Invalid, Conflict) as error:
        return _page(public_id, merge_wrong=complaints.in_words(error)), error.http
    return redirect(f"/contacts/{public_id}#merging", 303)


@blueprint.post("/contacts/<public_id>/unmerge")
@signed_in
def unmerge(public_id: str) -> ResponseReturnValue:
    """Give a merged contact back what it brought; its page."""
    try:
        with transaction() as db:
            now = office().clock.now()
            apart = contactmerging.undo(db, actor(), request.form.get("merge", ""), now=now)
    except Conflict as error:
        return _page(public_id, merge_wrong=complaints.in_words(error)), error.http
    return redirect(f"/contacts/{apart}", 303)


def _page(
    public_id: str,
    *,
    typed: forms.PersonForm | None = None,
    wrong: str = "",
    address: str = "",
    address_wrong: str = "",
    move_wrong: str = "",
    merge_wrong: str = "",
) -> str:
    by, now = actor(), office().clock.now()
    find, twin = (forms.read_search(request.args, key) for key in ("find", "twin"))
    with reading() as db:
        found = get_contact(db, by.sight, public_id)
        offered = list_customers(db, by.sight, query=find, limit=_OFFERED)
        merges = list_merges(db, by.account_id, public_id, since=now - UNDO_WITHIN)
        twins = list_contacts(db, by.sight, ContactFilter(twin), limit=_OFFERED) if twin else Page((), None)
        views = rail(overview(db, by), by)
    theirs = TicketFilter(contact=public_id)
    shown = tickets.read(by.sight, theirs, request.args, f"/contacts/{public_id}", now)
    mine = found.customer.public_id if found.customer else ""
    return pages.render(
        "web/customers/contact.html",
        area="customers",
        views=views,
        contact=found,
        may_export=exporting.may_ask(by, Scope.CONTACT),
        may_erase=erasing.may_erase(by, ErasureKind.CONTACT),
        tickets=shown,
        find=find,
        offered=[one for one in offered.items if one.public_id != mine],
        has_more=offered.next is not None,
        merges=[(one, moment(one.merged_at, now)) for one in merges],
        twin=twin,
        twins=[one for one in twins.items if one.public_id != public_id],
        more_twins=twins.next is not None,
        typed=typed or forms.PersonForm(found.name, found.note),
        wrong=wrong,
        address=address,
        address_wrong=address_wrong,
        move_wrong=move_wrong,
        merge_wrong=merge_wrong,
    )
