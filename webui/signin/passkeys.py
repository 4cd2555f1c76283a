"""Passkeys: the page on which one has them, and signing in with one, alone or after the password.

Whoever has no script sees no button for it: browsers offer passkeys to scripts only.
"""

from flask import Blueprint, Response, make_response, redirect, request
from flask.typing import ResponseReturnValue

from gateway.desk import ceremonies, passkeys, secondfactor, signin
from gateway.desk.auditing import Way
from gateway.desk.ceremonies import RelyingParty
from gateway.desk.knocking import Visitor
from gateway.desk.passkeys import Challenge, Purpose
from gateway.desk.views import overview
from gateway.errors import Conflict, Invalid, NotFound
from gateway.store.session import reading, transaction
from webui import callers, complaints, pages, sessions
from webui.office import office
from webui.rail import rail
from webui.sessions import actor, proven
from webui.signin import browsers, door, factor, halfway
from webui.wording import moment

blueprint = Blueprint("passkeys", __name__)

_PATH = "/account/passkeys"
_MAX_SECRET = 200


@blueprint.get(_PATH)
@proven
def index() -> ResponseReturnValue:
    """One's passkeys, and another one."""
    return _page()


@blueprint.post(f"{_PATH}/options")
@proven
def registration_options() -> ResponseReturnValue:
    """What the browser shall ask the authenticator, to make a passkey."""
    by, party = actor(), _party()
    with transaction() as db:
        asked = passkeys.ask(db, Purpose.REGISTER, by.staff_id, now=office().clock.now())
        who, known = passkeys.candidate(db, by), passkeys.credentials_of(db, by.staff_id)
    return _options(ceremonies.creation_options(party, who, asked.value, known), asked)


@blueprint.post(_PATH)
@proven
def register() -> ResponseReturnValue:
    """Keep the passkey that was made; sign-ins elsewhere, made without it, end."""
    by, party, now = actor(), _party(), office().clock.now()
    answer = request.form.get("credential", "")
    name = request.form.get("name", "").strip() or browsers.in_words(request.headers.get("User-Agent", ""))
    try:
        with transaction() as db:
            challenge = passkeys.take(db, _secret(), Purpose.REGISTER, by.staff_id, now=now)
        key = ceremonies.read_new(party, challenge, answer)
        with transaction() as db:
            passkeys.add(db, by, key, name, now=now)
            codes = secondfactor.first_recovery_codes(db, by, now=now)
            signin.close_sessions(db, by, sessions.secret(), now=now)
    except (Invalid, Conflict) as error:
        return _page(wrong=complaints.in_words(error)), error.http
    return factor.shown_once(codes) if codes else redirect(_PATH, 303)


@blueprint.post(f"{_PATH}/remove")
@proven
def remove() -> ResponseReturnValue:
    """Take one away."""
    with transaction() as db:
        passkeys.remove(db, actor(), request.form.get("passkey", ""), now=office().clock.now())
        secondfactor.forget_idle_codes(db, actor())
    return redirect(_PATH, 303)


@blueprint.post("/sign-in/passkey/options")
@sessions.across_accounts
def alone_options() -> ResponseReturnValue:
    """What the browser shall ask for a sign-in without login and password."""
    door.knock_with_secret()
    party = _party()
    with transaction() as db:
        asked = passkeys.ask(db, Purpose.ALONE, None, now=office().clock.now())
    return _options(ceremonies.request_options(party, asked.value, (), must_verify=True), asked)


@blueprint.post("/sign-in/passkey")
@sessions.across_accounts
def sign_in_alone() -> ResponseReturnValue:
    """Let in whoever's passkey it is, for it has seen that it is they."""
    onward = sessions.safe_next(request.form.get("next"))
    try:
        holder = _use(Purpose.ALONE, None)
    except Invalid as error:
        return door.sign_in_page(onward, wrong=complaints.in_words(error)), error.http
    return door.let_in(holder.staff_id, Visitor(holder.login, callers.address()), onward, Way.PASSKEY)


@blueprint.post("/sign-in/code/passkey/options")
@sessions.across_accounts
def second_options() -> ResponseReturnValue:
    """What the browser shall ask after the password."""
    half, party = halfway.find(), _party()
    if half is None:
        raise NotFound
    with transaction() as db:
        asked = passkeys.ask(db, Purpose.SECOND, half.staff_id, now=office().clock.now())
        known = passkeys.credentials_of(db, half.staff_id)
    return _options(ceremonies.request_options(party, asked.value, known, must_verify=False), asked)


@blueprint.post("/sign-in/code/passkey")
@sessions.across_accounts
def sign_in_second() -> ResponseReturnValue:
    """Let in who has the passkey beside the password."""
    onward, half = sessions.safe_next(request.form.get("next")), halfway.find()
    if half is None:
        return redirect(sessions.SIGN_IN_PATH, 303)
    try:
        _use(Purpose.SECOND, half.staff_id)
    except Invalid as error:
        halfway.note_failure(half)
        return halfway.page(half, onward, wrong=complaints.in_words(error)), error.http
    return halfway.let_in(half, onward, Way.PASSKEY)


def _use(purpose: Purpose, staff_id: int | None) -> passkeys.Holder:
    """Whose passkey has answered; Invalid if none, or not that of who must."""
    party, now, answer = _party(), office().clock.now(), request.form.get("credential", "")
    credential_id = ceremonies.credential_of(answer)
    with transaction() as db:
        challenge = passkeys.take(db, _secret(), purpose, staff_id, now=now)
        holder = passkeys.get_holder(db, credential_id)
    if staff_id not in (None, holder.staff_id):
        raise ceremonies.wrong()
    must_verify = purpose is Purpose.ALONE
    count = ceremonies.check(
        party, challenge, answer, holder.key, handle=holder.handle, must_verify=must_verify
    )
    with transaction() as db:
        passkeys.note_use(db, holder, count, now=now)
    return holder


def _party() -> RelyingParty:
    """Ours; NotFound where passkeys cannot be."""
    found = ceremonies.relying_party(office().settings.effective_base_url)
    if found is None:
        raise NotFound(detail="passkeys: no host name")
    return found


def _options(options: str, asked: Challenge) -> Response:
    """The options for the script, and the secret for the browser alone."""
    answer = make_response(options)
    answer.mimetype = "application/json"
    answer.headers["Cache-Control"] = "no-store"
    answer.set_cookie(
        _cookie_name(),
        asked.secret,
        max_age=passkeys.LASTS,
        secure=office().is_https,
        httponly=True,
        samesite="Lax",
        path="/",
    )
    return answer


def _cookie_name() -> str:
    return "__Host-ceremony" if office().is_https else "ceremony"


def _secret() -> str:
    return request.cookies.get(_cookie_name(), "")[:_MAX_SECRET]


def _page(*, wrong: str = "") -> str:
    by, now = actor(), office().clock.now()
    with reading() as db:
        views = rail(overview(db, by), by)
        found = passkeys.list_passkeys(db, by)
    return pages.render(
        "web/signin/passkeys.html",
        area="account",
        views=views,
        passkeys=[(one, moment(one.used_at, now) if one.used_at else None) for one in found],
        are_possible=door.has_passkeys(),
        wrong=wrong,
    )
