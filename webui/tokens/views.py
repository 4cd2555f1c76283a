"""The page of API tokens: which there are, a new one shown once, and the end of one."""

from flask import Blueprint, make_response, redirect, request
from flask.typing import ResponseReturnValue

from gateway.desk import tokens
from gateway.desk.views import overview
from gateway.errors import Conflict
from gateway.rules.access import Permission, require
from gateway.store.session import reading, transaction
from webui import complaints, pages
from webui.office import office
from webui.rail import rail
from webui.sessions import actor, proven
from webui.wording import moment

blueprint = Blueprint("tokens", __name__)

_PATH = "/account/tokens"
_MAX_LABEL_CHARS = 100


@blueprint.get(_PATH)
@proven
def index() -> ResponseReturnValue:
    """The tokens that work."""
    return _page()


@blueprint.post(_PATH)
@proven
def create() -> ResponseReturnValue:
    """Make a token and show it this once. It may send mail, so only who may does."""
    by, label = actor(), request.form.get("label", "")[:_MAX_LABEL_CHARS]
    require(by, Permission.MANAGE_ACCOUNT)
    require(by, Permission.SEND_MAIL)
    try:
        with transaction() as db:
            secret = tokens.create(db, by.account_id, label=label, now=office().clock.now(), by=by)
    except Conflict as error:
        return _page(wrong=complaints.in_words(error)), error.http
    answer = make_response(_page(secret=secret))
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post(f"{_PATH}/revoke")
@proven
def revoke() -> ResponseReturnValue:
    """End a token, at once and everywhere."""
    require(actor(), Permission.MANAGE_ACCOUNT)
    with transaction() as db:
        token, now = request.form.get("token", ""), office().clock.now()
        tokens.revoke(db, actor().account_id, token, now=now, by=actor())
    return redirect(_PATH, 303)


def _page(*, secret: str = "", wrong: str = "") -> str:
    by, now = actor(), office().clock.now()
    require(by, Permission.MANAGE_ACCOUNT)
    with reading() as db:
        found = tokens.list_tokens(db, by.account_id)
        views = rail(overview(db, by), by)
    return pages.render(
        "web/tokens/list.html",
        area="account",
        views=views,
        tokens=[(one, moment(one.created_at, now)) for one in found if one.revoked_at is None],
        secret=secret,
        wrong=wrong,
    )
