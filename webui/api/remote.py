"""Remote sessions: made for a ticket, looked at, ended."""

from flask import Response

from gateway.desk import remote as desk
from gateway.desk import systems
from gateway.errors import Conflict, Gone
from gateway.store import idempotency
from gateway.store.session import reading, transaction
from webui.api import bodies, repeating
from webui.api.access import actor
from webui.api.inputs import IdPath, NumberPath
from webui.api.remoteschemas import (
    MadeRemoteSession,
    RemoteSession,
    RemoteSessionIn,
    RemoteSessionList,
    values,
)
from webui.api.routes import NUMBER, answer, blueprint, created
from webui.office import office


@blueprint.get("/remote-sessions", responses={200: RemoteSessionList})
def get_running() -> Response:
    """What waits for a customer or runs now."""
    with reading() as db:
        return answer(RemoteSessionList.of(desk.running(db, actor())))


@blueprint.get(f"/tickets/{NUMBER}/remote-sessions", responses={200: RemoteSessionList})
def get_of_ticket(path: NumberPath) -> Response:
    """The newest sessions of a ticket."""
    with reading() as db:
        return answer(RemoteSessionList.of(desk.of_ticket(db, actor(), path.number)))


@blueprint.post(f"/tickets/{NUMBER}/remote-sessions", responses={201: MadeRemoteSession})
@bodies.takes(RemoteSessionIn)
def post_remote_session(path: NumberPath) -> Response:
    """Make a session; its link is for the customer alone, or ask a system. 409 while too many are open."""
    body, by, here = bodies.read(RemoteSessionIn), actor(), office()
    with repeating.once(by, body) as held:
        public_id = repeating.made_before(held)
        if not public_id:
            now, key = here.clock.now(), here.settings.key()
            with transaction() as db:
                if body.system is None:
                    public_id = desk.make(db, by, path.number, scopes=body.scopes, key=key, now=now).public_id
                else:
                    public_id = systems.ask(
                        db, by, path.number, body.system, scopes=body.scopes, key=key, now=now
                    )
                idempotency.complete(db, held, public_id, status=201)
    return created(_made(public_id), f"/remote-sessions/{public_id}")


@blueprint.get("/remote-sessions/<id>", responses={200: RemoteSession})
def get_remote_session(path: IdPath) -> Response:
    """How far a session is."""
    with reading() as db:
        return answer(RemoteSession.of(desk.get(db, actor(), path.id)))


@blueprint.post("/remote-sessions/<id>/end", responses={200: RemoteSession})
def post_end(path: IdPath) -> Response:
    """End a session; one that has ended stays as it is."""
    with transaction() as db:
        desk.end_by(db, actor(), path.id, now=office().clock.now())
    with reading() as db:
        return answer(RemoteSession.of(desk.get(db, actor(), path.id)))


def _made(public_id: str) -> MadeRemoteSession:
    by, here = actor(), office()
    key, now = here.settings.key(), here.clock.now()
    with reading() as db:
        view = desk.get(db, by, public_id)
        code = desk.codes_for(db, by, [view], key=key, now=now).get(public_id, "")
        try:
            secret = desk.secret_for_link(db, by, public_id, key=key, now=now)
            link = f"{here.settings.effective_base_url}/remote#{secret}"
        except (Conflict, Gone):
            link = ""
    return MadeRemoteSession(
        **values(view), link=link, code=code, code_expires_at=view.code_expires_at if code else None
    )
