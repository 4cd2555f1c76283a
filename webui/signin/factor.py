"""The page of one's second factor: turned on with an app, its recovery codes, and turned off."""

from datetime import datetime

from flask import Blueprint, Response, make_response, redirect, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from gateway.desk import secondfactor, signin
from gateway.desk.secondfactor import FactorView
from gateway.desk.views import overview
from gateway.errors import Conflict, Invalid, NotFound
from gateway.rules.totp import address_of
from gateway.store.sealed import Seal
from gateway.store.session import reading, transaction
from webui import complaints, pages, sessions
from webui.office import office
from webui.rail import rail
from webui.sessions import actor, current, proven
from webui.signin import forms
from webui.wording import moment

blueprint = Blueprint("factor", __name__)

_PATH = "/account/second-factor"
_ISSUER = "manage4all"


@blueprint.get(_PATH)
@proven
def factor() -> ResponseReturnValue:
    """How it stands, and while it is being turned on the picture for the app."""
    return _page()


@blueprint.post(f"{_PATH}/begin")
@proven
def begin() -> ResponseReturnValue:
    """Make a key for the app."""
    try:
        with transaction() as db:
            secondfactor.begin(db, actor(), seal=_seal(), now=_now())
    except Conflict as error:
        return _page(wrong=complaints.in_words(error)), error.http
    return redirect(_PATH, 303)


@blueprint.post(f"{_PATH}/confirm")
@proven
def confirm() -> ResponseReturnValue:
    """Turn it on, for who shows that the app has the key; sign-ins elsewhere, made without it, end."""
    try:
        with transaction() as db:
            code = forms.read_code(request.form)
            codes = secondfactor.confirm(db, actor(), code, seal=_seal(), now=_now())
            signin.close_sessions(db, actor(), sessions.secret(), now=_now())
    except NotFound:  # turned on or left in another window
        return redirect(_PATH, 303)
    except Invalid as error:
        return _page(wrong=complaints.in_words(error)), error.http
    return shown_once(codes) if codes else redirect(_PATH, 303)


@blueprint.post(f"{_PATH}/codes")
@proven
def renew_codes() -> ResponseReturnValue:
    """Fresh recovery codes."""
    with transaction() as db:
        if not secondfactor.view(db, actor()).is_on:
            raise NotFound
        codes = secondfactor.new_recovery_codes(db, actor(), now=_now())
    return shown_once(codes)


@blueprint.post(f"{_PATH}/off")
@proven
def turn_off() -> ResponseReturnValue:
    """The password alone will do again; also leaves off turning it on."""
    with transaction() as db:
        secondfactor.turn_off(db, actor(), now=_now())
    return redirect("/account/security?factor=off", 303)


def picture(address: str) -> Markup:
    """The QR code of an address as SVG, black on white in every theme, without any style."""
    import segno

    made = segno.make(address, error="m", micro=False)
    svg = made.svg_inline(scale=4, border=4, dark="#000", light="#fff", omitsize=True, svgclass="qr")
    return Markup(svg)  # noqa: S704 - made of numbers


def shown_once(codes: tuple[str, ...]) -> Response:
    """The page with fresh recovery codes, which nothing keeps."""
    answer = make_response(_page(codes=codes))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _page(*, wrong: str = "", codes: tuple[str, ...] = ()) -> str:
    by = actor()
    with reading() as db:
        views = rail(overview(db, by), by)
        state = secondfactor.view(db, by)
        key = secondfactor.begun_key(db, by, seal=_seal()) if _is_waiting(state) else ""
    return pages.render(
        "web/signin/factor.html",
        area="account",
        views=views,
        since=moment(state.since, _now()) if state.since else None,
        key=" ".join(key[at : at + 4] for at in range(0, len(key), 4)),
        picture=picture(address_of(key, login=current().login, issuer=_ISSUER)) if key else "",
        codes=codes,
        wrong=wrong,
    )


def _is_waiting(state: FactorView) -> bool:
    return state.is_begun and state.since is None


def _seal() -> Seal:
    return Seal(office().settings.key())


def _now() -> datetime:
    return office().clock.now()
