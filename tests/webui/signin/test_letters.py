"""Mailed links: the address is confirmed, a lost password replaced; nobody learns who has an account."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select, update
from werkzeug.test import TestResponse, run_wsgi_app

from gateway import clock
from gateway.desk import signin
from gateway.mail.parse import parse
from gateway.rules.throttling import MOST, Counted
from gateway.store import session
from gateway.store.blobs import BlobStore
from gateway.store.filetypes import detect_type
from gateway.store.models import Delivery, MailedLink, Staff
from tests.webui.cast import PASSWORD, World
from tests.webui.pages import Page

NEW_PASSWORD = "another horse battery"


@pytest.fixture
def unconfirmed(world: World) -> World:
    with session.transaction() as db:
        db.execute(update(Staff).where(Staff.login == "ours").values(email_confirmed_at=None))
    return world


def send(browser: FlaskClient, page: str, path: str = "", **fields: str) -> TestResponse:
    token = Page(browser.get(page)).token
    return browser.post(path or page, data={"csrf_token": token, **fields})


def letters(blobs: BlobStore) -> list[tuple[str, str]]:
    """To whom mails of the installation are owed, and the link in each."""
    with session.reading() as db:
        owed = db.execute(select(Delivery.recipient, Delivery.raw_sha256).order_by(Delivery.id)).all()
    texts = [(to, parse(blobs.read(raw or ""), detect_type=detect_type).text) for to, raw in owed]
    return [(to, found[0]) for to, text in texts if (found := re.search(r"http://\S+#\S+", text))]


def secret_of(blobs: BlobStore) -> str:
    return letters(blobs)[-1][1].partition("#")[2]


@contextmanager
def statements() -> Iterator[list[str]]:
    """What the database is asked."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(session.engine(), "before_cursor_execute", note)
    yield seen
    event.remove(session.engine(), "before_cursor_execute", note)


def test_until_the_address_is_confirmed_a_banner_says_so_and_nothing_is_sent(
    browser: FlaskClient, unconfirmed: World
) -> None:
    assert "owner@ours.example" in Page(browser.get("/")).text_of(".banner")
    answer = send(browser, "/t/1", "/t/1/articles", kind="reply", text="Half a truth")
    page = Page(answer)
    assert (answer.status_code, page.text_of("#text")) == (403, "Half a truth")
    assert "confirm your e-mail address first" in page.text_of("#wrong")
    assert send(browser, "/t/1", "/t/1/articles", kind="note", text="A note").status_code == 303


def test_another_link_is_sent_three_times_and_the_last_one_confirms(
    browser: FlaskClient, unconfirmed: World
) -> None:
    for _ in range(3):
        assert send(browser, "/", "/confirm/again").location == "/confirm?sent=1"
    assert "on its way to owner@ours.example" in Page(browser.get("/confirm?sent=1")).text_of(".alert")
    answer = send(browser, "/confirm", "/confirm/again")
    assert "Three links" in Page(browser.get(answer.location)).text_of(".alert")
    blobs = unconfirmed.ours.blobs
    assert [to for to, _link in letters(blobs)] == ["owner@ours.example"] * 3
    answer = send(browser, "/confirm", code=letters(blobs)[-1][1])  # the whole link, pasted
    assert answer.location == "/account?confirmed=1"
    page = Page(browser.get(answer.location))
    assert ("is confirmed" in page.text_of("[role=status]"), page.all(".banner")) == (True, [])
    assert send(browser, "/account", "/confirm/again").location == "/account"


def test_a_link_confirms_also_in_a_browser_where_nobody_is_signed_in(
    app: Flask, browser: FlaskClient, unconfirmed: World
) -> None:
    send(browser, "/", "/confirm/again")
    elsewhere = app.test_client()
    answer = send(elsewhere, "/confirm", code=secret_of(unconfirmed.ours.blobs))
    assert "is confirmed" in Page(elsewhere.get(answer.location)).text_of("[role=status]")
    assert Page(browser.get("/")).all(".banner") == []


def test_opening_the_page_uses_nothing_up_and_a_wrong_link_is_told(client: FlaskClient, world: World) -> None:
    answer = send(client, "/confirm", code="http://localhost/confirm#wrong")
    assert (answer.status_code, "too old" in Page(answer).text_of("#wrong")) == (404, True)
    answer = send(client, "/reset", code="wrong", password=NEW_PASSWORD)
    assert (answer.status_code, "too old" in Page(answer).text_of("#wrong")) == (404, True)


