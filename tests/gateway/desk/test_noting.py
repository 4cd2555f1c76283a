"""Notes: kept in the ticket, sent to nobody."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from gateway.desk import noting
from gateway.desk.noting import Unseeing
from gateway.desk.replying import MAX_TEXT_CHARS, DraftFile
from gateway.errors import Invalid, NotFound
from gateway.rules.status import ArticleKind, Status
from gateway.store import session
from gateway.store.models import Delivery, Mention
from tests.hiring import hire
from tests.world import NOON, World, mail


def test_a_note_is_in_the_ticket_and_owed_to_nobody(world: World) -> None:
    world.receive(mail())
    file = DraftFile("plan.txt", "text/plain", world.blobs.put(b"plan"))
    with session.transaction() as db:
        ref = noting.note(db, world.ours.staff, 1, "Ask Bob.", (file,), status=Status.PENDING, now=NOON)
    detail = world.detail(1)
    note = detail.articles[-1]
    assert (ref.number, note.public_id, note.kind, note.author) == (
        1,
        ref.public_id,
        ArticleKind.NOTE,
        "sam-ours",
    )
    assert (note.text, note.attachments[0].filename, detail.ticket.status) == (
        "Ask Bob.",
        "plan.txt",
        Status.PENDING,
    )
    with session.reading() as db:
        assert db.execute(select(Delivery.id)).first() is None


@pytest.mark.parametrize("text", ["", " \n", "x" * (MAX_TEXT_CHARS + 1)])
def test_no_text_or_an_endless_one_is_invalid(world: World, text: str) -> None:
    world.receive(mail())
    with pytest.raises(Invalid), session.transaction() as db:
        noting.note(db, world.ours.staff, 1, text, now=NOON)


def test_a_note_makes_no_ticket_new_again(world: World) -> None:
    world.receive(mail())
    with pytest.raises(Invalid), session.transaction() as db:
        noting.note(db, world.ours.staff, 1, "x", status=Status.NEW, now=NOON)


def test_a_strangers_ticket_is_not_found(world: World) -> None:
    world.receive(mail())
    with pytest.raises(NotFound), session.transaction() as db:
        noting.note(db, world.stranger.owner, 1, "x", now=NOON)


def test_a_notes_picture_has_its_place_and_must_be_one(world: World) -> None:
    world.receive(mail())
    file = DraftFile("a.png", "image/png", world.blobs.put(b"x"), is_picture=True)
    with session.transaction() as db:
        noting.note(db, world.ours.staff, 1, "See ![a.png]", (file,), now=NOON)
    (kept,) = world.detail(1).articles[-1].attachments
    assert kept.inline
    assert kept.content_id.endswith("@note.invalid")
    with pytest.raises(Invalid), session.transaction() as db:
        noting.note(db, world.ours.staff, 1, "x", (replace(file, content_type="text/html"),), now=NOON)


def calls(world: World, text: str, *, is_shared: bool = False) -> int:
    with session.transaction() as db:
        noting.note(db, world.ours.staff, 1, text, is_shared=is_shared, now=NOON)
    with session.reading() as db:
        return len(db.execute(select(Mention.id)).all())


def test_a_note_calls_whom_it_names_but_nobody_themselves(world: World) -> None:
    world.receive(mail())
    hire(world.ours.account_id, "anna", now=NOON)
    assert calls(world, "@anna, @sam-ours and @nobody") == 1


def test_where_guests_read_a_name_calls_nobody(world: World) -> None:
    world.receive(mail())
    hire(world.ours.account_id, "anna", now=NOON)
    assert calls(world, "@anna", is_shared=True) == 0


def test_who_does_not_see_the_ticket_cannot_be_called(world: World) -> None:
    world.receive(mail())
    hire(world.ours.account_id, "blind", now=NOON, sees_all=False)
    with pytest.raises(Unseeing, match="blind does not see"):
        calls(world, "@blind")
