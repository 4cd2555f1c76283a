"""The viewer's page and its passes: for who may join, with the secret in the page and nowhere else."""

import json
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gateway import clock
from gateway.desk import merging, remote
from gateway.desk.remote import Made
from gateway.errors import NotFound
from gateway.rules.remote import Why
from gateway.store import session
from gateway.store.queries import remote as queries
from tests.admitting import add_guest, cookie_of
from tests.remotes import hash_of, redeem
from tests.webui.cast import World, mail
from tests.webui.pages import Page


def config_of(answer: TestResponse) -> dict[str, object]:
    found: dict[str, object] = json.loads(Page(answer).one("#remote-config").text or "")
    return found


def get_pass(browser: FlaskClient, url: str) -> TestResponse:
    token = Page(browser.get("/account")).token
    return browser.post(url, data={"csrf_token": token})


@pytest.fixture
def guest(app: Flask, world: World) -> FlaskClient:
    """The browser of a guest who may join."""
    by = add_guest(world.ours.account_id, ticket=1, may=["join"], now=clock.now())
    made = app.test_client()
    made.set_cookie("session", cookie_of(by, now=clock.now()))
    return made


def test_the_page_gives_its_script_what_it_needs(browser: FlaskClient, made: Made) -> None:
    answer = browser.get(f"/t/1/remote/{made.public_id}")
    config = config_of(answer)
    assert config["session"] == made.public_id
    assert config["secret"] == made.secret
    assert config["passUrl"] == f"/remote-sessions/{made.public_id}/pass"
    assert (config["asked"], config["state"]) == (["view", "control"], "waiting")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "connect-src 'self' ws://127.0.0.1:8081;" in answer.headers["Content-Security-Policy"]
    assert "display-capture=()" in answer.headers["Permissions-Policy"]


def test_a_pass_lets_its_browser_in(browser: FlaskClient, world: World, made: Made) -> None:
    answer = get_pass(browser, f"/remote-sessions/{made.public_id}/pass")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.get_json()["relay"] == "ws://127.0.0.1:8081"
    with session.transaction() as db:
        said = answer.get_json()["pass"]
        seat = remote.enter(db, pass_hash=hash_of(said), relay_url="ws://x", now=clock.now())
        assert seat.public_id == made.public_id
        assert queries.signed_in_of(db, {seat.sign_in_id}, now=clock.now()) == {seat.sign_in_id}


def test_a_pass_is_for_the_relay_where_the_customer_is(browser: FlaskClient, made: Made) -> None:
    redeem(made, relay_url="wss://first.example", now=clock.now())
    answer = get_pass(browser, f"/remote-sessions/{made.public_id}/pass")
    assert answer.get_json()["relay"] == "wss://first.example"


def test_signing_out_takes_the_pass_along(browser: FlaskClient, made: Made) -> None:
    said = get_pass(browser, f"/remote-sessions/{made.public_id}/pass").get_json()["pass"]
    token = Page(browser.get("/account")).token
    browser.post("/sign-out", data={"csrf_token": token})
    with pytest.raises(NotFound), session.transaction() as db:
        remote.enter(db, pass_hash=hash_of(said), relay_url="ws://x", now=clock.now())


def test_a_guest_who_may_join_has_the_page_and_their_way_back(guest: FlaskClient, made: Made) -> None:
    answer = guest.get(f"/t/1/remote/{made.public_id}")
    assert config_of(answer)["ticketUrl"] == "/guest/1"
    assert Page(answer).all("#v-note") == []
    assert get_pass(guest, f"/remote-sessions/{made.public_id}/pass").status_code == 200
    assert Page(guest.get("/guest/1")).one("#remotes a").get("href") == f"/t/1/remote/{made.public_id}"


def test_other_guests_and_strangers_have_neither(app: Flask, world: World, made: Made) -> None:
    by = add_guest(world.ours.account_id, ticket=1, may=["note"], now=clock.now())
    for cookie in (cookie_of(by, now=clock.now()), world.stranger.cookie):
        browser = app.test_client()
        browser.set_cookie("session", cookie)
        assert browser.get(f"/t/1/remote/{made.public_id}").status_code == 404
        assert get_pass(browser, f"/remote-sessions/{made.public_id}/pass").status_code == 404
        assert made.public_id not in browser.get("/guest/1").text


def test_one_that_has_ended_has_no_page(browser: FlaskClient, world: World, made: Made) -> None:
    with session.transaction() as db:
        remote.end_by(db, world.ours.actor, made.public_id, now=clock.now())
    answer = browser.get(f"/t/1/remote/{made.public_id}")
    assert (answer.status_code, made.secret in answer.text) == (410, False)
    refused = get_pass(browser, f"/remote-sessions/{made.public_id}/pass")
    assert (refused.status_code, refused.get_json()) == (410, {"ended": True})


def test_a_merged_tickets_page_leads_to_the_other(browser: FlaskClient, world: World, made: Made) -> None:
    world.ours.receive(mail("Another"))
    with session.transaction() as db:
        merging.merge(db, world.ours.actor, 1, 2, now=clock.now())
    answer = browser.get(f"/t/1/remote/{made.public_id}")
    assert (answer.status_code, answer.location) == (303, f"/t/2/remote/{made.public_id}")


def test_what_runs_is_listed_and_what_has_ended_is_not(
    browser: FlaskClient, world: World, made: Made
) -> None:
    for path in ("/remote-sessions", "/remote-sessions/now"):
        assert "#1 Look at this" in Page(browser.get(path)).text_of(".list")
    with session.transaction() as db:
        found = remote.get(db, world.ours.actor, made.public_id)
        remote.end(db, found.id, why=Why.NOBODY, now=clock.now() + timedelta(minutes=1))
    assert "No remote session runs" in browser.get("/remote-sessions").text
