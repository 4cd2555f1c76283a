"""Blobs that an erasure has left without owner: the same bytes may be somebody else's, too."""

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from gateway.store.erased import items
from gateway.store.erased.items import Item
from gateway.store.models import Article, Attachment, Delivery, Draft, Intake


def drop_owned(db: Session, erasure_id: int) -> None:
    """Spare what some row, of any account, still refers to."""
    noted = items.refs(erasure_id, Item.BLOB)
    columns: tuple[InstrumentedAttribute[Any], ...] = (
        Article.raw_sha256,
        Attachment.sha256,
        Attachment.preview_sha256,
        Intake.raw_sha256,
        Delivery.raw_sha256,
    )
    for column in columns:
        owned: Select[str] = select(column).where(column.in_(noted))
        items.drop_refs(db, erasure_id, Item.BLOB, owned)
    drafted = {file["sha256"] for some in db.execute(select(Draft.files)).scalars() for file in some}
    items.drop_refs(db, erasure_id, Item.BLOB, sorted(drafted))
