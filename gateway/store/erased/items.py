"""What an erasure has still to take, written down before the first of it goes."""

from collections.abc import Iterable, Sequence
from enum import StrEnum

from sqlalchemy import Select, delete, insert, literal, select
from sqlalchemy.orm import Session

from gateway.store.keyring import Owner
from gateway.store.models import ErasureItem


class Item(StrEnum):
    """What an item is; ADDRESS, BLOB and OWNER (of a key) are by their text, the others by their row."""

    TICKET = "ticket"
    ARTICLE = "article"
    FILE = "file"
    SESSION = "session"
    INTAKE = "intake"
    CONTACT = "contact"
    CUSTOMER = "customer"
    SYSTEM = "system"
    ADDRESS = "address"
    BLOB = "blob"
    OWNER = "owner"


_AT_ONCE = 500


def add_rows(db: Session, erasure_id: int, item: Item, keys: Select[int]) -> None:
    """Note the rows that a query finds; those that are noted stay."""
    found = keys.subquery()
    (key,) = found.c
    wanted = select(literal(erasure_id), literal(item.value), key, literal("")).where(
        key.not_in(rows(erasure_id, item))
    )
    db.execute(insert(ErasureItem).from_select(["erasure_id", "kind", "row_id", "ref"], wanted.distinct()))


def add_refs(db: Session, erasure_id: int, item: Item, refs: Iterable[str]) -> None:
    """Note addresses or blobs; those that are noted stay."""
    wanted = sorted(set(refs))
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        known = set(db.execute(_refs(erasure_id, item).where(ErasureItem.ref.in_(some))).scalars())
        fresh = [
            {"erasure_id": erasure_id, "kind": item.value, "row_id": 0, "ref": ref}
            for ref in some
            if ref not in known
        ]
        if fresh:
            db.execute(insert(ErasureItem), fresh)


def add_owner(db: Session, erasure_id: int, owner: Owner) -> None:
    """Note whose keys are to be destroyed, as who it is will not be known when their rows are gone."""
    add_refs(db, erasure_id, Item.OWNER, [f"{owner.account}/{owner.contact}"])


def owners(db: Session, erasure_id: int) -> list[Owner]:
    """Those who were noted."""
    return [Owner(*ref.split("/")) for ref in db.execute(_refs(erasure_id, Item.OWNER)).scalars()]


def rows(erasure_id: int, item: Item) -> Select[int]:
    """The keys of what is noted, as a query."""
    mine = ErasureItem.erasure_id == erasure_id, ErasureItem.kind == item.value
    return select(ErasureItem.row_id).where(*mine)


def refs(erasure_id: int, item: Item) -> Select[str]:
    """Likewise the texts."""
    return _refs(erasure_id, item)


def some_rows(db: Session, erasure_id: int, item: Item, most: int) -> Sequence[int]:
    """A batch of what is left."""
    return db.execute(rows(erasure_id, item).order_by(ErasureItem.row_id).limit(most)).scalars().all()


def some_refs(db: Session, erasure_id: int, item: Item, most: int, after: str = "") -> Sequence[str]:
    """Likewise of texts, from one on."""
    left = _refs(erasure_id, item).where(ErasureItem.ref > after)
    return db.execute(left.order_by(ErasureItem.ref).limit(most)).scalars().all()


def drop_rows(db: Session, erasure_id: int, item: Item, gone: Sequence[int]) -> None:
    """These have gone."""
    mine = ErasureItem.erasure_id == erasure_id, ErasureItem.kind == item.value
    db.execute(delete(ErasureItem).where(*mine, ErasureItem.row_id.in_(gone)))


def drop_refs(db: Session, erasure_id: int, item: Item, gone: Sequence[str] | Select[str]) -> None:
    """Likewise of texts."""
    mine = ErasureItem.erasure_id == erasure_id, ErasureItem.kind == item.value
    db.execute(delete(ErasureItem).where(*mine, ErasureItem.ref.in_(gone)))


def drop_all(db: Session, erasure_id: int) -> None:
    """Nothing is left."""
    db.execute(delete(ErasureItem).where(ErasureItem.erasure_id == erasure_id))


def _refs(erasure_id: int, item: Item) -> Select[str]:
    mine = ErasureItem.erasure_id == erasure_id, ErasureItem.kind == item.value
    return select(ErasureItem.ref).where(*mine)
