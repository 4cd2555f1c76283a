"""Mails that did not arrive or are held back: list them, send them again, put them aside."""

from collections.abc import Callable

from flask import Response

from gateway.desk import failures, holding
from gateway.store import idempotency
from gateway.store.queries.articles import get_article
from gateway.store.queries.failures import list_failed
from gateway.store.queries.holding import list_held_mail
from gateway.store.session import reading, transaction
from webui.api import bodies, repeating
from webui.api.access import actor
from webui.api.inputs import DeliveryQuery, IdPath, PageQuery, RecipientIn
from webui.api.routes import answer, blueprint
from webui.api.schemas import Article, FailedDeliveryPage, HeldDeliveryPage
from webui.office import office


@blueprint.get("/deliveries", responses={200: FailedDeliveryPage})
def get_deliveries(query: DeliveryQuery) -> Response:
    """What failed or came back and nobody has settled yet, newest first."""
    with reading() as db:
        page = list_failed(db, actor().sight, after=query.cursor, limit=query.size)
    return answer(FailedDeliveryPage.of(page))


@blueprint.get("/deliveries/held", responses={200: HeldDeliveryPage})
def get_held_deliveries(query: PageQuery) -> Response:
    """What is held back because the budget of outgoing mail was spent, oldest first."""
    with reading() as db:
        page = list_held_mail(db, actor().sight, after=query.cursor, limit=query.size)
    return answer(HeldDeliveryPage.of(page))


@blueprint.post("/articles/<id>/resend", responses={200: Article})
@bodies.takes(RecipientIn)
def resend_article(path: IdPath) -> Response:
    """Try the same mail again for a recipient whom it did not reach; 409 where nothing failed."""
    return _settle(path.id, failures.resend)


@blueprint.post("/articles/<id>/dismiss", responses={200: Article})
@bodies.takes(RecipientIn)
def dismiss_failure(path: IdPath) -> Response:
    """Take a failure off the list; 409 if it is not on it."""
    return _settle(path.id, failures.dismiss)


@blueprint.post("/articles/<id>/discard", responses={200: Article})
@bodies.takes(RecipientIn)
def discard_held_mail(path: IdPath) -> Response:
    """Never send what is held back from a recipient; 409 where nothing is. People alone release it."""
    return _settle(path.id, holding.discard)


def _settle(public_id: str, verb: Callable[..., object]) -> Response:
    body = bodies.read(RecipientIn)
    with repeating.once(actor(), body) as held:
        if not repeating.made_before(held):
            with transaction() as db:
                verb(db, actor(), public_id, body.recipient, now=office().clock.now())
                idempotency.complete(db, held, public_id, status=200)
    with reading() as db:
        _number, view = get_article(db, actor().sight, public_id)
    return answer(Article.of(view))
