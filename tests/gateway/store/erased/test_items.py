"""What an erasure has still to take."""

from sqlalchemy import select

from gateway.rules.erasure import ErasureKind, Scope
from gateway.store import session
from gateway.store.erased import items
from gateway.store.erased.items import Item
from gateway.store.models import Contact
from tests import world as cast
from tests.erasing import ask, key_of
from tests.world import World


def test_rows_are_noted_once_and_taken_in_batches(world: World) -> None:
    key = key_of(ask(world, Scope(ErasureKind.ACCOUNT)))
    ids = sorted(cast.contact_of(world.ours) for _ in range(5))
    with session.transaction() as db:
        for _ in range(2):
            items.add_rows(db, key, Item.CONTACT, select(Contact.id).where(Contact.id.in_(ids)))
        assert items.some_rows(db, key, Item.CONTACT, 3) == ids[:3]
        items.drop_rows(db, key, Item.CONTACT, ids[:3])
        assert items.some_rows(db, key, Item.CONTACT, 9) == ids[3:]
        assert items.some_rows(db, key, Item.TICKET, 9) == []


def test_texts_are_noted_once_and_read_from_one_on(world: World) -> None:
    key = key_of(ask(world, Scope(ErasureKind.ACCOUNT)))
    with session.transaction() as db:
        items.add_refs(db, key, Item.BLOB, [f"{number:04}" for number in range(1200)])
        items.add_refs(db, key, Item.BLOB, ["0003", "x", "x"])
        assert len(items.some_refs(db, key, Item.BLOB, 9999)) == 1201
        assert items.some_refs(db, key, Item.BLOB, 2, "0003") == ["0004", "0005"]
        items.drop_refs(db, key, Item.BLOB, ["0004"])
        assert items.some_refs(db, key, Item.BLOB, 1, "0003") == ["0005"]
        items.drop_all(db, key)
        assert items.some_refs(db, key, Item.BLOB, 1) == []


def test_two_erasures_have_their_own(world: World) -> None:
    one = key_of(ask(world, Scope(ErasureKind.ACCOUNT)))
    two = key_of(ask(world, Scope(ErasureKind.REMOTE)))
    with session.transaction() as db:
        items.add_refs(db, one, Item.ADDRESS, ["a"])
        items.add_refs(db, two, Item.ADDRESS, ["a", "b"])
        items.drop_all(db, one)
        assert items.some_refs(db, two, Item.ADDRESS, 9) == ["a", "b"]
