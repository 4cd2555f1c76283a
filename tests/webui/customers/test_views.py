"""The customers' pages."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.webui.cast import World
from tests.webui.pages import Page


def send(browser: FlaskClient, path: str, **fields: str) -> TestResponse:
    token = Page(browser.get("/customers")).token
    return browser.post(path, data={"csrf_token": token, **fields})


@pytest.fixture
def smith(browser: FlaskClient) -> str:
    """The page of our customer Smith."""
    return send(browser, "/customers", name="Smith", domains="smith.example").location


def test_a_customer_is_named_freely_and_listed(browser: FlaskClient, smith: str) -> None:
    send(browser, "/customers", name="Bäckerei „Süß & Söhne“")
    listed = Page(browser.get("/customers")).text_of("ul.list")
    assert "Smith 0 contacts" in listed
    assert "Bäckerei „Süß & Söhne“" in listed


def test_its_page_shows_contacts_domains_and_tickets(browser: FlaskClient, smith: str) -> None:
    send(browser, f"{smith}/contacts", name="Ann Example", address="ann@customer.example")
    page = Page(browser.get(smith))
    assert "Ann Example ann@customer.example" in page.text_of("#contacts ul")
    assert page.one("#domains").get("value") == "smith.example"
    assert page.one("#tickets a").get("href") == "/t/1"


def test_a_customer_is_renamed(browser: FlaskClient, smith: str) -> None:
    send(browser, smith, name="Smith & Daughters", domains="")
    page = Page(browser.get(smith))
    assert page.text_of("h1") == "Smith & Daughters"
    assert page.one("#domains").get("value") == ""


def test_a_note_is_written_for_colleagues(browser: FlaskClient, smith: str) -> None:
    send(browser, smith, name="Smith", domains="", note="Gate code\r\n1 < 2")
    assert Page(browser.get(smith)).one(".noted").text == "Gate code\n1 < 2"
    answer = send(browser, smith, name="Smith", note="x" * 5001)
    assert (answer.status_code, Page(answer).text_of("#wrong")) == (422, "The note is too long.")


def test_a_search_finds_customers_and_contacts(browser: FlaskClient, smith: str) -> None:
    send(browser, "/customers", name="Jones")
    page = Page(browser.get("/customers?find=smith.example"))
    assert page.text_of("ul.list") == "Smith 0 contacts"
    page = Page(browser.get("/customers?find=ann"))
    assert "No customer has these words" in page.text_of(".page")
    assert page.text_of("ul.list") == "Ann Example ann@customer.example"
    assert "Jones" not in browser.get("/customers?find=smith").text


def test_a_customer_is_deleted_after_a_look_at_what_stays(browser: FlaskClient, smith: str) -> None:
    send(browser, f"{smith}/contacts", name="", address="ann@customer.example")
    asked = Page(browser.get(f"{smith}/remove")).text_of(".page")
    assert "Stay, without a customer: 1 contact." in asked
    assert "Stay, without a customer: 1 ticket, of which open: 1." in asked
    assert send(browser, f"{smith}/remove").location == "/customers"
    assert browser.get(smith).status_code == 404
    assert browser.get("/t/1").status_code == 200


def test_senders_without_a_customer_are_listed(browser: FlaskClient) -> None:
    assert "ann@customer.example" in browser.get("/customers").text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": " "}, "A name has 1 to 200"),
        ({"name": "x" * 201}, "A name has 1 to 200"),
        ({"name": "Jones", "domains": "not a domain"}, "This is not a mail domain."),
        ({"name": "Jones", "domains": "smith.example"}, "belongs to another customer"),
    ],
)
def test_what_cannot_be_taken_comes_back_with_the_reason(
    browser: FlaskClient, smith: str, fields: dict[str, str], said: str
) -> None:
    answer = send(browser, "/customers", **fields)
    assert answer.status_code in (409, 422)
    assert said in Page(answer).text_of("#wrong")
    assert Page(answer).one("#name").get("value") == fields["name"]


def test_a_change_that_cannot_be_taken_keeps_what_was_typed(browser: FlaskClient, smith: str) -> None:
    answer = send(browser, smith, name="", domains="typed.example")
    assert answer.status_code == 422
    assert Page(answer).one("#domains").get("value") == "typed.example"


def test_a_contact_needs_an_address(browser: FlaskClient, smith: str) -> None:
    answer = send(browser, f"{smith}/contacts", name="Bob", address="nobody")
    assert answer.status_code == 422
    assert Page(answer).one("#contact-name").get("value") == "Bob"


def test_a_stranger_finds_and_changes_nothing(
    app: Flask, browser: FlaskClient, world: World, smith: str
) -> None:
    stranger = app.test_client()
    stranger.set_cookie("session", world.stranger.cookie)
    assert stranger.get(smith).status_code == 404
    assert send(stranger, smith, name="Mine now").status_code == 404
    assert stranger.get(f"{smith}/remove").status_code == 404
    assert send(stranger, f"{smith}/remove").status_code == 404
    assert send(stranger, f"{smith}/contacts", name="", address="a@b.example").status_code == 404
    assert "Smith" not in stranger.get("/customers").text
    assert Page(browser.get(smith)).text_of("h1") == "Smith"


def test_a_form_without_its_token_does_nothing(browser: FlaskClient, smith: str) -> None:
    for path in ("/customers", smith, f"{smith}/contacts", f"{smith}/remove"):
        assert browser.post(path, data={"name": "X", "address": "a@b.example"}).status_code == 400
    assert Page(browser.get(smith)).text_of("h1") == "Smith"


def test_pages_carry_no_script_or_style_of_their_own(browser: FlaskClient, smith: str) -> None:
    for path in ("/customers", smith):
        page = Page(browser.get(path))
        assert (page.inline(), page.elsewhere()) == ([], [])
