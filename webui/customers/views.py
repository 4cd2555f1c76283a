"""The customers: their list, one with contacts and tickets, creating and changing them."""

from dataclasses import dataclass

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from gateway.desk import customers
from gateway.errors import Conflict, Invalid
from gateway.i18n import ngettext
from gateway.store.queries.customers import get_customer, list_customers, list_loose_contacts
from gateway.store.queries.tickets import TicketFilter, TicketRow, count_views, list_tickets
from gateway.store.session import reading, transaction
from webui import complaints, pages
from webui.customers import forms
from webui.office import office
from webui.rail import rail
from webui.sessions import actor, signed_in
from webui.wording import Moment, moment, status_names

blueprint = Blueprint("customers", __name__)

_SHOWN_TICKETS = 20
_SHOWN_LOOSE = 30


@dataclass(frozen=True, slots=True)
class CustomerLine:
    """A customer in the list."""

    public_id: str
    name: str
    contacts: str


@dataclass(frozen=True, slots=True)
class TicketLine:
    """A ticket of a customer."""

    number: int
    subject: str
    status: str
    status_word: str
    iso: str
    ago: str
    absolute: str


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
    by = actor()
    with reading() as db:
        found = list_customers(db, by.account_id, after=request.args.get("after"))
        loose = list_loose_contacts(db, by.account_id, limit=_SHOWN_LOOSE)
        views = rail(count_views(db, by.account_id, by.staff_id))
    lines = [
        CustomerLine(
            row.public_id,
            row.name,
            ngettext("%(num)s contact", "%(num)s contacts", row.contact_count) % {"num": row.contact_count},
        )
        for row in found.items
    ]
    return pages.render(
        "web/customers/list.html",
        area="customers",
        views=views,
        customers=lines,
        older=f"/customers?after={found.next}" if found.next else "",
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
        views = rail(count_views(db, by.account_id, by.staff_id))
    return pages.render(
        "web/customers/customer.html",
        area="customers",
        views=views,
        customer=found,
        tickets=[_line(row, moment(row.updated_at, now)) for row in theirs.items],
        typed=typed or forms.CustomerForm(found.name, ", ".join(found.domains)),
        wrong=wrong,
        contact=contact or forms.ContactForm("", ""),
        contact_wrong=contact_wrong,
    )


def _line(row: TicketRow, at: Moment) -> TicketLine:
    return TicketLine(
        number=row.number,
        subject=row.subject,
        status=row.status.value,
        status_word=status_names()[row.status],
        iso=at.iso,
        ago=at.ago,
        absolute=at.absolute,
    )
