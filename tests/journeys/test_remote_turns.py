"""What may happen to a remote session that runs, from the ticket on: one desk, several customers."""

import os
import re
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from remote_bridge.protocol.clipboard import Copied
from remote_bridge.protocol.files import Offer, body_of
from remote_bridge.protocol.frames import Channel
from tests.fakes.chromium import launched
from tests.fakes.desk import eventually
from tests.fakes.senders import Mail, Post
from tests.fakes.serving import Account, RunningDesk
from tests.fakes.web import free_port
from tests.fakes.x_server import Painter, program, require, x_server
from tests.journeys.entering import signed_in
from tests.journeys.test_remote_session import CUSTOMER, PIXEL, SUPPORT, Client, asking, client, near
from tests.webui.remote.live.test_share import OWN_TAB
from tests.webui.remote.live.test_viewer import PRESS

pytestmark = [pytest.mark.journey, pytest.mark.timeout(400)]

LINK = re.compile(r"http://\S+/remote#\S+")
RED, BLUE = 0xD02010, 0x1020D0
CANVAS = "#v-screen canvas:not(.past)"
ISO_LEVEL3_SHIFT, THIRD = 0xFE03, 4  # X counts another group's two columns before the third
GERMAN = [("z", "KeyY"), ("ö", "Semicolon"), ("ß", "Minus"), ("@", "KeyQ")]


@dataclass
class Place:
    """A desk with a ticket, and who works there."""

    desk: RunningDesk
    web: str
    ours: Account
    browser: Browser
    anna: Page

    def offers(self, page: Page | None = None) -> str:
        """A session made in the ticket: the link, as the reply has it."""
        page = page or self.anna
        page.goto(f"{self.web}/t/1")
        page.keyboard.press(".")
        for scope in page.locator("#remote-make input[type=checkbox]:not([disabled])").all():
            scope.check()
        page.get_by_role("button", name="Make the link").click()
        expect(page.locator("#remote-said")).to_have_text("The link is in your reply.")
        found: list[str] = LINK.findall(page.locator("#text").input_value())
        return found[-1]

    def opens(self, page: Page | None = None) -> Page:
        """The viewer of the newest session, by the ticket's own link."""
        page = page or self.anna
        with page.context.expect_page() as opened:
            page.get_by_role("link", name="Open viewer").first.click()
        return opened.value

    def newest(self) -> tuple[str, str]:
        """How the newest session stands, and why it ended."""
        one = max(self.ours.get("/tickets/1/remote-sessions")["items"], key=lambda each: each["made_at"])
        return one["state"], one["why"]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    web, relay = free_port(), free_port()
    environment = {
        "M4A_WEB_PORT": str(web),
        "M4A_BASE_URL": f"http://127.0.0.1:{web}",
        "M4A_RELAY_PORT": str(relay),
    }
    root = tmp_path_factory.mktemp("turns") / "desk"
    with RunningDesk(root, environment) as desk, launched("--auto-accept-this-tab-capture") as browser:
        ours = desk.account("anna", SUPPORT)
        post = Post(lambda: desk.address("smtp"), lambda: desk.address("lmtp"))
        post.send([Mail((SUPPORT,), asking(), CUSTOMER)])
        ours.wait_for(1, within=60)
        address = desk.endpoints["web"]
        yield Place(desk, address, ours, browser, signed_in(browser, address))


@contextmanager
def customer_of(link: str, home: Path) -> Iterator[tuple[Client, Painter]]:
    """Somebody with a German keyboard and a window, who has the client and has not agreed yet."""
    require("Xvfb", "openbox", "setxkbmap")
    with x_server(640, 480) as display:
        subprocess.run(["setxkbmap", "-display", display, "de"], check=True, timeout=30)
        with program("openbox", display=display), client(display, home, link) as customer:
            painter = Painter(display)
            window = painter.window(100, 80, 300, 250, RED, listens=True)
            assert customer.hears("Answer: yes"), customer.said
            painter.core.SetInputFocus(1, window, 0)  # which the window manager had taken when it came
            painter.sync()
            yield customer, painter
            painter.close()


