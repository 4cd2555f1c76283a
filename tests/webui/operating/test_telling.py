"""What the operator tells everybody: the pages where it is written, and where it is read."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gateway import clock
from gateway.desk import operating
from gateway.store import session
from tests.webui.cast import World, mail
from tests.webui.forms import send
from tests.webui.pages import Page
from tests.webui.signin.test_security import let_proof_lapse

TEXTS, NOTICE = "/operator/texts/privacy", "/operator/notice"


@pytest.fixture
def operator(browser: FlaskClient) -> FlaskClient:
    """The browser of the owner of the operator's account, which is ours."""
    with session.transaction() as db:
        operating.appoint(db, "ours", now=clock.now())
    return browser


def tomorrow() -> str:
    return f"{clock.now() + timedelta(days=1):%Y-%m-%dT%H:%M}+00:00"


def test_for_everybody_else_there_are_no_such_pages(browser: FlaskClient) -> None:
    for path in (TEXTS, NOTICE):
        assert browser.get(path).status_code == 404
        assert send(browser, path, text_en="a", text_de="b", until=tomorrow()).status_code == 404
    assert send(browser, f"{NOTICE}/end").status_code == 404


def test_a_text_is_written_and_read(operator: FlaskClient, client: FlaskClient) -> None:
    assert "there is no text yet" in Page(operator.get("/operator")).text_of("#telling")
    answer = send(operator, TEXTS, text_en="We keep **little**.", text_de="Wir behalten wenig.")
    assert answer.location == f"{TEXTS}?saved=1"
    shown = Page(operator.get(answer.location))
    assert shown.text_of("#text_en") == "We keep **little**."
    assert "Last changed on" in shown.text_of(".page")
    assert "We keep little." in client.get("/privacy").text.replace("<strong>", "").replace("</strong>", "")
    assert operator.get("/operator/texts/nothing").status_code == 404


def test_what_is_too_long_comes_back_as_typed(operator: FlaskClient) -> None:
    answer = send(operator, TEXTS, text_en="kept", text_de="x" * 100_001)
    page = Page(answer)
    assert answer.status_code == 422
    assert (page.one("#text_de").get("aria-invalid"), page.text_of("#text_en")) == ("true", "kept")


def test_a_notice_stands_on_every_page_of_everybody_until_it_is_put_away(
    app: Flask, operator: FlaskClient, world: World
) -> None:
    world.stranger.receive(mail())
    assert Page(operator.get("/")).all("#notice") == []
    made = {"text_en": "Down <tonight>", "text_de": "Heute aus", "until": tomorrow()}
    assert send(operator, NOTICE, **made).location == f"{NOTICE}?saved=1"
    assert "Down <tonight>" in Page(operator.get("/operator")).text_of("#telling")
    other = app.test_client()
    other.set_cookie("session", world.stranger.cookie)
    for path in ("/", "/t/1", "/account", "/customers"):
        assert Page(other.get(path)).text_of("#notice p") == "Down <tonight>"
    button = Page(other.get("/customers")).one("#notice [name=notice]").get("value")
    answer = send(other, "/notice/dismiss", notice=button, next="/customers")
    assert answer.location == "/customers"
    assert Page(other.get("/customers")).all("#notice") == []
    assert Page(operator.get("/customers")).all("#notice")
    send(operator, NOTICE, **{**made, "text_en": "Up again"})
    assert Page(other.get("/")).text_of("#notice p") == "Up again"
    assert send(operator, f"{NOTICE}/end").status_code == 303
    assert Page(other.get("/")).all("#notice") == []


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"until": "some day"}, "until"),
        ({"until": "2001-01-01T00:00"}, "until"),
        ({"text_de": ""}, "text_de"),
    ],
)
def test_a_notice_that_cannot_be_comes_back_as_typed(
    operator: FlaskClient, wrong: dict[str, str], field: str
) -> None:
    made = {"text_en": "Down", "text_de": "Aus", "until": tomorrow()} | wrong
    answer = send(operator, NOTICE, **made)
    page = Page(answer)
    assert (answer.status_code, page.one(f"#{field}").get("aria-invalid")) == (422, "true")
    assert page.text_of("#text_en") == "Down"


def test_the_password_is_asked_for_again(operator: FlaskClient) -> None:
    let_proof_lapse()
    for path in (TEXTS, NOTICE):
        assert operator.get(path).location == f"/prove?next={path}"
