"""What the command palette offers while somebody types."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from gateway.i18n import _
from gateway.store.queries.narrowing import Viewer
from gateway.store.queries.suggesting import suggest
from gateway.store.session import reading
from webui import pages, zones
from webui.office import office
from webui.sessions import actor, signed_in

blueprint = Blueprint("finding", __name__)

_MAX_CHARS = 100


@blueprint.get("/find")
@signed_in
def find() -> ResponseReturnValue:
    """Tickets, customers and people for a few letters, as the items of a list; and the error report."""
    by, text = actor(), request.args.get("q", "").strip()[:_MAX_CHARS]
    with reading() as db:
        viewer = Viewer(by.staff_id, office().clock.now(), zones.zone_of_reader())
        found = suggest(db, by.sight, text, viewer)
    is_report = bool(text) and text.casefold() in _("Report an error").casefold()
    return pages.render("web/tickets/find.html", found=found, is_report=is_report)
