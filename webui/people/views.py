"""The pages of the people who work here: their list, one of them, and what owner and admins do to them."""

from collections.abc import Callable, Mapping

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from gateway.desk import away, leaving, ownership, staff
from gateway.desk.staff import Particulars
from gateway.desk.views import overview
from gateway.errors import Conflict, DeskError, Invalid
from gateway.rules.access import Permission, Role, may, require
from gateway.rules.hours import zone_named
from gateway.rules.staffing import GIVEN_ROLES
from gateway.store.queries.groups import list_groups
from gateway.store.queries.staff import State, count_open, get_own, get_staff, list_staff
from gateway.store.session import reading, transaction
from webui import absences, complaints, pages, particulars
from webui.office import office
from webui.people import forms, lines
from webui.rail import rail
from webui.sessions import actor, current, proven, signed_in

blueprint = Blueprint("people", __name__)

_PERSON = "/people/<public_id>"


@blueprint.get("/people")
@signed_in
def index() -> ResponseReturnValue:
    """Who works here and who did."""
    by, now = actor(), office().clock.now()
    with reading() as db:
        found = list_staff(db, by.account_id)
        views = rail(overview(db, by), by)
    return pages.render(
        "web/people/list.html",
        area="people",
        views=views,
        people=lines.lines((one for one in found if one.state is State.ACTIVE), now),
        former=lines.lines((one for one in found if one.state is State.DEACTIVATED), now),
        may_manage=may(by, Permission.MANAGE_ACCOUNT),
    )


@blueprint.get(_PERSON)
@signed_in
def person(public_id: str) -> ResponseReturnValue:
    """One of the people, as who manages them sees them; oneself has a page of one's own."""
    by = actor()
    require(by, Permission.MANAGE_ACCOUNT)
    with reading() as db:
        found = get_staff(db, by.account_id, public_id)
    if found.id == by.staff_id:
        return redirect("/account/profile")
    return _page(public_id)


@blueprint.post(_PERSON)
@proven
def edit(public_id: str) -> ResponseReturnValue:
    """Change what is known of somebody."""
    require(actor(), Permission.MANAGE_ACCOUNT)
    typed = particulars.read(request.form)
    try:
        particulars.keep(actor(), public_id, typed)
    except (Invalid, Conflict) as error:
        return _page(public_id, error, "details", typed=typed), error.http
    return redirect(f"/people/{public_id}?saved=1", 303)


@blueprint.post(f"{_PERSON}/access")
@proven
def set_access(public_id: str) -> ResponseReturnValue:
    """Let somebody be an admin or not, and see all customers or those of some groups."""
    return _carry_out(
        public_id, "access", staff.set_access, lambda: {"wanted": forms.read_access(request.form), **_now()}
    )


@blueprint.post(f"{_PERSON}/away")
@signed_in
def set_away(public_id: str) -> ResponseReturnValue:
    """Note when somebody is away who cannot do it themself."""
    with reading() as db:
        zone = zone_named(get_staff(db, actor().account_id, public_id).zone)
    return _carry_out(public_id, "away", away.set_away, lambda: absences.read_all(zone))


@blueprint.post(f"{_PERSON}/back")
@signed_in
def end_away(public_id: str) -> ResponseReturnValue:
    """They are back."""
    return _carry_out(public_id, "away", away.end_away)


@blueprint.post(f"{_PERSON}/deactivate")
@proven
def deactivate(public_id: str) -> ResponseReturnValue:
    """Let nobody come in as them any more; what they work on goes to somebody else."""
    successor, now = request.form.get("successor") or None, office().clock.now()
    return _carry_out(public_id, "active", leaving.deactivate, lambda: {"successor": successor, "now": now})


@blueprint.post(f"{_PERSON}/reactivate")
@proven
def reactivate(public_id: str) -> ResponseReturnValue:
    """Let them come in again."""
    return _carry_out(public_id, "active", leaving.reactivate, _now)


@blueprint.post(f"{_PERSON}/ownership")
@proven
def hand_on(public_id: str) -> ResponseReturnValue:
    """Make them the owner; both are told by mail."""
    by, here = actor(), office()
    require(by, Permission.OWN_ACCOUNT)
    now = here.clock.now()
    with reading() as db:
        old, new = get_own(db, by.account_id, by.staff_id), get_staff(db, by.account_id, public_id)
    notices = ownership.write_notices(
        old,
        new,
        business=current().account_name,
        blobs=here.blobs,
        mail_domain=here.settings.mail_domain,
        now=now,
    )
    return _carry_out(public_id, "ownership", ownership.hand_on, lambda: {"notices": notices, "now": now})


def _carry_out(
    public_id: str, box: str, verb: Callable[..., object], read: Callable[[], Mapping[str, object]] = dict
) -> ResponseReturnValue:
    """Do it, and show the person; what cannot be done is said in the box of the page.

    What was typed is read once it is known that there is such a person.
    """
    require(actor(), Permission.MANAGE_ACCOUNT)
    try:
        with transaction() as db:
            staff.find(db, actor().account_id, public_id)
            verb(db, actor(), public_id, **read())
    except (Invalid, Conflict) as error:
        return _page(public_id, error, box), error.http
    return redirect(f"/people/{public_id}?saved=1#{box}", 303)


def _now() -> Mapping[str, object]:
    return {"now": office().clock.now()}


def _page(
    public_id: str, error: DeskError | None = None, box: str = "", *, typed: Particulars | None = None
) -> str:
    by, now = actor(), office().clock.now()
    with reading() as db:
        found = get_staff(db, by.account_id, public_id)
        others = [one for one in list_staff(db, by.account_id) if one.id != found.id]
        groups = list_groups(db, by.sight)
        tickets = count_open(db, by.account_id, found.id)
        views = rail(overview(db, by), by)
    return pages.render(
        "web/people/person.html",
        area="people",
        views=views,
        person=found,
        is_saved="saved" in request.args,
        roles=[(role.value, lines.role_names()[role]) for role in GIVEN_ROLES],
        role=lines.role_names()[found.role],
        may_change=found.role is not Role.OWNER,
        may_hand_on=may(by, Permission.OWN_ACCOUNT) and found.deactivated_at is None,
        typed=typed or particulars.of(found),
        groups=groups,
        seen={group.public_id for group in found.groups},
        open_tickets=tickets,
        colleagues=[one for one in others if one.state is State.ACTIVE],
        wrong=complaints.in_words(error) if error else "",
        field=error.field if isinstance(error, Invalid) else "",
        box=box,
        **absences.shown(found, request.form if box == "away" else {}, now),
    )
