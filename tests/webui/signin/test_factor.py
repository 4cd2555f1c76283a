"""One's second factor: set up with an app, recovery codes shown once, and turned off again."""

from urllib.parse import urlsplit

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gateway import clock
from gateway.desk import secondfactor
from gateway.store import session
from tests.webui.cast import World
from tests.webui.pages import Page
from tests.webui.signin.test_security import another, let_proof_lapse
from webui.signin.factor import picture

PAGE = "/account/second-factor"


def send(browser: FlaskClient, what: str, **fields: str) -> TestResponse:
    token = Page(browser.get("/account")).token
    return browser.post(f"{PAGE}/{what}", data={"csrf_token": token, **fields})


def begin(browser: FlaskClient) -> pyotp.TOTP:
    """The app, with the key that the page shows."""
    send(browser, "begin")
    return pyotp.TOTP(Page(browser.get(PAGE)).text_of(".copy").replace(" ", ""))


def turn_on(browser: FlaskClient) -> tuple[pyotp.TOTP, list[str]]:
    """The app, and the recovery codes that the page shows."""
    app = begin(browser)
    page = Page(send(browser, "confirm", code=app.at(clock.now())))
    return app, [one.text or "" for one in page.all(".codes .copy")]


def test_it_is_turned_on_with_the_apps_code_and_other_sign_ins_end(
    app: Flask, browser: FlaskClient, world: World
) -> None:
    other = another(app, world.ours)
    made = begin(browser)
    assert Page(browser.get(PAGE)).all("svg.qr") != []
    answer = send(browser, "confirm", code="000000")
    assert (answer.status_code, "not right" in Page(answer).text_of("#wrong")) == (422, True)
    answer = send(browser, "confirm", code=made.at(clock.now()))
    assert len(Page(answer).all(".codes .copy")) == 10
    assert answer.headers["Cache-Control"] == "no-store"
    assert [one.get("/").status_code for one in (browser, other)] == [200, 303]
    assert Page(browser.get(PAGE)).all(".copy") == []  # neither key nor codes, once it is on
    told = Page(browser.get("/account/security")).text_of("#factor")
    assert "on: the password alone does not do" in told
    assert "10 recovery codes are left" in told


def test_it_is_turned_off_and_nothing_is_asked_for_any_more(browser: FlaskClient, world: World) -> None:
    turn_on(browser)
    answer = send(browser, "off")
    assert "is off" in Page(browser.get(answer.location)).text_of("[role=status]")
    with session.reading() as db:
        assert not secondfactor.is_on(db, world.ours.owner_id)


def test_fresh_recovery_codes_are_shown_once(browser: FlaskClient) -> None:
    assert send(browser, "codes").status_code == 404  # there is no factor yet
    _app, old = turn_on(browser)
    fresh = Page(send(browser, "codes")).all(".codes .copy")
    assert len(fresh) == 10
    assert not {one.text for one in fresh} & set(old)


def test_it_is_not_set_up_twice(browser: FlaskClient) -> None:
    turn_on(browser)
    answer = send(browser, "begin")
    assert (answer.status_code, "is on already" in Page(answer).text_of("#wrong")) == (409, True)
    assert send(browser, "confirm", code="123456").location == PAGE


@pytest.mark.parametrize("what", ["", "/begin", "/confirm", "/codes", "/off"])
def test_all_of_it_asks_for_the_password_again(browser: FlaskClient, world: World, what: str) -> None:
    token = Page(browser.get("/account")).token
    let_proof_lapse()
    answer = browser.post(f"{PAGE}{what}", data={"csrf_token": token}) if what else browser.get(PAGE)
    assert (answer.status_code, urlsplit(answer.location).path) == (303, "/prove")


def test_the_picture_has_no_style_of_its_own() -> None:
    svg = picture("otpauth://totp/x?secret=ABC")
    assert svg.startswith("<svg ")
    assert "style" not in svg
    assert "ABC" not in svg


def demand(browser: FlaskClient, **fields: str) -> TestResponse:
    token = Page(browser.get("/account")).token
    return browser.post("/account/security/demand", data={"csrf_token": token, **fields})


def test_an_account_that_demands_it_opens_nothing_else_before(
    app: Flask, browser: FlaskClient, world: World
) -> None:
    answer = demand(browser, demanded="on")
    assert (answer.status_code, "your own second factor" in Page(answer).text_of("#wrong")) == (409, True)
    turn_on(browser)
    assert demand(browser, demanded="on").status_code == 303
    assert browser.get("/").status_code == 200
    assert Page(browser.get("/account/security")).one("[name=demanded]").get("checked") is not None
    send(browser, "off")
    for path in ("/", "/t/1", "/mailboxes", "/account/tokens"):
        assert browser.get(path).location == "/account/security?owed=1"
    assert browser.post("/t/1/status", data={"csrf_token": Page(browser.get("/account")).token}).location
    page = Page(browser.get("/account/security?owed=1"))
    assert "demands a second factor" in page.text_of("[role=status]")
    assert browser.get("/account").status_code == 200
    turn_on(browser)
    assert browser.get("/").status_code == 200
    demand(browser)
    send(browser, "off")
    assert browser.get("/").status_code == 200
    assert another(app, world.stranger).get("/").status_code == 200


def test_demanding_asks_for_the_password_again(browser: FlaskClient) -> None:
    let_proof_lapse()
    assert demand(browser).location.startswith("/prove?next=")
