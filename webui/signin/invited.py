"""The page of an invitation: shown by the link that was mailed, accepted once by whoever may.

Its secret stands behind `#`, as in `letters`. Looking uses nothing up. Who has a login in the business
already signs in as always: meanwhile this browser keeps the secret for a while, where no script reads it.
"""

from datetime import timedelta

from flask import Blueprint, Response, make_response, redirect, request
from flask.typing import ResponseReturnValue

from gateway.desk import accepting, passwords
from gateway.desk.accepting import Joined
from gateway.desk.auditing import Way
from gateway.desk.inviting import PATH
from gateway.desk.knocking import Visitor
from gateway.desk.staff import Particulars
from gateway.errors import Conflict, Denied, DeskError, Invalid, NotFound
from gateway.i18n import current_locale
from gateway.rules.access import Role
from gateway.rules.invitations import last_day
from gateway.store.queries.invitations import Offer
from gateway.store.session import reading, transaction
from webui import callers, complaints, pages, sessions
from webui.office import office
from webui.signin import door, forms
from webui.wording import day

blueprint = Blueprint("invited", __name__)

_ACCEPT = f"{PATH}/accept"
_KEPT_FOR = timedelta(minutes=30)
_MAX_SECRET = 200


@blueprint.get(PATH)
def link_form() -> ResponseReturnValue:
    """Where the link leads."""
    return _link_page()


@blueprint.post(PATH)
@sessions.across_accounts
def look() -> ResponseReturnValue:
    """What it is an invitation to."""
    door.knock_with_secret()
    return _shown(forms.read_secret(request.form))


@blueprint.get(_ACCEPT)
@sessions.across_accounts
def go_on() -> ResponseReturnValue:
    """Back from signing in: the invitation that this browser keeps."""
    secret = request.cookies.get(_cookie_name(), "")[:_MAX_SECRET]
    return _shown(secret) if secret else redirect(PATH, 303)


@blueprint.post(_ACCEPT)
@sessions.across_accounts
def accept() -> ResponseReturnValue:
    """Join: as somebody new, or as who is signed in and has the address."""
    door.knock_with_secret()
    secret, person = forms.read_secret(request.form), sessions.find()
    typed = forms.read_newcomer(request.form)
    try:
        if person is not None:
            with transaction() as db:
                joined = accepting.accept_as(db, person.actor, secret, now=office().clock.now())
            return _without_secret(redirect(_home(joined), 303))
        joined = _join(secret, typed)
    except (Invalid, Conflict, Denied) as error:
        return _shown(secret, typed, error)
    except NotFound as error:
        return _link_page(complaints.in_words(error)), error.http
    return _without_secret(
        door.let_in(joined.staff_id, Visitor(joined.login, callers.address()), _home(joined), Way.INVITATION)
    )


def _join(secret: str, typed: Particulars) -> Joined:
    """Somebody new. The hash is made before anything is looked up: it takes as long for every link."""
    password_hash = passwords.hash_password(forms.read_password(request.form))
    with transaction() as db:
        return accepting.accept(
            db,
            secret,
            typed,
            password_hash=password_hash,
            locale=current_locale(),
            now=office().clock.now(),
        )


def _home(joined: Joined) -> str:
    return "/guest" if joined.role is Role.GUEST else "/"


def _shown(
    secret: str, typed: Particulars | None = None, error: DeskError | None = None
) -> ResponseReturnValue:
    """The invitation, and what whoever is at the browser can do with it."""
    try:
        with reading() as db:
            offer = accepting.look(db, secret, now=office().clock.now())
            typed = typed or Particulars(
                accepting.suggest_login(db, offer), offer.first_name, offer.last_name
            )
    except NotFound as gone:
        return _link_page(complaints.in_words(gone)), gone.http
    answer = make_response(_offer_page(offer, secret, typed, error), error.http if error else 200)
    answer.headers["Cache-Control"] = "no-store"
    if offer.person_id is not None:
        _keep_secret(answer, secret)
    return answer


def _offer_page(offer: Offer, secret: str, typed: Particulars, error: DeskError | None) -> str:
    person = sessions.find()
    fits = person is not None and person.actor.staff_id == offer.person_id
    return pages.render(
        "web/signin/invited.html",
        offer=offer,
        secret=secret,
        until=day(last_day(offer.until)) if offer.until else "",
        typed=typed,
        fits=fits,
        wrong=complaints.in_words(error) if error else "",
        field=error.field if isinstance(error, Invalid) else "login" if isinstance(error, Conflict) else "",
    )


def _link_page(wrong: str = "") -> str:
    return pages.render("web/signin/invitation.html", wrong=wrong)


def _keep_secret(answer: Response, secret: str) -> None:
    answer.set_cookie(
        _cookie_name(),
        secret,
        max_age=_KEPT_FOR,
        secure=office().is_https,
        httponly=True,
        samesite="Lax",
        path="/",
    )


def _without_secret(answer: ResponseReturnValue) -> Response:
    response = make_response(answer)
    response.delete_cookie(_cookie_name(), secure=office().is_https, httponly=True, samesite="Lax", path="/")
    return response


def _cookie_name() -> str:
    return "__Host-invitation" if office().is_https else "invitation"
