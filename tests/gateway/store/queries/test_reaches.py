"""Who sees what: groups of staff, invitations of guests."""

from datetime import timedelta

import pytest

from gateway.rules.access import Reach
from gateway.store import session
from gateway.store.queries import reaches
from gateway.store.queries.reaches import Guest, Rights
from tests.admitting import add_guest, add_limited, group_of
from tests.world import BOB, NOON, World, mail


@pytest.fixture
def shop(world: World) -> World:
    """Ticket 1 is Acme's, 2 nobody's."""
    world.receive(mail())
    world.receive(mail(sender=BOB), mail_from=BOB)
    return world


def rights(world: World, staff_id: int | None, number: int) -> Rights | None:
    ticket_id = world.detail(number).ticket.id
    with session.reading() as db:
        return reaches.rights_in(db, world.ours.account_id, staff_id or 0, ticket_id, now=NOON)


def test_a_colleague_sees_their_groups_and_what_is_theirs(shop: World) -> None:
    (north, _), (south, _) = (group_of(shop.ours.owner, name) for name in ("North", "South"))
    by = add_limited(shop.ours.account_id, [north, south])
    assert by.reach == Reach(groups=(north, south), staff_id=by.staff_id)


def test_a_guest_sees_what_all_their_invitations_name(shop: World) -> None:
    account = shop.ours.account_id
    north, _ = group_of(shop.ours.owner, "North")
    first = add_guest(account, ticket=2)
    add_guest(account, group=north, key=first.staff_id)
    reach = add_guest(account, customer=shop.ours.customer, key=first.staff_id).reach
    assert reach is not None
    assert (len(reach.tickets), len(reach.customers), reach.groups) == (1, 1, (north,))
    assert reach.staff_id is None


def test_rights_add_up_and_end_last(shop: World) -> None:
    account, acme = shop.ours.account_id, shop.ours.customer
    soon, late = NOON + timedelta(days=1), NOON + timedelta(days=2)
    by = add_guest(account, ticket=1, may=["note"], until=late)
    assert rights(shop, by.staff_id, 1) == Rights(may_note=True, may_answer=False, may_join=False, until=late)
    add_guest(account, customer=acme, may=["answer", "join"], until=soon, key=by.staff_id)
    assert rights(shop, by.staff_id, 1) == Rights(may_note=True, may_answer=True, may_join=True, until=late)
    north, _ = group_of(shop.ours.owner, "North", acme)
    add_guest(account, group=north, key=by.staff_id)
    found = rights(shop, by.staff_id, 1)
    assert found is not None
    assert found.until is None
    assert rights(shop, by.staff_id, 2) is None


def test_a_tickets_guests_are_named_once(shop: World) -> None:
    account = shop.ours.account_id
    by = add_guest(account, ticket=1)
    add_guest(account, customer=shop.ours.customer, key=by.staff_id)
    add_guest(account, ticket=2)
    add_guest(account, ticket=1, until=NOON)
    ticket_id = shop.detail(1).ticket.id
    with session.reading() as db:
        found = reaches.guests_of(db, account, ticket_id, now=NOON)
        assert reaches.guests_of(db, shop.stranger.account_id, ticket_id, now=NOON) == ()
    assert [guest.staff_id for guest in found] == [by.staff_id]
    assert isinstance(found[0], Guest)
    assert found[0].name.startswith("Guest ")
