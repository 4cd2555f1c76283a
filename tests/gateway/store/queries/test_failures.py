"""The list of mails that did not arrive."""

from datetime import timedelta

import pytest

from gateway.errors import Invalid
from gateway.rules.access import Sight
from gateway.store import session
from gateway.store.queries.failures import list_failed
from gateway.store.queries.paging import MAX_LIMIT
from tests.fakes.refusing import UNKNOWN, refuse
from tests.world import ANN, World, mail


@pytest.fixture
def failed(world: World) -> list[str]:
    """Three answers that failed, a minute apart, oldest first."""
    world.receive(mail(subject="Printer"))
    ids = [world.reply(1, text).public_id for text in "abc"]
    for number, public_id in enumerate(ids):
        refuse(public_id, now=world.clock.now() + timedelta(minutes=number))
    return ids


def test_it_says_whose_mail_did_not_reach_whom_and_why(world: World, failed: list[str]) -> None:
    with session.reading() as db:
        first = list_failed(db, Sight(world.ours.account_id)).items[0]
    assert (first.article, first.ticket, first.subject) == (failed[2], 1, "Printer")
    assert (first.author, first.recipient, first.state, first.answer) == ("sam-ours", ANN, "failed", UNKNOWN)
    assert first.failed_at == world.clock.now() + timedelta(minutes=2)


def test_the_newest_come_first_page_by_page(world: World, failed: list[str]) -> None:
    with session.reading() as db:
        first = list_failed(db, Sight(world.ours.account_id), limit=2)
        second = list_failed(db, Sight(world.ours.account_id), limit=2, after=first.next)
    assert [view.article for view in first.items] == [failed[2], failed[1]]
    assert ([view.article for view in second.items], second.next) == ([failed[0]], None)


def test_what_fails_at_the_same_moment_is_listed_once_each(world: World) -> None:
    world.receive(mail())
    ids = [world.reply(1, text).public_id for text in "abc"]
    for public_id in ids:
        refuse(public_id, now=world.clock.now())
    with session.reading() as db:
        page = list_failed(db, Sight(world.ours.account_id), limit=1)
        found = [*page.items]
        while page.next:
            page = list_failed(db, Sight(world.ours.account_id), limit=1, after=page.next)
            found += page.items
    assert [view.article for view in found] == ids[::-1]


def test_a_stranger_sees_none(world: World, failed: list[str]) -> None:
    with session.reading() as db:
        assert list_failed(db, Sight(world.stranger.account_id)).items == ()


@pytest.mark.parametrize("limit", [0, MAX_LIMIT + 1])
def test_a_page_has_its_bounds(world: World, limit: int) -> None:
    with session.reading() as db, pytest.raises(Invalid):
        list_failed(db, Sight(world.ours.account_id), limit=limit)


def test_a_foreign_cursor_is_refused(world: World) -> None:
    with session.reading() as db, pytest.raises(Invalid):
        list_failed(db, Sight(world.ours.account_id), after="?")
