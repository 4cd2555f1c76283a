"""Error reports: what is shown is what goes, what is struck does not, and the operator finds the failure."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, expect
from playwright.sync_api import Page as Tab
from sqlalchemy import select
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from gateway import clock
from gateway.desk import errorreports, operating
from gateway.desk.errorreports import MAX_CHARS, MAX_PART_CHARS, MOST_PARTS
from gateway.rules.proofofwork import solve
from gateway.rules.throttling import MOST, Counted
from gateway.store import session
from gateway.store.models import Article, Ticket
from remote_bridge.client.reporting import address_of
from tests.webui.accessible import violations
from tests.webui.cast import World
from tests.webui.pages import Page

WORDS = "The reply was not sent"


@pytest.fixture
def read(world: World) -> World:
    """The stranger's is the operator's account."""
    with session.transaction() as db:
        operating.appoint(db, "stranger", now=clock.now())
    return world


@pytest.fixture
def easy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(errorreports, "BITS", 4)


@pytest.fixture
def failing(app: Flask) -> None:
    """A page that fails as nobody foresaw, with what a customer wrote in its error."""

    def fail(number: int) -> str:
        raise ValueError(f"SECRET of ticket {number}")

    app.add_url_rule("/t/<int:number>/fail", "failing", fail, methods=["GET", "POST"])


def parts_of(page: TestResponse, *, ticked: bool = True) -> list[str]:
    boxes = [box for box in Page(page).all("[name=part]") if box.get("disabled") is None]
    return [box.get("value") or "" for box in boxes if (box.get("checked") is not None) is ticked]


def fields(page: TestResponse) -> dict[str, str]:
    read = Page(page)
    return {name: read.one(f"[name={name}]").get("value") or "" for name in ("csrf_token", "challenge")}


def send(browser: FlaskClient, text: str = WORDS, **more: object) -> TestResponse:
    page = browser.get("/error-report")
    return browser.post("/error-report", data={**fields(page), "part": parts_of(page), "text": text, **more})


def send_unknown(client: FlaskClient, text: str = WORDS, **more: object) -> TestResponse:
    asked = client.get("/error-report/challenge").get_json()
    answer = solve(asked["challenge"], bits=asked["bits"])
    return send(client, text, **{"challenge": asked["challenge"], "answer": answer, **more})


def told(world: World) -> list[tuple[str, str]]:
    """Subject and text of what stands at the operator's."""
    with session.reading() as db:
        found = select(Ticket.subject, Article.text).join(Article, Article.ticket_id == Ticket.id)
        theirs = Ticket.account_id == world.stranger.account_id
        return [(subject, text) for subject, text in db.execute(found.where(theirs).order_by(Article.id))]


def test_the_operator_reads_what_was_left_in_and_nothing_else(
    browser: FlaskClient, read: World, failing: None
) -> None:
    with capture_logs() as logged:
        failed = browser.post("/t/77/fail?q=SECRET", data={"csrf_token": Page(browser.get("/account")).token})
    assert failed.status_code == 500
    request_id = Page(failed).text_of(".copy")
    assert failed.headers["X-Request-Id"] == request_id
    assert [event["event"] for event in logged] == ["request.failed"]

    page = browser.get("/error-report", headers={"Referer": "http://localhost/t/77/fail?q=SECRET"})
    shown = parts_of(page)
    error = next(part for part in shown if part.startswith("Error: "))
    assert error.endswith(f"UTC, 500 unforeseen, POST /t/<number>/fail, request {request_id}")
    assert "Page: /t/<number>/fail" in shown
    assert any(part.startswith("Version: ") for part in shown)
    login = next(part for part in shown if part.startswith("Your login"))
    left_in = [part for part in shown if part != login]
    sent = browser.post("/error-report", data={**fields(page), "part": left_in, "text": WORDS})
    assert (sent.status_code, sent.location) == (303, "/error-report/sent")
    assert "Your report is there" in browser.get(sent.location).text

    ((subject, text),) = told(read)
    assert subject == f"Error report: {WORDS}"
    assert text == "\n".join([WORDS, "", *left_in])
    for secret in ("SECRET", "/77", "login", "owner@ours.example"):
        assert secret not in text
    assert not any(part.startswith("Error") for part in parts_of(browser.get("/error-report")))


