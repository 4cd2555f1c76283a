from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gateway import clock
from gateway.clock import Clock
from gateway.desk import signin
from gateway.errors import Unauthenticated
from gateway.settings import Settings
from gateway.store.session import transaction
from tests.webui.cast import World
from webui import sessions
from webui.app import create_app


@pytest.mark.parametrize("path", ["/", "/t/1", "/t/1?x=1"])
def test_whoever_is_not_signed_in_is_sent_to_sign_in_and_back(
    client: FlaskClient, world: World, path: str
) -> None:
    answer = client.get(path)
    assert answer.status_code == 303
    assert answer.location.startswith("/sign-in?next=/")
    assert "x%3D1" in answer.location or "?x=" not in path


def test_a_session_lets_in(browser: FlaskClient) -> None:
    assert browser.get("/").status_code == 200


def test_a_session_that_was_ended_lets_nobody_in(browser: FlaskClient, world: World) -> None:
    with transaction() as db:
        signin.close_session(db, world.ours.cookie)
    assert browser.get("/").status_code == 303


@pytest.mark.parametrize("cookie", ["", "x", "x" * 3000, "é"])
def test_a_made_up_cookie_lets_nobody_in(client: FlaskClient, world: World, cookie: str) -> None:
    client.set_cookie("session", cookie)
    assert client.get("/").status_code == 303


@pytest.mark.parametrize(
    "target",
    [
        None,
        "",
        "t/1",
        "//evil.example",
        "/\\evil.example",
        "https://evil.example/",
        "/\t/evil.example",
        "/a\nb",
        "/a\\b",
        "javascript:alert(1)",
    ],
)
def test_after_sign_in_nobody_is_led_elsewhere(target: str | None) -> None:
    assert sessions.safe_next(target) == "/"


@pytest.mark.parametrize("target", ["/", "/t/12", "/?view=mine&q=a%20b", "/t/1#reply"])
def test_after_sign_in_one_is_back_where_one_was(target: str) -> None:
    assert sessions.safe_next(target) == target


def test_the_cookie_is_kept_from_scripts_and_other_sites(app: Flask) -> None:
    with app.test_request_context():
        header = sessions.begin("", "secret").headers["Set-Cookie"]
    assert header.startswith("session=secret; ")
    assert "HttpOnly" in header
    assert "SameSite=Lax" in header
    assert "Secure" not in header


def test_over_tls_the_cookie_is_bound_to_this_host(settings: Settings, database: None) -> None:
    app = create_app(settings.with_values(base_url="https://desk.example"))
    with app.test_request_context(base_url="https://desk.example"):
        header = sessions.begin("", "secret").headers["Set-Cookie"]
    assert header.startswith("__Host-session=secret; ")
    assert "Secure" in header
    assert "Path=/" in header
    assert "Domain" not in header


def test_signing_out_takes_the_cookie_away(app: Flask) -> None:
    with app.test_request_context():
        assert "Max-Age=0" in sessions.end("").headers["Set-Cookie"]


def test_nobody_acts_without_a_session(app: Flask, world: World) -> None:
    with app.test_request_context(), pytest.raises(Unauthenticated):
        sessions.actor()


def test_the_person_is_looked_up_once_a_request(app: Flask, world: World) -> None:
    with app.test_request_context(headers={"Cookie": f"session={world.ours.cookie}"}):
        assert sessions.current() is sessions.current()
        assert sessions.actor().account_id == world.ours.account_id


def test_a_clock_is_asked_for_the_end_of_a_session(app: Flask, world: World, settings: Settings) -> None:
    class Later(Clock):
        def now(self) -> datetime:
            return clock.now() + signin.SESSION_LASTS

    later = create_app(settings, clock=Later()).test_client()
    later.set_cookie("session", world.ours.cookie)
    assert later.get("/").status_code == 303
