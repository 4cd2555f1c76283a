"""The pages of canned replies: the list with a search, one to change, a new one."""

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from gateway.desk import canned
from gateway.desk.canned import CannedView
from gateway.desk.signatures import MAX_TEXT_CHARS
from gateway.desk.views import overview
from gateway.errors import Conflict, Invalid
from gateway.i18n import _
from gateway.mail.placeholders import Placeholder
from gateway.store.session import reading, transaction
from webui import complaints, pages
from webui.office import office
from webui.rail import rail
from webui.sessions import actor, signed_in
from webui.wording import placeholder_names

blueprint = Blueprint("canned", __name__)

_MAX_QUERY_CHARS = 200


@blueprint.get("/canned")
@signed_in
def index() -> ResponseReturnValue:
    """The canned replies, or those that a search found."""
    by, query = actor(), request.args.get("find", "").strip()[:_MAX_QUERY_CHARS]
    with reading() as db:
        found = canned.list_canned(db, by.account_id, query)
        views = rail(overview(db, by), by)
    return pages.render("web/canned/list.html", area="canned", views=views, replies=found, find=query)


@blueprint.get("/canned/new")
@signed_in
def new() -> ResponseReturnValue:
    """An empty form, or one with an example to begin with."""
    return _form(_example() if "example" in request.args else CannedView("", "", ""))


@blueprint.post("/canned/new")
@signed_in
def create() -> ResponseReturnValue:
    """Keep a new one; what cannot be taken comes back as it was typed."""
    typed = _typed("")
    try:
        with transaction() as db:
            canned.create(db, actor(), name=typed.name, text=typed.text, now=office().clock.now())
    except (Invalid, Conflict) as error:
        return _form(typed, complaints.in_words(error)), error.http
    return redirect("/canned", 303)


@blueprint.get("/canned/<public_id>")
@signed_in
def show(public_id: str) -> ResponseReturnValue:
    """One to change."""
    by = actor()
    with reading() as db:
        found = canned.get_canned(db, by.account_id, public_id)
    return _form(found)


@blueprint.post("/canned/<public_id>")
@signed_in
def change(public_id: str) -> ResponseReturnValue:
    """Change one; what cannot be taken comes back as it was typed."""
    typed = _typed(public_id)
    try:
        with transaction() as db:
            canned.change(db, actor(), public_id, name=typed.name, text=typed.text)
    except (Invalid, Conflict) as error:
        return _form(typed, complaints.in_words(error)), error.http
    return redirect("/canned", 303)


@blueprint.post("/canned/<public_id>/remove")
@signed_in
def remove(public_id: str) -> ResponseReturnValue:
    """Forget one."""
    with transaction() as db:
        canned.remove(db, actor(), public_id)
    return redirect("/canned", 303)


def _example() -> CannedView:
    text = _(
        "Hello %(name)s,\n\nplease switch the router off, wait for half a minute and switch it on again. "
        "Two minutes later the connection should be back.\n\nIf it is not, just answer this mail."
    )
    name = f"{{{{{Placeholder.CONTACT_NAME.value}}}}}"
    return CannedView("", _("Restart the router"), text % {"name": name})


def _typed(public_id: str) -> CannedView:
    text = request.form.get("text", "").replace("\r\n", "\n")[: MAX_TEXT_CHARS + 1]
    return CannedView(public_id, request.form.get("name", "")[: canned.MAX_NAME_CHARS + 1], text)


def _form(typed: CannedView, wrong: str = "") -> str:
    by = actor()
    with reading() as db:
        views = rail(overview(db, by), by)
    return pages.render(
        "web/canned/reply.html",
        area="canned",
        views=views,
        reply=typed,
        placeholders=placeholder_names(),
        wrong=wrong,
    )
