"""The customers: their list, one with contacts and tickets, creating and changing them."""

from urllib.parse import urlencode

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from gateway.desk import customers, erasing, exporting, remote, systems
from gateway.desk.views import overview
from gateway.errors import Conflict, Invalid
from gateway.rules.access import Permission, may
from gateway.rules.erasure import ErasureKind
from gateway.rules.exporting import Scope
from gateway.store.queries.contacts import ContactFilter, list_contacts
from gateway.store.queries.customers import CustomerView, get_customer, list_customers
from gateway.store.queries.groups import get_group, groups_by_customer, list_groups
from gateway.store.queries.paging import Page
from gateway.store.queries.tickets import TicketFilter
from gateway.store.session import reading, transaction
from webui import complaints, pages, systemwords
from webui.customers import forms, lines, tickets
from webui.office import office
from webui.rail import rail
from webui.sessions import actor, signed_in

blueprint = Blueprint("customers", __name__)

_PEOPLE = 20
_SHOWN_CONTACTS = 50


@blueprint.get("/customers")
@signed_in
def index() -> ResponseReturnValue:
    """The customers, newest first, and a form for a new one."""
    return _list_page(forms.CustomerForm("", ""), "")


@blueprint.post("/customers")
@signed_in
def create() -> ResponseReturnValue:
    """A new customer, named freely (O2)."""
    typed = forms.read_customer(request.form)
    try:
        with transaction() as db:
            public_id = customers.create(
                db, actor(), name=typed.name, domains=typed.domain_list, now=office().clock.now()
            )
    except (Invalid, Conflict) as error:
        return _list_page(typed, complaints.in_words(error)), error.http
    return redirect(f"/customers/{public_id}", 303)


@blueprint.get("/customers/<public_id>")
@signed_in
def customer(public_id: str) -> ResponseReturnValue:
    """A customer with domains, contacts and tickets."""
    return _customer_page(public_id)


@blueprint.post("/customers/<public_id>")
@signed_in
def change(public_id: str) -> ResponseReturnValue:
    """Rename the customer, set its domains."""
    typed = forms.read_customer(request.form)
    try:
        with transaction() as db:
            customers.change(
                db, actor(), public_id, name=typed.name, domains=typed.domain_list, note=typed.note
            )
    except (Invalid, Conflict) as error:
        return _customer_page(public_id, typed=typed, wrong=complaints.in_words(error)), error.http
    return redirect(f"/customers/{public_id}", 303)


@blueprint.post("/customers/<public_id>/contacts")
@signed_in
def add_contact(public_id: str) -> ResponseReturnValue:
    """Let a person belong to the customer."""
    typed = forms.read_contact(request.form)
    try:
        with transaction() as db:
            customers.add_contact(
                db, actor(), public_id, name=typed.name, address=typed.address, now=office().clock.now()
            )
    except (Invalid, Conflict) as error:
        page = _customer_page(public_id, contact=typed, contact_wrong=complaints.in_words(error))
        return page, error.http
    return redirect(f"/customers/{public_id}#contacts", 303)


@blueprint.get("/customers/<public_id>/remove")
@signed_in
def removal(public_id: str) -> ResponseReturnValue:
    """What becomes of contacts and tickets when the customer is deleted."""
    by = actor()
    with reading() as db:
        found = get_customer(db, by.sight, public_id)
        left = customers.removal_of(db, by, public_id)
        views = rail(overview(db, by), by)
    return pages.render(
        "web/customers/remove.html",
        area="customers",
        views=views,
        customer=found,
        left=left,
        contacts=lines.contacts(left.contacts),
        tickets=lines.tickets(left.tickets),
        systems=lines.systems(left.systems),
    )


@blueprint.post("/customers/<public_id>/remove")
@signed_in
def remove(public_id: str) -> ResponseReturnValue:
    """Delete the customer; its contacts and tickets stay."""
    with transaction() as db:
        customers.remove(db, actor(), public_id, now=office().clock.now())
    return redirect("/customers", 303)


def _list_page(typed: forms.CustomerForm, wrong: str) -> str:
    by, group, after = actor(), request.args.get("group") or None, request.args.get("after")
    find = forms.read_search(request.args)
    wanted = ContactFilter(find, loose=not find)
    with reading() as db:
        chosen = get_group(db, by.sight, group) if group else None
        found = list_customers(db, by.sight, query=find, group=group, after=after)
        shown = groups_by_customer(db, by.sight, [row.public_id for row in found.items])
        groups = list_groups(db, by.sight)
        people = Page((), None) if group or after else list_contacts(db, by.sight, wanted, limit=_PEOPLE)
        views = rail(overview(db, by), by)
    following = {"find": find, "group": group, "after": found.next}
    return pages.render(
        "web/customers/list.html",
        area="customers",
        views=views,
        customers=lines.customer_lines(found.items, shown),
        groups=groups,
        chosen=chosen,
        find=find,
        older=f"/customers?{urlencode({k: v for k, v in following.items() if v})}" if found.next else "",
        people=people.items,
        more_people=f"/contacts?{urlencode({'find': find} if find else {'loose': 1})}" if people.next else "",
        typed=typed,
        wrong=wrong,
    )


def _customer_page(
    public_id: str,
    *,
    typed: forms.CustomerForm | None = None,
    wrong: str = "",
    contact: forms.ContactForm | None = None,
    contact_wrong: str = "",
) -> str:
    by, now = actor(), office().clock.now()
    with reading() as db:
        found = get_customer(db, by.sight, public_id)
        others = [one for one in list_groups(db, by.sight) if one.public_id not in _ids(found)]
        views = rail(overview(db, by), by)
        sessions = remote.of_customer(db, by, public_id)
        there = systems.of_customer(db, by, public_id)
    theirs = TicketFilter(customer=public_id)
    shown = tickets.read(by.sight, theirs, request.args, f"/customers/{public_id}", now)
    return pages.render(
        "web/customers/customer.html",
        area="customers",
        may_invite=may(by, Permission.MANAGE_ACCOUNT),
        may_export=exporting.may_ask(by, Scope.CUSTOMER),
        may_erase=erasing.may_erase(by, ErasureKind.CUSTOMER),
        views=views,
        customer=found,
        groups=others,
        tickets=shown,
        sessions=lines.session_lines(sessions, now),
        systems=systemwords.lines(there, now),
        shown_contacts=_SHOWN_CONTACTS,
        typed=typed or forms.CustomerForm(found.name, ", ".join(found.domains), found.note),
        wrong=wrong,
        contact=contact or forms.ContactForm("", ""),
        contact_wrong=contact_wrong,
    )


def _ids(customer: CustomerView) -> set[str]:
    return {group.public_id for group in customer.groups}
