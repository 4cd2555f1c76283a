"""The second step of signing in: a code of the app, or a recovery code."""

from urllib.parse import quote

from flask import Blueprint, Response, make_response, redirect, request
from flask.typing import ResponseReturnValue

from gateway.desk import halfsignin, knocking, passkeys, secondfactor
from gateway.desk.auditing import Way
from gateway.desk.halfsignin import HalfWay
from gateway.desk.knocking import Visitor
from gateway.i18n import _
from gateway.store.sealed import Seal
from gateway.store.session import reading, transaction
from webui import callers, pages, sessions
from webui.office import office
from webui.signin import door, forms

blueprint = Blueprint("halfway", __name__)

_PATH = "/sign-in/code"
_MAX_SECRET = 200


def begin(staff_id: int, onward: str) -> Response:
    """The password was right: let this browser show the second factor, for some minutes."""
    with transaction() as db:
        secret = halfsignin.begin(db, staff_id, now=office().clock.now())
    response = make_response(redirect(f"{_PATH}?next={quote(onward)}", 303))
    response.set_cookie(
        _cookie_name(),
        secret,
        max_age=halfsignin.LASTS,
        secure=office().is_https,
        httponly=True,
        samesite="Lax",
        path="/",
    )
    return response


@blueprint.get(_PATH)
@sessions.across_accounts
def code_form() -> ResponseReturnValue:
    """Ask for the code; who is not half-way begins at the beginning."""
    onward = sessions.safe_next(request.args.get("next"))
    half = find()
    return redirect(sessions.SIGN_IN_PATH, 303) if half is None else page(half, onward)


@blueprint.post(_PATH)
@sessions.across_accounts
def code() -> ResponseReturnValue:
    """Let in whose code is right."""
    onward = sessions.safe_next(request.form.get("next"))
    half = find()
    if half is None:
        return redirect(f"{sessions.SIGN_IN_PATH}?next={quote(onward)}", 303)
    here, said = office(), forms.read_code(request.form)
    key, now = here.settings.key(), here.clock.now()
    with transaction() as db:
        knocking.knock_with_code(db, half.login, key=key, now=now)
    with transaction() as db:
        is_right = secondfactor.redeem(db, half.staff_id, said, seal=Seal(key), now=now)
    if not is_right:
        return page(half, onward, wrong=_("This code is not right, or was used already.")), 422
    return let_in(half, onward, secondfactor.way_of(said))


def note_failure(half: HalfWay) -> None:
    """A passkey was none of theirs. Such tries count as codes do: nobody fills the audit log with them."""
    here = office()
    with transaction() as db:
        knocking.knock_with_code(db, half.login, key=here.settings.key(), now=here.clock.now())
        secondfactor.note_failure(db, half.staff_id, Way.PASSKEY, now=here.clock.now())


def let_in(half: HalfWay, onward: str, way: Way) -> Response:
    """The second factor was given."""
    with transaction() as db:
        halfsignin.end_all(db, half.staff_id)
    response = door.let_in(half.staff_id, Visitor(half.login, callers.address()), onward, way)
    response.delete_cookie(_cookie_name(), secure=office().is_https, httponly=True, samesite="Lax", path="/")
    return response


def _cookie_name() -> str:
    return "__Host-half" if office().is_https else "half"


def find() -> HalfWay | None:
    """Who is half-way in this browser."""
    secret = request.cookies.get(_cookie_name(), "")
    if not secret or len(secret) > _MAX_SECRET:
        return None
    with reading() as db:
        return halfsignin.find(db, secret, now=office().clock.now())


def page(half: HalfWay, onward: str, *, wrong: str = "") -> str:
    """Where the second factor is given."""
    with reading() as db:
        has_passkeys = bool(passkeys.credentials_of(db, half.staff_id))
    return pages.render(
        "web/signin/code.html", onward=onward, wrong=wrong, has_passkeys=has_passkeys and door.has_passkeys()
    )
