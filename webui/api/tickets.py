"""Tickets: list, read, begin, change."""

from flask import Response

from gateway.desk import beginning, merging
from gateway.desk import tickets as desk
from gateway.desk.beginning import Opening
from gateway.desk.replying import Draft, DraftFile
from gateway.errors import Invalid
from gateway.mail.address import Address
from gateway.store import idempotency
from gateway.store.idempotency import Claim
from gateway.store.queries.articles import get_detail
from gateway.store.queries.found import find
from gateway.store.queries.narrowing import Viewer
from gateway.store.queries.paging import Page
from gateway.store.queries.tickets import list_tickets
from gateway.store.session import reading, transaction
from webui.api import attaching, bodies, repeating
from webui.api.access import actor
from webui.api.inputs import MergeIn, NumberPath, TicketIn, TicketPatch, TicketQuery, addresses
from webui.api.routes import NUMBER, answer, blueprint, created
from webui.api.schemas import TicketPage, TicketWithArticles
from webui.office import office


@blueprint.get("/tickets", responses={200: TicketPage})
def get_tickets(query: TicketQuery) -> Response:
    """Some tickets, newest activity first; those of a search by their newest message that matches.

    Words of `q` as they stand come before those that the last one begins. A page may be short, or empty, and
    still have a `next` one: looking further is a request of its own.
    """
    by, now, wanted = actor(), office().clock.now(), query.query()
    with reading() as db:
        if not wanted.terms:
            page = list_tickets(db, by.sight, query.filter(), after=query.cursor, limit=query.size)
            return answer(TicketPage.of(page))
        viewer = Viewer(by.staff_id, now)
        found = find(
            db, by.sight, wanted, viewer, wanted=query.filter(), after=query.cursor, limit=query.size
        )
    return answer(TicketPage.of(Page(tuple(one.ticket for one in found.items), found.next)))


@blueprint.post("/tickets", responses={201: TicketWithArticles})
@bodies.takes(TicketIn, files=True)
def post_ticket() -> Response:
    """Write to somebody, or note down what came another way; files come as `files` of a form."""
    body, sent = bodies.read_with_files(TicketIn)
    _check(body)
    kept = attaching.keep(sent, body.files)
    with repeating.once(actor(), body, kept) as held:
        number = int(repeating.made_before(held) or _begin(body, kept, held))
    with reading() as db:
        detail = get_detail(db, actor().sight, number)
    return created(TicketWithArticles.whole(detail), f"/tickets/{number}")


@blueprint.get(f"/tickets/{NUMBER}", responses={200: TicketWithArticles})
def get_ticket(path: NumberPath) -> Response:
    """A ticket with all its articles."""
    return _whole(path.number)


@blueprint.patch(f"/tickets/{NUMBER}", responses={200: TicketWithArticles})
@bodies.takes(TicketPatch)
def patch_ticket(path: NumberPath) -> Response:
    """Change what is named; the answer is the whole ticket as it is then."""
    change = bodies.read(TicketPatch).change()
    with transaction() as db:
        desk.patch(db, actor(), path.number, change, now=office().clock.now())
        detail = get_detail(db, actor().sight, path.number)
    return answer(TicketWithArticles.whole(detail))


@blueprint.post(f"/tickets/{NUMBER}/merge", responses={200: TicketWithArticles})
@bodies.takes(MergeIn)
def post_merge(path: NumberPath) -> Response:
    """Let the ticket become part of another one, which is the answer; its number leads there from then on."""
    body = bodies.read(MergeIn)
    with repeating.once(actor(), body) as held:
        if not repeating.made_before(held):
            with transaction() as db:
                merging.merge(db, actor(), path.number, body.into, now=office().clock.now())
                idempotency.complete(db, held, str(path.number))
    return _whole(path.number)


@blueprint.post(f"/tickets/{NUMBER}/unmerge", responses={200: TicketWithArticles})
def post_unmerge(path: NumberPath) -> Response:
    """Take a merged ticket apart again; the answer is the ticket with what it had brought."""
    with repeating.once(actor()) as held:
        if not repeating.made_before(held):
            with transaction() as db:
                merging.unmerge(db, actor(), path.number, now=office().clock.now())
                idempotency.complete(db, held, str(path.number))
    return _whole(path.number)


def _whole(number: int) -> Response:
    with reading() as db:
        detail = get_detail(db, actor().sight, number)
    return answer(TicketWithArticles.whole(detail))


def _check(body: TicketIn) -> None:
    if body.kind == "note" and (body.to or body.cc or body.bcc):
        raise Invalid("A note is sent to nobody.", field="to")
    if body.kind == "reply" and body.requester is not None:
        raise Invalid("The requester is the first recipient.", field="requester")


def _begin(body: TicketIn, kept: tuple[DraftFile, ...], held: Claim | None) -> int:
    """Mail or note; the number of the ticket."""
    now, by = office().clock.now(), actor()
    opening = Opening(body.subject, _draft(body, kept), body.mailbox)
    who = body.requester
    with transaction() as db:
        if body.kind == "note":
            requester = Address(who.name, who.address) if who else None
            ref = beginning.note_down(db, by, opening, requester=requester, now=now)
        else:
            ref = beginning.write_to(db, by, opening, office=office().sending(), now=now)
        idempotency.complete(db, held, str(ref.number))
    return ref.number


def _draft(body: TicketIn, kept: tuple[DraftFile, ...]) -> Draft:
    people = addresses(body.to), addresses(body.cc), addresses(body.bcc)
    return Draft(body.text, *people, files=kept, status=body.status)
