"""What a few letters offer: only what somebody sees, few of each."""

import pytest

from gateway.rules.access import Reach, Sight
from gateway.store import session
from gateway.store.queries.narrowing import Viewer
from gateway.store.queries.suggesting import MOST, Suggestions, suggest
from tests.world import BOB, NOON, World, mail


def offered(world: World, text: str, sight: Sight | None = None) -> Suggestions:
    with session.reading() as db:
        return suggest(db, sight or Sight(world.ours.account_id), text, Viewer(None, NOON))


def numbers(found: Suggestions) -> list[int]:
    return [ticket.number for ticket in found.tickets]


@pytest.fixture
def shop(world: World) -> World:
    """Ann of Acme and Bob, whom nobody knows, each with a ticket."""
    world.receive(mail(subject="Druckertreiber fehlt"))
    world.receive(mail("Drucker", subject="A scanner", sender=f"Bob Builder <{BOB}>"), mail_from=BOB)
    return world


def test_tickets_are_offered_by_number_and_by_words_of_their_subjects(shop: World) -> None:
    for text, expected in (("2", [2]), ("#1", [1]), ("druckert", [1]), ("treiber feh", [1]), ("smokes", [])):
        assert numbers(offered(shop, text)) == expected, text


def test_a_ticket_that_its_number_and_its_subject_tell_is_offered_once(shop: World) -> None:
    shop.receive(mail(subject="Invoice 3"))
    by = Viewer(shop.ours.staff.staff_id, shop.clock.now())
    with session.reading() as db:
        assert numbers(suggest(db, Sight(shop.ours.account_id), "3", by)) == [3]


def test_customers_and_people_are_offered_by_name(shop: World) -> None:
    found = offered(shop, "acm")
    assert [customer.name for customer in found.customers] == ["Acme"]
    assert [writer.name for writer in offered(shop, "buil").writers] == ["Bob Builder"]
    assert [writer.name for writer in offered(shop, "bob buil").writers] == ["Bob Builder"]


def test_few_of_each_are_offered(shop: World) -> None:
    for _ in range(MOST + 2):
        shop.receive(mail(subject="Scanner"))
    found = offered(shop, "scanner")
    assert len(found.tickets) == MOST
    assert len(offered(shop, "ann").writers) == 1


@pytest.mark.parametrize("text", ["", "  ", "!?"])
def test_nothing_is_offered_for_nothing(shop: World, text: str) -> None:
    assert offered(shop, text) == Suggestions()


def test_what_is_not_seen_is_not_offered(shop: World) -> None:
    for sight in (Sight(shop.ours.account_id, Reach()), Sight(shop.stranger.account_id)):
        for text in ("1", "druckert", "acme", "bob"):
            found = offered(shop, text, sight)
            assert (found.tickets, found.writers) == ((), ())
    assert offered(shop, "acme", Sight(shop.ours.account_id, Reach())).customers == ()