def sees(viewer: Page) -> bool:
    red = [RED >> 16, RED >> 8 & 255, RED & 255]
    return eventually(lambda: near(viewer.evaluate(PIXEL), red), within=60)


def steps_into(viewer: Page, painter: Painter) -> None:
    viewer.locator(CANVAS).click(position={"x": 150, "y": 120})
    assert len(painter.events(2, seconds=60)) == 2


def typed(viewer: Page, painter: Painter, key: str, code: str) -> str:
    """What a key of the viewer's makes in the customer's window, with AltGr around it or without."""
    viewer.evaluate(PRESS, [key, code])
    first, second = painter.events(2, seconds=60)
    if second.detail == first.detail:
        return chr(symbols(painter, first.detail)[0])
    assert ISO_LEVEL3_SHIFT in symbols(painter, first.detail)
    assert len(painter.events(2, seconds=60)) == 2
    return chr(symbols(painter, second.detail)[THIRD])


def symbols(painter: Painter, keycode: int) -> list[int]:
    return list(painter.core.GetKeyboardMapping(keycode, 1).reply().keysyms)


def test_a_german_keyboard_a_second_viewer_and_a_relay_that_is_killed(place: Place, tmp_path: Path) -> None:
    with customer_of(place.offers(), tmp_path) as (customer, painter):
        viewer = place.opens()
        customer.answer("yes")
        expect(viewer.locator("#v-state")).to_have_text("Connected")
        assert sees(viewer)
        steps_into(viewer, painter)
        assert [typed(viewer, painter, *one) for one in GERMAN] == [key for key, _code in GERMAN]
        viewer.get_by_text("Special keys").click()
        viewer.get_by_label("Keys by their place, not by their character").check()
        assert typed(viewer, painter, "y", "KeyY") == "z"  # of an English keyboard, and there it is z
        viewer.get_by_label("Keys by their place, not by their character").uncheck()
        viewer.get_by_text("Special keys").click()

        second = place.opens()
        assert sees(second)
        expect(second.locator("#v-steering")).to_contain_text("has mouse and keyboard")
        second.locator(CANVAS).click(position={"x": 150, "y": 120})
        second.keyboard.type("nothing of this arrives")
        assert typed(viewer, painter, "q", "KeyQ") == "q"
        second.close()

        (relay,) = place.desk.pids("relay")
        os.kill(relay, signal.SIGKILL)
        expect(viewer.locator("#v-state")).to_contain_text("The connection was lost.")
        expect(viewer.locator("#v-state")).to_have_text("Connected", timeout=60_000)
        assert sees(viewer)
        steps_into(viewer, painter)
        assert typed(viewer, painter, "y", "KeyY") == "y"
        viewer.once("dialog", lambda dialog: dialog.accept())
        viewer.get_by_role("button", name="End", exact=True).click()
        assert customer.program.wait(60) == 0
        viewer.close()
    assert eventually(lambda: place.newest() == ("ended", "staff-ended"), within=60)


def test_who_signs_out_in_mid_session_sees_no_more(place: Place, tmp_path: Path) -> None:
    other = signed_in(place.browser, place.web)
    with customer_of(place.offers(other), tmp_path) as (customer, _painter):
        viewer = place.opens(other)
        customer.answer("yes")
        expect(viewer.locator("#v-state")).to_have_text("Connected")
        assert sees(viewer)
        other.goto(f"{place.web}/account")
        other.evaluate(SIGN_OUT)
        expect(viewer.locator("#v-why")).to_contain_text("signed out")
        expect(viewer.locator("#v-screen canvas:not(.past)")).to_have_count(0)
        assert customer.program.wait(60) == 0
        viewer.reload()
        expect(viewer.locator("#password")).to_be_visible()
    other.context.close()
    assert eventually(lambda: place.newest() == ("ended", "signed-out"), within=60)


