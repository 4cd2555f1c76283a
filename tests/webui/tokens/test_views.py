"""The page of API tokens."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from gateway.desk import tokens
from gateway.rules.access import Role
from gateway.store import session
from gateway.store.models import Staff
from tests.webui.cast import World
from tests.webui.pages import Page
from tests.webui.signin.test_security import another, let_proof_lapse

PAGE = "/account/tokens"


def send(browser: FlaskClient, path: str = PAGE, **fields: str) -> TestResponse:
    token = Page(browser.get("/account")).token
    return browser.post(path, data={"csrf_token": token, **fields})


def test_a_token_is_shown_once_works_at_once_and_is_revoked(browser: FlaskClient, app: Flask) -> None:
    answer = send(browser, label="sync")
    assert answer.headers["Cache-Control"] == "no-store"
    secret = Page(answer).text_of("#fresh .copy")
    page = Page(browser.get(PAGE))
    assert ("sync" in page.text_of("#tokens"), secret in browser.get(PAGE).text) == (True, False)
    header = {"Authorization": f"Bearer {secret}"}
    assert app.test_client().get("/api/v1/tickets", headers=header).status_code == 200
    handle = page.all("[name=token]")[-1].get("value") or ""
    assert send(browser, f"{PAGE}/revoke", token=handle).location == PAGE
    assert app.test_client().get("/api/v1/tickets", headers=header).status_code == 401
    assert "sync" not in Page(browser.get(PAGE)).text_of("#tokens")


def test_a_strangers_token_is_not_there(app: Flask, browser: FlaskClient, world: World) -> None:
    stranger = another(app, world.stranger)
    handle = Page(stranger.get(PAGE)).one("[name=token]").get("value") or ""
    assert send(browser, f"{PAGE}/revoke", token=handle).status_code == 404
    api = app.test_client()
    assert api.get("/api/v1/tickets", headers=world.stranger.headers).status_code == 200


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}/revoke"])
def test_the_password_is_asked_for_again(browser: FlaskClient, path: str) -> None:
    let_proof_lapse()
    assert browser.get(PAGE).location == f"/prove?next={PAGE}"
    assert send(browser, path).location.startswith("/prove?next=")


def test_who_may_not_send_mail_makes_nothing_that_may(browser: FlaskClient, world: World) -> None:
    with session.transaction() as db:
        db.execute(update(Staff).values(email_confirmed_at=None))
    answer = send(browser, label="way round")
    assert (answer.status_code, "confirm your e-mail address" in answer.text) == (403, True)
    with session.reading() as db:
        assert len(tokens.list_tokens(db, world.ours.account_id)) == 1


def test_staff_have_nothing_to_do_with_them(browser: FlaskClient) -> None:
    with session.transaction() as db:
        db.execute(update(Staff).values(role=Role.STAFF.value))
    assert PAGE not in browser.get("/account").text
    assert browser.get(PAGE).status_code == 403
    for path in (PAGE, f"{PAGE}/revoke"):
        assert send(browser, path, label="x").status_code == 403


def test_one_too_many_is_told(browser: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "MAX_TOKENS", 1)  # the bound itself is tested with its verb
    answer = send(browser, label="one more")
    assert (answer.status_code, "at most 1 tokens" in Page(answer).text_of("#wrong")) == (409, True)
