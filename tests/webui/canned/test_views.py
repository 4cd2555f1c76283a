"""The pages of canned replies."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.webui.cast import World
from tests.webui.pages import Page


def send(browser: FlaskClient, path: str, **fields: str) -> TestResponse:
    token = Page(browser.get("/canned/new")).token
    return browser.post(path, data={"csrf_token": token, **fields})


@pytest.fixture
def kept(browser: FlaskClient) -> str:
    """The path of a canned reply."""
    send(browser, "/canned/new", name="Restart", text="Dear {{contact.name}}")
    return Page(browser.get("/canned")).one(".list a").get("href") or ""


def test_one_is_written_found_changed_and_deleted(browser: FlaskClient, kept: str) -> None:
    assert "There is none" in Page(browser.get("/canned?find=nothing")).text_of(".page")
    assert Page(browser.get("/canned?find=DEAR")).text_of(".list a") == "Restart"
    assert Page(browser.get(kept)).text_of("#text") == "Dear {{contact.name}}"
    assert send(browser, kept, name="Reboot", text="Dear all").location == "/canned"
    assert Page(browser.get("/canned")).text_of(".list") == "Reboot Dear all"
    assert send(browser, f"{kept}/remove").location == "/canned"
    assert Page(browser.get("/canned")).text_of(".empty h2") == "There are none yet"


def test_where_there_is_none_an_example_shows_the_way(browser: FlaskClient) -> None:
    begin = Page(browser.get("/canned")).one(".empty a").get("href") or ""
    form = Page(browser.get(begin))
    name, text = form.one("#name").get("value") or "", form.one("#text").text or ""
    assert (name, text.startswith("Hello {{contact.name}},\n")) == ("Restart the router", True)
    assert send(browser, "/canned/new", name=name, text=text).location == "/canned"
    browser.set_cookie("locale", "de")
    german = Page(browser.get(begin))
    assert (german.one("#text").text or "").startswith("Guten Tag {{contact.name}},")


def test_what_cannot_be_kept_comes_back_as_typed(browser: FlaskClient, kept: str) -> None:
    for path in (kept, "/canned/new"):
        answer = send(browser, path, name="Other", text="{{me}}")
        page = Page(answer)
        assert (answer.status_code, page.text_of("#text")) == (422, "{{me}}")
        assert "not one of those" in page.text_of("#wrong")
    taken = send(browser, "/canned/new", name="Restart", text="x")
    assert (taken.status_code, "already" in Page(taken).text_of("#wrong")) == (409, True)


def test_without_script_one_is_inserted_by_a_button(browser: FlaskClient, kept: str) -> None:
    chosen = {"then": "insert", "canned": kept.rpartition("/")[2]}
    page = Page(send(browser, "/t/1/articles", kind="reply", to="a@b.example", text="Hello\n", **chosen))
    assert page.one("#text").text == "Hello\nDear Ann Example"
    assert page.one("#to").get("value") == "a@b.example"
    assert browser.get(f"/t/1/canned/{chosen['canned']}").text == "Dear Ann Example"
    nothing = Page(send(browser, "/t/1/articles", text="Hello", then="insert", canned=""))
    assert nothing.one("#text").text == "Hello"


def test_a_stranger_finds_none_of_it(app: Flask, world: World, kept: str) -> None:
    theirs = app.test_client()
    theirs.set_cookie("session", world.stranger.cookie)
    assert not Page(theirs.get("/canned")).all(".list")
    assert theirs.get(kept).status_code == 404
    assert theirs.get(f"/t/1/canned/{kept.rpartition('/')[2]}").status_code == 404
    assert send(theirs, kept, name="x", text="x").status_code == 404
    assert send(theirs, f"{kept}/remove").status_code == 404


def test_nobody_looks_without_signing_in(client: FlaskClient) -> None:
    assert client.get("/canned").status_code in (302, 303)