def test_a_session_past_its_time_ends_for_both_and_its_link_says_so(place: Place, tmp_path: Path) -> None:
    link = place.offers()
    with customer_of(link, tmp_path) as (customer, _painter):
        viewer = place.opens()
        customer.answer("yes")
        expect(viewer.locator("#v-state")).to_have_text("Connected")
        lets_time_pass(place.desk.root)
        expect(viewer.locator("#v-why")).to_contain_text("its time was over")
        assert customer.program.wait(60) == 0
        viewer.close()
    page = place.browser.new_context(locale="en-GB").new_page()
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("This link has expired")
    page.context.close()
    assert eventually(lambda: place.newest() == ("ended", "expired"), within=60)


def test_a_browser_that_shows_itself_is_followed_in_the_ticket(place: Place) -> None:
    link = place.offers()
    tab = place.browser.new_context(locale="en-GB", viewport={"width": 800, "height": 600}).new_page()
    tab.add_init_script(OWN_TAB)
    tab.goto(link)
    tab.get_by_role("button", name="Show my screen").click()
    tab.get_by_role("button", name="I agree").click()
    newest = place.anna.locator("#remotes li").first
    expect(newest).to_contain_text("Connected")
    viewer = place.opens()
    expect(viewer.locator("#v-state")).to_have_text("Connected")
    expect(viewer.locator("#v-control")).to_be_hidden()
    tab.get_by_role("button", name="Pause").click()
    expect(newest).to_contain_text("Paused")
    tab.get_by_role("button", name="Go on").click()
    expect(newest).to_contain_text("Connected")
    tab.get_by_role("button", name="End", exact=True).click()
    expect(viewer.locator("#v-why")).to_contain_text("ended by the customer")
    expect(newest).to_contain_text("in the browser")
    assert place.newest() == ("ended", "host-ended")
    for page in (viewer, tab):
        page.close()


def test_where_only_the_screen_was_granted_nothing_enters_whatever_a_viewer_sends(
    place: Place, tmp_path: Path
) -> None:
    require("xclip")
    with customer_of(place.offers(), tmp_path) as (customer, painter):
        viewer = place.opens()
        viewer.evaluate(OF_THEIR_OWN)
        customer.answer("view")
        expect(viewer.locator("#v-state")).to_have_text("Connected")
        assert sees(viewer)
        expect(viewer.locator("#v-control")).to_be_hidden()
        expect(viewer.locator("#v-clipboard")).to_be_hidden()
        copy = ["xclip", "-selection", "clipboard", "-display", customer.display]
        subprocess.run(copy, input=b"mine", check=True, timeout=20, stdout=subprocess.DEVNULL)

        force(viewer, Channel.INPUT, STROKE + CLICK)
        force(viewer, Channel.CLIPBOARD, Copied("evil").body())
        force(viewer, Channel.FILES, body_of(Offer(1, "evil.exe", 4)))
        writes(viewer, "that was all")
        assert customer.hears("that was all"), "and all that was sent before has arrived where it may"
        assert subprocess.run([*copy, "-o"], check=True, timeout=20, capture_output=True).stdout == b"mine"
        assert not any("take 1" in line for line in customer.said), customer.said

        asks_for_control(viewer, customer)
        viewer.locator(CANVAS).click(position={"x": 150, "y": 120})
        kinds = [type(event).__name__ for event in painter.events(2, seconds=60)]
        assert kinds == ["ButtonPressEvent", "ButtonReleaseEvent"]
        assert typed(viewer, painter, "z", "KeyY") == "z", "the first key that has ever arrived"
        force(viewer, Channel.INPUT, STROKE)
        stroke = painter.events(2, seconds=60)[0]
        assert chr(symbols(painter, stroke.detail)[0]) == "a", "what is sent so does arrive where it may"
        customer.answer("end")
        expect(viewer.locator("#v-state")).to_contain_text("Ended")
        viewer.close()


