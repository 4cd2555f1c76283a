"""A customer who shows the screen in the browser: consent first, view only, paused and ended at will."""

import re
import struct
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, WebSocketRoute, expect
from playwright.sync_api import Page as Tab
from sqlalchemy import update

from gateway import clock
from gateway.desk import remote
from gateway.desk.remote import Made
from gateway.rules.remote import State, Way, Why
from gateway.settings import Settings
from gateway.store import session
from gateway.store.models import Staff
from gateway.store.queries.remote import RemoteView
from remote_bridge.protocol.chat import Heard
from remote_bridge.protocol.clipboard import Copied
from remote_bridge.protocol.files import Cancel, Offer, body_of
from remote_bridge.protocol.frames import Channel
from remote_bridge.protocol.link import MOST_HANDSHAKES
from tests.fakes.desk import eventually
from tests.webui.cast import World
from tests.webui.remote.live.conftest import shows

OWN_TAB = """
const ask = navigator.mediaDevices.getDisplayMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getDisplayMedia = (wanted) => {
  window.asked = (window.asked ?? 0) + 1;
  return ask({ ...wanted, preferCurrentTab: true }).then((stream) => (window.stream = stream));
};
"""
_OF_THE_SWITCH = "camera is not allowed"
"""Chromium asks for it where the test's switch has it show its own tab; a page is given no camera."""
GREEN = "document.documentElement.style.background = document.body.style.background = 'rgb(16, 160, 48)'"
BLUE = GREEN.replace("16, 160, 48", "16, 48, 200")


@pytest.fixture
def customer(chromium: Browser, served: str, relay: object, made: Made) -> Iterator[Tab]:
    """Nobody's browser, with the link open."""
    context = chromium.new_context(base_url=served, locale="en-GB", viewport={"width": 800, "height": 600})
    tab = context.new_page()
    complaints: list[str] = []
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    tab.add_init_script(OWN_TAB)
    tab.goto(f"/remote#{made.secret}")
    yield tab
    context.close()
    assert [said for said in complaints if _OF_THE_SWITCH not in said] == []


def agree(tab: Tab) -> None:
    tab.get_by_role("button", name="Show my screen").click()
    assert tab.evaluate("window.asked") is None
    tab.get_by_role("button", name="I agree").click()


def view(world: World, made: Made) -> RemoteView:
    with session.reading() as db:
        return remote.get(db, world.ours.actor, made.public_id)


def test_a_screen_is_shown_after_consent_and_until_it_is_ended(
    viewer: Tab, customer: Tab, world: World, made: Made
) -> None:
    expect(viewer.locator("#v-state")).to_have_text("Waiting for the customer")
    agree(customer)
    expect(customer.locator("#share-banner")).to_have_text("ours can see your screen")
    customer.evaluate(GREEN)
    expect(viewer.locator("#v-state")).to_have_text("Connected")
    assert shows(viewer, 5, 590, (16, 160, 48))
    code = customer.locator("#share-code").inner_text()
    assert len(code) == 7
    expect(viewer.locator("#v-code")).to_contain_text(code)

    customer.get_by_role("button", name="Pause").click()
    expect(customer.locator("#share-banner")).to_have_text("Paused: nobody can see your screen")
    expect(viewer.locator("#v-state")).to_have_text("Paused by the customer")
    customer.evaluate(BLUE)
    assert not shows(viewer, 5, 590, (16, 48, 200), within=1)
    customer.get_by_role("button", name="Go on").click()
    assert shows(viewer, 5, 590, (16, 48, 200))

    customer.get_by_placeholder("Message").fill("Here it is")
    customer.get_by_role("button", name="Send").click()
    expect(viewer.locator("#v-log")).to_contain_text("Customer: Here it is")
    viewer.get_by_placeholder("Message").fill("I see")
    viewer.get_by_role("button", name="Send", exact=True).click()
    expect(customer.locator("#share-log")).to_contain_text("ours: I see")

    customer.get_by_role("button", name="End", exact=True).click()
    expect(customer.locator("#shared h1")).to_be_visible()
    expect(viewer.locator("#v-why")).to_contain_text("ended by the customer")
    assert eventually(lambda: view(world, made).state is State.ENDED, within=30)
    assert (view(world, made).why, view(world, made).way) == (Why.HOST_ENDED, Way.BROWSER)


@pytest.fixture
def patient(chromium: Browser, served: str, relay: object, made: Made) -> Iterator[Tab]:
    """As `customer`; the browser may say of each socket that it was refused."""
    context = chromium.new_context(base_url=served, locale="en-GB", viewport={"width": 800, "height": 600})
    tab = context.new_page()
    tab.add_init_script(OWN_TAB)
    tab.goto(f"/remote#{made.secret}")
    yield tab
    context.close()


