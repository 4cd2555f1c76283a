import pytest

from gateway.errors import Invalid, NotFound
from gateway.mail.address import Address
from gateway.rules.doubts import Reason
from gateway.store import quarantine, session
from gateway.store.quarantine import NewHeld
from gateway.store.queries.quarantine import get_held, get_raw, list_waiting
from tests.world import ANN, NOON, SUPPORT, World, mail


def hold(world: World, content: str, ticket_id: int | None = None) -> str:
    (intake_id,) = world.accept(mail(), SUPPORT)
    held = NewHeld(intake_id, Reason.DMARC, content, "Ann", ANN, "Printer", "It smokes", NOON, ticket_id)
    with session.transaction() as db:
        return quarantine.put(db, world.ours.account_id, held)


def test_pages_hold_all_that_waits_newest_first(world: World) -> None:
    ids = [hold(world, str(number)) for number in range(5)]
    with session.reading() as db:
        account = world.ours.account_id
        first = list_waiting(db, account, limit=2)
        second = list_waiting(db, account, after=first.next, limit=2)
        third = list_waiting(db, account, after=second.next, limit=2)
        assert list_waiting(db, world.stranger.account_id).items == ()
        with pytest.raises(Invalid):
            list_waiting(db, account, after="x")
    seen = [view.public_id for page in (first, second, third) for view in page.items]
    assert (seen, third.next) == (ids[::-1], None)


def test_one_is_shown_with_the_ticket_that_it_names(world: World) -> None:
    world.receive(mail())
    public_id = hold(world, "x", ticket_id=1)
    with session.reading() as db:
        view = get_held(db, world.ours.account_id, public_id)
    assert (view.from_, view.reason, view.ticket) == (Address("Ann", ANN), Reason.DMARC, 1)
    assert view.size_bytes > 0


def test_a_stranger_finds_neither_the_mail_nor_its_bytes(world: World) -> None:
    public_id = hold(world, "x")
    with session.reading() as db:
        assert get_raw(db, world.ours.account_id, public_id)
        for get in (get_held, get_raw):
            with pytest.raises(NotFound):
                get(db, world.stranger.account_id, public_id)
