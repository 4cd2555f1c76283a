"""What can be done by keyboard, for the help that every page opens."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from gateway.i18n import _
from webui import pages
from webui.sessions import signed_in

blueprint = Blueprint("keys", __name__)


@blueprint.get("/keys")
@signed_in
def keys() -> ResponseReturnValue:
    """The keys with what they do, each to be put elsewhere."""
    return pages.render("web/keys.html", keys=_keys())


def _keys() -> tuple[tuple[str, str], ...]:
    """What a single letter does; `webui/static/js/keys.js` has the same letters."""
    return (
        ("j", _("Next")),
        ("k", _("Previous")),
        ("o", _("Open the ticket")),
        ("x", _("Select the ticket")),
        ("u", _("Back to the list")),
        ("/", _("Search")),
        ("[", _("Ticket before")),
        ("]", _("Next ticket")),
        ("r", _("Reply")),
        ("n", _("Note")),
        ("f", _("Forward")),
        ("t", _("Add tags")),
        ("i", _("Take it")),
        ("a", _("Assign")),
        ("s", _("Status")),
        ("e", _("Close the ticket")),
        ("z", _("Let it sleep")),
        ("m", _("Merge or link")),
        ("!", _("Spam")),
        ("v", _("Hide events")),
        ("w", _("Follow")),
        (".", _("New remote session")),
        ("#", _("Copy the number")),
    )
