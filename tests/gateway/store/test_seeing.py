"""Every read model with the eyes of a colleague who is given groups."""

from collections.abc import Callable
from email.message import EmailMessage
from email.utils import make_msgid

import pytest
from sqlalchemy.orm import Session

from gateway.desk import contacts, customers, groups, merging, quarantine, tickets
from gateway.desk.tickets import TicketChange
from gateway.errors import Denied, Invalid, NotFound
from gateway.rules.access import Actor, Sight
from gateway.rules.searching import parse
from gateway.store import articles, session
from gateway.store import tickets as rows
from gateway.store.queries.articles import get_article, get_attachment, get_detail, get_raw
from gateway.store.queries.contacts import ContactFilter, find_requester, get_contact, list_contacts
from gateway.store.queries.counting import count_views
from gateway.store.queries.customers import get_customer, list_customers
from gateway.store.queries.found import find
from gateway.store.queries.groups import get_group, groups_of, list_groups
from gateway.store.queries.narrowing import Viewer
from gateway.store.queries.tickets import TicketFilter, get_ticket, list_tickets
from tests.admitting import add_limited, group_of
from tests.world import ANN, BOB, NOON, SUPPORT, World


def with_file(text: str, sender: str) -> bytes:
    """A mail with a file."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"], made["Message-ID"] = sender, SUPPORT, text, make_msgid()
    made.set_content(text)
    made.add_attachment(f"plans: {text}", filename="plans.txt")
    return made.as_bytes()


@pytest.fixture
def shop(world: World) -> World:
    """Ticket 1 is Acme's, 2 is Bob's, whom nobody knows; both have a file."""
    world.receive(with_file("It smokes.", ANN))
    world.receive(with_file("Please call.", BOB), mail_from=BOB)
    return world


@pytest.fixture
def north(shop: World) -> Actor:
    """A colleague for the group in which Acme is."""
    key, _ = group_of(shop.ours.owner, "North", shop.ours.customer)
    return add_limited(shop.ours.account_id, [key])


@pytest.fixture
def south(shop: World) -> Actor:
    """A colleague for a group in which nobody is."""
    key, _ = group_of(shop.ours.owner, "South")
    return add_limited(shop.ours.account_id, [key])


def test_lists_and_counts_hold_what_is_theirs(shop: World, north: Actor, south: Actor) -> None:
    with session.reading() as db:
        assert [row.number for row in list_tickets(db, north.sight, TicketFilter()).items] == [1]
        assert list_tickets(db, south.sight, TicketFilter()).items == ()
        viewer = Viewer(None, NOON)
        assert [one.ticket.number for one in find(db, north.sight, parse("smokes"), viewer).items] == [1]
        assert find(db, north.sight, parse("call"), viewer).items == ()
        assert (count_views(db, north.sight, None).open, count_views(db, south.sight, None).open) == (1, 0)
        assert count_views(db, Sight(shop.ours.account_id), None).open == 2
        assert [row.public_id for row in list_customers(db, north.sight).items] == [shop.ours.customer]
        assert list_customers(db, south.sight).items == ()
        assert [row.addresses for row in list_contacts(db, north.sight, ContactFilter()).items] == [(ANN,)]
        assert list_contacts(db, south.sight, ContactFilter()).items == ()
        assert [group.name for group in list_groups(db, north.sight)] == ["North"]
        assert groups_of(db, south.sight, shop.ours.customer) == ()


def test_one_alone_is_found_where_it_is_theirs_and_nowhere_else(
    shop: World, north: Actor, south: Actor
) -> None:
    (mine,), (other,) = shop.detail(1).articles, shop.detail(2).articles
    ticket_id = shop.detail(1).ticket.id
    with session.reading() as db:
        (ann,) = list_contacts(db, north.sight, ContactFilter()).items
        group = list_groups(db, north.sight)[0].public_id
        lookups: list[tuple[Callable[..., object], object, object]] = [
            (get_ticket, 1, 2),
            (get_detail, 1, 2),
            (rows.stand, 1, 2),
            (rows.stand_unmerged, 1, 2),
            (get_article, mine.public_id, other.public_id),
            (articles.locate, mine.public_id, other.public_id),
            (get_raw, mine.public_id, other.public_id),
            (get_attachment, mine.attachments[0].public_id, other.attachments[0].public_id),
            (get_customer, shop.ours.customer, "none"),
            (get_contact, ann.public_id, "none"),
            (get_group, group, "none"),
            (contacts.locked, ann.public_id, "none"),
            (customers.id_of, shop.ours.customer, "none"),
        ]
        for look_up, one, another in lookups:
            assert look_up(db, north.sight, one) is not None, look_up
            with pytest.raises(NotFound):
                look_up(db, north.sight, another)
            with pytest.raises(NotFound):
                look_up(db, south.sight, one)
        assert find_requester(db, north.sight, ticket_id) == ann.public_id
        assert find_requester(db, south.sight, ticket_id) is None


def test_what_is_assigned_to_them_is_theirs_as_long_as_it_is(shop: World, south: Actor) -> None:
    with session.transaction() as db:
        tickets.patch(db, shop.ours.owner, 2, TicketChange(assignee=south.name), now=NOON)
    with session.reading() as db:
        assert [row.number for row in list_tickets(db, south.sight, TicketFilter()).items] == [2]
        assert get_detail(db, south.sight, 2).ticket.number == 2
    with session.transaction() as db:
        tickets.patch(db, south, 2, TicketChange(assignee=None), now=NOON)
    with session.reading() as db, pytest.raises(NotFound):
        get_detail(db, south.sight, 2)


def test_a_merged_ticket_is_seen_where_the_other_one_is(shop: World, north: Actor, south: Actor) -> None:
    with session.transaction() as db:
        merging.merge(db, shop.ours.owner, 2, 1, now=NOON)
    with session.reading() as db:
        assert get_detail(db, north.sight, 2).ticket.number == rows.stand(db, north.sight, 2).number == 1
        with pytest.raises(NotFound):
            get_detail(db, south.sight, 2)
        with pytest.raises(NotFound):
            rows.stand(db, south.sight, 2)


def test_they_change_nothing_of_others(shop: World, north: Actor, south: Actor) -> None:
    with session.transaction() as db:
        with pytest.raises(NotFound):
            tickets.patch(db, south, 1, TicketChange(subject="Mine now"), now=NOON)
        with pytest.raises(NotFound):
            customers.change(db, south, shop.ours.customer, name="Mine now")
        tickets.patch(db, north, 1, TicketChange(subject="Printer, again"), now=NOON)
        customers.change(db, north, shop.ours.customer, note="Ring first.")
    assert shop.detail(1).ticket.subject == "Printer, again"


def test_no_ticket_is_given_to_a_customer_whom_they_do_not_see(shop: World, north: Actor) -> None:
    with session.transaction() as db:
        beta = customers.create(db, shop.ours.owner, name="Beta", now=NOON)
        with pytest.raises(Invalid, match="no such customer"):
            tickets.patch(db, north, 1, TicketChange(customer=beta), now=NOON)


def test_what_is_about_everybody_is_not_theirs(shop: World, north: Actor) -> None:
    acme = shop.ours.customer
    verbs: list[Callable[[Session], object]] = [
        lambda db: customers.create(db, north, name="Mine", now=NOON),
        lambda db: customers.remove(db, north, acme, now=NOON),
        lambda db: customers.add_contact(db, north, acme, name="", address=BOB, now=NOON),
        lambda db: customers.change(db, north, acme, domains=["evil.example"]),
        lambda db: groups.create(db, north, name="Mine", now=NOON),
        lambda db: contacts.create(db, north, name="X", addresses=[BOB], customer=acme, now=NOON),
        lambda db: quarantine.release(db, north, "none", now=NOON),
    ]
    for verb in verbs:
        with session.transaction() as db, pytest.raises(Denied):
            verb(db)