@pytest.mark.parametrize("why", [Why.HOST_ENDED, Why.STAFF_ENDED])
def test_an_end_while_the_line_is_lost_is_told_when_it_is_back(
    colleague: Tab,
    patient: Tab,
    relay: Callable[[], object],
    stop: Callable[[], None],
    world: World,
    made: Made,
    why: Why,
) -> None:
    agree(patient)
    expect(colleague.locator("#v-state")).to_have_text("Connected")
    stop()
    expect(colleague.locator("#v-state")).to_contain_text("The connection was lost")
    expect(patient.locator("#share-banner")).to_contain_text("lost")
    if why is Why.HOST_ENDED:
        patient.get_by_role("button", name="End", exact=True).click()
        expect(patient.locator("#shared h1")).to_be_visible()
    else:
        colleague.once("dialog", lambda dialog: dialog.accept())
        colleague.get_by_role("button", name="End", exact=True).click()
    assert view(world, made).state is State.LIVE
    relay()
    assert eventually(lambda: view(world, made).state is State.ENDED, within=60)
    assert view(world, made).why is why


def test_the_browsers_own_bar_ends_it_and_what_it_cannot_do_is_declined(
    viewer: Tab, customer: Tab, world: World, made: Made
) -> None:
    agree(customer)
    expect(viewer.locator("#v-state")).to_have_text("Connected")
    viewer.get_by_text("Ask for more").click()
    viewer.get_by_role("button", name="Ask for: use mouse and keyboard").click()
    expect(customer.locator("#share-log")).to_contain_text("asks to do more: use mouse and keyboard")
    expect(viewer.locator("#v-log")).to_contain_text("The customer said no.")
    customer.evaluate("window.stream.getTracks()[0].dispatchEvent(new Event('ended'))")
    expect(customer.locator("#shared h1")).to_be_visible()
    assert eventually(lambda: view(world, made).why is Why.HOST_ENDED, within=30)


def test_who_says_no_to_the_browser_has_used_nothing_up(customer: Tab, world: World, made: Made) -> None:
    customer.evaluate(
        "void (navigator.mediaDevices.getDisplayMedia = () => Promise.reject(new DOMException('no')))"
    )
    customer.get_by_role("button", name="Show my screen").click()
    customer.get_by_role("button", name="I agree").click()
    expect(customer.locator("#share-wrong")).to_have_text("The screen was not shared. You can try again.")
    assert view(world, made).state is State.WAITING


def test_another_link_takes_no_banner_away_and_a_second_click_asks_nothing(
    viewer: Tab, customer: Tab, made: Made
) -> None:
    agree(customer)
    customer.evaluate("document.querySelector('[data-agree]').click()")
    expect(customer.locator("#share-banner")).to_have_text("ours can see your screen")
    customer.evaluate(f"location.hash = '{made.secret}'")
    expect(customer).to_have_url(re.compile("/remote$"))
    assert customer.evaluate("window.asked") == 1
    expect(customer.locator("#share-banner")).to_be_visible()
    customer.get_by_role("button", name="End", exact=True).click()
    expect(customer.locator("#shared h1")).to_be_visible()


def test_what_goes_wrong_is_said_in_the_readers_words(customer: Tab) -> None:
    customer.evaluate("void (HTMLMediaElement.prototype.play = () => Promise.reject(new DOMException('no')))")
    customer.get_by_role("button", name="Show my screen").click()
    customer.get_by_role("button", name="I agree").click()
    expect(customer.locator("#share-wrong")).to_contain_text("This browser cannot share a screen.")


def test_a_session_that_is_over_by_now_is_not_called_used(customer: Tab, world: World, made: Made) -> None:
    customer.get_by_role("button", name="Show my screen").click()
    with session.transaction() as db:
        remote.end_by(db, world.ours.actor, made.public_id, now=clock.now())
    customer.get_by_role("button", name="I agree").click()
    expect(customer.locator("#share-wrong")).to_contain_text("The session has ended.")


def test_no_name_hides_who_sees_the_screen(viewer: Tab, customer: Tab, world: World, made: Made) -> None:
    with session.transaction() as db:
        owner = Staff.id == world.ours.actor.staff_id
        db.execute(update(Staff).where(owner).values(first_name="$`", last_name="$&"))
    viewer.reload()
    agree(customer)
    expect(customer.locator("#share-banner")).to_have_text("$` $& can see your screen")


