"""The operator's pages: accounts by counts, limits, suspension; nothing of anybody's mail."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gateway import clock
from gateway.desk import operating
from gateway.rules.access import Actor, Role
from gateway.store import bounds, session
from tests.admitting import add_person, cookie_of
from tests.webui.cast import PASSWORD, World, mail
from tests.webui.forms import send
from tests.webui.pages import Page
from tests.webui.signin.test_security import let_proof_lapse

PAGE = "/operator"
MARK = "Zq7Mark"


@pytest.fixture
def operator(browser: FlaskClient) -> FlaskClient:
    """The browser of the owner of the operator's account, which is ours."""
    with session.transaction() as db:
        operating.appoint(db, "ours", now=clock.now())
    return browser


def stranger_page() -> str:
    with session.reading() as db:
        return f"{PAGE}/accounts/{operating.get(db, None, 'stranger').public_id}"


def test_for_everybody_else_there_is_no_such_page(app: Flask, browser: FlaskClient, world: World) -> None:
    assert browser.get(PAGE).status_code == 404
    assert "/operator" not in browser.get("/account").text
    with session.transaction() as db:
        operating.appoint(db, "stranger", now=clock.now())
    page = stranger_page()
    for path in (PAGE, page):
        assert browser.get(path).status_code == 404
    for verb in ("limits", "suspend", "resume"):
        assert send(browser, f"{page}/{verb}").status_code == 404
    colleague = app.test_client()
    key = add_person(world.stranger.account_id, Role.STAFF)
    by = Actor(world.stranger.account_id, Role.STAFF, key)
    colleague.set_cookie("session", cookie_of(by, now=clock.now()))
    assert colleague.get(PAGE).status_code == 403
    assert "/operator" not in colleague.get("/account").text


def test_accounts_are_listed_found_and_paged(operator: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Page(operator.get("/account")).all("[href=/operator]")
    page = Page(operator.get(PAGE))
    assert "stranger" in page.text_of("#accounts")
    assert "1 person · 1 ticket · 1 mailbox" in page.text_of("#accounts")
    assert "Anybody may create an account." in page.text_of("#sign-up")
    assert "Queue it does not answer" in page.text_of("#health")
    assert "stranger" not in Page(operator.get(f"{PAGE}?find=ours")).text_of("#accounts")
    assert "There is no such account." in operator.get(f"{PAGE}?find=nobody").text
    monkeypatch.setattr("webui.operating.views._SHOWN", 1)  # a page of fifty would need as many accounts
    first = Page(operator.get(PAGE))
    assert "ours" not in first.text_of("#accounts")
    second = Page(operator.get(first.one("[rel=next]").get("href") or ""))
    assert "ours" in second.text_of("#accounts")
    assert second.all("[rel=next]") == []


def test_limits_are_set_and_what_is_no_number_is_said_at_its_field(operator: FlaskClient) -> None:
    page = stranger_page()
    answer = send(operator, f"{page}/limits", staff="3", megabytes="20", mails="")
    assert answer.location == f"{page}?saved=1"
    shown = Page(operator.get(answer.location))
    assert [shown.one(f"#{name}").get("value") for name in ("staff", "megabytes", "mails")] == ["3", "20", ""]
    wrong = send(operator, f"{page}/limits", staff="many")
    assert wrong.status_code == 422
    assert Page(wrong).one("#staff").get("aria-invalid") == "true"


def test_a_suspended_account_is_shut_and_says_so(app: Flask, operator: FlaskClient, world: World) -> None:
    page, other = stranger_page(), app.test_client()
    other.set_cookie("session", world.stranger.cookie)
    assert other.get("/").status_code == 200
    assert send(operator, f"{page}/suspend").location == f"{page}?saved=1"
    assert other.get("/").location == "/sign-in?next=/"
    token = Page(other.get("/sign-in")).token
    typed = {"csrf_token": token, "login": "stranger", "password": PASSWORD}
    answer = other.post("/sign-in", data=typed)
    assert (answer.status_code, "This account is suspended." in answer.text) == (403, True)
    refused = app.test_client().get("/api/v1/tickets", headers=world.stranger.headers)
    assert (refused.status_code, refused.json and refused.json["type"]) == (403, "/problems/suspended")
    again = send(operator, f"{page}/suspend")
    assert (again.status_code, "suspended already" in again.text) == (409, True)
    assert "suspended" in Page(operator.get(PAGE)).text_of("#accounts")
    assert send(operator, f"{page}/resume").location == f"{page}?saved=1"
    assert other.post("/sign-in", data=typed).status_code == 303


def test_nothing_that_others_wrote_is_ever_shown(operator: FlaskClient, world: World) -> None:
    world.stranger.receive(mail(f"{MARK} subject", f"{MARK} text", **{"X-Mark": MARK}))
    with session.transaction() as db:
        bounds.count_kept(db)
    page = stranger_page()
    send(operator, f"{page}/suspend")
    shown = [operator.get(path).text for path in (PAGE, f"{PAGE}?find={MARK}x", page, f"{page}?saved=1")]
    assert "2 tickets" in shown[0] or "1 ticket" in shown[0]
    assert [MARK in text.replace(f"{MARK}x", "") for text in shown] == [False] * 4
    assert "customer.example" not in "".join(shown)


def test_the_password_is_asked_for_again(operator: FlaskClient) -> None:
    page = stranger_page()
    let_proof_lapse()
    assert operator.get(page).location == f"/prove?next={page}"
    assert send(operator, f"{page}/suspend").location.startswith("/prove?next=")
