"""Signed addresses of pictures in the Internet: who may use them, for how long, and what they answer."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gateway import clock
from gateway.outbound.remoteimage import MAX_URL_CHARS, RemoteImages
from tests.fakes.elsewhere import Elsewhere, Page
from tests.webui.cast import PNG, World
from tests.world import SetClock
from webui import csp, office, remoteimages


def on_loopback(ip: str, _port: int) -> bool:
    """Tests may go nowhere else; the product goes anywhere else."""
    return ip == "127.0.0.1"


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    with Elsewhere() as outside:
        outside.pages["/a.png"] = Page(PNG, kind="text/html")
        yield outside


@pytest.fixture
def near(app: Flask) -> SetClock:
    """The application may fetch from this machine, and its clock is set by the test."""
    stopped = SetClock(clock.now())
    images = RemoteImages(may_connect=on_loopback)
    office.install(app, replace(office.of(app), images=images, clock=stopped))
    return stopped


def address(app: Flask, url: str) -> str:
    with app.test_request_context():
        made = remoteimages.address(1, url)
    assert made is not None
    return made


def test_a_picture_comes_through_us(
    app: Flask, client: FlaskClient, near: SetClock, elsewhere: Elsewhere
) -> None:
    answer = client.get(address(app, f"{elsewhere.url}/a.png"))
    assert (answer.status_code, answer.data, answer.mimetype) == (200, PNG, "image/png")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == csp.FILE_POLICY
    assert answer.headers["Cache-Control"].startswith("private")
    assert answer.headers.getlist("Cross-Origin-Resource-Policy") == ["cross-origin"]
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_an_address_ends_after_some_minutes(
    app: Flask, client: FlaskClient, near: SetClock, elsewhere: Elsewhere
) -> None:
    path = address(app, f"{elsewhere.url}/a.png")
    near.at += timedelta(seconds=remoteimages.VALID_SECONDS)
    assert client.get(path).status_code == 200
    near.at += timedelta(seconds=1)
    assert client.get(path).status_code == 404
    assert len(elsewhere.asked) == 1


@pytest.mark.parametrize("change", [0, 5, -1])
def test_an_address_that_we_did_not_sign_is_asked_nowhere(
    app: Flask, client: FlaskClient, near: SetClock, elsewhere: Elsewhere, change: int
) -> None:
    path = list(address(app, f"{elsewhere.url}/a.png").removeprefix(remoteimages.PATH))
    path[change] = "A" if path[change] != "A" else "B"
    assert client.get(remoteimages.PATH + "".join(path)).status_code == 404
    assert elsewhere.knocks == 0


def test_nothing_of_ours_is_reached_by_it(app: Flask, client: FlaskClient, elsewhere: Elsewhere) -> None:
    answer = client.get(address(app, f"{elsewhere.url}/a.png"))
    assert (answer.status_code, answer.data, elsewhere.knocks) == (404, b"", 0)


def test_an_address_too_long_has_none(app: Flask) -> None:
    with app.test_request_context():
        assert remoteimages.address(1, "https://x.example/" + "a" * MAX_URL_CHARS) is None


def test_nobody_need_be_signed_in_and_whoever_is_sends_nothing_along(
    app: Flask, browser: FlaskClient, world: World, near: SetClock, elsewhere: Elsewhere
) -> None:
    browser.get(address(app, f"{elsewhere.url}/a.png"))
    assert "Cookie" not in elsewhere.asked[0].headers
