"""Passkeys: with an authenticator that is a program, and in a real browser with its own virtual one."""

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, CDPSession, Page, expect
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from gateway.rules.throttling import MOST, Counted
from tests.fakes.authenticator import Authenticator
from tests.webui import pages
from tests.webui.cast import PASSWORD, World
from tests.webui.signin.test_halfway import noted
from tests.webui.signin.test_look import look
from tests.webui.signin.test_security import another, let_proof_lapse
from webui import office

HOST = "http://localhost"
PAGE = "/account/passkeys"


@pytest.fixture
def named(app: Flask) -> Flask:
    """The desk at an address with a name."""
    here = office.of(app)
    office.install(app, replace(here, settings=here.settings.with_values(base_url=HOST)))
    return app


@pytest.fixture
def device() -> Authenticator:
    return Authenticator(HOST)


def send(browser: FlaskClient, path: str, **fields: str) -> TestResponse:
    if browser.get_cookie("session") is None:
        token = pages.Page(browser.get("/sign-in")).token
    else:
        token = pages.Page(browser.get("/account")).token
    return browser.post(path, data={"csrf_token": token, **fields})


def register(browser: FlaskClient, device: Authenticator, name: str = "blue") -> TestResponse:
    options = send(browser, f"{PAGE}/options")
    assert options.headers["Cache-Control"] == "no-store"
    return send(browser, PAGE, credential=device.create(options.text), name=name)


def alone(client: FlaskClient, device: Authenticator) -> TestResponse:
    options = send(client, "/sign-in/passkey/options")
    return send(client, "/sign-in/passkey", credential=device.get(options.text), next="/t/1")


def after_password(client: FlaskClient, device: Authenticator) -> TestResponse:
    assert send(client, "/sign-in", login="ours", password=PASSWORD).location.startswith("/sign-in/code")
    options = send(client, "/sign-in/code/passkey/options")
    return send(client, "/sign-in/code/passkey", credential=device.get(options.text), next="/t/1")


def test_the_first_passkey_brings_recovery_codes_and_ends_other_sign_ins(
    named: Flask, browser: FlaskClient, device: Authenticator, world: World
) -> None:
    other = another(named, world.ours)
    assert len(pages.Page(register(browser, device)).all(".codes .copy")) == 10
    assert [one.get("/").status_code for one in (browser, other)] == [200, 303]
    assert register(browser, Authenticator(HOST), "").location == PAGE
    listed = pages.Page(browser.get(PAGE)).text_of("#passkeys")
    assert "blue" in listed
    assert "Unknown browser" in listed  # the name for who gives none
    assert "not used yet" in listed
    assert "10 recovery codes are left" in pages.Page(browser.get("/account/security")).text_of("#factor")


def test_a_passkey_signs_in_alone(named: Flask, browser: FlaskClient, device: Authenticator) -> None:
    register(browser, device)
    client = named.test_client()
    assert alone(client, device).location == "/t/1"
    assert client.get("/t/1").status_code == 200
    assert "last used" in pages.Page(browser.get(PAGE)).text_of("#passkeys")


def test_alone_it_must_have_seen_who_it_is_and_beside_the_password_not(
    named: Flask, browser: FlaskClient, device: Authenticator
) -> None:
    register(browser, device)
    device.verifies = False
    client = named.test_client()
    answer = alone(client, device)
    assert (answer.status_code, "could not be used" in pages.Page(answer).text_of("#wrong")) == (422, True)
    assert client.get("/").status_code == 303
    assert after_password(client, device).location == "/t/1"
    assert client.get("/").status_code == 200


def test_somebody_elses_passkey_is_no_second_factor_of_ours(
    named: Flask, browser: FlaskClient, device: Authenticator, world: World
) -> None:
    register(browser, device)
    theirs = Authenticator(HOST)
    register(another(named, world.stranger), theirs)
    client = named.test_client()
    answer = after_password(client, theirs)
    assert (answer.status_code, client.get("/").status_code) == (422, 303)
    assert "could not be used" in pages.Page(answer).text_of("#wrong")


def test_wrong_ones_beside_the_password_are_counted_and_noted_as_wrong_codes_are(
    named: Flask, browser: FlaskClient, device: Authenticator, world: World
) -> None:
    register(browser, device)
    client = named.test_client()
    send(client, "/sign-in", login="ours", password=PASSWORD)
    nonsense = {"credential": "{}"}
    for _ in range(MOST[Counted.CODE]):
        assert send(client, "/sign-in/code/passkey", **nonsense).status_code == 422
    assert send(client, "/sign-in/code/passkey", **nonsense).status_code == 429
    assert send(client, "/sign-in/code", code="000000").status_code == 429
    newest, *_, first = noted(world, MOST[Counted.CODE] + 1)
    assert (newest.kind, newest.facts, newest.actor.kind) == ("factor_failed", {"way": "passkey"}, "visitor")
    assert first.kind != "factor_failed"


def test_an_answer_is_good_once_and_in_its_own_browser(
    named: Flask, browser: FlaskClient, device: Authenticator
) -> None:
    register(browser, device)
    client, thief = named.test_client(), named.test_client()
    answer = device.get(send(client, "/sign-in/passkey/options").text)
    assert send(thief, "/sign-in/passkey", credential=answer).status_code == 422
    assert send(client, "/sign-in/passkey", credential=answer).status_code == 303
    assert send(named.test_client(), "/sign-in/passkey", credential=answer).status_code == 422


