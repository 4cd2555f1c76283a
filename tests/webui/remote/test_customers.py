"""The customer's page: looking uses nothing up, the secret goes nowhere, and saying no ends it."""

import base64
import hmac
import logging
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page as Tab
from playwright.sync_api import Route, expect
from sqlalchemy import update
from werkzeug.test import TestResponse

from gateway import clock
from gateway.desk import remote
from gateway.desk.remote import Made
from gateway.rules.remote import State, Why
from gateway.rules.throttling import MOST, Counted
from gateway.store import session
from gateway.store.models import RemoteSession
from gateway.store.queries.remote import RemoteView
from tests.remotes import redeem
from tests.webui.cast import World
from tests.webui.pages import Page

SHARE = """
export const share = async ({ secret, texts, elements }) => {
  elements.section.hidden = false;
  document.querySelector("#consent").hidden = true;
  elements.banner.textContent = texts.sees.replace("{names}", "Anna");
  elements.code.textContent = "123 456";
  document.body.dataset.given = `${secret.length}`;
  await new Promise((over) => elements.end.addEventListener("click", over));
};
"""


def token_of(secret: str) -> str:
    """By HKDF (RFC 5869), as the page's script does it."""
    raw = base64.urlsafe_b64decode(secret + "=")
    key = hmac.digest(bytes(32), raw, "sha256")
    token = hmac.digest(key, b"m4a remote 1 token\x01", "sha256")
    return base64.urlsafe_b64encode(token).decode().rstrip("=")


def post(client: FlaskClient, path: str, **fields: str) -> TestResponse:
    token = Page(client.get("/remote")).token
    return client.post(path, data={"csrf_token": token, **fields})


def view(world: World, made: Made) -> RemoteView:
    with session.reading() as db:
        return remote.get(db, world.ours.actor, made.public_id)


def test_a_look_tells_who_asks_for_what_and_uses_nothing_up(
    client: FlaskClient, world: World, made: Made
) -> None:
    for _ in range(2):
        answer = post(client, "/remote", token=token_of(made.secret))
        page = Page(answer)
        assert answer.headers["Cache-Control"] == "no-store"
        assert page.text_of("h1") == "ours asks to see your screen"
        assert "#1 Look at this" in page.text_of(".facts")
        assert page.text_of(".possible") == "see the screen use mouse and keyboard"
        assert made.secret not in answer.text
    assert view(world, made).state is State.WAITING


def test_a_session_that_no_person_made_is_the_businesss(client: FlaskClient, made: Made) -> None:
    with session.transaction() as db:
        db.execute(update(RemoteSession).values(made_by_id=None))
    answer = post(client, "/remote", token=token_of(made.secret))
    assert Page(answer).text_of("#consent").startswith("Do you agree? ours will see what you choose")


@pytest.mark.parametrize("token", ["", "x", "A" * 43, "ä" * 43])
def test_without_the_token_nothing_is_told(client: FlaskClient, made: Made, token: str) -> None:
    for path in ("/remote", "/remote/not-me"):
        answer = post(client, path, token=token)
        assert answer.status_code == 404
        assert "Look at this" not in answer.text


def test_a_scanner_that_follows_the_link_changes_nothing(
    client: FlaskClient, world: World, made: Made
) -> None:
    for path in ("/remote", "/remote?x=1", "/remote/relay"):
        assert client.get(path).status_code == 200
    assert client.post("/remote").status_code == 400
    assert view(world, made).state is State.WAITING


def test_the_page_reaches_the_relay_and_a_screen_and_nobody_else_does(client: FlaskClient) -> None:
    headers = client.get("/remote").headers
    assert "connect-src 'self' ws://127.0.0.1:8081;" in headers["Content-Security-Policy"]
    assert "display-capture=(self)" in headers["Permissions-Policy"]
    assert client.get("/remote/relay").get_json() == {"relay": "ws://127.0.0.1:8081"}
    other = client.get("/sign-in").headers
    assert "8081" not in other["Content-Security-Policy"]
    assert "display-capture=()" in other["Permissions-Policy"]


