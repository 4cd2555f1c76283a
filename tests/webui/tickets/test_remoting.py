"""Remote sessions made in a ticket: by hand and by script, with the link in the reply and in nothing else."""

import re

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect
from sqlalchemy import update
from werkzeug.test import TestResponse

from gateway import clock
from gateway.desk import remote, remotelinks
from gateway.rules.remote import Scope, State, link_of
from gateway.settings import Settings
from gateway.store import session
from gateway.store.models import Mailbox
from gateway.store.queries.remote import RemoteView
from gateway.store.queries.systems import SystemView
from tests.systems import leave
from tests.webui.cast import World, mail
from tests.webui.installed import come, customer_of, install
from tests.webui.pages import Page

LINK = re.compile(r"http://127\.0\.0\.1:8080/remote#([A-Za-z0-9_-]{43})")
DATA = {"Accept": "application/json"}


@pytest.fixture
def system(world: World, settings: Settings) -> SystemView:
    """Of the customer who wrote ticket 1."""
    return install(world.ours, settings, customer_of(world.ours))


def post(
    browser: FlaskClient, path: str, headers: dict[str, str] | None = None, **fields: object
) -> TestResponse:
    token = Page(browser.get("/account")).token
    return browser.post(path, data={"csrf_token": token, **fields}, headers=headers or {})


def sessions_of(world: World) -> tuple[RemoteView, ...]:
    with session.reading() as db:
        return remote.of_ticket(db, world.ours.actor, 1)


def secret_in(text: str) -> str:
    found = LINK.search(text)
    assert found is not None
    return found[1]


def test_a_script_gets_the_words_with_the_link(browser: FlaskClient, world: World) -> None:
    answer = post(browser, "/t/1/remote", DATA, scope=["control", "files", "telepathy"])
    assert answer.headers["Cache-Control"] == "no-store"
    secret = secret_in(answer.get_json()["text"])
    [made] = sessions_of(world)
    assert made.asked == (Scope.VIEW, Scope.CONTROL, Scope.FILES)
    with session.reading() as db:
        found = remotelinks.look(db, token_hash=link_of(secret).token_hash, now=clock.now())
    assert found.public_id == made.public_id


def test_without_a_script_the_link_is_in_the_draft(browser: FlaskClient, world: World) -> None:
    answer = post(browser, "/t/1/remote")
    assert (answer.status_code, answer.location) == (303, "/t/1#composer")
    page = Page(browser.get("/t/1"))
    assert LINK.search(page.text_of("#text"))
    assert page.one("#to").get("value") == "Ann Example <ann@customer.example>"
    post(browser, "/t/1/remote")
    assert len(LINK.findall(Page(browser.get("/t/1")).text_of("#text"))) == 2


def test_a_note_stays_a_note(browser: FlaskClient) -> None:
    page = Page(browser.get("/t/1"))
    fields = {"kind": "note", "text": "For us alone", "version": "0", "csrf_token": page.token}
    browser.post("/t/1/draft", data=fields)
    answer = post(browser, "/t/1/remote")
    assert Page(browser.get("/t/1")).text_of("#text") == "For us alone"
    assert answer.headers["Cache-Control"] == "no-store"
    told = Page(answer)
    assert LINK.search(told.text_of("#remote-words")), "the words are there to be copied"
    assert "no reply yet" in told.text_of("[for=remote-words]")
    assert told.text_of("#text") == "For us alone"


def test_the_words_are_in_the_mailboxs_language(browser: FlaskClient) -> None:
    with session.transaction() as db:
        db.execute(update(Mailbox).values(locale="de"))
    assert "öffnen Sie bitte diesen Link" in post(browser, "/t/1/remote", DATA).get_json()["text"]


def test_the_ticket_shows_how_far_it_is(browser: FlaskClient, world: World) -> None:
    post(browser, "/t/1/remote")
    [made] = sessions_of(world)
    shown = Page(browser.get("/t/1/remote"))
    assert "Waiting for the customer" in shown.text_of(".where")
    assert re.fullmatch(r"\d{3} \d{3} \d{3}", shown.text_of(".digits"))
    with session.transaction() as db:
        remote.note_state(db, made.id, state=State.LIVE, granted=["view"], now=clock.now())
    assert "Connected" in Page(browser.get("/t/1")).text_of("#remotes .where")


