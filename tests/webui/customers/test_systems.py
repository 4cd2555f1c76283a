"""A customer's systems on its page: none, some, one more by a code, renamed, removed; and nobody else's."""

import re

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect
from werkzeug.test import TestResponse

from gateway import clock
from gateway.desk import systems
from gateway.settings import Settings
from gateway.store import session
from gateway.store.queries.systems import SystemView
from tests.systems import keys, leave
from tests.webui.cast import World
from tests.webui.installed import come, customer_of, install
from tests.webui.pages import Page

CODE = re.compile(r"[A-Z2-7]{4}-[A-Z2-7]{4}-[A-Z2-7]{4}")


@pytest.fixture
def customer(world: World) -> str:
    return customer_of(world.ours)


@pytest.fixture
def system(world: World, settings: Settings, customer: str) -> SystemView:
    return install(world.ours, settings, customer)


def post(browser: FlaskClient, path: str, **fields: str) -> TestResponse:
    return browser.post(path, data={"csrf_token": Page(browser.get("/account")).token, **fields})


def shown(browser: FlaskClient, customer: str) -> str:
    return Page(browser.get(f"/customers/{customer}")).text_of("#systems")


def test_without_one_it_says_what_to_do(browser: FlaskClient, customer: str) -> None:
    told = shown(browser, customer)
    assert "Install the program for good" in told
    assert "Add a system" in told


def test_a_code_is_shown_once_with_its_command(
    browser: FlaskClient, world: World, settings: Settings, customer: str
) -> None:
    answer = post(browser, f"/customers/{customer}/systems")
    assert answer.headers["Cache-Control"] == "no-store"
    page = Page(answer)
    code = page.text_of(".digits")
    assert CODE.fullmatch(code)
    command = page.text_of("code.copy")
    assert "http://127.0.0.1:8080" in command
    assert code in command
    assert code not in browser.get(f"/customers/{customer}").text
    with session.transaction() as db:
        systems.enrol(db, keys().enrolment(code, "Reception"), key=settings.key(), now=clock.now())
    assert "Reception" in shown(browser, customer)


def test_too_many_are_refused_in_words(
    browser: FlaskClient, customer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(systems, "MAX_OF_CUSTOMER", 0)  # two hundred would take their time
    answer = post(browser, f"/customers/{customer}/systems")
    assert answer.status_code == 409
    assert "at most" in Page(answer).text_of(".alert")


def test_it_tells_whether_it_is_there(browser: FlaskClient, customer: str, system: SystemView) -> None:
    assert "was never online" in shown(browser, customer)
    come(system, unattended=["view", "control"])
    told = shown(browser, customer)
    for word in ("Server 01", "online", "Debian 12", "unattended access granted"):
        assert word in told
    page = Page(browser.get(f"/systems/{system.public_id}"))
    assert "see the screen, use mouse and keyboard" in page.text_of("main")
    leave(system, now=clock.now())
    assert "offline for" in shown(browser, customer)
    assert "last seen" in Page(browser.get(f"/systems/{system.public_id}/now")).text_of(".where")


def test_what_has_not_changed_is_not_sent_again(
    browser: FlaskClient, customer: str, system: SystemView
) -> None:
    for path in (f"/customers/{customer}/systems", f"/systems/{system.public_id}/now"):
        etag = browser.get(path).headers["ETag"]
        assert browser.get(path, headers={"If-None-Match": etag}).status_code == 304


def test_its_page_lists_what_was_held_with_it(
    browser: FlaskClient, world: World, settings: Settings, system: SystemView
) -> None:
    path = f"/systems/{system.public_id}"
    assert "None yet. Open a ticket of Example Inc" in Page(browser.get(path)).text_of("#sessions")
    with session.transaction() as db:
        asked = system.public_id
        systems.ask(db, world.ours.actor, 1, asked, scopes=(), key=settings.key(), now=clock.now())
    told = Page(browser.get(path)).text_of("#sessions")
    assert "#1 Look at this" in told
    assert "Waiting for Server 01" in told


def test_it_is_renamed(browser: FlaskClient, system: SystemView) -> None:
    path = f"/systems/{system.public_id}"
    assert post(browser, path, name=" Reception ").location == path
    assert Page(browser.get(path)).text_of("h1") == "Reception"
    refused = post(browser, path, name="x" * 81)
    assert refused.status_code == 422
    assert "1 to 80" in Page(refused).text_of("#wrong")


def test_it_is_removed_after_a_question(browser: FlaskClient, customer: str, system: SystemView) -> None:
    path = f"/systems/{system.public_id}"
    page = Page(browser.get(f"{path}/remove"))
    assert page.text_of("h1") == "Remove Server 01?"
    assert post(browser, f"{path}/remove").location == f"/customers/{customer}#systems"
    assert browser.get(path).status_code == 404
    assert "Server 01" not in shown(browser, customer)
    log = browser.get("/account/audit").text
    assert "System removed" in log


def test_who_deletes_the_customer_is_told_of_its_systems(
    browser: FlaskClient, customer: str, system: SystemView
) -> None:
    page = browser.get(f"/customers/{customer}/remove").text
    assert "Can be asked for no session any more: 1 system." in page


def test_it_comes_and_goes_before_ones_eyes(page: Tab, customer: str, system: SystemView) -> None:
    page.goto(f"/customers/{customer}")
    there = page.locator("#systems [data-live]")
    expect(there).to_contain_text("was never online")
    page.evaluate("window.same = true")
    come(system)
    page.evaluate("document.querySelector('[data-live=system]').dispatchEvent(new CustomEvent('refresh'))")
    expect(there).to_contain_text("online · Debian 12")
    expect(page.locator("#systems .light.ok")).to_have_count(1)
    assert page.evaluate("window.same")
