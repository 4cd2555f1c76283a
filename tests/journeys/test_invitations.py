"""An owner invites a colleague and a guest; both get a real mail, look at it, and come in by it once."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.fakes.chromium import launched
from tests.fakes.senders import Mail, Post
from tests.fakes.serving import RunningDesk
from tests.journeys.conftest import PeerProgram
from tests.journeys.entering import LINK, comes_in, invite, mailed, notes, opened, signed_in

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]

SUPPORT, ANN, KIM, IDA, EVE = (
    "support@desk.example",
    "ann@customer.example",
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
        owner = signed_in(browser, web)
        invite(owner, f"{web}/people/invite", KIM)
        invite(owner, f"{web}/people/invite?ticket=1", IDA)
        invite(owner, f"{web}/people/invite?ticket=1", EVE)
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


def _links(peer: PeerProgram) -> dict[str, str]:
    """What was mailed to whom; nothing in it that a wrong reader must not know."""
    found = {}
    for to, text in mailed(peer, 3):
        link = LINK.search(text)
        assert link is not None
        assert ("anna" in text, "Miller" in text) == (True, False)
        found[to] = link[0]
    return found


def _joins(browser: Browser, link: str, web: str, login: str, home: str) -> None:
    page = comes_in(browser, link, web, login)
    page.wait_for_url(home)
    page.context.close()


def _is_refused(browser: Browser, link: str, web: str) -> None:
    page = opened(browser, link, web)
    expect(page.locator("#wrong")).to_contain_text("has been used, was withdrawn or is too old")
    page.context.close()


def _revokes(owner: Page, web: str) -> None:
    owner.goto(f"{web}/people/invitations?state=open")
    owner.get_by_role("button", name="Revoke").click()
    expect(owner.locator("[role=status]")).to_have_text("The invitation is revoked.")


def test_owner_staff_guest_and_stranger_have_what_is_theirs(
    tmp_path: Path, peer: PeerProgram, browser: Browser
) -> None:
    environment = {"M4A_RELAY_URL": peer.url, "M4A_UNDO_SECONDS": "0"}
    with RunningDesk(tmp_path / "desk", environment) as desk:
        ours, web = desk.account("anna", SUPPORT), desk.endpoints["web"]
        desk.account("zoe", "help@zoe.example")
        post = Post(lambda: desk.address("smtp"), lambda: desk.address("lmtp"))
        _writes(post, "Payroll", "It smokes.")
        ours.wait_for(1, within=60)  # two at once are filed in either order
        _writes(post, "Something else", "Not for guests.")
        ours.wait_for(2, within=60)
        owner = signed_in(browser, web)
        invite(owner, f"{web}/people/invite", KIM)
        invite(owner, f"{web}/people/invite?ticket=1", IDA, "may_note", "may_answer")
        links = {to: link[0] for to, text in mailed(peer, 2) if (link := LINK.search(text))}
        kim = comes_in(browser, links[KIM], web, "kim")
        ida = comes_in(browser, links[IDA], web, "ida")

        ida.get_by_role("link", name="Payroll").click()
        expect(ida.locator(".timeline")).to_contain_text("It smokes.")
        notes(ida, "The fuse is fine.")
        kim.goto(f"{web}/t/1")
        expect(kim.locator(".timeline")).to_contain_text("The fuse is fine.")
        notes(kim, "Between us: she never pays.")
        ida.goto(f"{web}/guest?q=pays")
        expect(ida.locator("main")).to_contain_text("Nothing that is shared with you has these words.")
        ida.goto(f"{web}/guest/2")
        expect(ida.locator("h1")).to_have_text("There is no such ticket.")

        _writes(post, "Re: [#1] Payroll", "It burns.")
        (to, text) = mailed(peer, 3)[-1]
        assert (to, "/guest/1" in text) == (IDA, True)
        assert "burns" not in text
        ida.goto(f"{web}/guest/1")
        expect(ida.locator(".timeline")).to_contain_text("It burns.")
        ida.locator("#text").fill("Take it outside.")
        ida.get_by_role("button", name="Send").click()
        (to, text) = mailed(peer, 4)[-1]
        assert (to, "Take it outside." in text, "pays" in text) == (ANN, True, False)

        zoe = signed_in(browser, web, "zoe")
        (article, *_) = ours.get("/tickets/1")["articles"]
        for path in ("/t/1", "/guest/1", f"/articles/{article['id']}/raw", f"/articles/{article['id']}/html"):
            answer = zoe.goto(f"{web}{path}")
            assert (answer.status if answer else 0) == 404, path

        owner.goto(f"{web}/people")
        owner.get_by_role("link", name="New Person").click()
        owner.get_by_role("button", name="Deactivate").click()
        expect(owner.get_by_role("button", name="Reactivate")).to_be_visible()
        kim.goto(f"{web}/t/1")
        expect(kim).to_have_url(re.compile("/sign-in"))
        owner.goto(f"{web}/people/invitations")
        owner.locator(".held > li", has_text=IDA).get_by_role("button", name="Revoke").click()
        ida.goto(f"{web}/guest/1")
        expect(ida).to_have_url(re.compile("/sign-in"))


def _writes(post: Post, subject: str, text: str) -> None:
    raw = f"From: {ANN}\r\nSubject: {subject}\r\nMessage-ID: <{len(text)}.{len(subject)}@x>\r\n\r\n{text}\r\n"
    post.send([Mail((SUPPORT,), raw.encode(), ANN)])