def test_what_has_not_changed_is_not_sent_again(browser: FlaskClient) -> None:
    post(browser, "/t/1/remote")
    etag = browser.get("/t/1/remote").headers["ETag"]
    assert browser.get("/t/1/remote", headers={"If-None-Match": etag}).status_code == 304


def test_link_and_digits_are_had_again_and_it_is_ended(browser: FlaskClient, world: World) -> None:
    words = post(browser, "/t/1/remote", DATA).get_json()["text"]
    [made] = sessions_of(world)
    path = f"/t/1/remote/{made.public_id}"
    assert post(browser, f"{path}/link", DATA).get_json() == {"text": words}
    assert Page(post(browser, f"{path}/link")).text_of("#remote-words") == " ".join(words.split())
    assert Page(browser.get("/t/1")).all("#remote-words") == []
    digits = Page(browser.get("/t/1/remote")).text_of(".digits")
    with session.transaction() as db:
        remote.note_state(db, made.id, state=State.WAITING, granted=[], now=clock.now())
    assert post(browser, f"{path}/code", DATA).status_code == 204
    assert post(browser, f"{path}/code").location == "/t/1#remoting"
    assert digits
    assert post(browser, f"{path}/end", DATA).status_code == 204
    assert [one.state for one in sessions_of(world)] == [State.ENDED]
    for verb in ("link", "code"):
        refused = post(browser, f"{path}/{verb}", DATA)
        assert (refused.status_code, "ended" in refused.get_json()["wrong"]) == (410, True)
    assert post(browser, f"{path}/code").status_code == 410
    assert "consent: ended from the desk" in browser.get("/t/1").text


def test_too_many_are_refused_in_words(browser: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "MAX_OPEN", 0)  # two hundred would take their time
    answer = post(browser, "/t/1/remote", DATA)
    assert (answer.status_code, "wrong" in answer.get_json()) == (409, True)
    assert post(browser, "/t/1/remote").status_code == 409


def test_by_keyboard_the_link_comes_into_what_is_written(page: Tab, world: World, settings: Settings) -> None:
    page.goto("/t/1")
    page.locator("#text").fill("Dear Ann,\n\nKind regards")
    page.locator("#text").evaluate("area => area.setSelectionRange(9, 9)")
    page.locator("h1").click()
    page.keyboard.press(".")
    page.get_by_label("use mouse and keyboard").check()
    page.get_by_role("button", name="Make the link").click()
    expect(page.locator("#remote-said")).to_have_text("The link is in your reply.")
    text = page.locator("#text").input_value()
    assert text.startswith("Dear Ann,\n\nSo that we can help you")
    assert text.endswith("\n\nKind regards")
    expect(page.locator("#remotes .where")).to_contain_text("Waiting for the customer")
    expect(page.locator(".kept")).to_contain_text("Draft saved")
    [made] = sessions_of(world)
    assert made.asked == (Scope.VIEW, Scope.CONTROL)
    page.get_by_role("button", name="End", exact=True).click()
    expect(page.locator("#remotes .ended")).to_contain_text("ended from the desk")


def test_a_note_that_is_written_gets_no_link(page: Tab, world: World) -> None:
    page.goto("/t/1")
    page.locator(".tabs [value=note]").check(force=True)
    page.locator("#text").fill("For us alone")
    page.locator("#remoting summary").click()
    page.get_by_role("button", name="Make the link").click()
    expect(page.locator("#remote-said")).to_contain_text("no reply yet")
    assert page.locator("#text").input_value() == "For us alone"


def test_without_systems_there_is_nothing_of_them(browser: FlaskClient, world: World) -> None:
    customer_of(world.ours)
    page = Page(browser.get("/t/1"))
    assert page.all("#systems") == page.all("#remote-system") == []
    assert Page(browser.get("/t/1/systems")).all("li") == []


