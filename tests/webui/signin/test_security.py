"""Where one is signed in, another password, and the password asked for again."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from gateway import clock
from gateway.desk import signin
from gateway.desk.signin import PROOF_LASTS
from gateway.rules.throttling import MOST, Counted
from gateway.store import session
from gateway.store.models import WebSession
from tests.webui.cast import PASSWORD, Business, World
from tests.webui.pages import Page

PAGE = "/account/security"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
NEW_PASSWORD = "another horse battery"


def send(browser: FlaskClient, path: str, **fields: str) -> TestResponse:
    token = Page(browser.get(PAGE)).token
    return browser.post(path, data={"csrf_token": token, **fields})


def another(app: Flask, business: Business) -> FlaskClient:
    """Another browser in which the owner is signed in."""
    with session.transaction() as db:
        secret = signin.open_session(db, business.owner_id, browser=FIREFOX, now=clock.now())
    made = app.test_client()
    made.set_cookie("session", secret)
    return made


def let_proof_lapse() -> None:
    with session.transaction() as db:
        db.execute(update(WebSession).values(proven_at=clock.now() - PROOF_LASTS))


def test_sign_ins_are_listed_and_one_is_ended(app: Flask, browser: FlaskClient, world: World) -> None:
    other, third = another(app, world.ours), another(app, world.ours)
    page = Page(browser.get(PAGE))
    assert "Firefox on Linux" in page.text_of("#sessions")
    assert len(page.all("#sessions li")) == 3
    assert len(page.all("[name=handle]")) == 2  # this one signs out by the button for it
    handle = page.one("[name=handle]").get("value") or ""
    answer = send(browser, "/account/sessions/end", handle=handle)
    assert "Signed out there." in Page(browser.get(answer.location)).text_of("[role=status]")
    assert sorted(one.get("/").status_code for one in (browser, other, third)) == [200, 200, 303]


def test_all_others_end_at_once(app: Flask, browser: FlaskClient, world: World) -> None:
    other, stranger = another(app, world.ours), another(app, world.stranger)
    send(browser, "/account/sessions/end")
    assert [one.get("/").status_code for one in (browser, other, stranger)] == [200, 303, 200]
    assert Page(browser.get(PAGE)).all("[name=handle]") == []


def test_a_strangers_sign_in_is_not_ended(app: Flask, browser: FlaskClient, world: World) -> None:
    stranger = another(app, world.stranger)
    handle = Page(stranger.get(PAGE)).one("[name=handle]").get("value") or ""
    send(browser, "/account/sessions/end", handle=handle)
    assert len(Page(stranger.get(PAGE)).all("#sessions li")) == 2


def test_a_new_password_needs_the_old_one_and_ends_the_other_sign_ins(
    app: Flask, browser: FlaskClient, world: World
) -> None:
    other = another(app, world.ours)
    answer = send(browser, "/account/password", old="wrong", password=NEW_PASSWORD)
    page = Page(answer)
    assert (answer.status_code, page.text_of("#wrong")) == (422, "This is not your password.")
    assert page.one("#old").get("aria-invalid") == "true"
    answer = send(browser, "/account/password", old=PASSWORD, password="short")
    assert (answer.status_code, Page(answer).one("#password").get("aria-invalid")) == (422, "true")
    answer = send(browser, "/account/password", old=PASSWORD, password=NEW_PASSWORD)
    assert "Your password is changed." in Page(browser.get(answer.location)).text_of("[role=status]")
    assert [one.get("/").status_code for one in (browser, other)] == [200, 303]
    assert send(browser, "/account/password", old=PASSWORD, password=PASSWORD).status_code == 422


@pytest.mark.parametrize(("seconds", "asked"), [(-5, False), (5, True)])
def test_the_password_counts_for_a_while(browser: FlaskClient, seconds: int, *, asked: bool) -> None:
    with session.transaction() as db:
        at = clock.now() - PROOF_LASTS - timedelta(seconds=seconds)
        db.execute(update(WebSession).values(proven_at=at))
    answer = browser.get("/prove?next=/mailboxes")
    assert (answer.status_code, answer.location) == ((200, None) if asked else (303, "/mailboxes"))


def test_what_is_sensitive_asks_for_the_password_and_one_is_back_where_one_was(
    browser: FlaskClient, world: World
) -> None:
    path = Page(browser.get("/mailboxes")).one(".list a").get("href") or ""
    assert Page(browser.get(path)).all("#secret") != []
    let_proof_lapse()
    page = Page(browser.get(path))
    assert page.all("#secret, #out-secret") == []
    token, onward = page.token, f"/prove?next={path}"
    assert onward in [link.get("href") for link in page.all("a.button")]
    for what in ("connection", "outgoing", "dkim/make", "dkim/remove"):
        came_from = {"Referer": f"http://localhost{path}"}
        answer = browser.post(f"{path}/{what}", data={"csrf_token": token}, headers=came_from)
        assert (answer.status_code, answer.location) == (303, onward)
    elsewhere = {"Referer": "http://evil.example/x"}
    answer = browser.post(f"{path}/connection", data={"csrf_token": token}, headers=elsewhere)
    assert answer.location == "/prove?next=/"
    answer = send(browser, "/prove", password="wrong", next=path)
    assert (answer.status_code, Page(answer).one("[name=next]").get("value")) == (422, path)
    assert send(browser, "/prove", password=PASSWORD, next=path).location == path
    assert Page(browser.get(path)).all("#secret") != []


def test_a_thief_of_a_session_cannot_guess_the_password(browser: FlaskClient) -> None:
    let_proof_lapse()
    for path, field in (("/prove", "password"), ("/account/password", "old")):
        for _ in range(MOST[Counted.LOGIN_HERE] // 2):
            assert send(browser, path, **{field: "wrong"}).status_code == 422
    assert send(browser, "/prove", password=PASSWORD).status_code == 429


@pytest.mark.parametrize("path", [PAGE, "/prove"])
def test_who_is_not_signed_in_is_asked_to(client: FlaskClient, world: World, path: str) -> None:
    assert client.get(path).location.startswith("/sign-in?next=")
