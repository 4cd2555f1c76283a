"""Getting in and out, and the page about oneself: account, language, colours."""

from flask import Blueprint, Response, make_response, redirect, request
from flask.typing import ResponseReturnValue

from gateway.desk import passwords, secondfactor, signatures, signin
from gateway.desk.signatures import OwnSignature
from gateway.desk.views import overview
from gateway.errors import Invalid
from gateway.i18n import LOCALES, _
from gateway.rules.access import Permission, may
from gateway.store.session import reading, transaction
from webui import complaints, languages, pages, proving, sessions
from webui.office import office
from webui.rail import View, rail
from webui.sessions import actor, signed_in
from webui.signin import (
    door,
    factor,
    forms,
    halfway,
    invited,
    letters,
    passkeys,
    profile,
    provider,
    providerwords,
    security,
    signup,
)
from webui.wording import placeholder_names

blueprint = Blueprint("signin", __name__)
blueprint.register_blueprint(signup.blueprint)
blueprint.register_blueprint(letters.blueprint)
blueprint.register_blueprint(invited.blueprint)
blueprint.register_blueprint(security.blueprint)
blueprint.register_blueprint(profile.blueprint)
blueprint.register_blueprint(halfway.blueprint)
blueprint.register_blueprint(factor.blueprint)
blueprint.register_blueprint(passkeys.blueprint)
blueprint.register_blueprint(provider.blueprint)

_YEAR_SECONDS = 365 * 86400
_THEMES = ("light", "dark")


@blueprint.get(sessions.SIGN_IN_PATH)
def sign_in_form() -> ResponseReturnValue:
    """The sign-in page; who is signed in already goes on."""
    onward = sessions.safe_next(request.args.get("next"))
    if sessions.find() is not None:
        return redirect(onward, 303)
    return _sign_in_page(onward)


@blueprint.post(sessions.SIGN_IN_PATH)
@sessions.across_accounts
def sign_in() -> ResponseReturnValue:
    """Check login and password; the answer is the same for an unknown login and a wrong password."""
    typed = forms.read_sign_in(request.form)
    onward = sessions.safe_next(request.form.get("next"))
    visitor = proving.knock(typed.login)
    with reading() as db:
        found = signin.find_credentials(db, typed.login)
    fits = passwords.check(found.password_hash if found else None, typed.password)
    if found is None or not fits:
        wrong = _("Login and password do not match.")
        return _sign_in_page(onward, login=typed.login, wrong=wrong), 422
    door.give_back(visitor)
    with reading() as db:
        owes_more = secondfactor.is_on(db, found.staff_id)
    if owes_more:
        return halfway.begin(found.staff_id, onward)
    return door.let_in(found.staff_id, visitor, onward)


@blueprint.post("/sign-out")
@sessions.across_accounts
def sign_out() -> ResponseReturnValue:
    """End the session here; it is worth nothing anywhere from then on."""
    with transaction() as db:
        signin.close_session(db, sessions.secret())
    return sessions.end(redirect(sessions.SIGN_IN_PATH, 303))


@blueprint.post("/preferences")
def preferences() -> ResponseReturnValue:
    """Language and colours: in this browser, and the language with the person if one is signed in."""
    answer = make_response(redirect(sessions.safe_next(request.form.get("next")), 303))
    locale, theme = request.form.get("locale"), request.form.get("theme")
    if locale in LOCALES:
        _keep(languages.COOKIE, locale, answer)
        person = sessions.find()
        if person is not None:
            with transaction() as db:
                signin.set_locale(db, person.actor, locale)
    if theme is not None:
        _keep("theme", theme if theme in _THEMES else "", answer)
    return answer


@blueprint.post("/notice/dismiss")
@signed_in
def dismiss_notice() -> ResponseReturnValue:
    """Put the operator's notice away, in this browser."""
    answer = make_response(redirect(sessions.safe_next(request.form.get("next")), 303))
    _keep("notice", request.form.get("notice", "")[:32], answer)
    return answer


@blueprint.get("/account")
@signed_in
def account() -> ResponseReturnValue:
    """Who one is, and how the pages look."""
    by = actor()
    with reading() as db:
        return _account_page(signatures.get_own(db, by), rail(overview(db, by), by))


@blueprint.post("/account/signature")
@signed_in
def change_signature() -> ResponseReturnValue:
    """Sign one's answers otherwise; what cannot be taken comes back as it was typed."""
    by, typed = actor(), forms.read_signature(request.form)
    try:
        with transaction() as db:
            signatures.change_own(db, by, typed)
    except Invalid as error:
        with reading() as db:
            views = rail(overview(db, by), by)
        return _account_page(typed, views, wrong=complaints.in_words(error)), error.http
    return redirect("/account#signature", 303)


def _sign_in_page(onward: str, *, login: str = "", wrong: str = "") -> str:
    told = ""
    if "confirmed" in request.args:
        told = _("Your e-mail address is confirmed. Thank you.")
    elif "reset" in request.args:
        told = _("Your new password is set. Please sign in with it.")
    return door.sign_in_page(onward, login=login, wrong=wrong, told=told, trouble=providerwords.told())


def _account_page(signature: OwnSignature, views: tuple[View, ...], *, wrong: str = "") -> str:
    return pages.render(
        "web/signin/account.html",
        area="account",
        views=views,
        may_manage=may(actor(), Permission.MANAGE_ACCOUNT),
        may_own=may(actor(), Permission.OWN_ACCOUNT),
        is_just_confirmed="confirmed" in request.args,
        signature=signature,
        placeholders=placeholder_names(),
        wrong=wrong,
    )


def _keep(name: str, value: str, answer: Response) -> None:
    answer.set_cookie(
        name, value, max_age=_YEAR_SECONDS, secure=office().is_https, httponly=True, samesite="Lax", path="/"
    )
