"""How people come into a running desk, by its pages and by the links in its mails."""

import re
from email import message_from_bytes, policy
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.fakes.serving import PASSWORD, wait_until
from tests.journeys.conftest import PeerProgram

LINK = re.compile(r"http://\S+/invitation#\S+")


def signed_in(browser: Browser, web: str, login: str = "anna") -> Page:
    page = browser.new_context(locale="en-GB").new_page()
    page.goto(f"{web}/sign-in")
    page.locator("#login").fill(login)
    page.locator("#password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{web}/")
    return page


def invite(owner: Page, address: str, who: str, *rights: str) -> None:
    owner.goto(address)
    owner.locator("#address").fill(who)
    for right in rights:
        owner.locator(f"[name={right}]").check()
    owner.get_by_role("button", name="Send the invitation").click()
    expect(owner.locator("[role=status]")).to_have_text("The invitation is on its way.")


def opened(browser: Browser, link: str, web: str) -> Page:
    """The link in a browser of its own, looked at."""
    page = browser.new_context(locale="en-GB").new_page()
    page.goto(f"{web}/invitation#{link.partition('#')[2]}")  # the port of the pages is known only now
    page.get_by_role("button", name="Look at the invitation").click()
    return page


def mailed(peer: PeerProgram, count: int) -> list[tuple[str, str]]:
    """The first mails of the desk: to whom, and what they say."""
    assert wait_until(lambda: len(peer.mails()) >= count, within=60), f"{len(peer.mails())} mails"
    found = []
    for kept in peer.mails():
        mail: Any = message_from_bytes(kept.raw, policy=policy.default)
        found.append((kept.values["rcpt_to"], mail.get_body(("plain",)).get_content()))
    return found


def comes_in(browser: Browser, link: str, web: str, login: str) -> Page:
    page = opened(browser, link, web)
    for field, typed in (("first_name", "New"), ("last_name", "Person"), ("login", login)):
        page.locator(f"#{field}").fill(typed)
    page.locator("#password").fill(PASSWORD)
    page.get_by_role("button", name="Accept the invitation").click()
    expect(page.locator(".foot")).to_contain_text("New Person")
    return page


def notes(page: Page, text: str) -> None:
    page.keyboard.press("n")
    page.locator("#text").fill(text)
    page.get_by_role("button", name="Save note").click()
    expect(page.locator(".timeline")).to_contain_text(text)
