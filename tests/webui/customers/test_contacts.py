"""The pages of contacts."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.webui.cast import World, mail
from tests.webui.customers.test_views import send
from tests.webui.pages import Page


@pytest.fixture
def ann(browser: FlaskClient) -> str:
    """The page of Ann, who wrote ticket 1."""
    return str(Page(browser.get("/t/1")).one(".panel h2 a").get("href"))


def id_of(path: str) -> str:
    return path.rsplit("/", 1)[1]


def test_a_contact_shows_addresses_and_tickets(browser: FlaskClient, ann: str) -> None:
    page = Page(browser.get(ann))
    assert page.text_of("h1") == "Ann Example"
    assert page.text_of("#addresses ul") == "ann@customer.example"
    assert page.one("#tickets a").get("href") == "/t/1"


def test_contacts_are_listed_and_found(browser: FlaskClient, world: World, ann: str) -> None:
    bob = mail("Hello")
    del bob["From"]
    bob["From"] = "bob@elsewhere.example"
    world.ours.receive(bob)
    assert Page(browser.get("/contacts")).text_of("ul.list").startswith("bob@elsewhere.example")
    assert Page(browser.get("/contacts?find=customer.example")).text_of("ul.list").startswith("Ann Example")
    assert "There is none with these words." in browser.get("/contacts?find=nobody").text
    smith = send(browser, "/customers", name="Smith").location
    send(browser, f"{smith}/contacts", name="", address="bob@elsewhere.example")
    theirs = Page(browser.get(f"/contacts?customer={id_of(smith)}"))
    assert theirs.text_of("h1") == "Contacts of Smith"
    assert len(theirs.all("ul.list li")) == 1
    assert Page(browser.get("/contacts?loose=1")).text_of("ul.list").startswith("Ann Example")
    assert (
        "Nobody yet"
        in browser.get(f"/contacts?customer={id_of(send(browser, '/customers', name='X').location)}").text
    )


def test_name_and_note_are_changed(browser: FlaskClient, ann: str) -> None:
    send(browser, ann, name="Ann Other", note="Calls back\r\nin the evening")
    page = Page(browser.get(ann))
    assert page.text_of("h1") == "Ann Other"
    assert page.one(".noted").text == "Calls back\nin the evening"
    answer = send(browser, ann, name="x" * 301, note="")
    assert answer.status_code == 422
    assert Page(answer).one("#name").get("value") == "x" * 301


def test_addresses_come_and_go(browser: FlaskClient, ann: str) -> None:
    send(browser, f"{ann}/addresses", address="ann@home.example")
    page = Page(browser.get(ann))
    assert page.text_of("#addresses ul") == "ann@customer.example Remove ann@home.example Remove"
    send(browser, f"{ann}/addresses/remove", address="ann@customer.example")
    assert Page(browser.get(ann)).text_of("#addresses ul") == "ann@home.example"
    answer = send(browser, f"{ann}/addresses/remove", address="ann@home.example")
    assert (answer.status_code, "The last address stays" in answer.text) == (409, True)


def test_an_address_that_is_taken_names_its_owner(browser: FlaskClient, world: World, ann: str) -> None:
    smith = send(browser, "/customers", name="Smith").location
    send(browser, f"{smith}/contacts", name="Bob Builder", address="bob@elsewhere.example")
    answer = send(browser, f"{ann}/addresses", address="bob@elsewhere.example")
    assert answer.status_code == 409
    assert Page(answer).text_of("#address-wrong") == "This address belongs to Bob Builder."
    assert Page(answer).one("#address").get("value") == "bob@elsewhere.example"


def test_a_contact_moves_to_a_customer_that_was_looked_for(browser: FlaskClient, ann: str) -> None:
    smith = send(browser, "/customers", name="Smith").location
    send(browser, "/customers", name="Jones")
    page = Page(browser.get(f"{ann}?find=smi"))
    assert [option.text for option in page.all("#to option")] == ["Smith"]
    assert send(browser, f"{ann}/customer", customer=id_of(smith), along="all").location == ann
    assert Page(browser.get(ann)).text_of(".crumb") == "Smith"
    assert Page(browser.get(smith)).one("#tickets a").get("href") == "/t/1"
    assert send(browser, f"{ann}/customer", customer="nothing").status_code == 422
    send(browser, f"{ann}/customer", customer="", along="open")
    assert "None is open." in browser.get(smith).text


@pytest.fixture
def bob(browser: FlaskClient) -> str:
    """The page of Bob, who has written nothing."""
    smith = send(browser, "/customers", name="Smith").location
    send(browser, f"{smith}/contacts", name="Bob Builder", address="bob@elsewhere.example")
    return str(Page(browser.get(smith)).one("#contacts li a").get("href"))


def test_two_entries_become_one_after_a_preview_and_two_again(
    browser: FlaskClient, ann: str, bob: str
) -> None:
    link = str(Page(browser.get(f"{bob}?twin=ann")).one("#merging a").get("href"))
    assert link == f"{bob}/merge?other={id_of(ann)}"
    asked = Page(browser.get(link)).text_of("dl")
    assert "Stays Bob Builder · Smith" in asked
    assert "Tickets that move 1 ticket, of which open: 1" in asked
    assert send(browser, f"{bob}/merge", other=id_of(ann)).location == f"{bob}#merging"
    assert browser.get(ann).location == bob
    page = Page(browser.get(bob))
    assert page.text_of("#addresses ul").startswith("ann@customer.example Remove bob@elsewhere.example")
    assert page.one("#tickets a").get("href") == "/t/1"
    assert "Merged: Ann Example" in page.text_of("#merging")
    merge = page.one("[name=merge]").get("value") or ""
    assert send(browser, f"{bob}/unmerge", merge=merge).location == ann
    assert Page(browser.get(ann)).one("#tickets a").get("href") == "/t/1"
    assert "There is none with these words." in browser.get(f"{bob}?twin=nobody").text


def test_what_cannot_be_merged_or_undone_is_said(browser: FlaskClient, ann: str, bob: str) -> None:
    answer = send(browser, f"{bob}/merge", other=id_of(bob))
    assert (answer.status_code, "cannot be merged with itself" in answer.text) == (422, True)
    send(browser, f"{bob}/merge", other=id_of(ann))
    merge = Page(browser.get(bob)).one("[name=merge]").get("value") or ""
    send(browser, f"{bob}/addresses/remove", address="bob@elsewhere.example")
    answer = send(browser, f"{bob}/unmerge", merge=merge)
    assert (answer.status_code, "Every address that is there" in answer.text) == (409, True)


def test_a_stranger_finds_and_changes_nothing(
    app: Flask, browser: FlaskClient, world: World, ann: str
) -> None:
    stranger = app.test_client()
    stranger.set_cookie("session", world.stranger.cookie)
    smith = send(browser, "/customers", name="Smith").location
    assert stranger.get(ann).status_code == 404
    assert stranger.get(f"/contacts?customer={id_of(smith)}").status_code == 404
    assert stranger.get(f"{ann}/merge?other={id_of(ann)}").status_code == 404
    forms = ("", "/addresses", "/addresses/remove", "/customer", "/merge", "/unmerge")
    for path in (f"{ann}{form}" for form in forms):
        answer = send(stranger, path, name="Mine", address="ann@evil.example")
        assert (path, answer.status_code) == (path, 404)
    assert "Ann" not in stranger.get("/contacts").text
    assert Page(browser.get(ann)).text_of("h1") == "Ann Example"


def test_a_form_without_its_token_does_nothing(browser: FlaskClient, ann: str) -> None:
    for path in (ann, f"{ann}/addresses", f"{ann}/customer"):
        assert browser.post(path, data={"name": "X", "address": "a@b.example"}).status_code == 400
    assert Page(browser.get(ann)).text_of("h1") == "Ann Example"


def test_the_page_carries_no_script_or_style_of_its_own(browser: FlaskClient, ann: str) -> None:
    for path in ("/contacts", ann):
        page = Page(browser.get(path))
        assert (page.inline(), page.elsewhere()) == ([], [])
