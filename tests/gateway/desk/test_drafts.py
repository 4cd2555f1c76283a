"""Drafts as verbs: who may, what is refused, and that what is sent is no draft any more."""

from dataclasses import replace

import pytest

from gateway.desk import drafts, merging, noting
from gateway.desk.drafts import Superseded
from gateway.desk.replying import MAX_TEXT_CHARS
from gateway.errors import Denied, Invalid, NotFound
from gateway.rules.access import Actor
from gateway.store import session
from gateway.store.drafts import Drafted
from tests.world import NOON, World, mail

TEXT = Drafted("reply", "Dear Ann")


@pytest.fixture
def desk(world: World) -> World:
    for number in (1, 2):
        world.receive(mail(text="It smokes.", subject=f"P{number}", message_id=f"{number}@acme.example"))
    return world


def save(by: Actor, drafted: Drafted = TEXT, version: int = 0, number: int = 1) -> int:
    with session.transaction() as db:
        return drafts.save(db, by, number, drafted, version=version, now=NOON)


def texts(by: Actor, number: int = 1) -> list[str]:
    with session.reading() as db:
        return [view.drafted.text for view in drafts.list_drafts(db, by, number)]


def test_colleagues_see_it_and_strangers_do_not(desk: World) -> None:
    assert save(desk.ours.staff) == 1
    assert texts(desk.ours.owner) == ["Dear Ann"]
    with session.transaction() as db, pytest.raises(NotFound):
        drafts.save(db, desk.stranger.owner, 1, TEXT, version=0, now=NOON)
    with session.reading() as db, pytest.raises(NotFound):
        drafts.list_drafts(db, desk.stranger.owner, 1)


def test_a_second_tab_is_told_of_the_first_and_an_empty_draft_is_none(desk: World) -> None:
    by = desk.ours.staff
    save(by)
    with pytest.raises(Superseded) as other:
        save(by, replace(TEXT, text="Other"))
    assert other.value.version == 1
    assert save(by, replace(TEXT, text="Other"), 1) == 2
    assert save(by, replace(TEXT, text=" \n"), 2) == 0
    assert texts(by) == []
    with pytest.raises(Superseded) as gone:
        save(by, version=2)
    assert gone.value.version == 0


def test_what_is_sent_or_discarded_is_no_draft_any_more(desk: World) -> None:
    by = desk.ours.staff
    save(by)
    desk.reply(1)
    assert texts(by) == []
    save(by)
    with session.transaction() as db:
        noting.note(db, by, 1, "Done.", now=NOON)
    assert texts(by) == []
    save(by)
    with session.transaction() as db:
        drafts.discard(db, by, 1)
    assert texts(by) == []


def test_a_merged_tickets_draft_goes_along(desk: World) -> None:
    save(desk.ours.staff)
    with session.transaction() as db:
        merging.merge(db, desk.ours.owner, 1, 2, now=NOON)
    assert texts(desk.ours.staff, 2) == ["Dear Ann"]


def test_programs_have_no_drafts_and_nothing_is_too_long(desk: World) -> None:
    with pytest.raises(Denied):
        save(replace(desk.ours.staff, staff_id=None))
    for wrong in (replace(TEXT, text="x" * (MAX_TEXT_CHARS + 1)), replace(TEXT, to="x" * 60_001)):
        with pytest.raises(Invalid):
            save(desk.ours.staff, wrong)
