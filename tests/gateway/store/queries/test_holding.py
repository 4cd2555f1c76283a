"""The list of held mail: oldest first, page by page, of one's own account."""

import pytest

from gateway.errors import Invalid
from gateway.rules.access import Sight
from gateway.store import session
from gateway.store.queries.holding import HeldMailView, list_held_mail
from tests.fakes.holding import hold
from tests.world import ANN, World, mail


def held(world: World, answers: int) -> list[str]:
    world.receive(mail())
    made = [world.reply(1).public_id for _ in range(answers)]
    for public_id in made:
        hold(public_id, now=world.clock.now())
        world.clock.advance(seconds=1)
    return made


def test_each_says_what_is_held_from_whom_and_why(world: World) -> None:
    (public_id,) = held(world, 1)
    with session.reading() as db:
        (view,) = list_held_mail(db, Sight(world.ours.account_id)).items
    assert view == HeldMailView(
        article=public_id,
        ticket=1,
        subject="Printer is on fire",
        author="sam-ours",
        recipient=ANN,
        reason="account_hour:20",
        held_at=view.held_at,
    )


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_page_by_page_each_comes_once_oldest_first(world: World, limit: int) -> None:
    made, found, after = held(world, 3), [], None
    with session.reading() as db:
        while True:
            page = list_held_mail(db, Sight(world.ours.account_id), after=after, limit=limit)
            found += [view.article for view in page.items]
            after = page.next
            if after is None:
                break
    assert found == made


def test_a_stranger_finds_none_and_a_foreign_cursor_is_refused(world: World) -> None:
    held(world, 1)
    with session.reading() as db:
        assert list_held_mail(db, Sight(world.stranger.account_id)).items == ()
        with pytest.raises(Invalid):
            list_held_mail(db, Sight(world.ours.account_id), after="nonsense")