def test_a_lost_password_is_replaced_by_mail_and_everybody_is_signed_out(
    app: Flask, browser: FlaskClient, world: World
) -> None:
    client = app.test_client()
    assert "on its way" in Page(send(client, "/forgotten", login="Owner@ours.example")).text_of(".alert")
    secret = secret_of(world.ours.blobs)
    answer = send(client, "/reset", code=secret, password="short")
    page = Page(answer)
    assert (answer.status_code, page.one("#code").get("value")) == (422, secret)
    assert "A password has 10" in page.text_of("#wrong")
    assert send(client, "/reset", code=secret, password=NEW_PASSWORD).location == "/sign-in?reset=1"
    assert "Your new password is set" in Page(client.get("/sign-in?reset=1")).text_of("[role=status]")
    assert browser.get("/").status_code == client.get("/").status_code == 303
    assert send(client, "/sign-in", login="ours", password=PASSWORD).status_code == 422
    assert send(client, "/sign-in", login="ours", password=NEW_PASSWORD).status_code == 303
    assert send(app.test_client(), "/reset", code=secret, password=NEW_PASSWORD).status_code == 404


def test_who_has_tried_too_often_gets_in_with_the_new_password(app: Flask, world: World) -> None:
    client = app.test_client()
    for _ in range(MOST[Counted.LOGIN_HERE] - 1):
        send(client, "/sign-in", login="ours", password="wrong")
    send(client, "/forgotten", login="ours")
    assert send(client, "/sign-in", login="ours", password=PASSWORD).status_code == 429
    send(client, "/reset", code=secret_of(world.ours.blobs), password=NEW_PASSWORD)
    assert send(client, "/sign-in", login="ours", password=NEW_PASSWORD).status_code == 303


@pytest.mark.parametrize("said", ["ours", "nobody", "owner@ours.example", ""])
def test_before_the_answer_has_gone_nobody_is_looked_up(app: Flask, world: World, said: str) -> None:
    client = app.test_client()
    token = Page(client.get("/forgotten")).token
    cookie = client.get_cookie("form")
    assert cookie is not None
    with (
        statements() as seen,
        app.test_request_context(
            "/forgotten",
            method="POST",
            data={"csrf_token": token, "login": said},
            headers={"Cookie": f"form={cookie.value}"},
        ) as context,
    ):
        body, status, _headers = run_wsgi_app(app, context.request.environ)
        page = b"".join(body)
        asked = list(seen)
        getattr(body, "close", bool)()
    assert status.startswith("200")
    assert b"on its way" in page
    assert said.encode() not in page or not said
    assert not [one for one in asked if "staff" in one or "mailed_link" in one]
    assert bool([one for one in seen if "staff" in one])
    with session.reading() as db:
        assert len(db.execute(select(MailedLink.id)).all()) == (said not in ("nobody", ""))


def test_signing_in_asks_the_same_of_the_database_for_known_and_unknown_logins(
    app: Flask, world: World
) -> None:
    asked = []
    for login in ("ours", "nobody"):
        client = app.test_client()
        token = Page(client.get("/sign-in")).token
        with statements() as seen:
            client.post("/sign-in", data={"csrf_token": token, "login": login, "password": "wrong"})
        asked.append(seen)
    assert asked[0] == asked[1]


def test_no_log_names_a_secret_a_password_or_a_person(
    client: FlaskClient, world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    send(client, "/forgotten", login="ours")
    secret = secret_of(world.ours.blobs)
    send(client, "/reset", code="wrong-secret", password=NEW_PASSWORD)
    send(client, "/reset", code=secret, password=NEW_PASSWORD)
    for password in ("wrong-password", NEW_PASSWORD):
        send(client, "/sign-in", login="ours", password=password)
    cookie = client.get_cookie("session")
    assert cookie is not None
    said = "".join(capfd.readouterr())
    words = (secret, "wrong-secret", NEW_PASSWORD, "wrong-password", cookie.value, "owner@ours.example")
    assert [word for word in words if word in said] == []


def test_a_new_business_is_mailed_a_link_and_is_signed_in_meanwhile(
    client: FlaskClient, world: World
) -> None:
    typed = {"login": "smith", "email": "s@smith.example", "password": PASSWORD}
    assert send(client, "/sign-up", **typed).location == "/start"
    assert "s@smith.example" in Page(client.get("/")).text_of(".banner")
    ((to, link),) = letters(world.ours.blobs)
    assert (to, link.partition("/confirm#")[0]) == ("s@smith.example", "http://127.0.0.1:8080")
    with session.reading() as db:
        cookie = client.get_cookie("session")
        assert cookie is not None
        found = signin.find_session(db, cookie.value, now=clock.now())
    assert found is not None
    assert not found.actor.is_confirmed
