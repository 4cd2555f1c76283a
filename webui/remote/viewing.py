"""The viewer's page of a remote session, and what runs now; open to staff, and to guests who may join."""

from flask import Blueprint, Response, jsonify, make_response, redirect
from flask.typing import ResponseReturnValue

from gateway.desk import remote, tickets
from gateway.errors import Gone
from gateway.rules.access import Permission, may
from gateway.store.session import reading, transaction
from webui import csp, pages, remotewords
from webui.office import office
from webui.remote import meeting, texts
from webui.sessions import GUEST_PATH, actor, current, signed_in, with_guests
from webui.wording import moment

blueprint = Blueprint("remote_viewing", __name__)

RUNNING = "/remote-sessions"
SESSION = "/t/<int(max=999999999):number>/remote/<public_id>"


@blueprint.get(SESSION)
@with_guests
def page(number: int, public_id: str) -> ResponseReturnValue:
    """Where one sees the customer's screen; the secret is in the page, for its script alone."""
    by, here, now = actor(), office(), office().clock.now()
    with reading() as db:
        seen = remote.joinable(db, by, public_id, now=now)
        secret = remote.secret_for(db, by, public_id, key=here.settings.key(), now=now)
    if seen.number != number:  # its ticket was merged
        return redirect(f"/t/{seen.number}/remote/{public_id}", 303)
    is_staff = may(by, Permission.WORK_TICKETS)
    ticket = f"/t/{seen.number}" if is_staff else f"{GUEST_PATH}/{seen.number}"
    config = {
        "session": seen.public_id,
        "secret": secret,
        "passUrl": f"{RUNNING}/{seen.public_id}/pass",
        "ticketUrl": ticket,
        "name": by.name,
        "mayEnd": is_staff,
        "asked": list(seen.asked),
        "granted": list(seen.granted),
        "state": seen.state,
        "texts": texts.of_viewer(seen),
    }
    answer = make_response(
        pages.render(
            "web/remote/viewer.html",
            seen=seen,
            ticket=ticket,
            is_staff=is_staff,
            special_keys=texts.special_keys(),
            config=config,
        )
    )
    answer.headers["Content-Security-Policy"] = csp.with_relays(here.settings.relay_urls)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post(f"{RUNNING}/<public_id>/pass")
@with_guests
def get_pass(public_id: str) -> ResponseReturnValue:
    """A pass, good once and for a minute, and the relay where it is; 410 once the session has ended."""
    by, now, sign_in_id = actor(), office().clock.now(), current().sign_in_id
    try:
        with transaction() as db:
            said = remote.pass_for(db, by, public_id, sign_in_id=sign_in_id, now=now)
            settled = remote.get(db, by, public_id).relay_url
    except Gone as error:
        return jsonify(ended=True), error.http
    answer = jsonify({"pass": said, "relay": meeting.relay_of(settled)})
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get(RUNNING)
@signed_in
def running() -> ResponseReturnValue:
    """What runs or waits for a customer now."""
    return pages.render("web/remote/running.html", area="remote", sessions=_running())


@blueprint.get(f"{RUNNING}/now")
@signed_in
def running_now() -> ResponseReturnValue:
    """Likewise, as the page asks for it anew."""
    return Response(pages.render("web/remote/sessions.html", sessions=_running()))


def _running() -> list[dict[str, object]]:
    by, now = actor(), office().clock.now()
    with reading() as db:
        found, names = remote.running(db, by), tickets.names_of(db, by.account_id)
    return [
        {
            "view": one,
            "word": remotewords.state_of(one),
            "who": names.get(one.made_by, one.made_by),
            "there": ", ".join(
                names.get(v.login, v.login) for v in one.visits if v.left_at is None and v.login
            ),
            "at": moment(one.opened_at or one.made_at, now),
        }
        for one in found
    ]
