"""The groups that structure the customers."""

from flask import Response

from gateway.desk import groups as desk
from gateway.store import idempotency
from gateway.store.queries import groups as queries
from gateway.store.session import reading, transaction
from webui.api import bodies, repeating
from webui.api.access import actor
from webui.api.customerschemas import Group, Groups
from webui.api.inputs import GroupIn, IdPath
from webui.api.routes import answer, blueprint, created, gone
from webui.office import office


@blueprint.get("/groups", responses={200: Groups})
def get_groups() -> Response:
    """The groups by name; `GET /customers?group=` lists who is in one."""
    with reading() as db:
        return answer(Groups.of(queries.list_groups(db, actor().sight)))


@blueprint.post("/groups", responses={201: Group})
@bodies.takes(GroupIn)
def post_group() -> Response:
    """A new group; 409 if there is one with this name, whatever its case."""
    body = bodies.read(GroupIn)
    with repeating.once(actor(), body) as held:
        public_id = repeating.made_before(held)
        if not public_id:
            with transaction() as db:
                public_id = desk.create(db, actor(), name=body.name, now=office().clock.now())
                idempotency.complete(db, held, public_id)
    return created(_group(public_id), f"/groups/{public_id}")


@blueprint.get("/groups/<id>", responses={200: Group})
def get_group(path: IdPath) -> Response:
    """A group."""
    return answer(_group(path.id))


@blueprint.patch("/groups/<id>", responses={200: Group})
@bodies.takes(GroupIn)
def patch_group(path: IdPath) -> Response:
    """Call a group otherwise."""
    body = bodies.read(GroupIn)
    with transaction() as db:
        desk.rename(db, actor(), path.id, name=body.name)
    return answer(_group(path.id))


@blueprint.delete("/groups/<id>", responses={204: None})
def delete_group(path: IdPath) -> Response:
    """Forget a group; its customers stay."""
    with transaction() as db:
        desk.remove(db, actor(), path.id)
    return gone()


def _group(public_id: str) -> Group:
    with reading() as db:
        return Group.of(queries.get_group(db, actor().sight, public_id))
