"""The pages of a customer's installed systems: which are there, a code for another, one with its past."""

from flask import Blueprint, Response, make_response, redirect, request
from flask.typing import ResponseReturnValue

from gateway.desk import systems
from gateway.desk.views import overview
from gateway.errors import Conflict, Invalid
from gateway.rules.systems import MAX_NAME_CHARS
from gateway.store.queries.customers import get_customer
from gateway.store.session import reading, transaction
from webui import complaints, pages, systemwords
from webui.customers import lines
from webui.office import office
from webui.rail import rail
from webui.sessions import actor, signed_in
from webui.wording import moment

blueprint = Blueprint("systems", __name__)

_OF_CUSTOMER = "/customers/<public_id>/systems"
_ONE = "/systems/<public_id>"


@blueprint.get(_OF_CUSTOMER)
@signed_in
def index(public_id: str) -> ResponseReturnValue:
    """A customer's systems as they are now; unchanged, they are not sent again."""
    by, now = actor(), office().clock.now()
    with reading() as db:
        found = systems.of_customer(db, by, public_id)
    shown = pages.render("web/customers/systems.html", systems=systemwords.lines(found, now))
    answer = Response(shown)
    answer.add_etag()
    return answer.make_conditional(request)


@blueprint.post(_OF_CUSTOMER)
@signed_in
def add(public_id: str) -> ResponseReturnValue:
    """A code for one more system, shown this once, with what is to be done with it."""
    by, now, key = actor(), office().clock.now(), office().settings.key()
    try:
        with transaction() as db:
            made = systems.make_code(db, by, public_id, key=key, now=now)
    except Conflict as error:
        return _enrol_page(public_id, wrong=complaints.in_words(error)), error.http
    until = moment(made.expires_at, now)
    answer = make_response(
        _enrol_page(public_id, code=made.code, command=systemwords.command(made.code), until=until)
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get(_ONE)
@signed_in
def system(public_id: str) -> ResponseReturnValue:
    """A system with the sessions that were held with it."""
    return _page(public_id)


@blueprint.post(_ONE)
@signed_in
def rename(public_id: str) -> ResponseReturnValue:
    """Call the system otherwise."""
    name = request.form.get("name", "")[: MAX_NAME_CHARS + 1]
    try:
        with transaction() as db:
            systems.rename(db, actor(), public_id, name=name, now=office().clock.now())
    except Invalid as error:
        return _page(public_id, typed=name, wrong=complaints.in_words(error)), error.http
    return redirect(f"/systems/{public_id}", 303)


@blueprint.get(f"{_ONE}/now")
@signed_in
def now(public_id: str) -> ResponseReturnValue:
    """Whether the system is there now; unchanged, it is not sent again."""
    with reading() as db:
        found = systems.get(db, actor(), public_id)
    line = systemwords.line(found, office().clock.now())
    answer = Response(pages.render("web/customers/system_state.html", system=line))
    answer.add_etag()
    return answer.make_conditional(request)


@blueprint.get(f"{_ONE}/remove")
@signed_in
def removal(public_id: str) -> ResponseReturnValue:
    """What becomes of the system when it is removed."""
    by = actor()
    with reading() as db:
        found = systems.get(db, by, public_id)
        views = rail(overview(db, by), by)
    return pages.render("web/customers/remove_system.html", area="customers", views=views, system=found)


@blueprint.post(f"{_ONE}/remove")
@signed_in
def remove(public_id: str) -> ResponseReturnValue:
    """Remove the system for good."""
    by = actor()
    with transaction() as db:
        customer = systems.get(db, by, public_id).customer
        systems.remove(db, by, public_id, now=office().clock.now())
    return redirect(f"/customers/{customer}#systems", 303)


def _page(public_id: str, *, typed: str | None = None, wrong: str = "") -> str:
    by, at = actor(), office().clock.now()
    with reading() as db:
        found = systems.get(db, by, public_id)
        held = systems.sessions_of(db, by, public_id)
        views = rail(overview(db, by), by)
    return pages.render(
        "web/customers/system.html",
        area="customers",
        views=views,
        view=found,
        system=systemwords.line(found, at),
        enrolled=moment(found.enrolled_at, at),
        sessions=lines.session_lines(held, at),
        typed=found.name if typed is None else typed,
        wrong=wrong,
    )


def _enrol_page(public_id: str, *, wrong: str = "", **values: object) -> str:
    by = actor()
    with reading() as db:
        customer = get_customer(db, by.sight, public_id)
        views = rail(overview(db, by), by)
    return pages.render(
        "web/customers/enrol.html",
        area="customers",
        views=views,
        customer=customer,
        download=office().settings.client_download_url,
        program=systemwords.PROGRAM,
        wrong=wrong,
        **values,
    )
