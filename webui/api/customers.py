"""Customers and the people who write for them."""

from flask import Response

from gateway.desk import customers as desk
from gateway.desk import groups
from gateway.store import idempotency
from gateway.store.queries import customers as queries
from gateway.store.queries.groups import get_group
from gateway.store.session import reading, transaction
from webui.api import bodies, repeating
from webui.api.access import actor
from webui.api.customerschemas import Customer, CustomerPage
from webui.api.inputs import ContactIn, CustomerIn, CustomerPatch, CustomerQuery, IdPath
from webui.api.routes import answer, blueprint, created, gone
from webui.office import office


@blueprint.get("/customers", responses={200: CustomerPage})
def get_customers(query: CustomerQuery) -> Response:
    """Some customers, newest first; with `q` or `group`, of those that have the words or are in it."""
    by = actor()
    with reading() as db:
        if query.group is not None:
            get_group(db, by.sight, query.group)
        page = queries.list_customers(
            db, by.sight, query=query.q, group=query.group, after=query.cursor, limit=query.size
        )
    return answer(CustomerPage.of(page))


@blueprint.post("/customers", responses={201: Customer})
@bodies.takes(CustomerIn)
def post_customer() -> Response:
    """A new customer."""
    body = bodies.read(CustomerIn)
    with repeating.once(actor(), body) as held:
        public_id = repeating.made_before(held)
        if not public_id:
            with transaction() as db:
                now = office().clock.now()
                public_id = desk.create(
                    db, actor(), name=body.name, domains=body.domains, note=body.note, now=now
                )
                groups.set_groups(db, actor(), public_id, body.groups)
                idempotency.complete(db, held, public_id)
    return created(_customer(public_id), f"/customers/{public_id}")


@blueprint.get("/customers/<id>", responses={200: Customer})
def get_customer(path: IdPath) -> Response:
    """A customer with domains, contacts and groups."""
    return answer(_customer(path.id))


@blueprint.patch("/customers/<id>", responses={200: Customer})
@bodies.takes(CustomerPatch)
def patch_customer(path: IdPath) -> Response:
    """Change what is named."""
    body = bodies.read(CustomerPatch)
    with transaction() as db:
        desk.change(db, actor(), path.id, name=body.name, domains=body.domains, note=body.note)
        if body.groups is not None:
            groups.set_groups(db, actor(), path.id, body.groups)
    return answer(_customer(path.id))


@blueprint.delete("/customers/<id>", responses={204: None})
def delete_customer(path: IdPath) -> Response:
    """Forget a customer; its contacts and tickets stay without one."""
    with transaction() as db:
        desk.remove(db, actor(), path.id, now=office().clock.now())
    return gone()


@blueprint.post("/customers/<id>/contacts", responses={201: Customer})
@bodies.takes(ContactIn)
def post_contact(path: IdPath) -> Response:
    """Let a person belong to the customer; one who is known by this address moves here."""
    body = bodies.read(ContactIn)
    with repeating.once(actor(), body) as held:
        if not repeating.made_before(held):
            with transaction() as db:
                now = office().clock.now()
                desk.add_contact(db, actor(), path.id, name=body.name, address=body.address, now=now)
                idempotency.complete(db, held, path.id)
    return created(_customer(path.id), f"/customers/{path.id}")


def _customer(public_id: str) -> Customer:
    with reading() as db:
        return Customer.of(queries.get_customer(db, actor().sight, public_id))
