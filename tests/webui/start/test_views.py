"""The guided start: its name, what is skipped, where it goes on, and how it ends."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, update
from werkzeug.test import TestResponse

from gateway import clock
from gateway.desk import guidedstart, mailedlinks
from gateway.desk.guidedstart import Progress, Step
from gateway.desk.mailedlinks import Purpose
from gateway.rules.access import Role
from gateway.store import session
from gateway.store.models import Mailbox, Staff, Ticket
from tests.webui.cast import World
from tests.webui.pages import Page
from tests.webui.signin.test_letters import secret_of

Send = Callable[..., TestResponse]
Known = Callable[[], Progress]


@pytest.fixture
def begun(world: World) -> World:
    with session.transaction() as db:
        guidedstart.begin(db, world.ours.actor, now=clock.now())
    return world


def test_it_goes_on_where_it_was_left(browser: FlaskClient, send: Send, known: Known) -> None:
    assert browser.get("/start").location == "/start/business"
    assert send("/start/skip", step="business").location == "/start/mailbox"
    assert send("/start/mailbox/done").location == "/start/test"
    assert browser.get("/start").location == "/start/test"
    assert send("/start/skip", step="colleagues").location == "/start/test"
    assert send("/start/test/done").location == "/start/end"
    assert (sorted(known().done), sorted(known().skipped)) == (
        [Step.MAILBOX, Step.TEST],
        [Step.BUSINESS, Step.COLLEAGUES],
    )
    assert send("/start/colleagues").location == "/start/end"
    assert known().skipped == frozenset({Step.BUSINESS})


def test_each_page_shows_how_far_one_has_come(browser: FlaskClient, send: Send) -> None:
    send("/start/skip", step="mailbox")
    send("/start/business", business="Smith & Co")
    page = Page(browser.get("/start/test"))
    assert [item.get("class") for item in page.all(".steps li")] == ["done", "skipped", "open", "open"]
    assert "Test both ways" in page.text_of("[aria-current=step]")
    assert "(skipped)" in page.text_of(".steps")


def test_the_business_is_named_and_the_id_shown(browser: FlaskClient, send: Send, world: World) -> None:
    page = Page(browser.get("/start/business"))
    assert page.one("#business").get("value") == ""  # the login stands in for a name that nobody gave
    assert len(page.text_of("#account-id")) == 24
    assert send("/start/business", business="  Smith &  Co ").location == "/start/mailbox"
    page = Page(browser.get("/start/business"))
    assert page.one("#business").get("value") == "Smith & Co"
    assert "Smith & Co" in page.text_of(".brand")


def test_a_business_without_name_stays_there(send: Send) -> None:
    answer = send("/start/business", business=" ")
    assert answer.status_code == 422
    assert "Please name your business." in Page(answer).text_of("#wrong")


def test_a_step_that_is_none_is_refused(send: Send) -> None:
    assert send("/start/skip", step="dance").status_code == 422


def test_the_rail_leads_back_to_it_until_it_ends(browser: FlaskClient, send: Send, begun: World) -> None:
    assert 'href="/start"' in browser.get("/customers").text
    assert send("/start/end").location == "/"
    assert 'href="/start"' not in browser.get("/customers").text
    assert 'href="/start"' in browser.get("/account").text


def test_the_empty_list_leads_back_to_it(browser: FlaskClient, begun: World) -> None:
    with session.transaction() as db:
        db.execute(delete(Ticket))
        db.execute(delete(Mailbox))
    assert Page(browser.get("/")).one(".empty a").get("href") == "/start"


def test_staff_do_not_see_it(app: Flask, browser: FlaskClient, begun: World) -> None:
    with session.transaction() as db:
        db.execute(update(Staff).where(Staff.login == "ours").values(role=Role.STAFF.value))
    assert 'href="/start"' not in browser.get("/customers").text
    assert 'href="/start"' not in browser.get("/account").text
    assert browser.get("/start").status_code == 403


def test_a_stranger_has_a_start_of_their_own(app: Flask, send: Send, begun: World) -> None:
    send("/start/business", business="Smith & Co")
    theirs = app.test_client()
    theirs.set_cookie("session", begun.stranger.cookie)
    assert theirs.get("/start").location == "/start/business"
    assert "Smith" not in theirs.get("/start/business").text


def test_who_confirms_their_address_comes_back_to_it(browser: FlaskClient, send: Send, begun: World) -> None:
    with session.transaction() as db:
        db.execute(update(Staff).where(Staff.login == "ours").values(email_confirmed_at=None))
    assert send("/confirm/again").status_code == 303
    answer = send("/confirm", code=secret_of(begun.ours.blobs))
    assert answer.location == "/start?confirmed=1"
    onward = browser.get(answer.location)
    assert onward.location == "/start/business?confirmed=1"
    assert "is confirmed" in Page(browser.get(onward.location)).text_of("[role=status]")
    assert mailedlinks.LASTS[Purpose.CONFIRM].days == 7


def test_at_the_end_stands_what_works_and_what_does_not(browser: FlaskClient, world: World) -> None:
    page = Page(browser.get("/start/end"))
    said = page.text_of("main .list")
    assert "confirmed" in said
    assert "help@ours.example" in said
    assert "there is no server by which they could leave" in said
    assert "none sent yet" in said
    with session.transaction() as db:
        db.execute(delete(Mailbox).where(Mailbox.account_id == world.ours.account_id))
    assert "mails cannot become tickets" in Page(browser.get("/start/end")).text_of("main .list")


def test_whom_to_invite_is_a_page_of_its_own(browser: FlaskClient) -> None:
    page = Page(browser.get("/start/colleagues"))
    assert (page.one("main a.primary").get("href") or "").startswith("/people/invite")
