"""The page of suggestions, and what it sends: without cookies, without saying where it was open.

Neither view looks at who asks, and neither logs. What is sent carries the work of its browser instead of a
form token: there is no session that another site could misuse.
"""

from flask import Blueprint, jsonify, make_response, request
from flask.typing import ResponseReturnValue

from gateway.desk import operatorpost, suggestions
from gateway.desk.stamps import Work
from gateway.store.session import reading, transaction
from webui import pages
from webui.office import office
from webui.sessions import across_accounts

blueprint = Blueprint("suggestions", __name__)

_PATH = "/suggest"
_MAX_CHALLENGE_CHARS = 200
_NO_TRACE = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}


@blueprint.get(_PATH)
@across_accounts
def form() -> ResponseReturnValue:
    """Where one is written; the same page for everybody."""
    with reading() as db:
        are_read = operatorpost.is_read(db)
    page = pages.render("web/suggestions/form.html", are_read=are_read, most=suggestions.MAX_CHARS)
    return make_response(page, _NO_TRACE)


@blueprint.get(f"{_PATH}/challenge")
def challenge() -> ResponseReturnValue:
    """What the browser has to solve before it sends one."""
    made = suggestions.new_challenge(office().settings.key(), now=office().clock.now())
    return make_response(jsonify({"challenge": made, "bits": suggestions.BITS}), _NO_TRACE)


@blueprint.post(_PATH)
@across_accounts
def suggest() -> ResponseReturnValue:
    """Keep one."""
    work = Work(request.form.get("challenge", "")[:_MAX_CHALLENGE_CHARS], request.form.get("answer", "")[:50])
    text = request.form.get("text", "")[: 2 * suggestions.MAX_CHARS]
    with transaction() as db:
        suggestions.suggest(db, text, work, key=office().settings.key(), now=office().clock.now())
    return make_response(jsonify({}), 201, _NO_TRACE)
