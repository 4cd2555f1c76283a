"""Creating an account: by anybody, or by whom the operator has invited, as the installation wants it."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from gateway.desk import passwords, signingup, signupinvitations
from gateway.desk.knocking import Visitor
from gateway.desk.mailedlinks import Purpose
from gateway.desk.signingup import Wish
from gateway.errors import Conflict, DeskError, Invalid, NotFound
from gateway.i18n import current_locale
from gateway.settings import SignUp
from gateway.store.session import transaction
from webui import callers, complaints, pages, proving, sessions
from webui.office import office
from webui.signin import door, forms, letters

blueprint = Blueprint("signup", __name__)
_START = "/start"
_NOTHING = forms.SignUp("", "", "")


@blueprint.get("/sign-up")
def sign_up_form() -> ResponseReturnValue:
    """The page on which a business begins, or the words that it does so otherwise here."""
    return _page()


@blueprint.post("/sign-up")
@sessions.across_accounts
def sign_up() -> ResponseReturnValue:
    """Create the account, mail its owner a link to confirm the address, and sign them in (O1)."""
    if _mode() is not SignUp.OPEN:
        return _page(), 403
    typed = forms.read_sign_up(request.form)
    visitor = proving.knock(typed.email)
    try:
        wish = _wish(typed)
        with transaction() as db:
            owner = signingup.sign_up(db, wish, typed.email, now=office().clock.now())
    except (Invalid, Conflict) as error:
        return _page(typed, error), error.http
    letters.mail_link(owner, Purpose.CONFIRM, office())
    return door.let_in(owner.staff_id, visitor, _START)


@blueprint.get(signupinvitations.PATH)
def invited_form() -> ResponseReturnValue:
    """Where the link of an invitation leads; opening it uses nothing up."""
    return _page() if _mode() is SignUp.CLOSED else _invited_page()


@blueprint.post(signupinvitations.PATH)
@sessions.across_accounts
def invited() -> ResponseReturnValue:
    """Create an account for the address that was invited; only who came by mail need not confirm it."""
    if _mode() is SignUp.CLOSED:
        return _page(), 403
    door.knock_with_secret()
    typed, secret = forms.read_sign_up(request.form), forms.read_secret(request.form)
    try:
        wish = _wish(typed)
        with transaction() as db:
            owner, is_confirmed = signingup.sign_up_invited(db, wish, secret, now=office().clock.now())
    except (Invalid, Conflict, NotFound) as error:
        return _invited_page(typed, secret, error), error.http
    if not is_confirmed:
        letters.mail_link(owner, Purpose.CONFIRM, office())
    return door.let_in(owner.staff_id, Visitor(typed.login, callers.address()), _START)


def _mode() -> SignUp:
    return office().settings.public_sign_up


def _wish(typed: forms.SignUp) -> Wish:
    """The hash is made before the database is asked to wait."""
    return Wish(typed.login, passwords.hash_password(typed.password), current_locale())


def _page(typed: forms.SignUp = _NOTHING, error: DeskError | None = None) -> str:
    return pages.render("web/signin/sign_up.html", mode=_mode().value, typed=typed, **_wrong(error))


def _invited_page(typed: forms.SignUp = _NOTHING, secret: str = "", error: DeskError | None = None) -> str:
    return pages.render("web/signin/sign_up_invited.html", typed=typed, secret=secret, **_wrong(error))


def _wrong(error: DeskError | None) -> dict[str, str]:
    """What is wrong, and at which field it stands."""
    if error is None:
        return {"wrong": "", "field": ""}
    field = error.field if isinstance(error, Invalid) else "login"
    return {"wrong": complaints.in_words(error), "field": "code" if isinstance(error, NotFound) else field}
