"""The second step of signing in."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, update
from werkzeug.test import TestResponse

from gateway import clock
from gateway.rules.throttling import MOST, Counted
from gateway.settings import Settings
from gateway.store import audit, session
from gateway.store.audit import Entry
from gateway.store.models import HalfSignIn, Knock
from tests.webui.cast import PASSWORD, World
from tests.webui.pages import Page
from tests.webui.signin.test_factor import begin, turn_on
from tests.webui.signin.test_factor import send as send_factor
from webui.app import create_app


@pytest.fixture
def codes(browser: FlaskClient) -> list[str]:
    """The recovery codes of our owner, who has turned the second factor on."""
    return turn_on(browser)[1]


def send(browser: FlaskClient, path: str, **fields: str) -> TestResponse:
    token = Page(browser.get("/sign-in")).token
    return browser.post(path, data={"csrf_token": token, **fields})


def half_way(browser: FlaskClient) -> TestResponse:
    return send(browser, "/sign-in", login="ours", password=PASSWORD, next="/t/1")


def test_the_password_alone_opens_nothing_and_the_code_leads_on(
    client: FlaskClient, codes: list[str]
) -> None:
    answer = half_way(client)
    assert (answer.status_code, answer.location) == (303, "/sign-in/code?next=/t/1")
    assert client.get_cookie("session") is None
    assert client.get("/t/1").status_code == 303
    assert Page(client.get(answer.location)).one("[name=next]").get("value") == "/t/1"
    wrong = send(client, "/sign-in/code", code="000000", next="/t/1")
    assert (wrong.status_code, "not right" in Page(wrong).text_of("#wrong")) == (422, True)
    assert send(client, "/sign-in/code", code=codes[0], next="/t/1").location == "/t/1"
    assert client.get("/t/1").status_code == 200
    assert client.get_cookie("half") is None


def test_a_code_of_the_app_lets_in(app: Flask, browser: FlaskClient) -> None:
    made, now = begin(browser), clock.now()
    used, fresh = made.at(now), made.at(now + timedelta(seconds=30))
    send_factor(browser, "confirm", code=used)
    client = app.test_client()
    half_way(client)
    assert send(client, "/sign-in/code", code=used).status_code == 422
    assert send(client, "/sign-in/code", code=fresh).location == "/"


def test_a_code_without_password_or_in_another_browser_is_worth_nothing(
    app: Flask, client: FlaskClient, codes: list[str]
) -> None:
    half_way(client)
    elsewhere = app.test_client()
    assert elsewhere.get("/sign-in/code").location == "/sign-in"
    answer = send(elsewhere, "/sign-in/code", code=codes[0], next="/t/1")
    assert answer.location == "/sign-in?next=/t/1"
    assert elsewhere.get("/").status_code == 303
    elsewhere.set_cookie("half", "x" * 201)
    assert elsewhere.get("/sign-in/code").location == "/sign-in"


def test_half_way_is_over_after_some_minutes(client: FlaskClient, codes: list[str]) -> None:
    half_way(client)
    with session.transaction() as db:
        db.execute(update(HalfSignIn).values(expires_at=clock.now()))
    assert send(client, "/sign-in/code", code=codes[0]).location == "/sign-in?next=/"


def test_codes_are_not_guessed_without_end(client: FlaskClient, codes: list[str]) -> None:
    half_way(client)
    for _ in range(MOST[Counted.CODE]):
        assert send(client, "/sign-in/code", code="000000").status_code == 422
    assert send(client, "/sign-in/code", code=codes[0]).status_code == 429
    with session.transaction() as db:
        db.execute(delete(Knock))
    assert send(client, "/sign-in/code", code=codes[0]).status_code == 303


def test_the_audit_log_tells_what_was_wrong_and_by_what_one_came_in(
    client: FlaskClient, world: World, codes: list[str]
) -> None:
    half_way(client)
    for code in ("000000", "wrong", codes[0]):
        send(client, "/sign-in/code", code=code)
    told = noted(world, 3)
    assert [(one.kind, one.actor.kind, one.facts) for one in told] == [
        ("sign_in", "staff", {"way": "recovery_code"}),
        ("factor_failed", "visitor", {"way": "recovery_code"}),
        ("factor_failed", "visitor", {"way": "code"}),
    ]


def noted(world: World, most: int) -> Sequence[Entry]:
    """The newest entries of our audit log."""
    with session.reading() as db:
        return audit.list_newest(db, world.ours.account_id, limit=most)


def test_who_has_given_the_code_is_half_way_nowhere_any_more(app: Flask, codes: list[str]) -> None:
    one, other = app.test_client(), app.test_client()
    half_way(one), half_way(other)
    send(one, "/sign-in/code", code=codes[0])
    assert other.get("/sign-in/code").location == "/sign-in"


def test_the_cookie_is_kept_from_scripts_and_other_sites_and_bound_to_this_host(
    client: FlaskClient, settings: Settings, codes: list[str]
) -> None:
    header = next(h for h in half_way(client).headers.getlist("Set-Cookie") if h.startswith("half="))
    assert "HttpOnly" in header
    assert "SameSite=Lax" in header
    assert "Max-Age=600" in header
    secure = create_app(settings.with_values(base_url="https://localhost")).test_client()
    token = Page(secure.get("/sign-in", base_url="https://localhost")).token
    typed = {"csrf_token": token, "login": "ours", "password": PASSWORD}
    answer = secure.post("/sign-in", data=typed, base_url="https://localhost")
    header = next(h for h in answer.headers.getlist("Set-Cookie") if "half=" in h)
    assert header.startswith("__Host-half=")
    assert "Secure" in header


def test_no_log_names_a_code(
    client: FlaskClient, world: World, codes: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    half_way(client)
    half = client.get_cookie("half")
    assert half is not None
    for code in ("123456", codes[0]):
        send(client, "/sign-in/code", code=code)
    said = "".join(capfd.readouterr())
    assert [word for word in (half.value, "123456", codes[0]) if word in said] == []
