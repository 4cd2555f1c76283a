"""The people who work in the account."""

from typing import Any

from flask import Response

from gateway.desk import away, leaving
from gateway.desk import staff as desk
from gateway.rules.hours import zone_named
from gateway.store import idempotency
from gateway.store.queries import staff as queries
from gateway.store.session import reading, transaction
from webui import absences, particulars
from webui.api import bodies, repeating
from webui.api.access import actor
from webui.api.inputs import IdPath
from webui.api.routes import answer, blueprint
from webui.api.staffschemas import DeactivateIn, Staff, StaffDetail, StaffPatch, StaffQuery
from webui.office import office


@blueprint.get("/staff", responses={200: Staff})
def get_staff(query: StaffQuery) -> Response:
    """Who can be given a ticket; with `state` also who works here no more."""
    with reading() as db:
        found = queries.list_staff(db, actor().account_id)
    return answer(Staff.of_views(one for one in found if query.asks_for(one)))


@blueprint.get("/staff/<id>", responses={200: StaffDetail})
def get_staff_member(path: IdPath) -> Response:
    """One of them, with all that is known."""
    return answer(_detail(path.id))


@blueprint.patch("/staff/<id>", responses={200: StaffDetail})
@bodies.takes(StaffPatch)
def patch_staff(path: IdPath) -> Response:
    """Change what is known of somebody, what they are and see, and when they are away: all or nothing."""
    body = bodies.read(StaffPatch)

    def more(db: Any) -> None:
        if (access := body.access()) is not None:
            desk.set_access(db, actor(), path.id, access, now=office().clock.now())
        if "away" in body.model_fields_set:
            _set_away(db, path.id, body)

    particulars.keep(actor(), path.id, body.particulars(), also=more)
    return answer(_detail(path.id))


@blueprint.post("/staff/<id>/deactivate", responses={200: StaffDetail})
@bodies.takes(DeactivateIn)
def post_deactivate(path: IdPath) -> Response:
    """Nobody comes in as them any more, at once; what they work on goes to the successor or to nobody."""
    body = bodies.read(DeactivateIn)
    with repeating.once(actor(), body) as held:
        if not repeating.made_before(held):
            with transaction() as db:
                now = office().clock.now()
                leaving.deactivate(db, actor(), path.id, successor=body.successor, now=now)
                idempotency.complete(db, held, path.id)
    return answer(_detail(path.id))


@blueprint.post("/staff/<id>/reactivate", responses={200: StaffDetail})
def post_reactivate(path: IdPath) -> Response:
    """Let them come in again, with the password of before."""
    with repeating.once(actor()) as held:
        if not repeating.made_before(held):
            with transaction() as db:
                leaving.reactivate(db, actor(), path.id, now=office().clock.now())
                idempotency.complete(db, held, path.id)
    return answer(_detail(path.id))


def _set_away(db: Any, public_id: str, body: StaffPatch) -> None:
    if body.away is None:
        away.end_away(db, actor(), public_id)
        return
    zone = zone_named(queries.get_staff(db, actor().account_id, public_id).zone)
    absence = absences.of_days(body.away.from_, body.away.until, zone)
    stand_in, now = body.away.stand_in, office().clock.now()
    away.set_away(db, actor(), public_id, absence, stand_in=stand_in, now=now)


def _detail(public_id: str) -> StaffDetail:
    with reading() as db:
        return StaffDetail.of(queries.get_staff(db, actor().account_id, public_id))
