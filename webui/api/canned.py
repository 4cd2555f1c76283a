"""Canned replies, to read."""

from flask import Response

from gateway.desk.canned import list_canned
from gateway.store.session import reading
from webui.api.access import actor
from webui.api.inputs import CannedQuery
from webui.api.routes import answer, blueprint
from webui.api.schemas import CannedReplies


@blueprint.get("/canned-replies", responses={200: CannedReplies})
def get_canned_replies(query: CannedQuery) -> Response:
    """The account's canned replies by name, placeholders and all; `q` looks in names and texts."""
    with reading() as db:
        return answer(CannedReplies.of(list_canned(db, actor().account_id, query.q)))