HOSTILE = """async ([secret, relay]) => {
  const names = ["protocol", "handshake", "line", "texts"];
  const load = (name) => import(`/static/remote/${name}.js`);
  const [p, { HostEnd }, { Line }, t] = await Promise.all(names.map(load));
  const raw = p.parseSecret(secret);
  const linkKey = await p.linkKeyOf(raw);
  const token = p.b64u(await p.tokenOf(raw));
  const ends = new Map();
  let session = "";
  const hello = { role: "host", token, key: p.b64u(p.random()), way: "browser" };
  let begun;
  const ready = new Promise((over) => (begun = over));
  const line = new Line(relay, hello, t.parseToHost, {
    welcome: (news) => {
      session = news.session;
      line.tell({ type: "consent", scopes: news.asked });
    },
    news: () => {},
    frame: async (bytes) => {
      const { viewer, frame } = p.splitViewer(bytes);
      if (!ends.has(viewer)) ends.set(viewer, new HostEnd({ session, viewer, linkKey }));
      const end = ends.get(viewer);
      const wasReady = end.isReady;
      for (const reply of (await end.receive(frame)).replies) line.send(() => p.withViewer(viewer, reply));
      if (!end.isReady || wasReady) return;
      const sealed = async (channel, bytes) => p.withViewer(viewer, await end.seal(channel, bytes));
      window.say = (channel, bytes) => line.send(() => sealed(channel, Uint8Array.from(bytes)));
      begun();
    },
  });
  await ready;
}"""


@pytest.fixture
def hostile(colleague: Tab, customer: Tab, settings: Settings, made: Made) -> Tab:
    """A host that says whatever a test has it say; in the viewer's browser complaints do not count."""
    customer.evaluate(HOSTILE, [made.secret, settings.effective_relay_url])
    return customer


def say(hostile: Tab, channel: Channel, body: bytes) -> None:
    hostile.evaluate("([channel, bytes]) => window.say(channel, bytes)", [channel.value, list(body)])


def test_a_host_puts_nothing_into_a_clipboard_that_nobody_asked_for(colleague: Tab, hostile: Tab) -> None:
    colleague.context.grant_permissions(["clipboard-read", "clipboard-write"])
    colleague.evaluate("navigator.clipboard.writeText('mine')")
    say(hostile, Channel.CLIPBOARD, Copied("evil").body())
    say(hostile, Channel.CHAT, Heard("", "have you got it?").body())
    expect(colleague.locator("#v-log")).to_contain_text("have you got it?")
    assert colleague.evaluate("navigator.clipboard.readText()") == "mine"


def test_a_clipboard_that_is_too_large_is_called_so(colleague: Tab, hostile: Tab) -> None:
    colleague.context.grant_permissions(["clipboard-read", "clipboard-write"])
    colleague.evaluate("navigator.clipboard.writeText('x'.repeat(300_000))")
    colleague.get_by_text("Clipboard", exact=True).click()
    colleague.get_by_role("button", name="Mine to the customer").click()
    expect(colleague.locator("#v-said")).to_have_text(
        "Your clipboard is too large: at most 256 KB can be given."
    )


def test_a_picture_that_cannot_be_read_is_begun_anew(colleague: Tab, hostile: Tab) -> None:
    say(hostile, Channel.SCREEN, b"RFB 009.999\n")
    expect(colleague.locator("#v-state")).to_contain_text("The connection was lost. Trying again")


def test_a_screen_that_is_too_large_takes_no_memory(colleague: Tab, hostile: Tab) -> None:
    pixels = struct.pack(">BBBBHHHBBB3x", 32, 24, 0, 1, 255, 255, 255, 16, 8, 0)
    for part in (
        b"RFB 003.008\n",
        b"\1\1",
        bytes(4),
        struct.pack(">HH", 16384, 16384) + pixels + struct.pack(">I", 4) + b"wide",
    ):
        say(hostile, Channel.SCREEN, part)
    expect(colleague.locator("#v-state")).to_contain_text("The connection was lost. Trying again")


COMING_AND_GOING = """async (times) => {
  const names = ["handshake", "line", "protocol", "texts"];
  const load = (name) => import(`/static/remote/${name}.js`);
  const [{ ViewerEnd }, { Line }, p, t] = await Promise.all(names.map(load));
  const config = JSON.parse(document.querySelector("#remote-config").textContent);
  const linkKey = await p.linkKeyOf(p.parseSecret(config.secret));
  const body = () => new URLSearchParams({ csrf_token: document.querySelector("#v-token").value });
  let ready = 0;
  for (let time = 0; time < times; time += 1) {
    const given = await (await fetch(config.passUrl, { method: "POST", body: body() })).json();
    let end;
    let isCounted = false;
    const line = new Line(given.relay, { role: "viewer", pass: given.pass }, t.parseToViewer, {
      welcome: async ({ session, viewer }) => {
        end = new ViewerEnd({ session, viewer, linkKey });
        const first = await end.begin();
        line.send(() => first);
      },
      news: () => {},
      frame: async (bytes) => {
        for (const reply of (await end.receive(bytes)).replies) line.send(() => reply);
        if (!end.isReady || isCounted) return; // pictures follow
        isCounted = true;
        ready += 1;
        setTimeout(() => line.close());
      },
    });
    await line.closed;
  }
  return ready;
}"""


