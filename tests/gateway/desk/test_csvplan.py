"""What lines would change, compared with what is there and with the lines before."""

import pytest

from gateway.desk.contacts import MAX_ADDRESSES
from gateway.desk.csvplan import Change, Plan, Planned
from gateway.desk.customers import MAX_DOMAINS
from gateway.desk.groups import MAX_GROUPS
from gateway.rules.csvtable import Column, Line
from gateway.store.queries.directory import Entry, Person

ANN = Person("ann", "Ann", ("ann@acme.example", "a@home.example"), "Early")
ACME = Entry("acme", "Acme", ("acme.example",), ("North",), "Pays late", (ANN,))
TWINS = (Entry("t1", "Twin", (), (), "", ()), Entry("t2", "TWIN", (), (), "", ()))
LOOSE = Entry("", "", (), (), "", (Person("bob", "", ("bob@elsewhere.example",), ""),))
C = Column


@pytest.fixture
def plan() -> Plan:
    return Plan([ACME, *TWINS, LOOSE], {"North": "g1"})


def add(plan: Plan, **cells: str) -> Planned:
    return plan.add(Line(2, {Column[name.upper()]: text for name, text in cells.items()}))


def change(plan: Plan, **cells: str) -> Change:
    planned = add(plan, **cells)
    assert planned.error is None
    assert planned.change is not None
    return planned.change


def error(plan: Plan, **cells: str) -> str:
    planned = add(plan, **cells)
    assert planned.change is None
    assert planned.error is not None
    return planned.error.public


def test_what_is_there_already_changes_nothing(plan: Plan) -> None:
    whole = {
        "customer_id": "acme",
        "customer": "Acme",
        "domains": "ACME.example",
        "groups": "north",
        "customer_note": "Pays late",
        "name": " Ann ",
        "addresses": "A@home.example, ann@acme.example",
        "note": "Early",
    }
    assert change(plan, **whole).is_empty
    assert change(plan, customer="ACME").is_empty
    assert change(plan, customer="Acme", addresses="ann@acme.example").is_empty
    assert change(plan, addresses="bob@elsewhere.example").is_empty


def test_a_line_makes_a_customer_and_a_person_and_the_next_one_knows_them(plan: Plan) -> None:
    first = change(
        plan, customer="Beta", domains="b.example c.example", groups="South|North", addresses="x@b.example"
    )
    assert (first.makes, first.makes_company, first.makes_human) == (True, True, True)
    assert (first.domains, first.groups) == (("b.example", "c.example"), ("South", "North"))
    assert first.moves_to is first.company
    second = change(plan, customer="beta", groups="South", addresses="y@b.example")
    assert second.company is first.company
    assert (second.makes_company, second.makes_human, second.groups) == (False, True, ())
    assert change(plan, customer="Beta", addresses="x@b.example").is_empty


def test_blank_cells_keep_and_others_add(plan: Plan) -> None:
    found = change(
        plan,
        customer="Acme",
        domains="new.example",
        customer_note="Pays",
        name="Ann B",
        note="Late",
        addresses="ann@acme.example|third@home.example",
    )
    assert found.domains == ("acme.example", "new.example")
    assert (found.company_note, found.name, found.note) == ("Pays", "Ann B", "Late")
    assert (found.addresses, found.moves_to, found.makes) == (("third@home.example",), None, False)


def test_a_person_moves_to_the_customer_of_the_line(plan: Plan) -> None:
    moved = change(plan, customer="Acme", addresses="bob@elsewhere.example")
    assert moved.moves_to is not None
    assert moved.moves_to.public_id == "acme"


def test_a_customer_named_by_its_id_is_renamed(plan: Plan) -> None:
    assert change(plan, customer_id="t1", customer="Only").company_name == "Only"
    assert change(plan, customer="Only").is_empty
    assert change(plan, customer="Twin").is_empty  # one has this name now


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"note": "x"}, "needs a customer or an address"),
        ({"customer_id": "nobody"}, "no such customer"),
        ({"customer": "twin"}, "Several customers"),
        ({"customer": "x" * 201}, "1 to 200"),
        ({"customer": "Beta", "domains": "acme.example"}, "another customer"),
        ({"customer": "Beta", "domains": "no domain"}, "not a mail domain"),
        ({"customer": "Beta", "groups": "x" * 101}, "1 to 100"),
        ({"customer": "Beta", "name": "Ann"}, "needs an address"),
        ({"customer": "Beta", "customer_note": "x" * 5001}, "too long"),
        ({"addresses": "nobody"}, "not a valid e-mail address"),
        ({"addresses": "ann@acme.example bob@elsewhere.example"}, "merge them first"),
        ({"addresses": "x@y.example", "groups": "North"}, "need a customer"),
    ],
)
def test_what_a_line_cannot_is_said_and_leaves_no_trace(plan: Plan, cells: dict[str, str], said: str) -> None:
    assert said in error(plan, **cells)
    assert change(plan, customer="Beta").makes_company
    assert change(plan, addresses="x@y.example").makes_human


def test_a_line_with_too_many_cells_is_none(plan: Plan) -> None:
    planned = plan.add(Line(7, {Column.CUSTOMER: "Beta"}, is_too_long=True))
    assert (planned.number, planned.change) == (7, None)


def test_bounds_hold_over_all_lines(plan: Plan) -> None:
    many = " ".join(f"d{number}.example" for number in range(MAX_DOMAINS))
    assert len(change(plan, customer="Many", domains=many).domains or ()) == MAX_DOMAINS
    assert "at most 100 domains" in error(plan, customer="Many", domains="more.example")
    addresses = "|".join(f"a{number}@b.example" for number in range(MAX_ADDRESSES))
    assert len(change(plan, addresses=addresses).addresses) == MAX_ADDRESSES
    assert "at most 50 addresses" in error(plan, addresses="a0@b.example more@b.example")
    change(plan, customer="Acme", groups="|".join(f"g{number}" for number in range(MAX_GROUPS - 1)))
    assert "at most 500 groups" in error(plan, customer="Acme", groups="more")


def test_a_line_says_whom_it_is_about(plan: Plan) -> None:
    assert add(plan, customer="Acme", name="Ann").subject == "Acme · Ann"
    assert add(plan, addresses="ann@acme.example").subject == "ann@acme.example"
    assert add(plan).subject == ""
