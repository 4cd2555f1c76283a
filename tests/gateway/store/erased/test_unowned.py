"""Blobs that somebody else owns are spared."""

from sqlalchemy import insert, select, update

from gateway.rules.erasure import ErasureKind, Scope
from gateway.store import session
from gateway.store.erased import items, unowned
from gateway.store.erased.items import Item
from gateway.store.models import Article, Attachment, Delivery, Draft, Intake, Ticket, table
from tests.erasing import ask, key_of
from tests.furnished import with_file
from tests.world import World, mail


def test_whatever_row_refers_to_one_it_stays(world: World) -> None:
    world.receive(with_file("One"))
    world.reply(1)
    world.receive(mail(to="help@stranger.example"), "help@stranger.example")
    key = key_of(ask(world, Scope(ErasureKind.ACCOUNT)))
    names = ["raw", "file", "preview", "intake", "notice", "drafted", "nobodys"]
    with session.transaction() as db:
        db.execute(update(table(Article)).values(raw_sha256="raw"))
        db.execute(update(table(Attachment)).values(sha256="file", preview_sha256="preview"))
        db.execute(update(table(Intake)).values(raw_sha256="intake"))
        db.execute(update(table(Delivery)).values(raw_sha256="notice"))
        draft = {
            "account_id": world.ours.account_id,
            "ticket_id": db.execute(select(Ticket.id)).scalars().first(),
            "staff_id": world.ours.staff.staff_id,
            "kind": "note",
            "files": [{"sha256": "drafted"}],
            "version": 1,
            "saved_at": world.clock.now(),
        }
        db.execute(insert(Draft), draft)
        items.add_refs(db, key, Item.BLOB, names)
        unowned.drop_owned(db, key)
        assert items.some_refs(db, key, Item.BLOB, 9) == ["nobodys"]