def test_after_many_handshakes_the_customer_is_asked_to_compare(colleague: Tab, patient: Tab) -> None:
    agree(patient)
    expect(colleague.locator("#v-state")).to_have_text("Connected")
    assert colleague.evaluate(COMING_AND_GOING, MOST_HANDSHAKES - 2) == MOST_HANDSHAKES - 2
    expect(patient.locator("#share-banner")).to_contain_text("can see your screen")
    assert colleague.evaluate(COMING_AND_GOING, 2) == 1, "the last one is not answered"
    expect(patient.locator("#share-banner")).to_have_text("Paused: nobody can see your screen")
    expect(patient.locator("#share-log")).to_contain_text("Please compare the safety number")
    patient.get_by_role("button", name="Go on").click()
    expect(colleague.locator("#v-state")).to_have_text("Connected")
    assert colleague.evaluate(COMING_AND_GOING, 1) == 1


def test_whoever_offers_files_without_end_fills_nothing_up(colleague: Tab, hostile: Tab) -> None:
    for number in range(2, 82, 2):
        say(hostile, Channel.FILES, body_of(Offer(number, f"file {number}.txt", 1)))
        say(hostile, Channel.FILES, body_of(Cancel(number)))
    say(hostile, Channel.FILES, body_of(Offer(82, "the last.txt", 1)))
    expect(colleague.locator("#v-transfers")).to_contain_text("the last.txt")
    lines = colleague.locator("#v-transfers li")
    assert lines.count() == 21
    assert "file 42.txt" in lines.first.inner_text()


BREAKING = "yes\nYou: no\u2028Customer: neither"


def test_what_a_host_says_is_one_line_by_whom_it_is(colleague: Tab, hostile: Tab) -> None:
    say(hostile, Channel.CHAT, Heard("Ann", BREAKING).body())
    expect(colleague.locator("#v-log p:not(.soft)")).to_have_count(1)
    assert colleague.locator("#v-log p:not(.soft)").evaluate(TOLD) == [
        "Ann: ",
        "yes You: no Customer: neither",
        True,
    ]


def test_what_a_viewer_says_is_one_line_by_whom_it_is(viewer: Tab, colleague: Tab, customer: Tab) -> None:
    """Also where the relay names nobody: no viewer is taken for the customer."""
    customer.route_web_socket(re.compile("/v1$"), without_names)
    agree(customer)
    expect(viewer.locator("#v-state")).to_have_text("Connected")
    # The field takes no breaks: as one would have it who wrote a viewer of their own.
    viewer.get_by_role("button", name="Chat").click()
    viewer.evaluate(WITH_BREAKS, BREAKING)
    expect(customer.locator("#share-log p")).to_have_count(1)
    told = customer.locator("#share-log p").evaluate(TOLD)
    assert told == ["Somebody: ", "yes You: no Customer: neither", True]
    expect(colleague.locator("#v-log p:not(.soft)")).to_contain_text("Somebody: yes")


def without_names(socket: WebSocketRoute) -> None:
    relay = socket.connect_to_server()

    def pass_on(said: str | bytes) -> None:
        socket.send(re.sub('"name":"[^"]*"', '"name":"\u200b"', said) if isinstance(said, str) else said)

    relay.on_message(pass_on)


TOLD = """(entry) => {
  const [who, what] = entry.children;
  return [who.textContent, what.textContent, parseFloat(getComputedStyle(entry).textIndent) < 0];
}"""
WITH_BREAKS = """(text) => {
  const field = document.querySelector("#v-text");
  const area = Object.assign(document.createElement("textarea"), { id: field.id, value: text });
  field.replaceWith(area);
  area.form.requestSubmit();
}"""


def test_whoever_talks_without_end_fills_nothing_up(colleague: Tab, hostile: Tab) -> None:
    for number in range(201):
        say(hostile, Channel.CHAT, Heard("", f"line {number}").body())
    expect(colleague.locator("#v-log")).to_contain_text("line 200")
    assert colleague.locator("#v-log p").count() == 200
