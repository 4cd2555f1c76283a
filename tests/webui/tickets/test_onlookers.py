from collections.abc import Sequence

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gateway import clock
from gateway.rules.access import Role
from gateway.rules.news import Kind, News
from gateway.settings import Settings
from gateway.store import session
from tests.admitting import add_person
from tests.webui.cast import World
from tests.webui.pages import Page
from webui.live import hub


@pytest.fixture
def anna(world: World) -> int:
    return add_person(world.ours.account_id, Role.ADMIN, now=clock.now())


def be(app: Flask, world: World, who: int, state: str, *, number: int = 1, tab: str = "tab") -> None:
    hub.of(app).hear([News(world.ours.account_id, Kind.PEOPLE, number, who, state, tab)])


def test_a_tab_that_says_what_it_does_is_heard_of(
    browser: FlaskClient, world: World, settings: Settings
) -> None:
    heard: list[News] = []

    def hear(news: Sequence[News]) -> None:
        heard.extend(news)

    session.configure(settings.effective_database_url, announce=hear)
    token = Page(browser.get("/t/1")).token
    said = {"state": "writing", "tab": "abc", "csrf_token": token}
    assert browser.post("/t/1/presence", data=said).status_code == 204
    ours = world.ours
    assert heard == [News(ours.account_id, Kind.PEOPLE, 1, ours.owner_id, "writing", "abc")]
    for wrong in ({"state": "dancing"}, {"tab": ""}, {"tab": "a" * 41}, {"tab": "a b"}):
        assert browser.post("/t/1/presence", data=said | wrong).status_code == 422
    assert browser.post("/t/77/presence", data=said).status_code == 404
    assert len(heard) == 1


def test_who_else_is_here_stands_in_the_ticket_and_above_the_composer(
    app: Flask, browser: FlaskClient, world: World, anna: int
) -> None:
    be(app, world, anna, "writing")
    be(app, world, world.ours.owner_id, "viewing", tab="own")
    page = Page(browser.get("/t/1"))
    assert len(page.all(".onlookers li")) == 1
    assert "writing" in page.text_of(".onlookers li.writing")
    assert "is writing, too." in page.text_of("#writing")
    be(app, world, anna, "viewing")
    part = browser.get("/t/1/people").text
    assert "looking" in part
    assert "is writing" not in part
    be(app, world, anna, "gone")
    assert Page(browser.get("/t/1")).all(".onlookers li") == []


def test_the_list_marks_what_somebody_else_has_open(
    app: Flask, browser: FlaskClient, world: World, anna: int
) -> None:
    assert Page(browser.get("/")).all(".row .here") == []
    be(app, world, anna, "viewing")
    assert ": looking" in Page(browser.get("/")).text_of(".row .here")
    be(app, world, anna, "writing")
    assert ": writing" in Page(browser.get("/rows?n=1")).text_of(".row .here")


def test_strangers_hear_of_nobody(app: Flask, world: World, anna: int) -> None:
    be(app, world, anna, "viewing")
    stranger = app.test_client()
    stranger.set_cookie("session", world.stranger.cookie)
    assert stranger.get("/t/1/people").status_code == 404
