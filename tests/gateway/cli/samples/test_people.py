"""The cast of the demo."""

from gateway.cli.samples import people


def test_no_address_of_the_cast_can_be_a_real_one() -> None:
    addresses = [desk.address for desk in people.DESKS] + [person.address for person in people.PEOPLE]
    assert {address.domain.rpartition(".")[2] for address in addresses} == {"example"}
    assert people.OWNER_EMAIL.endswith(".example")


def test_everybody_of_a_company_writes_from_its_domain() -> None:
    domains = {company.name: company.domains for company in people.COMPANIES}
    for person in people.PEOPLE:
        if person.company:
            assert person.address.domain in domains[person.company]


def test_people_are_found_by_address_in_any_case() -> None:
    assert people.find_person(" L.HANSEN@hansen-logistik.example ") is people.LARS
    assert people.find_person("nobody@hansen-logistik.example") is None
