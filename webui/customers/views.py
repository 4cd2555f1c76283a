"""The customers: their list, one with contacts and tickets, creating and changing them."""

from urllib.parse import urlencode

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from gateway.desk import customers
from gateway.errors import Conflict, Invalid
from gateway.store.queries.customers import (
    CustomerView,
    get_customer,
    list_customers,
    list_loose_contacts,
)
from gateway.store.queries.groups import get_group, groups_by_customer, list_groups
from gateway.store.queries.tickets import TicketFilter, count_views, list_tickets
from gateway.store.session import reading, transaction
from webui import complaints, pages
from webui.customers import forms, lines
from webui.office import office
from webui.rail import rail
from webui.sessions import actor, signed_in
from webui.wording import moment

blueprint = Blueprint("customers", __name__)

_SHOWN_TICKETS = 20
_SHOWN_LOOSE = 30


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
            customers.change(db, actor(), public_id, name=typed.name, domains=typed.domain_list)
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


def _list_page(typed: forms.CustomerForm, wrong: str) -> str:
    by, group, after = actor(), request.args.get("group") or None, request.args.get("after")
    with reading() as db:
        chosen = get_group(db, by.account_id, group) if group else None
        found = list_customers(db, by.account_id, group=group, after=after)
        shown = groups_by_customer(db, by.account_id, [row.public_id for row in found.items])
        groups = list_groups(db, by.account_id)
        loose = () if group else list_loose_contacts(db, by.account_id, limit=_SHOWN_LOOSE)
        views = rail(count_views(db, by.account_id, by.staff_id))
    following = {k: v for k, v in {"group": group, "after": found.next}.items() if v}
    return pages.render(
        "web/customers/list.html",
        area="customers",
        views=views,
        customers=lines.customer_lines(found.items, shown),
        groups=groups,
        chosen=chosen,
        older=f"/customers?{urlencode(following)}" if found.next else "",
        loose=loose,
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
        found = get_customer(db, by.account_id, public_id)
        theirs = list_tickets(db, by.account_id, TicketFilter(customer=public_id), limit=_SHOWN_TICKETS)
        others = [one for one in list_groups(db, by.account_id) if one.public_id not in _ids(found)]
        views = rail(count_views(db, by.account_id, by.staff_id))
    return pages.render(
        "web/customers/customer.html",
        area="customers",
        views=views,
        customer=found,
        groups=others,
        tickets=[lines.ticket_line(row, moment(row.updated_at, now)) for row in theirs.items],
        typed=typed or forms.CustomerForm(found.name, ", ".join(found.domains)),
        wrong=wrong,
        contact=contact or forms.ContactForm("", ""),
        contact_wrong=contact_wrong,
    )


def _ids(customer: CustomerView) -> set[str]:
    return {group.public_id for group in customer.groups}
