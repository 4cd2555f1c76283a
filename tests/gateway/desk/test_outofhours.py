"""A mailbox's hours and what it says outside them, and who may decide that."""

from dataclasses import replace
from datetime import date

import pytest

from gateway.desk import outofhours
from gateway.desk.outofhours import MAX_TEXT_CHARS, OutOfHours
from gateway.errors import Denied, Invalid, NotFound
from gateway.rules.hours import Hours, read_spans
from gateway.store import session
from tests.world import NOON, World

HOURS = Hours("Europe/Berlin", (*(read_spans("09:00-17:00"),) * 5, (), ()), frozenset([date(2026, 12, 24)]))
WANTED = OutOfHours(HOURS, answers=True, text="Back {opens}")


def find(world: World) -> OutOfHours:
    with session.reading() as db:
        return outofhours.find_out_of_hours(db, world.ours.account_id, world.ours.mailbox.public_id)


def change(world: World, wanted: OutOfHours) -> OutOfHours:
    with session.transaction() as db:
        public_id = world.ours.mailbox.public_id
        outofhours.change_out_of_hours(db, world.ours.owner, public_id, wanted, now=NOON)
    return find(world)


def test_a_mailbox_begins_always_open_and_silent(world: World) -> None:
    assert find(world) == OutOfHours(Hours(), answers=False, text="")


def test_what_is_decided_is_kept(world: World) -> None:
    assert change(world, WANTED) == WANTED
    assert change(world, replace(WANTED, text=" a\r\nb\0 ")).text == "a\nb"


def test_a_text_has_a_limit(world: World) -> None:
    assert len(change(world, replace(WANTED, text="x" * MAX_TEXT_CHARS)).text) == MAX_TEXT_CHARS
    with pytest.raises(Invalid) as caught:
        change(world, replace(WANTED, text="x" * (MAX_TEXT_CHARS + 1)))
    assert caught.value.field == "closed_text"


def test_a_strangers_mailbox_is_not_there_and_staff_may_not_decide(world: World) -> None:
    theirs, ours = world.stranger.mailbox.public_id, world.ours.mailbox.public_id
    with session.transaction() as db:
        with pytest.raises(NotFound):
            outofhours.change_out_of_hours(db, world.ours.owner, theirs, WANTED, now=NOON)
        with pytest.raises(NotFound):
            outofhours.find_out_of_hours(db, world.ours.account_id, theirs)
        with pytest.raises(Denied):
            outofhours.change_out_of_hours(db, world.ours.staff, ours, WANTED, now=NOON)
