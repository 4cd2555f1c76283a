"""What follows from rows that have arrived."""

from sqlalchemy import delete, insert, select, text

from gateway.rules.access import Sight
from gateway.rules.searching import parse
from gateway.store import outbox, session
from gateway.store.exported import indexing
from gateway.store.models import Attachment, Outbox, table
from gateway.store.outbox import Topic
from gateway.store.queries.found import find
from gateway.store.queries.narrowing import Viewer
from tests.furnished import with_file
from tests.world import NOON, World

LOOKED_FOR = ("smokes", "subject:file", "from:ann", "filename:übersicht", "restart")


def hits(world: World) -> list[int]:
    with session.reading() as db:
        seen = (
            find(db, Sight(world.ours.account_id), parse(query), Viewer(None, NOON), limit=9).items
            for query in LOOKED_FOR
        )
        return [len(found) for found in seen]


def test_messages_are_found_as_if_they_had_come_by_mail(world: World) -> None:
    world.receive(with_file("It smokes."))
    world.reply(1)
    assert hits(world) == [1] * len(LOOKED_FOR)
    with session.transaction() as db:
        db.execute(text("DELETE FROM article_search"))
    assert sum(hits(world)) == 0
    with session.transaction() as db:
        assert indexing.index_account(db, world.ours.account_id) == 2
    assert hits(world) == [1] * len(LOOKED_FOR)


def test_a_message_is_found_by_what_it_holds_now(world: World) -> None:
    world.receive(with_file("It smokes."))
    world.receive(with_file("It burns."))
    with session.transaction() as db:
        first = db.execute(select(Attachment.article_id).order_by(Attachment.id)).scalars().first()
        db.execute(delete(table(Attachment)).where(table(Attachment).c.article_id == first))
        indexing.index_again(db, world.ours.account_id, [first or 0])
    found = dict(zip(LOOKED_FOR, hits(world), strict=True))
    assert (found["filename:übersicht"], found["smokes"], found["subject:file"]) == (1, 1, 2)


def test_pictures_get_their_previews_anew(world: World) -> None:
    world.receive(with_file("x"))
    with session.transaction() as db:
        (file,) = db.execute(select(table(Attachment))).mappings()
        picture = dict(file) | {"id": file["id"] + 1, "public_id": "pic", "detected_type": "image/png"}
        db.execute(insert(Attachment).values(picture))
        db.execute(delete(Outbox))
        indexing.owe_previews(db, world.ours.account_id, now=NOON)
        indexing.owe_previews(db, world.stranger.account_id, now=NOON)
        assert outbox.depth(db, Topic.PREVIEW) == 1
