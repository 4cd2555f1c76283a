from flask import Flask
from flask.testing import FlaskClient

from gateway import clock
from tests.admitting import add_limited, cookie_of, group_of
from tests.webui.cast import World
from tests.webui.pages import Page


def test_news_are_counted_from_a_moment_on(browser: FlaskClient) -> None:
    asked = Page(browser.get("/")).one(".views ul").get("hx-get") or ""
    assert "with news" not in browser.get(asked).text
    assert "1 ticket with news" in browser.get("/news?view=open&since=0").text


def test_what_a_list_shows_already_is_no_news_above_it(browser: FlaskClient) -> None:
    assert "with news" not in browser.get("/news?view=open&since=0&shown=1").text
    told = browser.get("/news?view=open&since=0&shown=2,x,²,9999999999").text
    assert "1 ticket with news" in told


def test_a_page_without_a_list_asks_for_the_numbers_alone(browser: FlaskClient) -> None:
    asked = Page(browser.get("/t/1")).one(".views ul").get("hx-get") or ""
    told = browser.get(asked).text
    assert "All open" in told
    assert "news" not in told


def test_lines_of_a_list_are_told_anew_by_number(browser: FlaskClient) -> None:
    found = Page(browser.get("/rows?n=1,77,x")).all("li.row")
    assert [row.get("data-number") for row in found] == ["1"]
    assert browser.get("/rows").text.strip() == ""


def test_an_empty_view_waits_for_news_and_a_search_does_not(browser: FlaskClient, world: World) -> None:
    page = Page(browser.get("/?view=mine"))
    assert page.all(".news")
    assert "with news" not in browser.get(page.one(".views ul").get("hx-get") or "").text
    assert Page(browser.get("/?q=smokes")).all(".news") == []


def test_the_live_part_is_sent_again_only_when_it_changed(browser: FlaskClient) -> None:
    first = browser.get("/t/1/live")
    same = browser.get("/t/1/live", headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, same.status_code) == (200, 304)
    token = Page(browser.get("/t/1")).token
    browser.post("/t/1/status", data={"status": "closed", "csrf_token": token})
    changed = browser.get("/t/1/live", headers={"If-None-Match": first.headers["ETag"]})
    assert "set it to “Closed”" in changed.text
    assert "<form" not in changed.text


def test_lines_of_what_one_does_not_see_are_not_told(app: Flask, world: World) -> None:
    key, _ = group_of(world.ours.actor, "Nobody's")
    limited = app.test_client()
    limited.set_cookie("session", cookie_of(add_limited(world.ours.account_id, [key]), now=clock.now()))
    assert limited.get("/rows?n=1").text.strip() == ""