def test_the_log_has_the_id_that_the_page_names(app: Flask, world: World, failing: None) -> None:
    client = app.test_client()
    for path, event in (("/t/77/fail", "request.failed"), ("/no-such-page", "request.refused")):
        with capture_logs([merge_contextvars]) as logged:
            page = client.get(path)
        request_id = Page(page).text_of(".copy")
        assert [(one["event"], one["request"]) for one in logged] == [(event, request_id)]
        assert page.headers["X-Request-Id"] == request_id


def test_what_was_done_before_is_named_without_its_ticket(browser: FlaskClient, read: World) -> None:
    token = Page(browser.get("/account")).token
    browser.post("/preferences", data={"csrf_token": token, "locale": "en", "next": "/account"})
    done = next(part for part in parts_of(browser.get("/error-report")) if part.startswith("Done before: "))
    assert done.endswith(" UTC signin.preferences")


def test_the_same_form_is_sent_once(browser: FlaskClient, read: World) -> None:
    page = browser.get("/error-report")
    data = {**fields(page), "part": parts_of(page)[:1], "text": WORDS}
    assert browser.post("/error-report", data=data).status_code == 303
    again = browser.post("/error-report", data=data)
    assert again.status_code == 409
    assert Page(again).one("textarea").text == WORDS
    assert len(told(read)) == 1
    with_new_challenge = data | fields(again)
    assert browser.post("/error-report", data=with_new_challenge).status_code == 303


def test_what_cannot_be_taken_comes_back_as_it_was(browser: FlaskClient, read: World) -> None:
    before = parts_of(browser.get("/error-report"))
    back = send(browser, " ", part=before[:2])
    assert back.status_code == 422
    assert "Please write a text." in Page(back).text_of("#wrong")
    assert parts_of(back) == before[:2]
    assert parts_of(back, ticked=False) == before[2:]
    assert told(read) == []


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"text": "x" * MAX_CHARS}, 303),
        ({"text": "x" * (MAX_CHARS + 1)}, 422),
        ({"part": ["x"] * MOST_PARTS}, 303),
        ({"part": ["x"] * (MOST_PARTS + 1)}, 422),
        ({"part": ["x" * MAX_PART_CHARS]}, 303),
        ({"part": ["x" * (MAX_PART_CHARS + 1)]}, 422),
        ({"part": []}, 303),
        ({"challenge": ""}, 422),
    ],
)
def test_there_are_bounds(browser: FlaskClient, read: World, data: dict[str, object], status: int) -> None:
    assert send(browser, **{"text": WORDS, **data}).status_code == status  # type: ignore[arg-type]
    assert len(told(read)) == (status == 303)


def test_one_person_sends_so_many_and_is_told_to_wait(browser: FlaskClient, read: World) -> None:
    for _ in range(MOST[Counted.REPORT_OF]):
        assert send(browser).status_code == 303
    refused = send(browser)
    assert refused.status_code == 429
    assert "Too many" in Page(refused).text_of("#wrong")
    assert len(told(read)) == MOST[Counted.REPORT_OF]


def test_who_is_not_signed_in_works_for_it(client: FlaskClient, read: World, easy: None) -> None:
    page = client.get("/error-report")
    assert not any("login" in part for part in parts_of(page))
    assert send_unknown(client).status_code == 303
    refused = send(client)
    assert refused.status_code == 422
    assert "JavaScript" in Page(refused).text_of("#wrong")
    assert send_unknown(client, answer="x").status_code == 422
    assert len(told(read)) == 1


def test_without_the_forms_token_nothing_goes(browser: FlaskClient, read: World) -> None:
    assert send(browser, csrf_token="x").status_code == 400
    assert told(read) == []


