"""From the mail to the customer's screen and to the ticket's line, and nothing that passed is anywhere."""

import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.fakes.chromium import launched
from tests.fakes.desk import eventually
from tests.fakes.senders import Mail, Post
from tests.fakes.serving import Account, RunningDesk
from tests.fakes.web import free_port
from tests.fakes.x_server import Painter, require, x_server
from tests.journeys.conftest import PeerProgram
from tests.journeys.entering import mailed, signed_in

pytestmark = [pytest.mark.journey, pytest.mark.timeout(400)]

SUPPORT, CUSTOMER = "support@desk.example", "carla@customer.example"
LINK = re.compile(r"http://\S+/remote#\S+")
TITLE, TYPED = "Zebrafinkenfenster", "quasselstrippe"
CHATTED, COPIED = "Kaffeekränzchenplan", "Zwischenablagentext"
SEEN = (TITLE, TYPED, CHATTED, COPIED)
RED = 0xD02010
_WM_NAME, _STRING = 39, 31  # predefined atoms of X
PIXEL = """() => {
  const canvas = document.querySelector("#v-screen canvas:not(.past)");
  return canvas?.width ? [...canvas.getContext("2d").getImageData(200, 150, 1, 1).data].slice(0, 3) : null;
}"""


@pytest.fixture
def browser() -> Iterator[Browser]:
    with launched() as started:
        yield started


class Client:
    """The ServiceClient on the customer's computer, spoken to by its terminal."""

    def __init__(self, display: str, home: Path, under: Sequence[str] = ()) -> None:
        self.display = display
        self.said: list[str] = []
        self.program = subprocess.Popen(
            [
                *under,
                sys.executable,
                "-u",
                "-m",
                "remote_bridge.client.app",
                "--terminal",
                "--language=en",
                "-",
            ],
            env={"DISPLAY": display, "HOME": str(home), "PATH": "/usr/bin:/bin"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(
            target=lambda: self.said.extend(self.program.stdout or ()), daemon=True
        )
        self._reader.start()

    def answer(self, words: str) -> None:
        assert self.program.stdin is not None
        self.program.stdin.write(f"{words}\n")
        self.program.stdin.flush()

    def hears(self, words: str) -> bool:
        return eventually(lambda: any(words in line for line in self.said), within=60)

    def close(self) -> None:
        self.program.kill()
        self.program.wait(10)
        self._reader.join(10)
        for pipe in (self.program.stdin, self.program.stdout):
            assert pipe is not None
            pipe.close()


@contextmanager
def client(display: str, home: Path, link: str, under: Sequence[str] = ()) -> Iterator[Client]:
    home.mkdir(exist_ok=True)
    started = Client(display, home, under)
    try:
        started.answer(link)
        yield started
    finally:
        started.close()


def test_from_the_mail_to_the_screen(tmp_path: Path, peer: PeerProgram, browser: Browser) -> None:
    require("Xvfb", "xclip")
    web, relay = free_port(), free_port()
    environment = {
        "M4A_RELAY_URL": peer.url,
        "M4A_UNDO_SECONDS": "0",
        "M4A_WEB_PORT": str(web),
        "M4A_BASE_URL": f"http://127.0.0.1:{web}",
        "M4A_RELAY_PORT": str(relay),
    }
    with RunningDesk(tmp_path / "desk", environment) as desk, x_server(640, 480) as display:
        ours = desk.account("anna", SUPPORT)
        post = Post(lambda: desk.address("smtp"), lambda: desk.address("lmtp"))
        post.send([Mail((SUPPORT,), asking(), CUSTOMER)])
        ours.wait_for(1, within=60)
        anna = signed_in(browser, desk.endpoints["web"])
        link = offers(anna, desk.endpoints["web"], peer)
        painter = Painter(display)
        window = painter.window(100, 80, 300, 250, RED, listens=True)
        painter.core.ChangeProperty(0, window, _WM_NAME, _STRING, 8, len(TITLE), TITLE.encode())
        painter.sync()
        with client(display, tmp_path / "home", link) as customer:
            assert customer.hears("Answer: yes"), customer.said
            viewer = steps_in(anna, customer)
            steers(viewer, painter)
            talks_and_copies(viewer, customer, display)
            comes_a_second_time(display, tmp_path / "other", link)
            customer.answer("end")
            expect(viewer.locator("#v-state")).to_contain_text("Ended")
            assert customer.program.wait(60) == 0
        painter.close()
        is_told_in_the_ticket(anna, ours, desk.endpoints["web"])
        anna.context.close()
    assert where_it_stands(tmp_path, *SEEN) == []
    assert link.partition("#")[2].encode() not in (tmp_path / "desk.log").read_bytes()


def asking() -> bytes:
    head = f"From: Carla <{CUSTOMER}>\r\nTo: {SUPPORT}\r\nSubject: My screen is odd\r\n"
    return f"{head}Message-ID: <odd@customer.example>\r\n\r\nPlease have a look.\r\n".encode()


def offers(page: Page, web: str, peer: PeerProgram) -> str:
    """A session is made in the ticket, and its link goes out with the answer."""
    page.goto(f"{web}/t/1")
    page.keyboard.press(".")
    for scope in page.locator("#remote-make input[type=checkbox]:not([disabled])").all():
        scope.check()
    page.get_by_role("button", name="Make the link").click()
    expect(page.locator("#remote-said")).to_have_text("The link is in your reply.")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".timeline")).to_contain_text("/remote#")
    (text,) = [text for to, text in mailed(peer, 1) if to == CUSTOMER]
    found = LINK.search(text)
    assert found is not None, text
    return found[0]


