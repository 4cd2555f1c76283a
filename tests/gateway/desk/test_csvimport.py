"""Lines of a file carried out, each whole or not at all."""

from gateway.desk import contacts, customers, groups
from gateway.desk.csvimport import carry_out
from gateway.desk.csvplan import Plan, Planned
from gateway.rules.csvtable import Column, Line
from gateway.store import session
from gateway.store.queries import directory
from gateway.store.queries.directory import Entry
from tests.world import ANN, NOON, World, mail

C = Column


def plan(world: World, *lines: dict[Column, str]) -> list[Planned]:
    with session.reading() as db:
        account = world.ours.account_id
        made = Plan(list(directory.list_all(db, account)), directory.groups_by_name(db, account))
    return [made.add(Line(number, cells)) for number, cells in enumerate(lines, 2)]


def do(world: World, planned: list[Planned]) -> list[str]:
    """What went wrong."""
    with session.transaction() as db:
        carry_out(db, world.ours.owner, planned, now=NOON)
    return [line.error.public for line in planned if line.error]


def entries(world: World) -> dict[str, Entry]:
    with session.reading() as db:
        return {entry.name: entry for entry in directory.list_all(db, world.ours.account_id)}


def test_all_that_a_line_says_comes_to_be(world: World) -> None:
    first = {
        C.CUSTOMER: "Beta",
        C.DOMAINS: "b.example",
        C.GROUPS: "North|South",
        C.CUSTOMER_NOTE: "New",
        C.NAME: "Bea",
        C.ADDRESSES: "bea@b.example|bea@home.example",
        C.NOTE: "Early",
    }
    assert do(world, plan(world, first, {C.CUSTOMER: "Acme", C.GROUPS: "north"})) == []
    beta = entries(world)["Beta"]
    assert (beta.domains, beta.groups, beta.note) == (("b.example",), ("North", "South"), "New")
    (bea,) = beta.people
    assert (bea.name, bea.addresses, bea.note) == ("Bea", ("bea@b.example", "bea@home.example"), "Early")
    assert entries(world)["Acme"].groups == ("North",)
    again = plan(world, first)
    assert again[0].change is not None
    assert again[0].change.is_empty


def test_somebody_known_is_changed_and_moves_with_their_tickets(world: World) -> None:
    world.receive(mail(sender=ANN))
    acme = {
        C.CUSTOMER_ID: world.ours.customer,
        C.CUSTOMER: "Acme Ltd",
        C.CUSTOMER_NOTE: "x",
        C.DOMAINS: "a.example",
    }
    moved = {C.CUSTOMER: "Beta", C.NAME: "Ann", C.ADDRESSES: f"{ANN} ann@home.example", C.NOTE: "y"}
    assert do(world, plan(world, acme, moved)) == []
    found = entries(world)
    assert (found["Acme Ltd"].note, found["Acme Ltd"].domains) == ("x", ("a.example", "acme.example"))
    (ann,) = found["Beta"].people
    assert (ann.name, ann.addresses, ann.note) == ("Ann", (ANN, "ann@home.example"), "y")
    customer = world.detail(1).ticket.customer
    assert customer is not None
    assert customer.name == "Beta"


def test_a_person_without_customer_joins_that_of_their_domain(world: World) -> None:
    assert do(world, plan(world, {C.ADDRESSES: "new@acme.example"}, {C.ADDRESSES: "x@nowhere.example"})) == []
    assert [person.addresses for person in entries(world)["Acme"].people] == [("new@acme.example",)]
    assert [person.addresses for person in entries(world)[""].people] == [("x@nowhere.example",)]


def test_a_line_that_somebody_overtook_leaves_nothing_and_others_go_on(world: World) -> None:
    planned = plan(
        world,
        {C.CUSTOMER: "Beta", C.GROUPS: "West", C.ADDRESSES: "taken@b.example"},
        {C.CUSTOMER: "Beta", C.CUSTOMER_NOTE: "x"},
        {C.CUSTOMER: "Beta", C.ADDRESSES: "other@b.example"},
        {C.ADDRESSES: "taken@b.example", C.NAME: "New name"},
        {C.CUSTOMER: "Gamma", C.GROUPS: "West"},
    )
    with session.transaction() as db:
        by = world.ours.owner
        contacts.create(db, by, name="Faster", addresses=["taken@b.example"], customer=None, now=NOON)
    assert do(world, planned) == [
        "This address belongs to Faster.",
        *["What this line builds on could not be made."] * 3,
    ]
    found = entries(world)
    assert "Beta" not in found
    assert found["Gamma"].groups == ("West",)
    assert [person.name for person in found[""].people] == ["Faster"]


def test_a_group_that_somebody_made_meanwhile_is_used(world: World) -> None:
    planned = plan(world, {C.CUSTOMER: "Acme", C.GROUPS: "West"})
    with session.transaction() as db:
        groups.create(db, world.ours.owner, name="WEST", now=NOON)
    assert do(world, planned) == []
    assert entries(world)["Acme"].groups == ("WEST",)


def test_a_strangers_customer_is_not_reached(world: World) -> None:
    planned = plan(world, {C.CUSTOMER_ID: world.stranger.customer, C.CUSTOMER: "Mine"})
    assert planned[0].error is not None
    with session.transaction() as db:
        customers.change(db, world.stranger.owner, world.stranger.customer, note="Untouched")
    assert do(world, planned) == ["There is no such customer."]
