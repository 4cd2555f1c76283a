from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page as BrowserPage
from playwright.sync_api import expect
from werkzeug.test import TestResponse

from gateway import clock
from gateway.rules.access import Actor, Role
from tests.admitting import add_guest, add_person, cookie_of
from tests.webui.cast import World
from tests.webui.pages import Page
from webui import office


@pytest.fixture
def anna(app: Flask, world: World) -> FlaskClient:
    """The browser of a colleague."""
    key = add_person(world.ours.account_id, Role.ADMIN, now=clock.now())
    return signed_in(app, Actor(world.ours.account_id, Role.ADMIN, key))


def signed_in(app: Flask, by: Actor) -> FlaskClient:
    made = app.test_client()
    made.set_cookie("session", cookie_of(by, now=clock.now()))
    return made


def save(browser: FlaskClient, text: str = "Dear Ann", path: str = "/t/1", **more: Any) -> TestResponse:
    page = Page(browser.get(path))
    fields = {name: page.one(f"#composer [name={name}]").get("value") for name in ("csrf_token", "version")}
    return browser.post("/t/1/draft", data=fields | {"kind": "reply", "text": text} | more)


def test_what_was_written_is_there_wherever_the_ticket_is_opened(
    app: Flask, browser: FlaskClient, world: World
) -> None:
    told = save(browser, to="Bob <bob@x.example>", files=(BytesIO(b"abc"), "a.txt")).get_json()
    assert told["version"] == 1
    assert len(told["held"]) == 1
    elsewhere = signed_in(app, world.ours.actor)
    page = Page(elsewhere.get("/t/1"))
    assert page.text_of("#text") == "Dear Ann"
    assert page.one("#to").get("value") == "Bob <bob@x.example>"
    assert "a.txt" in page.text_of(".going")
    assert page.one("#composer [name=version]").get("value") == "1"
    assert "Draft saved" in page.text_of(".kept")
    held = page.one("#composer [name=held]").get("value")
    token = page.token
    sent = {"csrf_token": token, "kind": "reply", "text": "Dear Ann", "to": "bob@x.example", "held": held}
    assert elsewhere.post("/t/1/articles", data=sent).status_code == 303
    assert [file.filename for file in world.ours.ticket.articles[-1].attachments] == ["a.txt"]
    assert Page(browser.get("/t/1")).text_of("#text") == ""


def test_the_second_of_two_tabs_is_told(browser: FlaskClient) -> None:
    save(browser)
    told = save(browser, "Other", version="0")
    assert (told.status_code, told.get_json()["version"]) == (409, 1)
    assert Page(browser.get("/t/1")).text_of("#text") == "Dear Ann"


def test_a_forward_and_an_answer_are_written_beside_each_other(browser: FlaskClient, world: World) -> None:
    article = world.ours.ticket.articles[0].public_id
    save(browser)
    save(browser, "FYI", f"/t/1?forward={article}", kind="forward", forward=article)
    assert Page(browser.get("/t/1")).text_of("#text") == "Dear Ann"
    assert Page(browser.get(f"/t/1?forward={article}")).text_of("#text") == "FYI"
    token = Page(browser.get("/t/1")).token
    assert browser.post("/t/1/draft/discard", data={"csrf_token": token}).location == "/t/1#composer"
    page = Page(browser.get("/t/1"))
    assert page.text_of("#text") == "FYI"
    assert page.all("#composer [name=forward]")


def test_colleagues_read_along_and_guests_do_not(
    app: Flask, browser: FlaskClient, anna: FlaskClient, world: World
) -> None:
    save(browser, "Secret plan", to="bob@x.example", files=(BytesIO(b"abc"), "a.txt"))
    page = Page(anna.get("/t/1"))
    assert "Draft by" in page.text_of(".drafts summary")
    assert "Secret plan" in page.text_of(".drafts .text")
    assert "a.txt" in page.text_of(".drafts")
    assert page.text_of("#text") == ""
    assert "Secret plan" in anna.get("/t/1/drafts").text
    assert "Secret plan" not in browser.get("/t/1/drafts").text
    visitor = signed_in(app, add_guest(world.ours.account_id, ticket=1))
    assert "Secret plan" not in visitor.get("/guest/1").text
    assert visitor.get("/t/1/drafts").status_code == 404
    save(browser, "For us", kind="note")
    assert "Draft of a note by" in anna.get("/t/1/drafts").text


def clear(app: Flask) -> None:
    """Let no file be kept any more."""
    blobs = office.of(app).blobs
    for sha256, _ in list(blobs.walk()):
        if blobs.read(sha256) == b"abc":
            assert blobs.forget(sha256)


def test_a_draft_whose_files_are_gone_says_so_and_goes_on_being_saved(
    app: Flask, browser: FlaskClient
) -> None:
    (held,) = save(browser, files=(BytesIO(b"abc"), "a.txt")).get_json()["held"]
    clear(app)
    page = Page(browser.get("/t/1"))
    assert "These files are no longer kept, please add them again: a.txt" in page.text_of("#composer")
    assert (page.text_of("#text"), page.all(".going")) == ("Dear Ann", [])
    answer = save(browser, "Dear Ann, hello", held=held)
    assert (answer.status_code, answer.get_json()["lost"]) == (200, [held])
    page = Page(browser.get("/t/1"))
    assert page.text_of("#text") == "Dear Ann, hello"
    assert "no longer kept" not in page.text_of("#composer [role=status]")


def test_a_page_that_is_open_tells_of_lost_files_keeps_the_text_and_goes_on(
    app: Flask, browser: FlaskClient, page: BrowserPage
) -> None:
    save(browser, files=(BytesIO(b"abc"), "a.txt"))
    page.goto("/t/1")
    clear(app)
    page.locator("#text").fill("Dear Ann, hello")
    told = page.locator(".lost-files")
    expect(told).to_have_text("These files are no longer kept, please add them again: a.txt")
    expect(page.locator(".going li")).to_have_count(0)
    expect(page.locator("#text")).to_have_value("Dear Ann, hello")
    with page.expect_response("**/t/1/draft"):
        page.locator("#text").fill("Dear Ann, hello again")
    page.reload()
    expect(page.locator("#text")).to_have_value("Dear Ann, hello again")


def test_a_file_that_the_browser_still_has_is_sent_again(app: Flask, page: BrowserPage) -> None:
    page.goto("/t/1")
    page.locator("#text").fill("Dear Ann")
    page.locator("#files").set_input_files({"name": "a.txt", "mimeType": "text/plain", "buffer": b"abc"})
    expect(page.locator("#composer input[type=hidden][name=held]")).to_have_count(1)
    first = page.locator("#composer [name=held]").get_attribute("value")
    clear(app)
    page.locator("#text").fill("Dear Ann, hello")
    expect(page.locator(f"#composer [name=held][value='{first}']")).to_have_count(0)
    expect(page.locator("#composer input[type=hidden][name=held]")).to_have_count(1)
    expect(page.locator(".lost-files")).to_be_hidden()
