"""What a ticket says of the request for deletion that it is, and where it leads."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from gateway import clock
from gateway.rules.access import Actor, Role
from gateway.store import session
from gateway.store.models import Contact, DeletionRequest, Ticket
from tests.admitting import add_person
from tests.webui.cast import World, mail
from tests.webui.forms import send
from tests.webui.pages import Page
from tests.webui.test_routes import signed_in

ASKS = "Please delete all my personal data.\n"


@pytest.fixture
def asked(world: World) -> str:
    """Ann asks in ticket 2; the page of her contact's erasure."""
    world.ours.receive(mail("Hello", ASKS))
    with session.reading() as db:
        contact = db.execute(select(Contact.public_id).where(Contact.account_id == 1)).scalar_one()
    return f"/account/erasures/new?kind=contact&of={contact}"


def told(browser: FlaskClient, path: str = "/t/2") -> str:
    return " ".join(Page(browser.get(path)).text_of("#deletion").split())


def is_now(**values: object) -> None:
    with session.transaction() as db:
        db.execute(update(DeletionRequest).values(**values))


def test_it_says_so_and_leads_to_what_would_go(browser: FlaskClient, asked: str) -> None:
    assert "This asks for data to be deleted." in told(browser)
    assert "ann@customer.example was not asked to confirm it" in told(browser)
    shown = Page(browser.get("/t/2"))
    assert [link.get("href") for link in shown.all("#deletion a")] == [asked]
    assert "This was taken for a request for deletion" in shown.text_of("#live")
    assert "deletion request" in shown.text_of("#live")
    assert told(browser, "/t/2/deletion") == told(browser)


def test_any_other_ticket_says_nothing(browser: FlaskClient, asked: str) -> None:
    assert asked
    assert Page(browser.get("/t/1")).all("#deletion") == []
    assert browser.get("/t/1/deletion").text.strip() == ""


def test_how_sure_it_is(browser: FlaskClient, asked: str) -> None:
    now = clock.now()
    is_now(asked_at=now, because="address")
    assert asked
    assert "This came to the address for privacy." in told(browser)
    assert "has not done so yet" in told(browser)
    is_now(doubted_at=now + timedelta(minutes=1))
    assert "nothing proves that it was ann@customer.example" in told(browser)
    assert Page(browser.get("/t/2")).all("#deletion.bad") != []
    is_now(confirmed_at=now + timedelta(minutes=2), doubted_at=None)
    assert "the mail is proven to come from there" in told(browser)
    assert Page(browser.get("/t/2")).all("#deletion.bad") == []


def test_once_begun_it_leads_to_how_far_it_is(browser: FlaskClient, asked: str) -> None:
    is_now(erasure="abc")
    assert asked
    assert "gets the receipt by mail" in told(browser)
    shown = Page(browser.get("/t/2"))
    assert [link.get("href") for link in shown.all("#deletion a")] == ["/account/erasures/abc"]
    is_now(address="")
    assert "the receipt goes to who asked" in told(browser)


def test_without_a_contact_it_leads_to_the_tickets(browser: FlaskClient, asked: str) -> None:
    assert asked
    with session.transaction() as db:
        db.execute(update(Ticket).values(contact_id=None))
    (link,) = Page(browser.get("/t/2")).all("#deletion a")
    assert link.get("href") == "/account/erasures/new?kind=ticket&of=2"


def test_who_may_not_erase_reads_it_and_has_no_way(app: Flask, asked: str) -> None:
    assert asked
    staff = signed_in(app, Actor(1, Role.STAFF, add_person(1, Role.STAFF), "sam"))
    assert "This asks for data to be deleted." in told(staff)
    assert Page(staff.get("/t/2")).all("#deletion a") == []


def test_a_ticket_that_was_not_taken_for_one_can_be_by_people(browser: FlaskClient) -> None:
    page = Page(browser.get("/account/erasures/new?kind=ticket&of=1"))
    assert page.all("#ask form")[0].get("action") == "/t/1/deletion"
    assert "is asked by mail to confirm" in page.text_of("#ask")
    answer = send(browser, "/t/1/deletion")
    assert (answer.status_code, answer.location) == (303, "/t/1")
    assert "Somebody here takes this for a request for deletion." in told(browser, "/t/1")
    assert "has not done so yet" in told(browser, "/t/1")
    assert Page(browser.get("/account/erasures/new?kind=ticket&of=1")).all("#ask") == []
    again = send(browser, "/t/1/deletion")
    assert again.status_code == 409
    assert "Please ask in an answer." in again.text
