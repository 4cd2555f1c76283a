"""Installed systems of customers: listed, added by a code, renamed, removed."""

from flask import Response

from gateway.desk import systems as desk
from gateway.desk.systems import NewCode
from gateway.store import idempotency
from gateway.store.session import reading, transaction
from webui import systemwords
from webui.api import bodies, repeating
from webui.api.access import actor
from webui.api.inputs import IdPath
from webui.api.routes import answer, blueprint, created, gone
from webui.api.systemschemas import EnrolCode, System, SystemList, SystemPatch
from webui.office import office


@blueprint.get("/customers/<id>/systems", responses={200: SystemList})
def get_systems(path: IdPath) -> Response:
    """A customer's systems by name, and which are online."""
    with reading() as db:
        found = desk.of_customer(db, actor(), path.id)
    return answer(SystemList.of(found, office().clock.now()))


@blueprint.post("/customers/<id>/system-codes", responses={201: EnrolCode})
def post_system_code(path: IdPath) -> Response:
    """Make a code for one more system, good for a day. 409 when the customer has too many."""
    by, here = actor(), office()
    made: NewCode | None = None
    with repeating.once(by) as held:
        if not repeating.made_before(held):
            with transaction() as db:
                made = desk.make_code(db, by, path.id, key=here.settings.key(), now=here.clock.now())
                idempotency.complete(db, held, path.id)
    told = EnrolCode(
        code=made.code if made else "",
        command=systemwords.command(made.code) if made else "",
        expires_at=made.expires_at if made else None,
    )
    return created(told, f"/customers/{path.id}/systems")


@blueprint.get("/systems/<id>", responses={200: System})
def get_system(path: IdPath) -> Response:
    """A system, and whether it is online."""
    return answer(_system(path.id))


@blueprint.patch("/systems/<id>", responses={200: System})
@bodies.takes(SystemPatch)
def patch_system(path: IdPath) -> Response:
    """Call a system otherwise."""
    body = bodies.read(SystemPatch)
    with transaction() as db:
        desk.rename(db, actor(), path.id, name=body.name, now=office().clock.now())
    return answer(_system(path.id))


@blueprint.delete("/systems/<id>", responses={204: None})
def delete_system(path: IdPath) -> Response:
    """Remove a system for good; a session that runs with it ends."""
    with transaction() as db:
        desk.remove(db, actor(), path.id, now=office().clock.now())
    return gone()


def _system(public_id: str) -> System:
    with reading() as db:
        return System.of(desk.get(db, actor(), public_id), office().clock.now())
