"""What lets a person in, and where they are in: their password and their sign-ins."""

from dataclasses import dataclass

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from gateway.desk import identities, passwords, secondfactor, signin
from gateway.desk.views import overview
from gateway.errors import Conflict, DeskError, Invalid
from gateway.i18n import _
from gateway.rules.access import Permission, may
from gateway.store.session import reading, transaction
from webui import complaints, pages, sessions
from webui.office import office
from webui.proving import check_own
from webui.rail import rail
from webui.sessions import actor, proven, signed_in
from webui.signin import browsers, door, forms, providerwords
from webui.wording import Moment, moment

blueprint = Blueprint("security", __name__)


@dataclass(frozen=True, slots=True)
class SignIn:
    """A sign-in as the page shows it."""

    handle: str
    browser: str
    since: Moment
    is_this: bool


@blueprint.get(sessions.SECURITY_PATH)
@signed_in
def security() -> ResponseReturnValue:
    """Password and sign-ins."""
    return _page()


@blueprint.post("/account/password")
@signed_in
def change_password() -> ResponseReturnValue:
    """Another password, for who knows the present one; every other sign-in ends."""
    try:
        check_own(forms.read_password(request.form, "old"), field="old")
        password_hash = passwords.hash_password(forms.read_password(request.form))
    except Invalid as error:
        return _page(error), error.http
    with transaction() as db:
        signin.change_password(db, actor(), sessions.secret(), password_hash, now=office().clock.now())
    return redirect(f"{sessions.SECURITY_PATH}?changed=1", 303)


@blueprint.post("/account/sessions/end")
@signed_in
def end_sessions() -> ResponseReturnValue:
    """End one sign-in, or without its handle all but this."""
    handle = request.form.get("handle")
    with transaction() as db:
        signin.close_sessions(db, actor(), sessions.secret(), handle, now=office().clock.now())
    return redirect(f"{sessions.SECURITY_PATH}?ended=1#sessions", 303)


@blueprint.post(f"{sessions.SECURITY_PATH}/demand")
@proven
def demand() -> ResponseReturnValue:
    """Demand a second factor of everybody in the account, or no more."""
    try:
        with transaction() as db:
            now = office().clock.now()
            secondfactor.demand(db, actor(), demanded="demanded" in request.form, now=now)
    except Conflict as error:
        return _page(error), error.http
    return redirect(f"{sessions.SECURITY_PATH}#everybody", 303)


@blueprint.get(sessions.PROVE_PATH)
@signed_in
def prove_form() -> ResponseReturnValue:
    """Ask for the password again, unless it was given lately."""
    onward = sessions.safe_next(request.args.get("next"))
    if sessions.is_proven():
        return redirect(onward, 303)
    return pages.render("web/signin/prove.html", onward=onward, wrong="")


@blueprint.post(sessions.PROVE_PATH)
@signed_in
def prove() -> ResponseReturnValue:
    """The password counts for a while, and what it was asked for goes on."""
    onward = sessions.safe_next(request.form.get("next"))
    try:
        check_own(forms.read_password(request.form), field="password")
    except Invalid as error:
        wrong = complaints.in_words(error)
        return pages.render("web/signin/prove.html", onward=onward, wrong=wrong), error.http
    return redirect(onward, 303)


def _page(error: DeskError | None = None) -> str:
    by, here = actor(), office()
    now, issuer = here.clock.now(), here.provider.client.issuer if here.provider else ""
    with reading() as db:
        views = rail(overview(db, by), by)
        factor, is_demanded = secondfactor.view(db, by), secondfactor.is_demanded(db, by)
        found = signin.list_sessions(db, by, sessions.secret(), now=now)
        linked = identities.find_own(db, by, issuer) if issuer else None
    told = ""
    if "changed" in request.args:
        told = _("Your password is changed.")
    elif "ended" in request.args:
        told = _("Signed out there.")
    elif "owed" in request.args:
        told = _("This account demands a second factor. Please set one up; then everything else opens again.")
    elif "factor" in request.args:
        told = _("The second factor is off.")
    else:
        told = providerwords.told(is_good=True)
    return pages.render(
        "web/signin/security.html",
        area="account",
        views=views,
        told=told,
        factor=factor,
        is_demanded=is_demanded,
        provider=door.provider_name(),
        linked_at=moment(linked.linked_at, now) if linked else None,
        trouble=providerwords.told(),
        may_manage=may(by, Permission.MANAGE_ACCOUNT),
        wrong=complaints.in_words(error) if error else "",
        field=error.field if isinstance(error, Invalid) else "demand" if error else "",
        sessions=[
            SignIn(one.handle, browsers.in_words(one.browser), moment(one.created_at, now), one.is_this)
            for one in found
        ],
    )