def test_a_pause_hides_and_holds_a_file_is_asked_about_and_what_is_taken_back_is_gone(
    place: Place, tmp_path: Path
) -> None:
    with customer_of(place.offers(), tmp_path) as (customer, painter):
        viewer = place.opens()
        viewer.evaluate(OF_THEIR_OWN)
        customer.answer("yes")
        expect(viewer.locator("#v-state")).to_have_text("Connected")
        assert sees(viewer)
        steps_into(viewer, painter)

        customer.answer("pause")
        expect(viewer.locator("#v-state")).to_have_text("Paused by the customer")
        blue = painter.window(100, 80, 300, 250, BLUE, listens=True)
        force(viewer, Channel.INPUT, STROKE)
        writes(viewer, "during the pause")
        assert customer.hears("during the pause")
        assert not is_blue(viewer)
        customer.answer("go on")
        expect(viewer.locator("#v-state")).to_have_text("Connected")
        assert eventually(lambda: is_blue(viewer), within=60)
        painter.core.SetInputFocus(1, blue, 0)
        painter.sync()
        assert typed(viewer, painter, "z", "KeyY") == "z"

        sent = tmp_path / "Übersicht.bin"
        sent.write_bytes(bytes(range(256)) * 9000)  # more than may be under way at once
        viewer.locator("#v-file").set_input_files(sent)
        assert customer.hears("Answer: take 1")
        assert list((tmp_path / "Downloads").glob("*")) == []
        customer.answer("take 1")
        expect(viewer.locator("#v-transfers")).to_contain_text("Übersicht.bin has arrived")
        (arrived,) = (tmp_path / "Downloads").glob("*")
        assert arrived.read_bytes() == sent.read_bytes()

        customer.answer("take back")
        expect(viewer.locator("#v-control")).to_be_hidden()
        force(viewer, Channel.INPUT, STROKE + CLICK)
        writes(viewer, "after that")
        assert customer.hears("after that")
        asks_for_control(viewer, customer)
        assert typed(viewer, painter, "q", "KeyQ") == "q", "the first that has arrived since"
        customer.answer("end")
        expect(viewer.locator("#v-state")).to_contain_text("Ended")
        viewer.close()


OF_THEIR_OWN = """async () => {
  const { ViewerSession } = await import("/static/remote/session.js");
  const { may } = ViewerSession.prototype;
  let session;
  let isForced = false;
  ViewerSession.prototype.may = function (channel) {
    session = this;
    return isForced || may.call(this, channel);
  };
  window.force = (channel, bytes) => {
    isForced = true;
    const sent = session.say(channel, Uint8Array.from(bytes));
    isForced = false;
    return sent;
  };
}"""
"""A viewer that sends what may not pass as well."""

STROKE = bytes.fromhex("04 01 0000 00000061 04 00 0000 00000061")
CLICK = bytes.fromhex("05 01 0096 0078 05 00 0096 0078")


def force(viewer: Page, channel: Channel, body: bytes) -> None:
    viewer.evaluate("([channel, bytes]) => window.force(channel, bytes)", [channel.value, list(body)])


def writes(viewer: Page, words: str) -> None:
    if not viewer.get_by_placeholder("Message").is_visible():
        viewer.get_by_role("button", name="Chat").click()
    viewer.get_by_placeholder("Message").fill(words)
    viewer.keyboard.press("Enter")


def asks_for_control(viewer: Page, customer: Client) -> None:
    before = sum("asks for more" in line for line in customer.said)
    viewer.get_by_text("Ask for more").click()
    viewer.get_by_role("button", name="Ask for: use mouse and keyboard").click()
    assert eventually(lambda: sum("asks for more" in line for line in customer.said) > before, within=60)
    customer.answer("more")
    expect(viewer.locator("#v-control")).to_be_visible()


def is_blue(viewer: Page) -> bool:
    return near(viewer.evaluate(PIXEL), [BLUE >> 16, BLUE >> 8 & 255, BLUE & 255])


SIGN_OUT = """async () => {
  const body = new URLSearchParams({ csrf_token: document.querySelector("[name=csrf_token]").value });
  await fetch("/sign-out", { method: "POST", body });
}"""


def lets_time_pass(root: Path) -> None:
    """Eight hours, for the session that is on."""
    past = (datetime.now(UTC) - timedelta(seconds=1)).strftime("%Y-%m-%d %H:%M:%S.%f")
    with sqlite3.connect(root / "manage4all.db", timeout=30) as db:
        db.execute("UPDATE remote_session SET expires_at = ? WHERE state = 'live'", (past,))
    db.close()
