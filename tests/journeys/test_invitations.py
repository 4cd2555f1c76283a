"""An owner invites a colleague and a guest; both get a real mail, look at it, and come in by it once."""

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.fakes.chromium import launched
from tests.fakes.senders import Mail, Post
from tests.fakes.serving import PASSWORD, RunningDesk, wait_until
from tests.journeys.conftest import PeerProgram

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]

SUPPORT, KIM, IDA, EVE = (
    "support@desk.example",
    "kim@office.example",
    "ida@freelance.example",
    "eve@elsewhere.example",
)


@pytest.fixture
def browser() -> Iterator[Browser]:
    with launched() as started:
        yield started


def test_a_colleague_and_a_guest_are_invited_and_come_in_once(
    tmp_path: Path, peer: PeerProgram, browser: Browser
) -> None:
    with RunningDesk(tmp_path / "desk", {"M4A_RELAY_URL": peer.url, "M4A_LOG_LEVEL": "INFO"}) as desk:
        ours, web = desk.account("anna", SUPPORT), desk.endpoints["web"]
        post = Post(lambda: desk.address("smtp"), lambda: desk.address("lmtp"))
        raw = (
            b"From: ann@customer.example\r\nSubject: Payroll of Ms Miller\r\nMessage-ID: <1@x>\r\n\r\nHi\r\n"
        )
        post.send([Mail((SUPPORT,), raw, "ann@customer.example")])
        ours.wait_for(1, within=60)
        owner = _signed_in(browser, web)
        _invite(owner, f"{web}/people/invite", KIM)
        _invite(owner, f"{web}/people/invite?ticket=1", IDA)
        _invite(owner, f"{web}/people/invite?ticket=1", EVE)
        links = _links(peer)
        _joins(browser, links[KIM], web, "kim", f"{web}/")
        _joins(browser, links[IDA], web, "ida", f"{web}/guest")
        _is_refused(browser, links[KIM], web)
        _revokes(owner, web)
        _is_refused(browser, links[EVE], web)
        states = {one["address"]: (one["state"], one["login"]) for one in ours.get("/invitations")["items"]}
        assert states == {KIM: ("accepted", "kim"), IDA: ("accepted", "ida"), EVE: ("revoked", None)}
    said = desk.log.read_text()
    secrets = [link.partition("#")[2] for link in links.values()]
    assert [word for word in (*secrets, KIM, IDA, "Miller") if word in said] == []


def _signed_in(browser: Browser, web: str) -> Page:
    page = browser.new_context(locale="en-GB").new_page()
    page.goto(f"{web}/sign-in")
    page.locator("#login").fill("anna")
    page.locator("#password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{web}/")
    return page


def _invite(owner: Page, address: str, who: str) -> None:
    owner.goto(address)
    owner.locator("#address").fill(who)
    owner.get_by_role("button", name="Send the invitation").click()
    expect(owner.locator("[role=status]")).to_have_text("The invitation is on its way.")


def _links(peer: PeerProgram) -> dict[str, str]:
    """What was mailed to whom; nothing in it that a wrong reader must not know."""
    assert wait_until(lambda: len(peer.mails()) == 3, within=30), "the invitations did not arrive"
    found = {}
    for kept in peer.mails():
        mail: Any = message_from_bytes(kept.raw, policy=policy.default)
        text = mail.get_body(("plain",)).get_content()
        link = re.search(r"http://\S+/invitation#\S+", text)
        assert link is not None
        assert (mail["Subject"], "Miller" in text) == ("anna invites you", False)
        found[kept.values["rcpt_to"]] = link[0]
    return found


def _open(browser: Browser, link: str, web: str) -> Page:
    """The link in a browser of its own, looked at."""
    page = browser.new_context(locale="en-GB").new_page()
    page.goto(f"{web}/invitation#{link.partition('#')[2]}")  # the port of the pages is known only now
    page.get_by_role("button", name="Look at the invitation").click()
    return page


def _joins(browser: Browser, link: str, web: str, login: str, home: str) -> None:
    page = _open(browser, link, web)
    for field, typed in (
        ("first_name", "New"),
        ("last_name", "Person"),
        ("login", login),
        ("password", PASSWORD),
    ):
        page.locator(f"#{field}").fill(typed)
    page.get_by_role("button", name="Accept the invitation").click()
    page.wait_for_url(home)
    page.context.close()


def _is_refused(browser: Browser, link: str, web: str) -> None:
    page = _open(browser, link, web)
    expect(page.locator("#wrong")).to_contain_text("has been used, was withdrawn or is too old")
    page.context.close()


def _revokes(owner: Page, web: str) -> None:
    owner.goto(f"{web}/people/invitations?state=open")
    owner.get_by_role("button", name="Revoke").click()
    expect(owner.locator("[role=status]")).to_have_text("The invitation is revoked.")
