"""What people send from the customers' pages."""

from werkzeug.datastructures import MultiDict

from webui.customers.forms import read_contact, read_customer


def test_domains_come_one_by_one_however_they_are_separated() -> None:
    form = read_customer(MultiDict({"name": "Smith", "domains": "a.example, b.example;c.example\nd.example"}))
    assert form.domain_list == ("a.example", "b.example", "c.example", "d.example")


def test_no_domains_are_none() -> None:
    assert read_customer(MultiDict({"name": "Smith", "domains": " , "})).domain_list == ()


def test_endless_fields_are_cut() -> None:
    assert len(read_customer(MultiDict({"name": "x" * 10**6, "domains": "y" * 10**6})).domains) == 26_000
    assert len(read_contact(MultiDict({"name": "x" * 10**6})).name) == 1000
