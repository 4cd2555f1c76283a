"""Quarantine: list what waits, let it in, put it away."""

from collections.abc import Callable

from flask import Response

from gateway.desk import quarantine as desk
from gateway.store import idempotency
from gateway.store.queries.quarantine import get_held, get_raw, list_waiting
from gateway.store.session import reading, transaction
from webui import files
from webui.api import repeating
from webui.api.access import actor
from webui.api.inputs import IdPath, PageQuery
from webui.api.routes import answer, blueprint
from webui.api.schemas import Held, HeldPage
from webui.office import office

_BYTES = {"description": "The bytes.", "content": {"application/octet-stream": {}}}


@blueprint.get("/quarantine", responses={200: HeldPage})
def get_quarantine(query: PageQuery) -> Response:
    """What waits, newest first."""
    with reading() as db:
        page = list_waiting(db, actor().account_id, after=query.cursor, limit=query.size)
    return answer(HeldPage.of(page))


@blueprint.get("/quarantine/<id>/raw", responses={200: _BYTES})
def get_held_raw(path: IdPath) -> Response:
    """The mail as it came in, byte for byte."""
    with reading() as db:
        sha256, is_open = get_raw(db, actor().account_id, path.id)
    return files.raw_mail(sha256, path.id, is_open=is_open)


@blueprint.post("/quarantine/<id>/release", responses={200: Held})
def release_held(path: IdPath) -> Response:
    """Let a mail in: it is filed in a moment. 409 for one that was dismissed."""
    return _settle(path.id, desk.release)


@blueprint.post("/quarantine/<id>/dismiss", responses={200: Held})
def dismiss_held(path: IdPath) -> Response:
    """Put a mail away: it stays kept, and quarantined in the ledger. 409 for one that was released."""
    return _settle(path.id, desk.dismiss)


def _settle(public_id: str, verb: Callable[..., object]) -> Response:
    with repeating.once(actor()) as held:
        if not repeating.made_before(held):
            with transaction() as db:
                verb(db, actor(), public_id, now=office().clock.now())
                idempotency.complete(db, held, public_id, status=200)
    with reading() as db:
        return answer(Held.of(get_held(db, actor().account_id, public_id)))
