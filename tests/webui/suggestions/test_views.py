"""Suggestions: what is sent, kept and logged leads to nobody, tried with a real server and browser."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Request, expect

from gateway import clock
from gateway.desk import operating, suggestions
from gateway.rules.proofofwork import solve
from gateway.settings import Settings
from gateway.store import session
from tests.fakes.web import Web
from tests.webui.cast import World
from tests.webui.pages import Page

IDEA = "Zq7Idea: more colours"
AGENT = "Zq7Browser/1.0"


@pytest.fixture
def read(world: World) -> World:
    """The stranger's is the operator's account."""
    with session.transaction() as db:
        operating.appoint(db, "stranger", now=clock.now())
    return world


def send(client: FlaskClient, text: str = IDEA, **more: str) -> int:
    challenge = client.get("/suggest/challenge").get_json()
    answer = solve(challenge["challenge"], bits=challenge["bits"])
    work = {"challenge": challenge["challenge"], "answer": answer} | more
    return client.post("/suggest", data={"text": text, **work}).status_code


def test_anybody_may_and_without_work_nobody(client: FlaskClient, browser: FlaskClient, read: World) -> None:
    for one in (client, browser):
        page = one.get("/suggest")
        assert (page.status_code, page.headers["Referrer-Policy"]) == (200, "no-referrer")
        assert Page(page).all("#suggest")
    assert send(client) == 201
    assert send(client, answer="x") == 422
    assert send(client, text=" ") == 422
    assert client.post("/suggest", data={"text": IDEA}).status_code == 422


def test_where_nobody_reads_them_the_page_says_so(client: FlaskClient, world: World) -> None:
    page = client.get("/suggest")
    assert "Nobody has been named yet" in page.text
    assert Page(page).all("#suggest") == []
    assert send(client) == 410


def test_pages_lead_there_without_telling_from_where(browser: FlaskClient, app: Flask) -> None:
    for page in (browser.get("/account"), browser.get("/keys"), app.test_client().get("/sign-in")):
        link = Page(page).one("[href=/suggest]")
        assert link.get("rel") == "noreferrer"


def rows(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every table with its rows."""
    with sqlite3.connect(path) as database:
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {name: sorted(database.execute(f'SELECT * FROM "{name}"'), key=repr) for name in names}
    database.close()
    return found


@pytest.fixture
def web(settings: Settings, read: World, tmp_path: Path) -> Iterator[Web]:
    with (tmp_path / "log").open("wb") as log:
        running = Web(settings.with_values(base_url=""), log=log)
        yield running
        running.end()


def test_nothing_that_is_sent_kept_or_logged_leads_back(
    web: Web, chromium: Browser, settings: Settings, read: World, tmp_path: Path
) -> None:
    address, file = f"http://127.0.0.1:{web.port}", settings.root / "manage4all.db"
    context = chromium.new_context(base_url=address, user_agent=AGENT)
    context.add_cookies([{"name": "session", "value": read.ours.cookie, "url": address}])
    page = context.new_page()
    page.goto("/account")
    page.get_by_role("link", name="Make a suggestion").click()
    before, logged = rows(file), (tmp_path / "log").read_bytes()
    sent: list[Request] = []

    def hear(request: Request) -> None:
        if not request.url.startswith(f"{address}/static/"):  # the browser's own, of the page that is open
            sent.append(request)

    page.on("request", hear)
    page.get_by_label("Your suggestion").fill(IDEA)
    page.get_by_role("button", name="Send without a name").click()
    expect(page.locator("#told")).to_contain_text("Your suggestion is there", timeout=60_000)

    assert [(one.method, one.url.removeprefix(address)) for one in sent] == [
        ("GET", "/suggest/challenge"),
        ("POST", "/suggest"),
    ]
    headers = [one.all_headers() for one in sent]
    assert [name for one in headers for name in ("cookie", "referer", "x-csrftoken") if name in one] == []
    answers = [answer.all_headers() for one in sent if (answer := one.response())]
    assert [len(answers), *("set-cookie" in one for one in answers)] == [2, False, False]
    context.close()

    after = rows(file)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"suggestion"}
    ((_hash, day, text),) = after["suggestion"]
    assert (day, text) == (f"{clock.now():%Y-%m-%d}", IDEA)
    assert (tmp_path / "log").read_bytes() == logged

    with session.transaction() as db:
        assert suggestions.open_due(db, now=clock.now().replace(year=clock.now().year + 1)) == 1
    web.end()
    session.dispose()
    kept = b"".join(one.read_bytes() for one in settings.root.rglob("*") if one.is_file()) + logged
    assert IDEA.encode() in kept
    assert [mark for mark in (AGENT.encode(), b"127.0.0.1:", read.ours.cookie.encode()) if mark in kept] == []
