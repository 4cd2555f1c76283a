"""Merging contacts: all of one moves to the other, and back as long as it may."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest

from gateway.desk import contactmerging, contacts, customers
from gateway.desk.contactmerging import UNDO_WITHIN
from gateway.desk.customers import MAX_NOTE_CHARS
from gateway.errors import Conflict, Invalid, NotFound
from gateway.mail.address import Address
from gateway.rules.access import Sight
from gateway.rules.status import Status
from gateway.store import contacts as stored
from gateway.store import session
from gateway.store.queries.contacts import (
    ContactDetail,
    ContactFilter,
    get_contact,
    list_contacts,
    list_merges,
)
from gateway.store.queries.customers import list_customers
from gateway.store.queries.tickets import TicketFilter, list_tickets
from tests.world import ANN, BOB, EVE, NOON, World, mail

PEOPLE = {"ann": ANN, "bob": BOB, "eve": EVE}


@pytest.fixture
def people(world: World) -> dict[str, str]:
    """Ann, Bob and Eve, who wrote tickets 1, 2 and 3."""
    for name, address in PEOPLE.items():
        world.receive(mail(sender=f"{name.title()} <{address}>"))
    return {name: found(world, name)[0] for name in PEOPLE}


def found(world: World, query: str) -> list[str]:
    with session.reading() as db:
        page = list_contacts(db, Sight(world.ours.account_id), ContactFilter(query))
        return [row.public_id for row in page.items]


def view(world: World, public_id: str) -> ContactDetail:
    with session.reading() as db:
        return get_contact(db, Sight(world.ours.account_id), public_id)


def tickets_of(world: World, public_id: str) -> list[int]:
    with session.reading() as db:
        page = list_tickets(db, Sight(world.ours.account_id), TicketFilter(contact=public_id))
        return sorted(row.number for row in page.items)


def merge(world: World, source: str, target: str) -> str:
    with session.transaction() as db:
        return contactmerging.merge(db, world.ours.staff, source, target, now=NOON)


def undo(world: World, merge_id: str, after: timedelta = timedelta()) -> str:
    with session.transaction() as db:
        return contactmerging.undo(db, world.ours.staff, merge_id, now=NOON + after)


def test_the_preview_names_both_and_counts_tickets(world: World, people: dict[str, str]) -> None:
    world.receive(mail(sender=BOB))
    world.move(2, Status.CLOSED)
    with session.reading() as db:
        shown = contactmerging.preview(db, world.ours.staff, people["bob"], people["ann"])
    assert (shown.source.addresses, shown.target.addresses) == ((BOB,), (ANN,))
    assert (shown.tickets, shown.open_tickets) == (2, 1)


def test_addresses_tickets_and_notes_move_and_old_links_lead_there(
    world: World, people: dict[str, str]
) -> None:
    for name in ("ann", "bob"):
        with session.transaction() as db:
            contacts.change(db, world.ours.staff, people[name], note=f"About {name}")
    merge(world, people["bob"], people["ann"])
    ann = view(world, people["ann"])
    assert (ann.addresses, ann.note) == ((ANN, BOB), "About ann\n\nAbout bob")
    assert view(world, people["bob"]) == ann
    assert tickets_of(world, people["ann"]) == [1, 2]
    assert found(world, "elsewhere.example") == [people["ann"]]
    assert found(world, "bob") == [people["ann"]]
    with session.transaction() as db:  # what is asked of the old one is done to the new one
        contacts.change(db, world.ours.staff, people["bob"], name="Both")
    assert view(world, people["ann"]).name == "Both"


def test_mail_to_come_goes_to_the_one_that_is_left(world: World, people: dict[str, str]) -> None:
    merge(world, people["bob"], people["ann"])
    world.receive(mail(sender=BOB))
    assert tickets_of(world, people["ann"]) == [1, 2, 4]
    with session.reading() as db:
        (acme,) = list_customers(db, Sight(world.ours.account_id)).items
    assert acme.contact_count == 1


def test_an_undo_gives_back_what_was_brought_and_nothing_else(world: World, people: dict[str, str]) -> None:
    with session.transaction() as db:
        contacts.change(db, world.ours.staff, people["bob"], note="About bob")
    before = {name: view(world, people[name]) for name in ("ann", "bob")}
    done = merge(world, people["bob"], people["ann"])
    world.receive(mail(sender=BOB))
    assert undo(world, done) == people["bob"]
    assert {name: view(world, people[name]) for name in ("ann", "bob")} == before
    assert (tickets_of(world, people["ann"]), tickets_of(world, people["bob"])) == ([1, 4], [2])
    assert found(world, "elsewhere.example") == [people["bob"]]
    with pytest.raises(NotFound):
        undo(world, done)


def test_a_note_that_was_rewritten_since_stays(world: World, people: dict[str, str]) -> None:
    done = merge(world, people["bob"], people["ann"])
    with session.transaction() as db:
        contacts.change(db, world.ours.staff, people["ann"], note="Rewritten")
    undo(world, done)
    assert view(world, people["ann"]).note == "Rewritten"


@pytest.mark.parametrize("over", [timedelta(), timedelta(seconds=1)])
def test_an_undo_is_over_after_30_days(world: World, people: dict[str, str], over: timedelta) -> None:
    done = merge(world, people["bob"], people["ann"])
    if over:
        with pytest.raises(Conflict) as caught:
            undo(world, done, UNDO_WITHIN + over)
        assert caught.value.public == f"Merging can be undone for {UNDO_WITHIN.days} days; they are over."
    else:
        assert undo(world, done, UNDO_WITHIN) == people["bob"]


def test_merges_of_late_are_listed(world: World, people: dict[str, str]) -> None:
    done = merge(world, people["bob"], people["ann"])
    with session.reading() as db:
        ours = world.ours.account_id
        (one,) = list_merges(db, ours, people["ann"], since=NOON)
        assert (one.public_id, one.name, one.addresses, one.merged_at) == (done, "Bob", (BOB,), NOON)
        assert list_merges(db, ours, people["ann"], since=NOON + timedelta(seconds=1)) == ()
        assert list_merges(db, world.stranger.account_id, people["ann"], since=NOON) == ()


def test_merges_upon_merges_lead_to_the_last_and_come_apart_in_any_order(
    world: World, people: dict[str, str]
) -> None:
    ann, bob, eve = people.values()
    first = merge(world, ann, bob)
    second = merge(world, bob, eve)
    assert {view(world, one).public_id for one in people.values()} == {eve}
    assert tickets_of(world, eve) == [1, 2, 3]
    undo(world, second)
    assert view(world, ann).public_id == bob
    assert tickets_of(world, bob) == [1, 2]
    second = merge(world, bob, eve)
    assert undo(world, first) == ann
    assert undo(world, second) == bob
    assert [tickets_of(world, one) for one in people.values()] == [[1], [2], [3]]
    assert [view(world, one).addresses for one in people.values()] == [(one,) for one in PEOPLE.values()]


def test_nobody_is_left_without_an_address(world: World, people: dict[str, str]) -> None:
    done = merge(world, people["bob"], people["ann"])
    with session.transaction() as db:
        contacts.remove_address(db, world.ours.staff, people["ann"], ANN)
    with pytest.raises(Conflict, match="Every address"):
        undo(world, done)
    with session.transaction() as db:
        contacts.set_addresses(db, world.ours.staff, people["ann"], [ANN])
    with pytest.raises(Conflict, match="None of the addresses"):
        undo(world, done)


def test_what_cannot_be_merged_is_said(world: World, people: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        merge(world, people["ann"], people["ann"])
    merge(world, people["bob"], people["ann"])
    for target in ("ann", "eve"):  # not again, and Ann not in Bob's place
        with pytest.raises(Conflict):
            merge(world, people["bob"], people[target])
    with pytest.raises(Invalid):
        merge(world, people["ann"], people["bob"])
    for name in ("ann", "eve"):
        with session.transaction() as db:
            contacts.change(db, world.ours.staff, people[name], note="x" * (MAX_NOTE_CHARS - 1))
    with pytest.raises(Invalid, match="note is too long"):
        merge(world, people["eve"], people["ann"])
    assert view(world, people["eve"]).addresses == (EVE,)


def test_a_strangers_contacts_are_not_found(world: World, people: dict[str, str]) -> None:
    done = merge(world, people["bob"], people["ann"])
    by = world.stranger.owner
    with session.transaction() as db:
        attempts: list[Callable[[], object]] = [
            lambda: contactmerging.preview(db, by, people["eve"], people["ann"]),
            lambda: contactmerging.merge(db, by, people["eve"], people["ann"], now=NOON),
            lambda: contactmerging.undo(db, by, done, now=NOON),
        ]
        for attempt in attempts:
            with pytest.raises(NotFound):
                attempt()


def test_of_two_who_merge_one_contact_at_once_one_does(world: World, people: dict[str, str]) -> None:
    def attempt(target: str) -> bool:
        try:
            merge(world, people["bob"], people[target])
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(attempt, ("ann", "eve"))) == [False, True]
    assert len(found(world, "")) == 2


def test_a_mail_that_is_filed_meanwhile_goes_to_the_one_that_is_left(
    world: World, people: dict[str, str]
) -> None:
    has_merged, may_end = Event(), Event()

    def merging() -> None:
        with session.transaction() as db:
            contactmerging.merge(db, world.ours.staff, people["bob"], people["ann"], now=NOON)
            has_merged.set()
            may_end.wait(1)

    def recognising() -> int:
        with session.transaction() as db:
            return stored.recognise(db, world.ours.account_id, Address("", BOB), now=NOON).contact_id

    with ThreadPoolExecutor(2) as pool:
        merged = pool.submit(merging)
        has_merged.wait(5)
        recognised = pool.submit(recognising)
        may_end.set()
        merged.result()
        met = recognised.result()
    with session.transaction() as db:
        assert stored.recognise(db, world.ours.account_id, Address("", ANN), now=NOON).contact_id == met


def test_customers_are_not_found_by_those_who_are_merged(world: World, people: dict[str, str]) -> None:
    with session.transaction() as db:
        beta = customers.create(db, world.ours.owner, name="Beta", now=NOON)
        contacts.move(db, world.ours.staff, people["bob"], customer=beta, now=NOON)
    merge(world, people["bob"], people["ann"])
    with session.reading() as db:
        found = list_customers(db, Sight(world.ours.account_id), query="bob").items
        assert [row.name for row in found] == ["Acme"]
        (shown,) = list_customers(db, Sight(world.ours.account_id), query="beta").items
        assert shown.contact_count == 0
