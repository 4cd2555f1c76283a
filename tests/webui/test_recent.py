"""What a browser remembers of its failures: a few, for half an hour, none after signing out."""

from datetime import timedelta
from http.cookies import SimpleCookie

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gateway import clock
from gateway.settings import Settings
from tests.webui.cast import World
from tests.webui.pages import Page
from tests.world import SetClock
from webui import recent
from webui.app import create_app
from webui.recent import LASTS, MOST, Recent


def kept(answer: TestResponse) -> str | None:
    """The cookie's value, if this answer sets or removes it."""
    for header in answer.headers.getlist("Set-Cookie"):
        read = SimpleCookie(header)
        if "recent" in read:
            return read["recent"].value
    return None


def read(app: Flask, cookie: str) -> Recent:
    with app.test_request_context("/", headers={"Cookie": f"recent={cookie}"}):
        return recent.of_request()


def test_a_failure_is_remembered_by_its_route(app: Flask, browser: FlaskClient) -> None:
    cookie = kept(browser.get("/t/77?q=SECRET")) or ""
    (failure,) = read(app, cookie).failures
    assert (failure.status, failure.method, failure.route, failure.kind) == (
        404,
        "GET",
        "/t/<number>",
        "NotFound",
    )
    assert clock.now() - failure.at < timedelta(minutes=2)
    (nowhere,) = read(app, kept(app.test_client().get("/SECRET")) or "").failures
    assert (nowhere.route, nowhere.kind) == ("", "Not Found")


def test_the_last_few_are_kept_and_the_cookie_stays_small(app: Flask) -> None:
    client = app.test_client()
    cookies = [kept(client.get(f"/t/{number}/no-such-page")) for number in range(MOST + 2)]
    cookie = cookies[-1] or ""
    assert len(read(app, cookie).failures) == MOST
    assert len(cookie) < 1500


@pytest.mark.parametrize(("late", "count"), [(timedelta(), 1), (timedelta(minutes=1), 0)])
def test_it_is_for_half_an_hour(settings: Settings, late: timedelta, count: int) -> None:
    now = clock.now().replace(second=0, microsecond=0)
    fake = SetClock(now)
    app = create_app(settings, clock=fake)
    cookie = kept(app.test_client().get("/no-such-page")) or ""
    fake.at = now + LASTS + late
    assert len(read(app, cookie).failures) == count


@pytest.mark.parametrize("made_up", ["", "x", "x" * 5000, "W10.AAAA", "é"])
def test_a_made_up_one_says_nothing(app: Flask, made_up: str) -> None:
    assert read(app, made_up) == Recent()


def test_an_act_is_remembered_by_its_name_and_reading_is_not(
    app: Flask, browser: FlaskClient, client: FlaskClient
) -> None:
    page = browser.get("/account")
    assert kept(page) is None
    form = {"csrf_token": Page(page).token, "next": "/account", "locale": "en"}
    (act,) = read(app, kept(browser.post("/preferences", data=form)) or "").acts
    assert act.name == "signin.preferences"
    form["csrf_token"] = Page(client.get("/sign-in")).token
    answer = client.post("/preferences", data=form)  # nobody is signed in
    assert (answer.status_code, kept(answer)) == (303, None)


def test_signing_out_forgets_all_of_it(browser: FlaskClient) -> None:
    browser.get("/t/77")
    answer = browser.post("/sign-out", data={"csrf_token": Page(browser.get("/account")).token})
    assert kept(answer) == ""


@pytest.mark.parametrize("path", ["/suggest/challenge", "/suggest", "/static/none.css"])
def test_of_some_areas_nothing_is_remembered(client: FlaskClient, world: World, path: str) -> None:
    answer = client.post(path) if path == "/suggest" else client.get(path)
    assert kept(answer) is None
    if path != "/suggest/challenge":
        assert (answer.status_code >= 400, "X-Request-Id" in answer.headers) == (True, False)


def test_over_tls_it_is_bound_to_this_host(settings: Settings) -> None:
    app = create_app(settings.with_values(base_url="https://desk.example"))
    answer = app.test_client().get("/no-such-page", headers={"Host": "desk.example"})
    (header,) = (one for one in answer.headers.getlist("Set-Cookie") if "recent" in one)
    assert header.startswith("__Host-recent=")
    for flag in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=1800"):
        assert flag in header


@pytest.mark.parametrize(
    ("rule", "shown"),
    [
        ("/", "/"),
        ("/t/<int(max=999999999):number>/reply", "/t/<number>/reply"),
        ("/customers/<public_id>/groups/<x>", "/customers/<public_id>/groups/<x>"),
    ],
)
def test_a_rule_is_read_without_its_bounds(rule: str, shown: str) -> None:
    assert recent.plain(rule) == shown
