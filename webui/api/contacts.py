"""The people who write."""

from flask import Response

from gateway.desk import contacts as desk
from gateway.store.queries import contacts as queries
from gateway.store.queries.contacts import ContactFilter
from gateway.store.session import reading, transaction
from webui.api import bodies
from webui.api.access import actor
from webui.api.customerschemas import ContactPage, ContactWithNote
from webui.api.inputs import ContactPatch, ContactQuery, IdPath
from webui.api.routes import answer, blueprint
from webui.office import office


@blueprint.get("/contacts", responses={200: ContactPage})
def get_contacts(query: ContactQuery) -> Response:
    """Some contacts, newest first; `q` looks in names and addresses."""
    by, wanted = actor(), ContactFilter(query.q, query.customer)
    with reading() as db:
        page = queries.list_contacts(db, by.account_id, wanted, after=query.cursor, limit=query.size)
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


def _contact(public_id: str) -> ContactWithNote:
    with reading() as db:
        return ContactWithNote.whole(queries.get_contact(db, actor().account_id, public_id))
