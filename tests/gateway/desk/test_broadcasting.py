"""A notice to everybody, until its end."""

from datetime import datetime, timedelta

import pytest

from gateway.desk import broadcasting, operating, signin
from gateway.desk.broadcasting import Notice
from gateway.errors import Denied, Invalid, NotFound
from gateway.rules.access import Actor
from gateway.store import session
from tests.world import NOON, World

HOUR = NOON + timedelta(hours=1)


@pytest.fixture
def operator(world: World) -> Actor:
    with session.transaction() as db:
        operating.appoint(db, "ours", now=NOON)
    return world.ours.owner


def announce(
    by: Actor | None, en: str = "Down tonight", de: str = "Heute aus", until: datetime = HOUR
) -> None:
    with session.transaction() as db:
        broadcasting.announce(db, by, en, de, until=until, now=NOON)


def told(now: datetime = NOON) -> Notice | None:
    with session.reading() as db:
        return broadcasting.find(db, now=now)


def test_everybody_is_told_until_its_end_and_the_last_one_counts(operator: Actor) -> None:
    assert told() is None
    announce(operator)
    first = told()
    announce(operator, " Up \n again ", "Wieder da")
    second = told()
    assert first is not None
    assert second is not None
    assert first.public_id != second.public_id
    assert (second.in_language("en"), second.in_language("de")) == ("Up again", "Wieder da")
    assert told(HOUR) is None
    with session.transaction() as db:
        broadcasting.take_back(db, operator, now=NOON)
    assert told() is None


def test_who_is_signed_in_in_any_account_has_it(operator: Actor, world: World) -> None:
    announce(operator)
    with session.transaction() as db:
        cookie = signin.open_session(db, world.stranger.staff.staff_id or 0, browser="x", now=NOON)
    with session.reading() as db:
        person, later = signin.find_session(db, cookie, now=NOON), signin.find_session(db, cookie, now=HOUR)
    assert person is not None
    assert later is not None
    assert (person.notice, later.notice) == (told(), None)


def test_only_the_operators_people_tell(operator: Actor, world: World) -> None:
    for by, error in ((world.ours.staff, Denied), (world.stranger.owner, NotFound)):
        with pytest.raises(error):
            announce(by)
        with session.transaction() as db, pytest.raises(error):
            broadcasting.take_back(db, by, now=NOON)
    announce(None)
    assert told() is not None


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"en": " "}, "text_en"),
        ({"de": ""}, "text_de"),
        ({"en": "x" * 501}, "text_en"),
        ({"until": NOON}, "until"),
        ({"until": NOON + timedelta(days=91)}, "until"),
    ],
)
def test_what_cannot_be_told_is_refused(operator: Actor, values: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        announce(operator, **values)  # type: ignore[arg-type]
    assert caught.value.field == field
    assert told() is None
