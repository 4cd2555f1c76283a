"""The page of what is stored about whom, why and how long."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from gateway.desk import inventory, inventorywords
from gateway.desk.views import overview
from gateway.rules.access import Permission, may
from gateway.store.quarantine import MOST_COUNTED
from gateway.store.session import reading
from webui import pages
from webui.privacy import erasures, exports, retention, termination
from webui.rail import rail
from webui.sessions import actor, signed_in

blueprint = Blueprint("privacy", __name__)
blueprint.register_blueprint(exports.blueprint)
blueprint.register_blueprint(erasures.blueprint)
blueprint.register_blueprint(retention.blueprint)
blueprint.register_blueprint(termination.blueprint)


@blueprint.get("/account/privacy")
@signed_in
def index() -> ResponseReturnValue:
    """The inventory of the account, for owner and admins."""
    by = actor()
    with reading() as db:
        sections = inventory.take(db, by)
        views = rail(overview(db, by), by)
    return pages.render(
        "web/privacy/inventory.html",
        area="account",
        views=views,
        sections=sections,
        elsewhere=inventorywords.elsewhere(),
        most=MOST_COUNTED,
        is_owner=may(by, Permission.OWN_ACCOUNT),
    )
