"""Drafts: one of a kind a person and ticket, none overwritten unseen, none that outlives its ticket."""

from dataclasses import replace

import pytest
from sqlalchemy import delete

from gateway.store import drafts, session
from gateway.store.drafts import Drafted, DraftedFile, DraftView
from gateway.store.models import Staff, Ticket
from tests.world import NOON, World, mail

TEXT = Drafted("reply", "Dear Ann", to="ann@x.example", files=(DraftedFile("a.txt", "text/plain", "00", 3),))


@pytest.fixture
def desk(world: World) -> World:
    for number in (1, 2):
        world.receive(mail(text="It smokes.", subject=f"P{number}", message_id=f"{number}@acme.example"))
    return world


def ticket_id(world: World, number: int = 1) -> int:
    return world.detail(number).ticket.id


def put(world: World, drafted: Drafted, version: int = 0, number: int = 1) -> int | None:
    ours, ticket = world.ours, ticket_id(world, number)
    staff = ours.staff.staff_id or 0
    with session.transaction() as db:
        return drafts.put(db, ours.account_id, ticket, staff, drafted, version=version, now=NOON)


def kept(world: World, number: int = 1) -> list[DraftView]:
    ticket = ticket_id(world, number)
    with session.reading() as db:
        return list(drafts.list_drafts(db, world.ours.account_id, ticket))


def test_a_draft_is_kept_as_it_was_and_changed_by_who_knows_it(desk: World) -> None:
    assert put(desk, TEXT) == 1
    (view,) = kept(desk)
    assert (view.drafted, view.version, view.saved_at) == (TEXT, 1, NOON)
    assert put(desk, replace(TEXT, text="Dear Ann,"), 1) == 2
    assert [view.drafted.text for view in kept(desk)] == ["Dear Ann,"]


def test_who_does_not_know_the_present_one_changes_nothing(desk: World) -> None:
    put(desk, TEXT)
    assert put(desk, replace(TEXT, text="x")) is None
    assert put(desk, replace(TEXT, text="x"), 7) is None
    assert [view.drafted for view in kept(desk)] == [TEXT]


def test_a_message_that_is_forwarded_has_a_draft_of_its_own(desk: World) -> None:
    put(desk, TEXT)
    forward = replace(TEXT, kind="forward", forward_of="x" * 24)
    assert put(desk, forward) == 1
    its = desk.ours.account_id, ticket_id(desk), desk.ours.staff.staff_id, "x" * 24
    with session.transaction() as db:
        assert drafts.drop(db, *its)
        assert not drafts.drop(db, *its)
    assert [view.drafted for view in kept(desk)] == [TEXT]


def test_it_goes_with_its_ticket_and_with_its_writer(desk: World) -> None:
    put(desk, TEXT)
    put(desk, TEXT, number=2)
    with session.transaction() as db:
        db.execute(delete(Ticket).where(Ticket.number == 1, Ticket.account_id == desk.ours.account_id))
    assert [view.drafted for view in kept(desk, 2)] == [TEXT]
    with session.transaction() as db:
        db.execute(delete(Staff).where(Staff.id == desk.ours.staff.staff_id))
    assert kept(desk, 2) == []


def test_who_has_left_leaves_no_drafts(desk: World) -> None:
    put(desk, TEXT)
    with session.transaction() as db:
        drafts.drop_all_of(db, desk.ours.staff.staff_id or 0)
    assert kept(desk) == []


def test_drafts_move_along_where_their_writers_have_none(desk: World) -> None:
    put(desk, TEXT)
    first, second = ticket_id(desk), ticket_id(desk, 2)
    with session.transaction() as db:
        drafts.move(db, first, second)
    assert [view.drafted for view in kept(desk, 2)] == [TEXT]
    put(desk, replace(TEXT, text="Another"))
    with session.transaction() as db:
        drafts.move(db, first, second)
    assert [view.drafted.text for view in kept(desk)] == ["Another"]
