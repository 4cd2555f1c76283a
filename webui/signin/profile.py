"""The page of what colleagues and customers see of oneself, and of when one is away."""

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from gateway.desk import away, signin
from gateway.desk.staff import Particulars
from gateway.desk.views import overview
from gateway.errors import Conflict, DeskError, Invalid
from gateway.store.queries.staff import State, get_own, list_staff
from gateway.store.session import reading, transaction
from webui import absences, complaints, pages, particulars, zones
from webui.office import office
from webui.rail import rail
from webui.sessions import actor, proven, signed_in

blueprint = Blueprint("profile", __name__)

PATH = "/account/profile"


@blueprint.get(PATH)
@signed_in
def profile() -> ResponseReturnValue:
    """What is known of oneself."""
    return _page()


@blueprint.post(PATH)
@proven
def edit() -> ResponseReturnValue:
    """Change it; the way back to a lost password leads by the address, so the password is asked for."""
    typed = particulars.read(request.form)
    try:
        particulars.keep(actor(), _own_id(), typed)
    except (Invalid, Conflict) as error:
        return _page(error, "details", typed=typed), error.http
    return redirect(f"{PATH}?saved=1", 303)


@blueprint.post("/account/away")
@signed_in
def set_away() -> ResponseReturnValue:
    """Say when one is away and who stands in."""
    by, own = actor(), _own_id()
    try:
        typed = absences.read_all(zones.zone_of_reader())
        with transaction() as db:
            away.set_away(db, by, own, **typed)
    except Invalid as error:
        return _page(error, "away"), error.http
    return redirect(f"{PATH}#away", 303)


@blueprint.post("/account/back")
@signed_in
def end_away() -> ResponseReturnValue:
    """One is back, or does not go."""
    own = _own_id()
    with transaction() as db:
        away.end_away(db, actor(), own)
    return redirect(f"{PATH}#away", 303)


@blueprint.post("/account/zone")
@signed_in
def set_zone() -> ResponseReturnValue:
    """Say by whose clock one reads; a page says so by itself (`guess`) as long as nobody has."""
    is_guess = "guess" in request.form
    try:
        with transaction() as db:
            signin.set_zone(db, actor(), request.form.get("zone", "")[:64], is_guess=is_guess)
    except Invalid as error:
        return _page(error, "zone"), error.http
    return ("", 204) if is_guess else redirect(f"{PATH}#clock", 303)


def _own_id() -> str:
    by = actor()
    with reading() as db:
        return get_own(db, by.account_id, by.staff_id).public_id


def _page(error: DeskError | None = None, box: str = "", *, typed: Particulars | None = None) -> str:
    by, now = actor(), office().clock.now()
    with reading() as db:
        found = get_own(db, by.account_id, by.staff_id)
        others = list_staff(db, by.account_id)
        views = rail(overview(db, by), by)
    return pages.render(
        "web/signin/profile.html",
        area="account",
        views=views,
        is_saved="saved" in request.args,
        typed=typed or particulars.of(found),
        colleagues=[one for one in others if one.state is State.ACTIVE and one.id != found.id],
        wrong=complaints.in_words(error) if error else "",
        field=error.field if isinstance(error, Invalid) else "",
        box=box,
        zones=zones.names(),
        **absences.shown(found, request.form if box == "away" else {}, now),
    )
