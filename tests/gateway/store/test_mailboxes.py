"""A mailbox is found by its account alone, on both databases."""

import pytest

from gateway.errors import NotFound
from gateway.store import mailboxes, session
from tests.world import World


@pytest.mark.parametrize("is_alone", [False, True])
def test_a_mailbox_is_its_accounts(world: World, *, is_alone: bool) -> None:
    ours = world.ours
    with session.transaction() as db:
        found = mailboxes.get(db, ours.account_id, ours.mailbox.public_id, is_alone=is_alone)
    assert (found.id, found.address) == (ours.mailbox.id, ours.mailbox.address)


@pytest.mark.parametrize("is_alone", [False, True])
def test_a_strangers_mailbox_and_none_are_not_found(world: World, *, is_alone: bool) -> None:
    for public_id in (world.stranger.mailbox.public_id, "", "x" * 24):
        with session.transaction() as db, pytest.raises(NotFound):
            mailboxes.get(db, world.ours.account_id, public_id, is_alone=is_alone)
