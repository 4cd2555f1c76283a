"""The page of an error report: what goes with it stands there, each part with a tick, before it goes.

Who is signed in needs no script. Anybody else's browser works for it, as for a suggestion; the ServiceClient
leads there, with what it knows behind the `#`, which no server sees unless it is left in.
"""

from flask import Blueprint, jsonify, make_response, redirect, request
from flask.typing import ResponseReturnValue

from gateway.desk import errorreports, operatorpost
from gateway.desk.stamps import Work
from gateway.errors import Conflict, Invalid, TooMany
from gateway.i18n import _
from gateway.store.session import reading, transaction
from webui import complaints, pages, recent, sessions
from webui.errorreports import parts
from webui.office import office
from webui.sessions import across_accounts

blueprint = Blueprint("errorreports", __name__)

PATH = "/error-report"
_SENT = f"{PATH}/sent"
_MAX_CHALLENGE_CHARS = 200


@blueprint.get(PATH)
@across_accounts
def form() -> ResponseReturnValue:
    """Where one is written."""
    return _form(parts.generated())


@blueprint.get(f"{PATH}/challenge")
def challenge() -> ResponseReturnValue:
    """What the browser of somebody who is not signed in has to solve before it sends one."""
    made = errorreports.new_challenge(office().settings.key(), now=office().clock.now())
    return make_response(
        jsonify({"challenge": made, "bits": errorreports.BITS}), {"Cache-Control": "no-store"}
    )


@blueprint.post(PATH)
@across_accounts
def report() -> ResponseReturnValue:
    """Send one; the form again, with all that was in it, where it cannot be taken."""
    words, left_in = request.form.get("text", ""), request.form.getlist("part")
    work = Work(request.form.get("challenge", "")[:_MAX_CHALLENGE_CHARS], request.form.get("answer", "")[:50])
    person = sessions.find()
    try:
        with transaction() as db:
            errorreports.report(
                db,
                words[: 2 * errorreports.MAX_CHARS],
                left_in[: 2 * errorreports.MOST_PARTS],
                work,
                staff_id=person.actor.staff_id if person else None,
                key=office().settings.key(),
                now=office().clock.now(),
            )
    except (Invalid, Conflict, TooMany) as error:
        wrong = complaints.in_words(error)
        if person is None and not work.answer:
            wrong = _("Your browser has not done its work: this needs JavaScript, or a sign-in.")
        return _form(parts.as_sent(left_in), words=words[: errorreports.MAX_CHARS], wrong=wrong), error.http
    answer = make_response(redirect(_SENT, 303))
    recent.forget(answer)
    return answer


@blueprint.get(_SENT)
def sent() -> ResponseReturnValue:
    """That it is there."""
    return pages.render("web/errorreports/sent.html")


def _form(shown: tuple[parts.Part, ...], *, words: str = "", wrong: str = "") -> str:
    with reading() as db:
        is_read = operatorpost.is_read(db)
    return pages.render(
        "web/errorreports/form.html",
        is_read=is_read,
        parts=shown,
        words=words,
        wrong=wrong,
        most=errorreports.MAX_CHARS,
        challenge=errorreports.new_challenge(office().settings.key(), now=office().clock.now()),
    )
