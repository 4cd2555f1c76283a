"""Tickets: list, read, begin, change."""

from flask import Response

from gateway.desk import tickets as desk
from gateway.store.queries.articles import get_detail
from gateway.store.queries.tickets import list_tickets
from gateway.store.session import reading, transaction
from webui.api import bodies
from webui.api.access import actor
from webui.api.inputs import NumberPath, TicketPatch, TicketQuery
from webui.api.routes import NUMBER, answer, blueprint
from webui.api.schemas import TicketPage, TicketWithArticles
from webui.office import office


@blueprint.get("/tickets", responses={200: TicketPage})
def get_tickets(query: TicketQuery) -> Response:
    """Some tickets, newest activity first."""
    with reading() as db:
        page = list_tickets(db, actor().account_id, query.filter(), after=query.cursor, limit=query.size)
    return answer(TicketPage.of(page))


@blueprint.get(f"/tickets/{NUMBER}", responses={200: TicketWithArticles})
def get_ticket(path: NumberPath) -> Response:
    """A ticket with all its articles."""
    with reading() as db:
        detail = get_detail(db, actor().account_id, path.number)
    return answer(TicketWithArticles.whole(detail))


@blueprint.patch(f"/tickets/{NUMBER}", responses={200: TicketWithArticles})
@bodies.takes(TicketPatch)
def patch_ticket(path: NumberPath) -> Response:
    """Change what is named; the answer is the whole ticket as it is then."""
    change = bodies.read(TicketPatch).change()
    with transaction() as db:
        desk.patch(db, actor(), path.number, change, now=office().clock.now())
        detail = get_detail(db, actor().account_id, path.number)
    return answer(TicketWithArticles.whole(detail))
