"""The stream that open pages listen to."""

from functools import partial

from flask import Blueprint
from flask.typing import ResponseReturnValue

from gateway.errors import Unavailable
from webui.live.hub import hub
from webui.live.stream import TicketFeed, answer
from webui.office import office
from webui.sessions import current, look_up, secret, signed_in

blueprint = Blueprint("live", __name__)


@blueprint.get("/live")
@signed_in
def live() -> ResponseReturnValue:
    """What has changed, as it happens; Unavailable when there are too many streams already."""
    person = current()
    if not hub().expect(person.actor.staff_id or 0):
        raise Unavailable(detail="too many streams")
    return answer(TicketFeed(hub(), person, partial(look_up, secret(), office().clock)))
