"""The door counts every try before it is looked at."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gateway.rules.throttling import MOST, Counted
from tests.webui.cast import PASSWORD, World
from tests.webui.pages import Page

MOST_HERE = MOST[Counted.LOGIN_HERE]


def sign_in(browser: FlaskClient, login: str, password: str, address: str = "192.0.2.1") -> int:
    token = Page(browser.get("/sign-in")).token
    typed = {"csrf_token": token, "login": login, "password": password}
    return browser.post("/sign-in", data=typed, environ_base={"REMOTE_ADDR": address}).status_code


def test_guessing_ends_and_the_right_password_waits_there_but_not_elsewhere(app: Flask, world: World) -> None:
    guesser = app.test_client()
    for _ in range(MOST_HERE):
        assert sign_in(guesser, "ours", "wrong") == 422
    assert sign_in(guesser, "ours", PASSWORD) == 429
    assert sign_in(guesser, "stranger", PASSWORD) == 303
    assert sign_in(app.test_client(), "ours", PASSWORD, "192.0.2.2") == 303


def test_an_unknown_login_is_stopped_like_a_known_one(app: Flask, world: World) -> None:
    guesser = app.test_client()
    answers = [sign_in(guesser, "nobody", "wrong") for _ in range(MOST_HERE + 1)]
    assert answers == [422] * MOST_HERE + [429]


def test_who_gets_in_begins_anew(app: Flask, world: World) -> None:
    for _ in range(2):
        browser = app.test_client()
        for _slip in range(MOST_HERE - 1):
            assert sign_in(browser, "ours", "wrong") == 422
        assert sign_in(browser, "OURS", PASSWORD) == 303


@pytest.mark.parametrize("path", ["/confirm", "/reset"])
def test_wrong_links_are_counted_for_their_network(client: FlaskClient, world: World, path: str) -> None:
    token = Page(client.get(path)).token
    typed = {"csrf_token": token, "code": "wrong", "password": "short"}
    answers = [client.post(path, data=typed).status_code for _ in range(MOST[Counted.SECRET] + 1)]
    assert answers[-1] == 429
    assert 429 not in answers[:-1]
