"""The people who write."""

from flask import Response

from gateway.desk import contactmerging
from gateway.desk import contacts as desk
from gateway.store import idempotency
from gateway.store.queries import contacts as queries
from gateway.store.queries.contacts import ContactFilter
from gateway.store.session import reading, transaction
from webui.api import bodies, repeating
from webui.api.access import actor
from webui.api.customerschemas import ContactPage, ContactWithNote
from webui.api.inputs import ContactMergeIn, ContactPatch, ContactQuery, IdPath
from webui.api.routes import answer, blueprint
from webui.office import office


@blueprint.get("/contacts", responses={200: ContactPage})
def get_contacts(query: ContactQuery) -> Response:
    """Some contacts, newest first; `q` looks in names and addresses."""
    by, wanted = actor(), ContactFilter(query.q, query.customer)
    with reading() as db:
        page = queries.list_contacts(db, by.sight, wanted, after=query.cursor, limit=query.size)
    return answer(ContactPage.of(page))


@blueprint.get("/contacts/<id>", responses={200: ContactWithNote})
def get_contact(path: IdPath) -> Response:
    """A contact with addresses, customer and note."""
    return answer(_contact(path.id))


@blueprint.patch("/contacts/<id>", responses={200: ContactWithNote})
@bodies.takes(ContactPatch)
def patch_contact(path: IdPath) -> Response:
    """Change what is named; 409 for an address that is somebody else's."""
    body, by, now = bodies.read(ContactPatch), actor(), office().clock.now()
    with transaction() as db:
        desk.change(db, by, path.id, name=body.name, note=body.note)
        if body.addresses is not None:
            desk.set_addresses(db, by, path.id, body.addresses)
        if "customer" in body.model_fields_set:
            desk.move(db, by, path.id, customer=body.customer, along=body.tickets, now=now)
    return answer(_contact(path.id))


@blueprint.post("/contacts/<id>/merge", responses={200: ContactWithNote})
@bodies.takes(ContactMergeIn)
def post_contact_merge(path: IdPath) -> Response:
    """Let the contact become part of another one, which is the answer; its id leads there from then on."""
    body = bodies.read(ContactMergeIn)
    with repeating.once(actor(), body) as held:
        if not repeating.made_before(held):
            with transaction() as db:
                contactmerging.merge(db, actor(), path.id, body.into, now=office().clock.now())
                idempotency.complete(db, held, path.id)
    return answer(_contact(path.id))


@blueprint.post("/contact-merges/<id>/undo", responses={200: ContactWithNote})
def post_merge_undo(path: IdPath) -> Response:
    """Give a merged contact back what it brought, within 30 days; the answer is that contact."""
    with repeating.once(actor()) as held:
        public_id = repeating.made_before(held)
        if not public_id:
            with transaction() as db:
                public_id = contactmerging.undo(db, actor(), path.id, now=office().clock.now())
                idempotency.complete(db, held, public_id)
    return answer(_contact(public_id))


def _contact(public_id: str) -> ContactWithNote:
    by, since = actor(), office().clock.now() - contactmerging.UNDO_WITHIN
    with reading() as db:
        found = queries.get_contact(db, by.sight, public_id)
        merges = queries.list_merges(db, by.account_id, found.public_id, since=since)
    return ContactWithNote.whole(found, merges)
