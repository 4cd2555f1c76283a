"""Getting in and out, and the page about oneself."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from gateway.store.models import Knock
from gateway.store.session import reading
from tests.webui.cast import PASSWORD, World
from tests.webui.pages import Page

NEW = {"business": "Smith & Co", "login": "smith", "email": "s@smith.example", "password": PASSWORD}


def send(browser: FlaskClient, page: str, path: str = "", **fields: str) -> TestResponse:
    """Fill in the form of a page and send it."""
    token = Page(browser.get(page)).token
    return browser.post(path or page, data={"csrf_token": token, **fields})


def test_login_and_password_let_in_and_lead_on(client: FlaskClient, world: World) -> None:
    answer = send(client, "/sign-in?next=/t/1", "/sign-in", login="Ours", password=PASSWORD, next="/t/1")
    assert (answer.status_code, answer.location) == (303, "/t/1")
    assert client.get("/t/1").status_code == 200
    assert client.get("/sign-in").location == "/"


def test_who_gets_in_leaves_no_try_behind_for_their_network(client: FlaskClient, world: World) -> None:
    send(client, "/sign-in", login="ours", password="something else")
    send(client, "/sign-in", login="ours", password=PASSWORD)
    with reading() as db:  # the slip stays counted for network and login, for both together it is forgotten
        assert sorted(db.execute(select(Knock.times)).scalars()) == [1, 1]


def test_the_way_on_never_leads_elsewhere(client: FlaskClient, world: World) -> None:
    answer = send(client, "/sign-in", login="ours", password=PASSWORD, next="//evil.example")
    assert answer.location == "/"


@pytest.mark.parametrize("login", ["ours", "nobody"])
def test_unknown_login_and_wrong_password_sound_the_same(
    client: FlaskClient, world: World, login: str
) -> None:
    answer = send(client, "/sign-in", login=login, password="something else")
    assert answer.status_code == 422
    page = Page(answer)
    assert page.text_of("#wrong") == "Login and password do not match."
    assert page.one("#login").get("value") == login
    assert client.get("/").status_code == 303


def test_signing_out_ends_the_session_itself(app: Flask, browser: FlaskClient, world: World) -> None:
    assert send(browser, "/account", "/sign-out").location == "/sign-in"
    thief = app.test_client()
    thief.set_cookie("session", world.ours.cookie)
    assert thief.get("/").status_code == 303


def test_a_language_chosen_before_signing_in_is_kept(client: FlaskClient, database: None) -> None:
    send(client, "/sign-in", "/preferences", locale="de", next="/sign-in")
    page = Page(client.get("/sign-in"))
    assert page.one("html").get("lang") == "de"
    assert page.text_of("h1") == "Anmelden"


def test_a_language_chosen_by_a_person_goes_with_the_person(
    app: Flask, browser: FlaskClient, world: World
) -> None:
    send(browser, "/account", "/preferences", locale="de", next="/account")
    elsewhere = app.test_client()
    elsewhere.set_cookie("session", world.ours.cookie)
    assert Page(elsewhere.get("/")).one("html").get("lang") == "de"


def test_colours_are_a_choice_of_three(browser: FlaskClient) -> None:
    send(browser, "/account", "/preferences", theme="dark", next="/account")
    assert Page(browser.get("/")).one("html").get("data-theme") == "dark"
    send(browser, "/account", "/preferences", theme="pink", next="/account")
    assert Page(browser.get("/")).one("html").get("data-theme") is None


@pytest.mark.parametrize("path", ["/sign-in", "/sign-up", "/sign-out", "/preferences"])
def test_a_form_without_its_token_does_nothing(browser: FlaskClient, path: str) -> None:
    assert browser.post(path, data=NEW).status_code == 400
    assert browser.get("/").status_code == 200


@pytest.mark.parametrize("path", ["/sign-in", "/sign-up"])
def test_public_pages_carry_no_script_or_style_of_their_own(
    client: FlaskClient, database: None, path: str
) -> None:
    page = Page(client.get(path))
    assert (page.inline(), page.elsewhere()) == ([], [])


def test_a_signature_is_kept_and_shown_below_the_composer(browser: FlaskClient) -> None:
    token = Page(browser.get("/account")).token
    typed = {"csrf_token": token, "signature_en": "Regards\r\n{{staff.name}}", "signature_de": "Gruß"}
    assert browser.post("/account/signature", data=typed).location == "/account#signature"
    assert Page(browser.get("/account")).text_of("#signature_de") == "Gruß"
    assert Page(browser.get("/t/1")).text_of(".composer .signed") == "Regards ours"


def test_a_signature_with_an_unknown_placeholder_comes_back_as_typed(browser: FlaskClient) -> None:
    token = Page(browser.get("/account")).token
    answer = browser.post("/account/signature", data={"csrf_token": token, "signature_en": "{{me}}"})
    page = Page(answer)
    assert (answer.status_code, page.text_of("#signature_en")) == (422, "{{me}}")
    assert "not one of those" in page.text_of("#wrong")
