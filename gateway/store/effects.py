"""What each article of a ticket does to those who wait, from the oldest to the newest."""

from datetime import datetime

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session

from gateway.rules.queue import Effect, effect_of
from gateway.rules.status import ArticleKind
from gateway.store.models import Article, Delivery, table

_ARTICLE, _DELIVERY = table(Article).c, table(Delivery).c
_GONE = exists().where(_DELIVERY.article_id == _ARTICLE.id, _DELIVERY.state == "withdrawn")
_TOLD = (
    select(_ARTICLE.created_at, _ARTICLE.kind, _ARTICLE.auto, _ARTICLE.forward_of)
    .where(_ARTICLE.ticket_id == bindparam("ticket"), ~_GONE)
    .order_by(_ARTICLE.created_at)
)


def of_ticket(db: Session, ticket_id: int) -> list[tuple[datetime, Effect]]:
    """Moment and effect of each article. What was taken back before it left does nothing."""
    rows = db.connection().execute(_TOLD, {"ticket": ticket_id}).all()
    return [
        # A machine may ask for something, too: what a ticket begins with waits for an answer.
        (at, effect_of(ArticleKind(kind), is_automatic=bool(auto) and number > 0, is_forward=bool(forward)))
        for number, (at, kind, auto, forward) in enumerate(rows)
    ]