def relay_for(client: FlaskClient, token: str) -> object:
    answer = client.get("/remote/relay", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    return answer.get_json()["relay"]


def test_the_token_leads_to_the_relay_where_the_viewer_is(client: FlaskClient, made: Made) -> None:
    token = token_of(made.secret)
    assert relay_for(client, token) == "ws://127.0.0.1:8081"
    redeem(made, relay_url="wss://first.example", now=clock.now())
    assert relay_for(client, token) == "wss://first.example"
    for other in ("", "x", "A" * 43, "ä"):
        assert relay_for(client, other) == "ws://127.0.0.1:8081"


def test_the_digits_give_the_secret_once(client: FlaskClient, made: Made) -> None:
    answer = post(client, "/remote/code", code=f" {made.code[:3]} {made.code[3:]}")
    assert answer.get_json() == {"secret": made.secret}
    assert answer.headers["Cache-Control"] == "no-store"
    again = post(client, "/remote/code", code=made.code)
    assert (again.status_code, "secret" in again.text) == (404, False)


def test_only_wrong_links_are_counted_as_tries(client: FlaskClient, made: Made) -> None:
    for _ in range(MOST[Counted.SECRET] + 1):
        assert post(client, "/remote", token=token_of(made.secret)).status_code == 200
    for _ in range(MOST[Counted.SECRET]):
        assert post(client, "/remote", token="x").status_code == 404
    assert post(client, "/remote", token=token_of(made.secret)).status_code == 429


def test_guessing_digits_comes_to_an_end(client: FlaskClient, made: Made) -> None:
    for _ in range(MOST[Counted.DIGITS_HERE]):
        assert post(client, "/remote/code", code="123").status_code == 404
    assert post(client, "/remote/code", code=made.code).status_code == 429


def test_not_me_ends_it_and_says_so_in_the_ticket(client: FlaskClient, world: World, made: Made) -> None:
    for _ in range(2):
        answer = post(client, "/remote/not-me", token=token_of(made.secret))
        assert (answer.status_code, Page(answer).text_of("h1")) == (200, "Thank you")
    assert view(world, made).why is Why.NOT_ME
    events = [event.data["why"] for event in world.ours.ticket.events if event.kind == "remote"]
    assert events == ["not-me"]


def test_an_expired_link_offers_to_ask_for_another(client: FlaskClient, world: World, made: Made) -> None:
    with session.transaction() as db:
        db.execute(update(RemoteSession).values(expires_at=clock.now() - timedelta(seconds=1)))
    answer = post(client, "/remote", token=token_of(made.secret))
    page = Page(answer)
    assert (answer.status_code, page.text_of("h1")) == (410, "This link has expired")
    mail = page.one("a.button").get("href") or ""
    assert mail.startswith("mailto:reply+")
    assert "@desk.localhost?subject=" in mail
    assert "Look at this" not in answer.text


def test_it_speaks_german_to_whom_it_should(client: FlaskClient, made: Made) -> None:
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de-DE,de;q=0.9"
    page = Page(post(client, "/remote", token=token_of(made.secret)))
    assert page.text_of("h1") == "ours möchte Ihren Bildschirm sehen"


def test_no_log_has_secret_token_or_digits(
    client: FlaskClient, made: Made, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    token = token_of(made.secret)
    post(client, "/remote", token=token)
    post(client, "/remote", token=token[:-1] + "!")
    post(client, "/remote/code", code=made.code)
    post(client, "/remote/not-me", token=token)
    said = caplog.text + "".join(capsys.readouterr())
    assert [one for one in (made.secret, token, made.code) if one in said] == []


@pytest.fixture
def tab(page: Tab) -> Tab:
    """A browser of nobody's, as a customer has it; share.js is another part's."""
    page.context.clear_cookies()

    def give(route: Route) -> None:
        route.fulfill(body=SHARE, content_type="text/javascript")

    page.route("**/static/remote/share.js", give)
    return page


def test_a_browser_shows_what_a_link_leads_to_and_hands_over(tab: Tab, world: World, made: Made) -> None:
    seen: list[str] = []
    tab.on("request", lambda request: seen.append(f"{request.url} {request.post_data or ''}"))
    tab.goto(f"/remote#{made.secret}")
    expect(tab.get_by_role("heading", level=1)).to_have_text("ours asks to see your screen")
    assert made.secret not in tab.url
    tab.get_by_role("button", name="Start the program").click()
    link = tab.evaluate("location.origin") + f"/remote#{made.secret}"
    assert tab.get_by_role("link", name="Open the installed program").get_attribute("href") == (
        f"m4a-remote:{link}"
    )
    expect(tab.locator("code").first).to_contain_text(f'manage4all-client "{link}"')
    tab.get_by_role("button", name="Show my screen").click()
    tab.get_by_role("button", name="I agree").click()
    expect(tab.locator("#share-banner")).to_have_text("Anna can see your screen")
    assert tab.evaluate("document.body.dataset.given") == "43"
    tab.locator("#share-end").click()
    expect(tab.locator("#shared h1")).to_be_visible()
    assert [one for one in seen if made.secret in one] == []


def test_a_page_that_is_loaded_again_shows_the_same(tab: Tab, made: Made) -> None:
    tab.goto(f"/remote#{made.secret}")
    expect(tab.locator("#offer h1")).to_be_visible()
    tab.reload()
    expect(tab.locator("#offer h1")).to_be_visible()


def test_digits_lead_to_the_same_page(tab: Tab, made: Made) -> None:
    tab.goto("/remote")
    tab.get_by_label("Code").fill("000 000 00")
    tab.get_by_role("button", name="Go on").click()
    expect(tab.locator("#code-wrong")).to_contain_text("This code is not known")
    tab.get_by_label("Code").fill(f"{made.code[:3]} {made.code[3:6]} {made.code[6:]}")
    tab.get_by_role("button", name="Go on").click()
    expect(tab.locator("#offer h1")).to_have_text("ours asks to see your screen")


def test_not_me_by_hand(tab: Tab, world: World, made: Made) -> None:
    tab.goto(f"/remote#{made.secret}")
    tab.get_by_text("That was not me").click()
    tab.get_by_role("button", name="End this link").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Thank you")
    assert view(world, made).why is Why.NOT_ME


def test_half_a_link_is_said_to_be_one(tab: Tab, made: Made) -> None:
    tab.goto(f"/remote#{made.secret[:20]}")
    expect(tab.get_by_role("alert").first).to_contain_text("not a whole link")
    expect(tab.get_by_label("Code")).to_be_visible()
