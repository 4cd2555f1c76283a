"""A day at the desk: thirty mails, triage by keyboard alone, two people in a ticket, a report at its end."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.fakes.chromium import launched
from tests.fakes.senders import Mail, Post
from tests.fakes.serving import Account, RunningDesk, wait_until
from tests.journeys.conftest import PeerProgram
from tests.journeys.entering import LINK, comes_in, invite, mailed, notes, signed_in

pytestmark = [pytest.mark.journey, pytest.mark.timeout(420)]

SUPPORT, BEN = "support@desk.example", "ben@office.example"
MAILS = 30


@pytest.fixture
def browser() -> Iterator[Browser]:
    with launched() as started:
        yield started


def writes(post: Post, number: int, subject: str, text: str) -> None:
    sender = f"person{number}@customer{number}.example"
    raw = f"From: Person {number} <{sender}>\r\nTo: {SUPPORT}\r\nSubject: {subject}\r\n"
    raw += f"Message-ID: <{number}.{len(text)}@customer.example>\r\n\r\n{text}\r\n"
    post.send([Mail((SUPPORT,), raw.encode(), sender)])


def test_a_day(tmp_path: Path, peer: PeerProgram, browser: Browser) -> None:
    environment = {"M4A_RELAY_URL": peer.url, "M4A_UNDO_SECONDS": "3"}
    with RunningDesk(tmp_path / "desk", environment) as desk:
        ours, web = desk.account("anna", SUPPORT), desk.endpoints["web"]
        post = Post(lambda: desk.address("smtp"), lambda: desk.address("lmtp"))
        for number in range(1, MAILS + 1):
            subject = f"Newsletter {number}" if number % 5 == 0 else f"Druckertreiber {number}"
            writes(post, number, subject, f"Request {number} about the Papierstau.")
            ours.wait_for(number, within=60)  # two mails at once are filed in either order
        anna = signed_in(browser, web)
        invite(anna, f"{web}/people/invite", BEN)
        (text,) = [text for to, text in mailed(peer, 1) if to == BEN]
        link = LINK.search(text)
        assert link is not None
        ben = comes_in(browser, link[0], web, "ben")
        anna.goto(f"{web}/")
        triages_by_keyboard(anna, web, ours)
        answers_by_keyboard(anna, peer)
        both_work_on_one(anna, ben, web, post)
        merges_and_undoes(anna, web, ours)
        sleeps_and_wakes(anna, web, ours)
        closes_a_search(anna, web, ours)
        searches(anna, web)
        reports(anna, web)
        anna.context.close()
        ben.context.close()


def press(page: Page, keys: str) -> None:
    for key in keys.split():
        page.keyboard.press(key)


def triages_by_keyboard(page: Page, web: str, ours: Account) -> None:
    """The first three rows are ticked and closed, that is taken back, and the first ticket opens."""
    expect(page.locator(".row")).to_have_count(MAILS)
    press(page, "j x j x j x")
    expect(page.locator(".chosen-count")).to_have_text("3")
    press(page, "e")
    expect(page.locator(".toast")).to_contain_text("3 tickets")
    expect(page.locator(".row")).to_have_count(MAILS - 3)
    press(page, "Control+z")
    expect(page.locator(".toast")).to_contain_text("Undone")
    expect(page.locator(".row")).to_have_count(MAILS)
    press(page, "j Enter")
    page.wait_for_url(re.compile("/t/1$"))
    press(page, "i")
    expect(page.locator("#assignee")).to_have_value("anna")
    press(page, "t")
    page.keyboard.type("driver")
    press(page, "Enter")
    expect(page.locator(".marks .tag")).to_contain_text("driver")
    press(page, "]")
    page.wait_for_url(re.compile("/t/2$"))
    press(page, "u")
    page.wait_for_url(re.compile(r"/\?view=open$"))
    expect(page.locator(".row.unread")).to_have_count(MAILS - 2)
    found = ours.get("/tickets/1")
    assert (found["assignee"], found["tags"]) == ("anna", ["driver"])


def answers_by_keyboard(page: Page, peer: PeerProgram) -> None:
    """An answer is written and sent without a mouse, and leaves."""
    press(page, "j o")
    page.wait_for_url(re.compile("/t/1$"))
    press(page, "r")
    page.keyboard.type("Please install the new driver.")
    press(page, "Control+Enter")
    expect(page.locator(".timeline")).to_contain_text("Please install the new driver.")
    assert [to for to, _text in mailed(peer, 2)] == [BEN, "person1@customer1.example"]


def both_work_on_one(anna: Page, ben: Page, web: str, post: Post) -> None:
    """Each sees that the other is there; what one writes shows at once, and a reply that missed it waits."""
    anna.goto(f"{web}/t/7")
    ben.goto(f"{web}/t/7")
    expect(anna.locator(".onlookers")).to_contain_text("New Person")
    anna.locator("#text").fill("I will call you.")
    expect(ben.locator("#writing")).to_contain_text("anna")
    notes(ben, "I have called already.")
    expect(anna.locator(".timeline")).to_contain_text("I have called already.")
    expect(anna.locator("#text")).to_have_value("I will call you.")
    anna.get_by_role("button", name="Send", exact=True).click()
    expect(anna.locator(".composer")).to_contain_text("I have called already.")
    expect(anna.locator("#text")).to_have_value("I will call you.")
    anna.get_by_role("button", name="Send anyway").click()
    expect(ben.locator(".timeline")).to_contain_text("I will call you.")
    writes(post, 7, "Re: [#7] Druckertreiber 7", "Thank you for the call.")
    for page in (anna, ben):
        expect(page.locator(".timeline")).to_contain_text("Thank you for the call.")


def merges_and_undoes(page: Page, web: str, ours: Account) -> None:
    """Ticket 9 becomes part of 8; the old link leads there; undone, each has its own."""
    page.goto(f"{web}/t/9")
    press(page, "m")
    page.keyboard.type("8")
    press(page, "Enter")
    page.wait_for_url(re.compile("/t/8"))
    expect(page.locator(".article")).to_have_count(2)
    page.goto(f"{web}/t/9")
    page.wait_for_url(re.compile("/t/8"))
    page.get_by_role("button", name="Undo").click()
    page.wait_for_url(re.compile("/t/9"))
    assert [len(ours.get(f"/tickets/{number}")["articles"]) for number in (8, 9)] == [1, 1]


def sleeps_and_wakes(page: Page, web: str, ours: Account) -> None:
    """A ticket is put to sleep, and comes back by itself; the moment that is offered is made an early one."""
    page.goto(f"{web}/t/11")
    press(page, "z")
    soon = datetime.now(UTC) + timedelta(seconds=4)
    button = page.locator(".sleep button[name=instant]").first
    button.evaluate("(button, at) => (button.value = at)", soon.isoformat())
    press(page, "Enter")
    expect(page.locator(".marks")).to_contain_text("Sleeps until")
    assert ours.get("/tickets/11")["status"] == "pending"
    assert wait_until(lambda: ours.get("/tickets/11")["status"] == "open", within=60)
    expect(page.locator(".timeline")).to_contain_text("It is awake again", timeout=25_000)


def closes_a_search(page: Page, web: str, ours: Account) -> None:
    """All that a search finds is closed at once."""
    page.goto(f"{web}/")
    press(page, "/")
    page.keyboard.type("subject:newsletter status:new")
    press(page, "Enter")
    expect(page.locator(".row")).to_have_count(MAILS // 5)
    for _ in range(MAILS // 5):
        press(page, "j x")
    press(page, "e")
    expect(page.locator(".toast")).to_contain_text(f"{MAILS // 5} tickets")
    assert len(ours.get("/tickets?q=newsletter&status=closed")["items"]) == MAILS // 5


def searches(page: Page, web: str) -> None:
    """A part of a compound word is found and marked; the palette leads to a ticket."""
    page.goto(f"{web}/?q=treiber")
    expect(page.locator(".row mark").first).to_be_visible()
    press(page, "Control+k")
    page.keyboard.type("Druckertreiber 12")
    expect(page.locator("#palette li", has_text="#12")).to_be_visible()
    page.locator("#palette li", has_text="#12").click()
    page.wait_for_url(re.compile("/t/12"))


def reports(page: Page, web: str) -> None:
    """The evening's numbers are those of the day."""
    page.goto(f"{web}/reports")
    expect(page.locator("main")).to_contain_text("New tickets", timeout=30_000)
    expect(page.locator("main")).to_contain_text(str(MAILS), timeout=30_000)
