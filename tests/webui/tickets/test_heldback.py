"""A reply that is held back, as a browser without JavaScript has it."""

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gateway import clock
from gateway.desk import noting, tickets
from gateway.desk.tickets import TicketChange
from gateway.rules.access import Actor, Role
from gateway.rules.status import Status
from gateway.store import session
from tests.admitting import add_person
from tests.webui.cast import World
from tests.webui.pages import Page


@pytest.fixture
def anna(world: World) -> Actor:
    key = add_person(world.ours.account_id, Role.ADMIN, now=clock.now())
    return Actor(world.ours.account_id, Role.ADMIN, key, "Anna")


def note(by: Actor, text: str) -> None:
    with session.transaction() as db:
        noting.note(db, by, 1, text, now=clock.now())


def send(browser: FlaskClient, page: Page, **more: str) -> TestResponse:
    fields = {name: page.one(f"[name={name}]").get("value") or "" for name in ("csrf_token", "seen", "to")}
    return browser.post("/t/1/articles", data=fields | {"kind": "reply", "text": "Hello", "then": ""} | more)


def replies(world: World) -> int:
    return sum(article.kind == "outbound" for article in world.ours.ticket.articles)


def test_a_reply_waits_until_its_writer_has_seen_what_others_did(
    browser: FlaskClient, world: World, anna: Actor
) -> None:
    opened = Page(browser.get("/t/1"))
    note(anna, "She called back.")
    with session.transaction() as db:
        tickets.patch(db, anna, 1, TicketChange(status=Status.PENDING), now=clock.now())
    answer = send(browser, opened, then="closed")
    held_back = Page(answer)
    assert (answer.status_code, replies(world)) == (409, 0)
    told = held_back.text_of(".since")
    assert "She called back." in told
    assert "set it to “Waiting”" in told
    assert held_back.text_of("#text") == "Hello"
    assert held_back.one(".since button").get("value") == "closed"
    note(anna, "Once more.")
    again = send(browser, held_back)
    assert again.status_code == 409
    assert "She called back." not in Page(again).text_of(".since")
    assert send(browser, Page(again)).status_code == 303
    assert replies(world) == 1


def test_own_notes_and_a_page_that_is_new_hold_nothing_back(browser: FlaskClient, world: World) -> None:
    opened = Page(browser.get("/t/1"))
    note(world.ours.actor, "My own.")
    assert send(browser, opened).status_code == 303


def test_a_note_is_never_held_back(browser: FlaskClient, world: World, anna: Actor) -> None:
    opened = Page(browser.get("/t/1"))
    note(anna, "First.")
    assert send(browser, opened, kind="note").status_code == 303


def test_programs_are_told_what_is_new(browser: FlaskClient, world: World, anna: Actor) -> None:
    headers = world.ours.headers
    seen = browser.get("/api/v1/tickets/1", headers=headers).get_json()["seen"]
    note(anna, "First.")
    body = {"kind": "reply", "text": "Hello", "seen": seen}
    told = browser.post("/api/v1/tickets/1/articles", json=body, headers=headers)
    problem = told.get_json()
    assert (told.status_code, problem["type"]) == (409, "/problems/changed")
    assert problem["articles"] == [world.ours.ticket.articles[-1].public_id]
    body["seen"] = problem["seen"]
    assert browser.post("/api/v1/tickets/1/articles", json=body, headers=headers).status_code == 201
    refused = browser.post("/api/v1/tickets/1/articles", json=body | {"seen": "x"}, headers=headers)
    assert refused.status_code == 422