def test_the_customers_systems_stand_beside_the_ticket(browser: FlaskClient, system: SystemView) -> None:
    assert "was never online" in Page(browser.get("/t/1")).text_of("#systems")
    come(system)
    page = Page(browser.get("/t/1"))
    assert page.text_of("#systems li") == "Server 01 online"
    assert page.text_of("#remote-system option") == "online · Server 01"
    etag = browser.get("/t/1/systems").headers["ETag"]
    assert browser.get("/t/1/systems", headers={"If-None-Match": etag}).status_code == 304


def test_only_so_many_stand_there(browser: FlaskClient, world: World, settings: Settings) -> None:
    customer = customer_of(world.ours)
    for number in range(12):
        install(world.ours, settings, customer, f"Server {number:02}")
    page = Page(browser.get("/t/1"))
    assert len(page.all("#systems li")) == 10
    assert "and 2 more" in page.text_of("#systems")
    assert len(page.all("#remote-system option")) == 12


def test_a_system_is_asked_without_a_link(browser: FlaskClient, world: World, system: SystemView) -> None:
    one = system.public_id
    assert post(browser, "/t/1/systems", DATA, system=one, scope=["control"]).status_code == 204
    assert post(browser, "/t/1/systems", system=one, scope=["control"]).location == "/t/1#remoting"
    [made, _] = sessions_of(world)
    assert (made.asked, made.system and made.system.name) == ((Scope.VIEW, Scope.CONTROL), "Server 01")
    assert LINK.search(Page(browser.get("/t/1")).text_of("#text")) is None
    shown = Page(browser.get("/t/1/remote"))
    assert "Waiting for Server 01" in shown.text_of("li")
    assert "It is offline. It is asked as soon as it is back" in shown.text_of("li")
    assert shown.all("[data-remote=link]") == shown.all("[data-remote=code]") == []
    for verb in ("link", "code"):
        refused = post(browser, f"/t/1/remote/{made.public_id}/{verb}", DATA)
        assert (refused.status_code, "no link" in refused.get_json()["wrong"]) == (409, True)


def test_one_that_is_not_there_any_more_is_refused_in_words(browser: FlaskClient, system: SystemView) -> None:
    refused = post(browser, "/t/1/systems", DATA, system="nobody")
    assert (refused.status_code, refused.get_json()["wrong"]) == (404, "There is no such system.")
    assert post(browser, "/t/1/systems", system="nobody").status_code == 404


def test_by_keyboard_a_system_is_asked_and_its_state_is_followed(
    page: Tab, world: World, system: SystemView
) -> None:
    page.goto("/t/1")
    page.locator("h1").click()
    page.keyboard.press(".")
    page.get_by_label("exchange the clipboard").check()
    page.get_by_label("Or without a link").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#remote-said")).to_have_text("Below you see whether it answers.")
    expect(page.locator("#remotes")).to_contain_text("It is offline")
    assert page.locator("#text").input_value() == ""
    [made] = sessions_of(world)
    assert made.asked == (Scope.VIEW, Scope.CLIPBOARD)
    come(system)
    live = "document.querySelectorAll('[data-live~=system]')"
    refresh = f"for (const one of {live}) one.dispatchEvent(new Event('refresh'))"
    page.evaluate(refresh)
    expect(page.locator("#remotes")).to_contain_text("It is online and is being asked.")
    expect(page.locator("#systems")).to_contain_text("Server 01 online")
    expect(page.locator("#remote-system option")).to_have_text("online · Server 01")
    leave(system, now=clock.now())
    page.evaluate(refresh)
    expect(page.locator("#remote-system option")).to_have_text("offline · Server 01")


def test_a_ticket_with_systems_is_one_small_document(
    browser: FlaskClient, world: World, system: SystemView
) -> None:
    for number in range(19):
        again = mail("Re: [#1] Look at this", f"Sentence {number}. " * 62)
        world.ours.receive(again)
    assert len(browser.get("/t/1").data) <= 40_000
