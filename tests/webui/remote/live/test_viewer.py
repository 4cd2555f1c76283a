"""Staff before the customer's screen: real relay, real client, real keys."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xcffib.randr
from playwright.sync_api import Page as Tab
from playwright.sync_api import Route, expect

from gateway.desk import remote
from gateway.desk.remote import Made
from gateway.rules.remote import Scope, Why
from gateway.store import session
from tests.fakes.desk import eventually
from tests.fakes.x_server import Painter, require
from tests.webui.accessible import violations
from tests.webui.cast import World
from tests.webui.remote.live.conftest import Customer, shows

RED = 0xD02010
KEYCODE_UP = 111
CANVAS = "#v-screen canvas:not(.past)"
PRESS = """([key, code]) => {
  const canvas = document.querySelector("#v-screen canvas:not(.past)");
  for (const kind of ["keydown", "keyup"]) {
    canvas.dispatchEvent(new KeyboardEvent(kind, { key, code, bubbles: true }));
  }
}"""


def begin(viewer: Tab, customer: Customer, words: str = "yes") -> None:
    """The customer agrees, and a window of theirs is seen."""
    customer.painter.window(100, 80, 300, 250, RED, listens=True)
    customer.answer(words)
    expect(viewer.locator("#v-state")).to_have_text("Connected")
    assert shows(viewer, 200, 150, (0xD0, 0x20, 0x10))


def into_picture(viewer: Tab, customer: Customer) -> None:
    """A click that gives the keys to the picture."""
    viewer.locator(CANVAS).click(position={"x": 150, "y": 120})
    assert names(customer.painter.events(2)) == ["ButtonPress", "ButtonRelease"]


def names(events: list[Any]) -> list[str]:
    return [type(event).__name__.removesuffix("Event") for event in events]


def keysyms(painter: Painter, keycode: int) -> list[int]:
    return list(painter.core.GetKeyboardMapping(keycode, 1).reply().keysyms)


def test_what_is_drawn_there_is_seen_here_and_what_is_typed_here_arrives_there(
    viewer: Tab, customer: Customer
) -> None:
    expect(viewer.locator("#v-state")).to_have_text("The customer is asked")
    begin(viewer, customer)
    into_picture(viewer, customer)
    viewer.keyboard.press("a")
    pressed, released = customer.painter.events(2)
    assert names([pressed, released]) == ["KeyPress", "KeyRelease"]
    assert ord("a") in keysyms(customer.painter, pressed.detail)

    # Characters of a German keyboard: those are sent, not the places of their keys.
    for key, code, keysym in (("ö", "Semicolon", 0xF6), ("z", "KeyY", ord("z"))):
        viewer.evaluate(PRESS, [key, code])
        pressed = customer.painter.events(2)[0]
        assert keysym in keysyms(customer.painter, pressed.detail), key

    viewer.get_by_text("Special keys").click()
    expect(viewer.get_by_text("What you type arrives as characters")).to_be_hidden()
    viewer.get_by_label("Keys by their place, not by their character").check()
    viewer.evaluate(PRESS, ["z", "KeyY"])
    assert ord("y") in keysyms(customer.painter, customer.painter.events(2)[0].detail)
    viewer.get_by_role("button", name="Ctrl+Alt+Del").click()
    assert names(customer.painter.events(6)) == ["KeyPress"] * 3 + ["KeyRelease"] * 3


def test_where_keys_have_no_places_the_viewer_says_so_and_characters_arrive(
    viewer: Tab, customer: Customer
) -> None:
    # A keyboard that is not as Linux has it: the client cannot tell places there, as on Windows and macOS.
    painter = customer.painter
    painter.core.ChangeKeyboardMapping(1, KEYCODE_UP, 1, [ord("x")])
    painter.sync()
    begin(viewer, customer)
    into_picture(viewer, customer)
    viewer.evaluate(PRESS, ["z", "KeyY"])
    assert ord("z") in keysyms(painter, painter.events(2)[0].detail)
    viewer.get_by_text("Special keys").click()
    expect(viewer.get_by_text("What you type arrives as characters")).to_be_visible()
    expect(viewer.get_by_label("Keys by their place, not by their character")).to_be_hidden()


def test_no_key_stays_down_and_who_only_looks_on_sends_nothing(viewer: Tab, customer: Customer) -> None:
    begin(viewer, customer)
    into_picture(viewer, customer)
    viewer.keyboard.down("Shift")
    assert names(customer.painter.events(1)) == ["KeyPress"]
    viewer.evaluate("dispatchEvent(new Event('blur'))")
    assert names(customer.painter.events(1)) == ["KeyRelease"]
    viewer.keyboard.up("Shift")

    viewer.keyboard.down("b")
    assert names(customer.painter.events(1)) == ["KeyPress"]
    viewer.get_by_role("button", name="Mouse and keyboard").click()
    assert names(customer.painter.events(1)) == ["KeyRelease"]
    viewer.keyboard.up("b")
    expect(viewer.locator("#v-steering")).to_have_text("View only")
    viewer.locator(CANVAS).click(position={"x": 150, "y": 120})
    viewer.keyboard.press("c")
    viewer.get_by_role("button", name="Mouse and keyboard").click()
    expect(viewer.locator("#v-steering")).to_have_text("You have mouse and keyboard")
    into_picture(viewer, customer)  # the click before it never arrived

    for key in ("Control", "Alt", "Shift"):
        viewer.keyboard.down(key)
    assert names(customer.painter.events(4)) == ["KeyPress"] * 2 + ["KeyRelease"] * 2
    expect(viewer.locator("#v-said")).to_contain_text("The keys are yours again.")
    assert viewer.evaluate("document.activeElement.id") == "v-scale"
    for key in ("Control", "Alt", "Shift"):
        viewer.keyboard.up(key)

    customer.answer("pause")
    expect(viewer.locator("#v-state")).to_have_text("Paused by the customer")
    expect(viewer.locator("#v-notice")).to_have_text("Paused by the customer")
    customer.answer("go on")
    expect(viewer.locator("#v-state")).to_have_text("Connected")
    into_picture(viewer, customer)
    customer.answer("take back")
    expect(viewer.locator("#v-control")).to_be_hidden()


def test_a_button_that_is_let_go_outside_of_the_picture_is_let_go(viewer: Tab, customer: Customer) -> None:
    """And nothing is laid over the page for it, which would be painted before the press goes out."""
    begin(viewer, customer)
    into_picture(viewer, customer)
    place = viewer.locator(CANVAS).bounding_box()
    assert place
    viewer.mouse.move(place["x"] + 150, place["y"] + 120)
    viewer.mouse.down()
    assert names(customer.painter.events(1)) == ["ButtonPress"]
    bar = viewer.locator("#v-state").bounding_box()
    assert bar
    viewer.mouse.move(bar["x"] + 5, bar["y"] + 5)
    viewer.mouse.up()
    assert names(customer.painter.events(1)) == ["ButtonRelease"]
    expect(viewer.locator("#noVNC_mouse_capture_elem")).to_have_count(0)


def test_a_clipboard_passes_when_it_was_granted_and_by_a_button_only(viewer: Tab, customer: Customer) -> None:
    require("xclip")
    viewer.context.grant_permissions(["clipboard-read", "clipboard-write"])
    begin(viewer, customer, "view control")
    expect(viewer.locator("#v-clipboard")).to_be_hidden()
    viewer.get_by_text("Ask for more").click()
    viewer.get_by_role("button", name="Ask for: exchange the clipboard").click()
    assert customer.hears("The support asks for more")
    expect(viewer.locator("#v-clipboard")).to_be_hidden()
    customer.answer("more")
    expect(viewer.locator("#v-log")).to_contain_text("The customer has agreed: exchange the clipboard")

    viewer.evaluate("navigator.clipboard.writeText('Grüße von uns')")
    viewer.get_by_text("Clipboard", exact=True).click()
    viewer.get_by_role("button", name="Mine to the customer").click()
    assert eventually(lambda: clipboard_of(customer) == "Grüße von uns", within=30)

    subprocess.run(
        ["xclip", "-selection", "clipboard", "-display", customer.display],
        input="Grüße zurück",
        text=True,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    viewer.get_by_text("Clipboard", exact=True).click()
    viewer.get_by_role("button", name="The customer’s to me").click()
    expect(viewer.locator("#v-said")).to_have_text("Their clipboard is yours now.")
    assert viewer.evaluate("navigator.clipboard.readText()") == "Grüße zurück"


def test_who_asks_for_more_stays_in_the_menu_by_mouse_and_by_keyboard(
    viewer: Tab, customer: Customer
) -> None:
    begin(viewer, customer, "view")
    viewer.get_by_text("Ask for more").click()
    asks = viewer.locator("#v-ask button")
    asks.nth(0).click()
    expect(asks.nth(0)).to_have_text("Asked for: use mouse and keyboard")
    assert customer.hears("The support asks for more")
    expect(viewer.locator("#v-more")).to_have_attribute("open", "")
    expect(asks.nth(0)).to_be_focused()
    customer.answer("more")  # the page is told, and shows its menu anew
    expect(asks).to_have_count(2)
    expect(asks.nth(0)).to_be_focused()
    viewer.keyboard.press("Tab")
    viewer.keyboard.press("Enter")
    expect(asks.nth(1)).to_have_text("Asked for: exchange files")
    viewer.keyboard.press("Enter")  # once is enough
    customer.answer("more")
    expect(asks).to_have_count(1)
    expect(viewer.locator("#v-more")).to_have_attribute("open", "")
    expect(asks).to_be_focused()
    viewer.get_by_role("button", name="Chat").click()
    expect(viewer.locator("#v-more")).not_to_have_attribute("open", "")


def clipboard_of(customer: Customer) -> str:
    done = subprocess.run(
        ["xclip", "-o", "-selection", "clipboard", "-display", customer.display],
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )
    return done.stdout


def test_a_colleague_looks_on_is_handed_the_control_and_hands_files_over(
    viewer: Tab, customer: Customer, colleague: Tab, tmp_path: Path
) -> None:
    begin(viewer, customer)
    assert shows(colleague, 200, 150, (0xD0, 0x20, 0x10))
    expect(viewer.locator("#v-count")).to_have_text("2")
    expect(colleague.locator("#v-steering")).to_have_text("ours has mouse and keyboard")
    colleague.locator(CANVAS).click(position={"x": 150, "y": 120})
    viewer.locator("#v-people summary").click()
    viewer.get_by_role("button", name="Hand over to").click()
    expect(colleague.locator("#v-steering")).to_have_text("You have mouse and keyboard")
    expect(viewer.locator("#v-keys")).to_be_hidden()
    into_picture(colleague, customer)

    sent = tmp_path / "Übersicht.bin"
    sent.write_bytes(bytes(range(256)) * 9000)  # more than may be under way at once
    colleague.locator("#v-file").set_input_files(sent)
    assert customer.hears("Answer: take 1")
    customer.answer("take 1")
    expect(colleague.locator("#v-transfers")).to_contain_text("Übersicht.bin has arrived")
    arrived = list((tmp_path / "home").rglob("*.bin"))
    assert [path.read_bytes() for path in arrived] == [sent.read_bytes()]

    colleague.evaluate("delete window.showSaveFilePicker")
    customer.answer(f"send {sent}")
    expect(colleague.locator("#v-transfers")).to_contain_text("is offered")
    with colleague.expect_download() as download:
        colleague.get_by_role("button", name="Save").click()
    assert Path(download.value.path()).read_bytes() == sent.read_bytes()
    assert download.value.suggested_filename == "Übersicht.bin"

    colleague.close()
    expect(viewer.locator("#v-count")).to_have_text("1")
    expect(viewer.locator("#v-log")).to_contain_text("ours has left")


@pytest.mark.parametrize("asked", [[Scope.CONTROL]])
def test_a_lost_relay_is_said_tried_again_and_the_end_is_the_same_for_all(
    colleague: Tab,
    customer: Customer,
    relay: Callable[[], object],
    world: World,
    made: Made,
    stop: Callable[[], None],
) -> None:
    # In a browser whose complaints do not count: it says of each socket that it was refused.
    begin(colleague, customer)
    stop()
    expect(colleague.locator("#v-state")).to_contain_text("The connection was lost. Trying again in")
    expect(colleague.locator("#v-screen canvas.past")).to_be_visible()
    relay()
    expect(colleague.locator("#v-state")).to_have_text("Connected", timeout=60_000)
    assert shows(colleague, 200, 150, (0xD0, 0x20, 0x10))
    into_picture(colleague, customer)
    colleague.once("dialog", lambda dialog: dialog.accept())
    colleague.get_by_role("button", name="End", exact=True).click()
    expect(colleague.locator("#v-why")).to_contain_text("ended by us")
    expect(colleague.get_by_label("Note for the ticket")).to_have_value(
        colleague.locator("#v-why").inner_text()
    )
    assert customer.program.wait(30) == 0

    def why() -> Why | None:
        with session.reading() as db:
            return remote.get(db, world.ours.actor, made.public_id).why

    assert eventually(lambda: why() is Why.STAFF_ENDED, within=30)


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_kept_out_of_the_page(viewer: Tab, customer: Customer, width: int, scheme: Any) -> None:
    viewer.set_viewport_size({"width": width, "height": 800})
    viewer.emulate_media(color_scheme=scheme)
    assert violations(viewer) == []
    begin(viewer, customer)
    viewer.get_by_role("button", name="Chat").click()
    viewer.get_by_text("Special keys").click()
    assert violations(viewer) == []
    assert viewer.evaluate("document.documentElement.scrollWidth") <= width


def test_one_of_several_monitors_is_looked_at_alone_and_pointed_at_where_it_is(
    viewer: Tab, customer: Customer
) -> None:
    painter = customer.painter
    randr = painter.x(xcffib.randr.key)
    atom = painter.core.InternAtom(False, 5, "right").reply().atom  # noqa: FBT003
    monitor: Any = xcffib.randr.MonitorInfo  # its types end here
    info = monitor.synthetic(atom, False, False, 0, 320, 0, 320, 480, 0, 0, [])  # noqa: FBT003
    randr.SetMonitor(painter.screen.root, info)
    painter.sync()
    begin(viewer, customer)
    # X counts its whole screen as one, too, before or behind the other.
    options = viewer.locator("#v-monitor option")
    expect(options).to_have_text(["All monitors", "Monitor 1", "Monitor 2"])
    for option in ("Monitor 1", "Monitor 2"):
        viewer.get_by_label("Monitor").select_option(option)
        if viewer.locator(CANVAS).get_attribute("width") == "320":
            break
    expect(viewer.locator(CANVAS)).to_have_attribute("width", "320")
    assert shows(viewer, 10, 150, (0xD0, 0x20, 0x10))  # 330 there
    viewer.locator(CANVAS).click(position={"x": 20, "y": 120})
    pressed = painter.events(2)[0]
    # In the middle of the page the picture may begin at half a pixel.
    assert pressed.root_x in (339, 340)
    assert pressed.root_y in (119, 120)
    viewer.get_by_label("Monitor").select_option("All monitors")
    expect(viewer.locator(CANVAS)).to_have_attribute("width", "640")


def test_a_picture_that_cannot_be_read_begins_anew(colleague: Tab, customer: Customer) -> None:
    # The page keeps its screen for itself, so its module is served with a handle on it.
    def with_handle(route: Route) -> None:
        answer = route.fetch()
        handed = answer.text().replace("measure() {", "measure() { window.shown = this;")
        route.fulfill(response=answer, body=handed)

    colleague.route("**/remote/screen.js", with_handle)
    colleague.reload()
    begin(colleague, customer)
    assert eventually(lambda: bool(colleague.evaluate("Boolean(window.shown)")), within=30)
    with colleague.expect_response("**/pass"):
        colleague.evaluate("window.shown._fail('as if it could not be read')")
    assert shows(colleague, 200, 150, (0xD0, 0x20, 0x10))