@pytest.mark.parametrize("answer", ["", "{}", "[]", '{"id": "abc"}', "x" * 10**5])
def test_nonsense_lets_nobody_in(named: Flask, browser: FlaskClient, answer: str) -> None:
    client = named.test_client()
    send(client, "/sign-in/passkey/options")
    assert send(client, "/sign-in/passkey", credential=answer).status_code == 422
    send(browser, f"{PAGE}/options")
    assert send(browser, PAGE, credential=answer).status_code == 422


def test_without_the_last_passkey_the_password_does_again(
    named: Flask, browser: FlaskClient, device: Authenticator
) -> None:
    register(browser, device)
    handle = pages.Page(browser.get(PAGE)).one("[name=passkey]").get("value") or ""
    assert send(browser, f"{PAGE}/remove", passkey=handle).location == PAGE
    assert alone(named.test_client(), device).status_code == 422
    assert send(named.test_client(), "/sign-in", login="ours", password=PASSWORD).location == "/"


def test_a_strangers_passkey_is_not_there_to_remove(
    named: Flask, browser: FlaskClient, device: Authenticator, world: World
) -> None:
    stranger = another(named, world.stranger)
    register(stranger, device)
    handle = pages.Page(stranger.get(PAGE)).one("[name=passkey]").get("value") or ""
    assert send(browser, f"{PAGE}/remove", passkey=handle).status_code == 404
    assert len(pages.Page(stranger.get(PAGE)).all("[name=passkey]")) == 1


@pytest.mark.parametrize("what", ["", "/options", "/remove"])
def test_what_changes_them_asks_for_the_password_again(named: Flask, browser: FlaskClient, what: str) -> None:
    let_proof_lapse()
    assert send(browser, f"{PAGE}{what}").location.startswith("/prove?next=")


def test_challenges_are_not_given_out_without_end(named: Flask, world: World) -> None:
    client = named.test_client()
    for _ in range(MOST[Counted.SECRET]):
        assert send(client, "/sign-in/passkey/options").status_code == 200
    assert send(client, "/sign-in/passkey/options").status_code == 429


def test_after_the_password_is_after_the_password(named: Flask, world: World) -> None:
    client = named.test_client()
    assert send(client, "/sign-in/code/passkey/options").status_code == 404
    assert send(client, "/sign-in/code/passkey", credential="{}").location == "/sign-in"


def test_at_an_address_without_a_name_none_is_offered(browser: FlaskClient, client: FlaskClient) -> None:
    assert "M4A_BASE_URL" in pages.Page(browser.get(PAGE)).text_of("main")
    assert pages.Page(browser.get(PAGE)).all("[data-passkey]") == []
    assert pages.Page(client.get("/sign-in")).all("[data-passkey]") == []
    assert send(client, "/sign-in/passkey/options").status_code == 404


@pytest.fixture
def served(app: Flask) -> Iterator[str]:
    """The address of the desk by its name, really served."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    address, here = f"{HOST}:{server.server_port}", office.of(app)
    office.install(app, replace(here, settings=here.settings.with_values(base_url=address)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield address
    server.shutdown()
    thread.join(10)
    server.server_close()


@pytest.fixture
def page(chromium: Browser, served: str, world: World) -> Iterator[Page]:
    context = chromium.new_context(base_url=served, viewport={"width": 1440, "height": 900}, locale="en-GB")
    context.add_cookies([{"name": "session", "value": world.ours.cookie, "url": served}])
    yield context.new_page()
    context.close()


def plug_in(page: Page, *, verifies: bool = True) -> tuple[CDPSession, str]:
    """Give the browser an authenticator that always agrees."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": verifies,
        "automaticPresenceSimulation": True,
    }
    made = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return devtools, made["authenticatorId"]


def add_in_browser(page: Page) -> None:
    page.goto(PAGE)
    page.locator("#name").fill("laptop")
    page.get_by_role("button", name="Add it").click()
    expect(page.locator(".codes li")).to_have_count(10)


def sign_out(page: Page) -> None:
    page.goto("/account")
    page.locator("form[action='/sign-out'] button").click()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_in_a_browser_it_is_added_signs_in_alone_and_is_removed(page: Page, served: str, theme: str) -> None:
    page.context.add_cookies([{"name": "theme", "value": theme, "url": served}])
    plug_in(page)
    page.goto(PAGE)
    look(page)
    add_in_browser(page)
    page.goto(PAGE)
    look(page)
    page.get_by_role("button", name="Add it").click()  # the same authenticator again
    expect(page.locator("[data-failed]")).to_contain_text("could not be used")
    sign_out(page)
    look(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page).to_have_url(f"{served}/")
    page.goto(PAGE)
    page.get_by_role("button", name="Remove laptop").click()
    expect(page.locator("#passkeys")).to_have_count(0)


def test_in_a_browser_it_stands_in_for_the_code(page: Page, served: str) -> None:
    devtools, authenticator = plug_in(page)
    add_in_browser(page)
    devtools.send("WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": False})
    sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.locator("[data-failed]")).to_contain_text("could not be used")
    page.locator("#login").fill("ours")
    page.locator("#password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url(f"{served}/")


def test_without_script_there_is_no_button_that_does_nothing(chromium: Browser, served: str) -> None:
    context = chromium.new_context(base_url=served, java_script_enabled=False)
    made = context.new_page()
    made.goto("/sign-in")
    expect(made.locator("[data-passkey]")).to_be_hidden()
    context.close()
