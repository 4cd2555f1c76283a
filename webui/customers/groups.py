"""The pages of groups: their list, one with its customers, and putting customers in and out."""

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from gateway.desk import groups
from gateway.desk import promises as desk
from gateway.desk.views import overview
from gateway.errors import Conflict, Invalid
from gateway.i18n import current_locale
from gateway.rules.access import Permission, may
from gateway.store.queries.customers import list_customers
from gateway.store.queries.groups import get_group, list_groups
from gateway.store.queries.paging import Page
from gateway.store.queries.staff import staff_seeing
from gateway.store.session import reading, transaction
from webui import complaints, pages, weeks
from webui.customers import forms, lines, promises
from webui.customers.promises import PromiseForm
from webui.office import office
from webui.rail import rail
from webui.sessions import actor, signed_in

blueprint = Blueprint("groups", __name__)

_NAME_CHARS = groups.MAX_NAME_CHARS + 1
_OFFERED = 20


@blueprint.get("/groups")
@signed_in
def index() -> ResponseReturnValue:
    """The groups by name, and a form for a new one."""
    return _list_page("", "")


@blueprint.post("/groups")
@signed_in
def create() -> ResponseReturnValue:
    """A new group, named freely (O3)."""
    name = request.form.get("name", "")[:_NAME_CHARS]
    try:
        with transaction() as db:
            public_id = groups.create(db, actor(), name=name, now=office().clock.now())
    except (Invalid, Conflict) as error:
        return _list_page(name, complaints.in_words(error)), error.http
    return redirect(f"/groups/{public_id}", 303)


@blueprint.get("/groups/<public_id>")
@signed_in
def group(public_id: str) -> ResponseReturnValue:
    """A group with its customers."""
    return _group_page(public_id)


@blueprint.post("/groups/<public_id>")
@signed_in
def rename(public_id: str) -> ResponseReturnValue:
    """Call the group otherwise."""
    name = request.form.get("name", "")[:_NAME_CHARS]
    try:
        with transaction() as db:
            groups.rename(db, actor(), public_id, name=name)
    except (Invalid, Conflict) as error:
        return _group_page(public_id, name=name, wrong=complaints.in_words(error)), error.http
    return redirect(f"/groups/{public_id}", 303)


@blueprint.post("/groups/<public_id>/targets")
@signed_in
def promise(public_id: str) -> ResponseReturnValue:
    """Promise the group's customers other times."""
    typed = promises.typed(request.form)
    try:
        wanted = promises.wanted(typed)
        with transaction() as db:
            desk.change_group_promise(db, actor(), public_id, wanted, now=office().clock.now())
    except Invalid as error:
        return _group_page(public_id, promise=typed, refused=weeks.in_words(error)), error.http
    return redirect(f"/groups/{public_id}#targets", 303)


@blueprint.post("/groups/<public_id>/remove")
@signed_in
def remove(public_id: str) -> ResponseReturnValue:
    """Forget the group; its customers stay."""
    with transaction() as db:
        groups.remove(db, actor(), public_id)
    return redirect("/groups", 303)


@blueprint.post("/groups/<public_id>/put-in")
@signed_in
def put_in_here(public_id: str) -> ResponseReturnValue:
    """Let a customer be in the group as well."""
    customer = request.form.get("customer", "")
    with transaction() as db:
        groups.put_in(db, actor(), public_id, customer=customer)
    return redirect(f"/groups/{public_id}", 303)


@blueprint.post("/groups/<public_id>/take-out")
@signed_in
def take_out(public_id: str) -> ResponseReturnValue:
    """Let a customer not be in the group any more."""
    customer = request.form.get("customer", "")
    with transaction() as db:
        groups.take_out(db, actor(), public_id, customer=customer)
    return redirect(f"/groups/{public_id}", 303)


@blueprint.post("/customers/<public_id>/groups")
@signed_in
def put_in(public_id: str) -> ResponseReturnValue:
    """Let the customer be in a group as well."""
    with transaction() as db:
        groups.put_in(db, actor(), request.form.get("group", ""), customer=public_id)
    return redirect(f"/customers/{public_id}#groups", 303)


@blueprint.post("/customers/<public_id>/groups/leave")
@signed_in
def leave(public_id: str) -> ResponseReturnValue:
    """Let the customer not be in a group any more."""
    with transaction() as db:
        groups.take_out(db, actor(), request.form.get("group", ""), customer=public_id)
    return redirect(f"/customers/{public_id}#groups", 303)


def _list_page(name: str, wrong: str) -> str:
    by = actor()
    with reading() as db:
        found = list_groups(db, by.sight)
        views = rail(overview(db, by), by)
    return pages.render(
        "web/customers/groups.html",
        area="customers",
        views=views,
        groups=[lines.group_line(one) for one in found],
        typed=name,
        wrong=wrong,
    )


def _group_page(
    public_id: str,
    *,
    name: str | None = None,
    wrong: str = "",
    promise: PromiseForm | None = None,
    refused: str = "",
) -> str:
    by, find = actor(), forms.read_search(request.args)
    with reading() as db:
        found = get_group(db, by.sight, public_id)
        offered = list_customers(db, by.sight, query=find, limit=_OFFERED) if find else Page((), None)
        page = list_customers(db, by.sight, group=public_id, after=request.args.get("after"))
        staff = staff_seeing(db, by.account_id, public_id)
        promised = desk.find_group_promise(db, by.sight, public_id)
        views = rail(overview(db, by), by)
    return pages.render(
        "web/customers/group.html",
        area="customers",
        may_invite=may(by, Permission.MANAGE_ACCOUNT),
        views=views,
        group=found,
        promise=(shown := promise or promises.of_promise(promised, locale=current_locale())),
        targets=shown.targets,
        refused=refused,
        customers=lines.customer_lines(page.items, {}),
        staff=staff,
        may_manage=may(by, Permission.MANAGE_ACCOUNT),
        find=find,
        offered=offered.items,
        has_more=offered.next is not None,
        older=f"/groups/{public_id}?after={page.next}" if page.next else "",
        typed=found.name if name is None else name,
        wrong=wrong,
    )