def test_where_nobody_is_the_operator_it_says_so_and_who_can_change_it(
    browser: FlaskClient, world: World
) -> None:
    page = browser.get("/error-report")
    assert Page(page).all("#report") == []
    assert "manage4all operator appoint LOGIN" in page.text
    data = {"csrf_token": Page(page).token, "text": WORDS}
    assert browser.post("/error-report", data=data).status_code == 410


def test_pages_lead_there(browser: FlaskClient, app: Flask, failing: None) -> None:
    visitor = app.test_client()
    leading = (
        browser.get("/account"),
        browser.get("/keys"),
        browser.get("/find?q=report"),
        browser.get("/t/999999"),
        browser.post("/account"),
        browser.get("/t/1/fail"),
        visitor.get("/sign-in"),
        visitor.get("/no-such-page"),
    )
    assert [Page(page).one("[href=/error-report]").get("href") for page in leading] == ["/error-report"] * 8
    assert "/error-report" not in browser.get("/find?q=ann").text


@pytest.fixture
def unknown(chromium: Browser, served: str) -> Iterator[Tab]:
    """A browser in which nobody is signed in."""
    with chromium.new_context(base_url=served) as context:
        yield context.new_page()


def test_the_serviceclients_facts_come_behind_the_hash_and_go_with_it(
    unknown: Tab, read: World, easy: None
) -> None:
    asked: list[str] = []
    unknown.on("request", lambda request: asked.append(request.url))
    unknown.goto("/error-report#client=0.1.0&system=Linux+6.1&desktop=x11&failure=<b>call+me</b>&other=x")
    unknown.get_by_label("ServiceClient: 0.1.0").wait_for()
    assert unknown.get_by_label("Failure:").is_disabled()
    assert not unknown.get_by_label("Failure:").is_visible()
    unknown.get_by_label("Desktop: x11").uncheck()
    unknown.get_by_label("What happened").fill(WORDS)
    unknown.get_by_role("button", name="Send the report").click()
    expect(unknown.locator("h1")).to_have_text("Thank you", timeout=60_000)
    ((_subject, text),) = told(read)
    assert "ServiceClient: 0.1.0\nSystem: Linux 6.1" in text
    assert [word for word in ("Desktop", "call me", "other") if word in text] == []
    assert [url for url in asked if "Linux" in url.partition("#")[0]] == []


def test_what_the_serviceclient_says_of_itself_fits_the_page(unknown: Tab, served: str, read: World) -> None:
    unknown.goto(address_of(served, "BadLink", {"DISPLAY": ":0"}))
    unknown.get_by_label("Failure: BadLink").wait_for()
    for fact in ("ServiceClient: ", "System: ", "Desktop: "):
        assert unknown.get_by_label(fact).is_checked()


def test_without_scripts_staff_send_one(chromium: Browser, served: str, read: World) -> None:
    with chromium.new_context(base_url=served, java_script_enabled=False) as context:
        context.add_cookies([{"name": "session", "value": read.ours.cookie, "url": served}])
        page = context.new_page()
        page.goto("/account")
        page.get_by_role("link", name="Report an error").click()
        assert page.get_by_label("Page: /account").is_checked()
        page.get_by_label("Browser:").uncheck()
        page.get_by_label("What happened").fill(WORDS)
        page.get_by_role("button", name="Send the report").click()
        expect(page.locator("h1")).to_have_text("Thank you")
    ((_subject, text),) = told(read)
    assert ("Page: /account" in text, "Browser" in text) == (True, False)


@pytest.mark.parametrize(("theme", "locale"), [("light", "en"), ("dark", "de")])
def test_pages_are_accessible_and_never_scroll_sideways(
    page: Tab, served: str, read: World, theme: str, locale: str
) -> None:
    page.context.add_cookies(
        [{"name": "theme", "value": theme, "url": served}, {"name": "locale", "value": locale, "url": served}]
    )
    found, wide = [], []
    for path in ("/no-such-page", "/error-report#client=0.1.0&system=Linux", "/error-report/sent"):
        page.goto(path)
        found += violations(page)
        for width in (1440, 390, 320):
            page.set_viewport_size({"width": width, "height": 800})
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                wide.append((path, width))
    assert (found, wide) == ([], [])