def steps_in(page: Page, customer: Client) -> Page:
    """The ticket says that the customer is asked; they agree, and their screen is there."""
    expect(page.locator("#remotes")).to_contain_text("asked", ignore_case=True)
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Open viewer").click()
    viewer = opened.value
    expect(viewer.locator("#v-state")).to_have_text("The customer is asked")
    assert viewer.evaluate(PIXEL) is None  # nothing before they agree
    customer.answer("yes")
    expect(viewer.locator("#v-state")).to_have_text("Connected")
    red = [RED >> 16, RED >> 8 & 255, RED & 255]
    assert eventually(lambda: near(viewer.evaluate(PIXEL), red), within=60)
    return viewer


def near(pixel: list[int] | None, colour: list[int]) -> bool:
    return pixel is not None and all(abs(a - b) <= 24 for a, b in zip(pixel, colour, strict=True))


def steers(viewer: Page, painter: Painter) -> None:
    """What is typed in the browser arrives in the program there."""
    viewer.locator("#v-screen canvas:not(.past)").click(position={"x": 150, "y": 120})
    assert len(painter.events(2)) == 2
    viewer.keyboard.type(TYPED)
    strokes = painter.events(2 * len(TYPED), seconds=60)[::2]
    known = [painter.core.GetKeyboardMapping(stroke.detail, 1).reply().keysyms[0] for stroke in strokes]
    assert "".join(map(chr, known)) == TYPED


def talks_and_copies(viewer: Page, customer: Client, display: str) -> None:
    viewer.get_by_role("button", name="Chat").click()
    viewer.get_by_placeholder("Message").fill(CHATTED)
    viewer.keyboard.press("Enter")
    assert customer.hears(CHATTED)
    viewer.context.grant_permissions(["clipboard-read", "clipboard-write"])
    viewer.evaluate(f"navigator.clipboard.writeText('{COPIED}')")
    viewer.get_by_text("Clipboard", exact=True).click()
    viewer.get_by_role("button", name="Mine to the customer").click()
    asked = ["xclip", "-o", "-selection", "clipboard", "-display", display]

    def arrived() -> bool:
        return subprocess.run(asked, capture_output=True, check=False, timeout=20).stdout == COPIED.encode()

    assert eventually(arrived, within=60)


def comes_a_second_time(display: str, home: Path, link: str) -> None:
    """The link is worth nothing to anybody else."""
    with client(display, home, link) as other:
        assert other.program.wait(60) != 0
        assert not any("Answer: yes" in line for line in other.said)


def is_told_in_the_ticket(page: Page, ours: Account, web: str) -> None:
    """One line: who, by what, how it ended."""
    page.goto(f"{web}/t/1")
    expect(page.locator(".timeline")).to_contain_text("Remote session")
    (one,) = ours.get("/tickets/1/remote-sessions")["items"]
    assert (one["state"], one["why"], one["way"]) == ("ended", "host-ended", "client")


def where_it_stands(folder: Path, *words: str) -> list[str]:
    """Each file of the desk and of the customer that has one of these: databases, queue, logs, blobs."""
    forms = [word.encode(code) for word in words for code in ("utf-8", "utf-16-le", "latin-1")]
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert any(path.suffix == ".db" for path in files)
    return [str(path) for path in files if any(form in path.read_bytes() for form in forms)]
