"""Invitations: colleagues, and guests with what they may see and do. No answer has the secret of a link."""

from flask import Response

from gateway.desk import invitations as desk
from gateway.store import idempotency
from gateway.store.queries.invitations import list_invitations
from gateway.store.session import reading, transaction
from webui import inviting
from webui.api import bodies, repeating
from webui.api.access import actor
from webui.api.inputs import IdPath
from webui.api.invitationschemas import (
    Invitation,
    InvitationIn,
    InvitationPage,
    InvitationPatch,
    InvitationQuery,
)
from webui.api.routes import answer, blueprint, created
from webui.office import office


@blueprint.get("/invitations", responses={200: InvitationPage})
def get_invitations(query: InvitationQuery) -> Response:
    """Some invitations, newest first; those in a `state`, those to a `ticket`."""
    wanted = desk.managed_by(actor(), state=query.state, ticket=query.ticket)
    with reading() as db:
        now = office().clock.now()
        page = list_invitations(db, wanted, now=now, after=query.cursor, limit=query.size)
    return answer(InvitationPage.of(page))


@blueprint.post("/invitations", responses={201: Invitation})
@bodies.takes(InvitationIn)
def post_invitation() -> Response:
    """Mail an invitation; 409 for who works here or is invited to the same already, 429 for too many."""
    body = bodies.read(InvitationIn)
    with repeating.once(actor(), body) as held:
        public_id = repeating.made_before(held) or inviting.invite(actor(), body.wanted(), held)
    return created(_invitation(public_id), f"/invitations/{public_id}")


@blueprint.get("/invitations/<id>", responses={200: Invitation})
def get_invitation(path: IdPath) -> Response:
    """An invitation."""
    return answer(_invitation(path.id))


@blueprint.patch("/invitations/<id>", responses={200: Invitation})
@bodies.takes(InvitationPatch)
def patch_invitation(path: IdPath) -> Response:
    """Change what a guest may do, and until when."""
    body, now = bodies.read(InvitationPatch), office().clock.now()
    with transaction() as db:
        present = desk.get(db, actor(), path.id, now=now)
        rights, until = body.rights(present.rights), body.day(present.until)
        desk.change(db, actor(), path.id, rights=rights, until=until, now=now)
    return answer(_invitation(path.id))


@blueprint.post("/invitations/<id>/resend", responses={200: Invitation})
def post_resend(path: IdPath) -> Response:
    """Mail another link; that of before is dead. 409 once it was accepted or revoked."""
    with repeating.once(actor()) as held:
        if not repeating.made_before(held):
            inviting.invite_again(actor(), path.id, held)
    return answer(_invitation(path.id))


@blueprint.post("/invitations/<id>/revoke", responses={200: Invitation})
def post_revoke(path: IdPath) -> Response:
    """End it: a link is dead, a guest sees nothing of it any more. 409 for a colleague who has accepted."""
    with repeating.once(actor()) as held:
        if not repeating.made_before(held):
            with transaction() as db:
                desk.revoke(db, actor(), path.id, now=office().clock.now())
                idempotency.complete(db, held, path.id, status=200)
    return answer(_invitation(path.id))


def _invitation(public_id: str) -> Invitation:
    with reading() as db:
        return Invitation.of(desk.get(db, actor(), public_id, now=office().clock.now()))
