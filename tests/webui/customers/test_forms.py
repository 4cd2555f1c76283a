"""What people send from the customers' pages."""

from werkzeug.datastructures import MultiDict

from webui.customers.forms import read_contact, read_customer, read_person, read_search


def test_domains_come_one_by_one_however_they_are_separated() -> None:
    form = read_customer(MultiDict({"name": "Smith", "domains": "a.example, b.example;c.example\nd.example"}))
    assert form.domain_list == ("a.example", "b.example", "c.example", "d.example")


def test_no_domains_are_none() -> None:
    assert read_customer(MultiDict({"name": "Smith", "domains": " , "})).domain_list == ()


def test_endless_fields_are_cut() -> None:
    assert len(read_customer(MultiDict({"name": "x" * 10**6, "domains": "y" * 10**6})).domains) == 26_000
    assert len(read_contact(MultiDict({"name": "x" * 10**6})).name) == 1000


def test_a_note_keeps_its_lines_and_a_search_is_short() -> None:
    assert read_person(MultiDict({"name": "Ann", "note": "a\r\nb"})).note == "a\nb"
    assert len(read_person(MultiDict({"note": "x" * 10**6})).note) == 5001  # one too many, to be refused
    assert read_search(MultiDict({"find": f" {'x' * 300}"})) == "x" * 200
    assert read_search(MultiDict()) == ""
