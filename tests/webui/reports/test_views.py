"""The page of reports: the last numbers at once, newer ones when a worker has counted."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect
from sqlalchemy import select

from gateway.clock import SystemClock
from gateway.outbound.reporting import count_report
from gateway.store import reports, session
from gateway.store.models import Outbox
from gateway.store.outbox import Topic
from tests.webui.accessible import violations
from tests.webui.cast import World
from tests.webui.customers.test_views import send
from tests.webui.pages import Page
from tests.webui.reports.numbers import NUMBERS

ASKED = "/reports?days=7&zone=UTC"


def count() -> int:
    """What a worker does."""
    with session.reading() as db:
        owed = db.execute(select(Outbox.ref_id).where(Outbox.topic == Topic.REPORT.value)).scalars().all()
    for report_id in owed:
        count_report(report_id, clock=SystemClock())
    return len(owed)


def test_looking_asks_for_nothing_and_says_what_to_do(browser: FlaskClient) -> None:
    page = Page(browser.get(ASKED))
    assert page.text_of(".empty h2") == "Not counted yet"
    assert page.one("#pulse button").text == "Count now"
    assert count() == 0


def test_who_asks_sees_the_numbers_once_they_are_counted(browser: FlaskClient) -> None:
    assert send(browser, ASKED).location == ASKED
    assert "being counted" in Page(browser.get(ASKED)).text_of("#pulse")
    assert count() == 1
    page = Page(browser.get(ASKED))
    assert page.text_of(".tiles").startswith("New tickets 1")
    assert len(page.all("svg.field")) == 4
    assert len(page.all(".heat tbody tr")) == 7
    assert not page.all("#pulse button")
    assert (page.inline(), page.elsewhere()) == ([], [])


def test_the_pulse_fetches_the_page_when_the_numbers_are_there(browser: FlaskClient) -> None:
    pulse = ASKED.replace("/reports", "/reports/pulse")
    send(browser, ASKED)
    assert "every 1s" in browser.get(pulse).text
    count()
    assert 'hx-select="#report"' in browser.get(pulse).text


def test_files_have_the_numbers_of_the_page(browser: FlaskClient) -> None:
    assert browser.get("/reports/csv?of=days&days=7&zone=UTC").location == ASKED
    send(browser, ASKED)
    count()
    answer = browser.get("/reports/csv?of=days&days=7&zone=UTC")
    assert answer.mimetype == "text/csv"
    assert len(answer.text.splitlines()) == 8
    assert browser.get("/reports/csv?of=secrets&days=7").status_code == 404


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("begins=2026-02-01&ends=2026-01-01", "The last day comes before the first."),
        ("begins=x&ends=2026-01-01", "There is no such day."),
        ("zone=Europe/Atlantis", "There is no such time zone."),
        ("customer=nobody", "There is no such customer."),
    ],
)
def test_what_makes_no_sense_is_said(browser: FlaskClient, query: str, said: str) -> None:
    answer = browser.get(f"/reports?{query}")
    assert answer.status_code == 422
    assert said in Page(answer).text_of("[role=alert]")
    assert send(browser, f"/reports?{query}").status_code == 303
    assert count() == 0


def test_a_desk_without_any_mail_is_told_what_to_do(app_of_stranger: FlaskClient) -> None:
    send(app_of_stranger, "/reports?begins=2020-01-01&ends=2020-01-07&zone=UTC")
    count()
    page = Page(app_of_stranger.get("/reports?begins=2020-01-01&ends=2020-01-07&zone=UTC"))
    assert page.text_of(".empty h2") == "Nothing happened in these days"


@pytest.fixture
def app_of_stranger(browser: FlaskClient, world: World) -> FlaskClient:
    made = browser.application.test_client()
    made.set_cookie("session", world.stranger.cookie)
    return made


@pytest.mark.parametrize("width", [1440, 390])
def test_the_browser_asks_by_itself_and_shows_what_came(page: Tab, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(ASKED)
    expect(page.locator("p#pulse")).to_be_visible()
    count()
    expect(page.locator(".tiles")).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_report_is_by_the_clock_of_the_reader(page: Tab) -> None:
    page.goto("/reports?days=7")
    zone = page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone")
    expect(page.locator("[data-zone]")).to_have_value(zone)


def test_ninety_full_days_weigh_less_than_60_kb(browser: FlaskClient) -> None:
    asked = "/reports?begins=2026-01-01&ends=2026-03-31&zone=UTC"
    send(browser, asked)
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(90)]
    full = replace(
        NUMBERS,
        starts=tuple(day.isoformat() for day in days),
        new=tuple(range(110, 200)),
        closed=tuple(range(100, 190)),
        backlog=tuple(range(1000, 1090)),
        answer_median=tuple(range(3700, 4600, 10)),
        answer_p90=tuple(range(13700, 14600, 10)),
        resolution_median=tuple(range(23700, 24600, 10)),
        resolution_p90=tuple(range(93700, 94600, 10)),
        heat=((312,) * 24,) * 7,
        customers=tuple((f"c{n}", f"Customer number {n}", 100 - n) for n in range(10)),
        tags=tuple((f"tag {n}", 100 - n) for n in range(10)),
        staff=tuple((f"login{n}", f"First and Last {n}", 100 - n, 90 - n) for n in range(10)),
    )
    with session.transaction() as db:
        owed = db.execute(select(Outbox.ref_id).where(Outbox.topic == Topic.REPORT.value)).scalar_one()
        reports.keep(db, owed, full, seconds=1, now=SystemClock().now())
    for language in ("en", "de"):
        answer = browser.get(asked, headers={"Accept-Language": language})
        page = Page(answer)
        assert len(page.all("figure tbody tr")) == 4 * 90
        assert len(page.all(".heat tbody td")) == 7 * 24
        assert len(answer.get_data()) < 60_000


def test_what_is_pointed_at_says_its_numbers(page: Tab) -> None:
    page.goto(ASKED)
    expect(page.locator("p#pulse")).to_be_visible()
    count()
    field = page.locator("svg.field").first
    expect(field).to_be_visible()
    today = page.locator("figure").first.locator("tbody tr").last.locator("th").text_content()
    box = field.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] - 4, box["y"] + 20)
    expect(field.locator(".place title")).to_have_text(f"{today}: New 1, Closed 0")
    hour = page.locator(".heat tbody td").nth(9)
    hour.hover()
    expect(hour).to_have_attribute("title", re.compile(r"^Monday 9–10: \d+$"))
