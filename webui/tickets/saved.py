"""Views that people keep for themselves or share."""

from flask import Blueprint, Response, redirect, request
from flask.typing import ResponseReturnValue

from gateway.desk import views
from gateway.desk.viewcounts import count_saved
from gateway.desk.views import NewView
from gateway.store.queries.tickets import Order
from gateway.store.session import reading, transaction
from webui import pages, zones
from webui.office import office
from webui.rail import saved_key
from webui.sessions import actor, signed_in
from webui.tickets.lists import Asked

blueprint = Blueprint("saved", __name__)

_KEPT_SECONDS = 20


@blueprint.post("/views")
@signed_in
def keep() -> ResponseReturnValue:
    """Keep a search as a view, and show it."""
    with transaction() as db:
        public_id = views.create(db, actor(), _new(), now=office().clock.now())
    return _shown(public_id)


@blueprint.post("/views/<public_id>")
@signed_in
def change(public_id: str) -> ResponseReturnValue:
    """Write a view anew."""
    with transaction() as db:
        views.change(db, actor(), public_id, _new())
    return _shown(public_id)


@blueprint.post("/views/<public_id>/remove")
@signed_in
def remove(public_id: str) -> ResponseReturnValue:
    """Forget a view."""
    with transaction() as db:
        views.remove(db, actor(), public_id)
    return redirect("/", 303)


@blueprint.get("/views/counts")
@signed_in
def counts() -> ResponseReturnValue:
    """The numbers of the saved views, which every page asks for once it is there.

    They are searches, so no page waits for them. A browser keeps them for a moment: however much happens,
    and however fast one goes from page to page, each is counted once in `_KEPT_SECONDS`.
    """
    with reading() as db:
        found = count_saved(db, actor(), now=office().clock.now(), zone=zones.zone_of_reader())
    told = [(one, f"{count}+" if is_more else str(count)) for one, (count, is_more) in found.items()]
    answer = Response(pages.render("web/tickets/view_counts.html", counts=told))
    answer.headers["Cache-Control"] = f"private, max-age={_KEPT_SECONDS}"
    answer.headers["Vary"] = "Cookie"
    return answer


def _new() -> NewView:
    order = request.form.get("order", "")
    return NewView(
        name=request.form.get("name", ""),
        query=request.form.get("query", ""),
        order=Order(order) if order in frozenset(Order) else Order.NEWEST,
        is_shared="shared" in request.form,
    )


def _shown(public_id: str) -> ResponseReturnValue:
    return redirect(Asked(saved_key(public_id)).path(), 303)
