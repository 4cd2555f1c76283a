"""Canned replies: kept by name, found by words, filled for a ticket; strangers find none."""

import pytest

from gateway.desk import canned
from gateway.desk.canned import MAX_NAME_CHARS, MAX_REPLIES, CannedName, CannedView
from gateway.errors import Conflict, Invalid, NotFound
from gateway.store import session
from tests.world import NOON, World, mail


def create(world: World, name: str = "Restart", text: str = "Dear {{contact.name}}") -> str:
    with session.transaction() as db:
        return canned.create(db, world.ours.staff, name=name, text=text, now=NOON)


def found(world: World, query: str = "") -> list[str]:
    with session.reading() as db:
        return [view.name for view in canned.list_canned(db, world.ours.account_id, query)]


def test_they_are_listed_by_name_and_found_by_words_of_name_or_text(world: World) -> None:
    create(world, "Takeover Ü", "Bitte lesen")
    create(world, "Hours", "Open till five")
    assert found(world) == ["Hours", "Takeover Ü"]
    assert (found(world, " ü"), found(world, "FIVE"), found(world, "x")) == (["Takeover Ü"], ["Hours"], [])


def test_a_composer_has_their_names_alone(world: World) -> None:
    second, first = create(world, "Takeover"), create(world, "Hours")
    with session.reading() as db:
        assert canned.list_names(db, world.ours.account_id) == (
            CannedName(first, "Hours"),
            CannedName(second, "Takeover"),
        )
        assert canned.list_names(db, world.stranger.account_id) == ()


def test_one_is_filled_for_its_ticket(world: World) -> None:
    world.receive(mail())
    public_id = create(world, text="Dear {{contact.name}} of {{customer.name}}\n#{{ticket.number}}")
    with session.reading() as db:
        text = canned.fill_in(db, world.ours.staff, 1, public_id)
    assert text == "Dear Ann Acme of Acme\n#1"


def test_one_is_changed_and_removed(world: World) -> None:
    public_id = create(world)
    with session.transaction() as db:
        canned.change(db, world.ours.staff, public_id, name="  Re \n start ", text="New\r\n")
    with session.reading() as db:
        changed = canned.get_canned(db, world.ours.account_id, public_id)
    assert changed == CannedView(public_id, "Re start", "New")
    with session.transaction() as db:
        canned.remove(db, world.ours.staff, public_id)
    assert found(world) == []


def test_a_name_is_taken_once_in_an_account(world: World) -> None:
    first, second = create(world, "A"), create(world, "B")
    with pytest.raises(Conflict):
        create(world, "A")
    with session.transaction() as db:
        canned.change(db, world.ours.staff, first, name="A", text="same name, new text")
        with pytest.raises(Conflict):
            canned.change(db, world.ours.staff, second, name="A", text="x")
        canned.create(db, world.stranger.staff, name="A", text="x", now=NOON)


@pytest.mark.parametrize(
    ("name", "text", "field"),
    [
        (" ", "x", "name"),
        ("x" * (MAX_NAME_CHARS + 1), "x", "name"),
        ("A", " ", "text"),
        ("A", "{{staff.nickname}}", "text"),
    ],
)
def test_what_cannot_be_kept_is_refused_where_it_stands(
    world: World, name: str, text: str, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        create(world, name, text)
    assert refused.value.field == field


def test_an_account_has_a_bounded_number(world: World) -> None:
    with session.transaction() as db:
        for number in range(MAX_REPLIES):
            canned.create(db, world.ours.staff, name=f"{'x' * 90}{number}", text="x", now=NOON)
        with pytest.raises(Conflict):
            canned.create(db, world.ours.staff, name="one more", text="x", now=NOON)


def test_a_stranger_finds_none_of_it(world: World) -> None:
    public_id, theirs = create(world), world.stranger.staff
    with session.transaction() as db:
        assert canned.list_canned(db, theirs.account_id) == ()
        with pytest.raises(NotFound):
            canned.get_canned(db, theirs.account_id, public_id)
        with pytest.raises(NotFound):
            canned.change(db, theirs, public_id, name="x", text="x")
        with pytest.raises(NotFound):
            canned.remove(db, theirs, public_id)
        with pytest.raises(NotFound):
            canned.fill_in(db, theirs, 1, public_id)
