"""The numbers beside the saved views."""

from collections.abc import Mapping
from datetime import datetime, tzinfo

from sqlalchemy.orm import Session

from gateway.desk.views import list_views
from gateway.rules.access import Actor
from gateway.rules.searching import parse
from gateway.store.queries.narrowing import Viewer
from gateway.store.queries.viewcounts import count_found

MOST_VIEWS = 40
"""So many have a number: what colleagues share besides is found, and not counted."""


def count_saved(
    db: Session, by: Actor, *, now: datetime, zone: tzinfo | None = None
) -> Mapping[str, tuple[int, bool]]:
    """How many tickets each of their views finds, and whether there may be more, by public id."""
    viewer = Viewer(by.staff_id, now, zone)
    shown = list_views(db, by)[:MOST_VIEWS]
    return {view.public_id: count_found(db, by.sight, parse(view.query), viewer) for view in shown}
