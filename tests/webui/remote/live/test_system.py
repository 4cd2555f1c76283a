"""An installed system from its code to its removal: real pages, relay, and program on a screen of its own."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from tests.fakes.desk import eventually
from tests.fakes.x_server import Painter, x_server
from tests.remote_bridge.client.system.programs import Program, program
from tests.webui.cast import World
from tests.webui.installed import customer_of
from tests.webui.remote.live.conftest import shows

RED = 0xD02010
ASKED = "Answer: yes"


class Computer:
    """The customer's computer: its screen, its home, what is typed at it."""

    def __init__(self, display: str, home: Path) -> None:
        self.display, self.home = display, home

    def run(self, *words: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-m", "remote_bridge.client.app", "--language=en", *words],
            env={"DISPLAY": self.display, "HOME": str(self.home), "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr


@pytest.fixture
def computer(tmp_path: Path) -> Iterator[Computer]:
    with x_server(640, 480) as display:
        painter = Painter(display)
        painter.window(100, 80, 300, 250, RED)
        yield Computer(display, tmp_path / "home")
        painter.close()


@pytest.fixture
def customer(world: World) -> str:
    return f"/customers/{customer_of(world.ours)}"


def enrolled(page: Tab, customer: str, computer: Computer) -> None:
    """By the command of the customer's page, typed at the computer."""
    page.goto(customer)
    page.get_by_role("button", name="Add a system").click()
    words = shlex.split(page.locator("code.copy").first.inner_text())
    assert words.pop(0) == "manage4all-client"
    status, said = computer.run(*words, "--name", "Kasse 1")
    assert (status, "Example Inc" in said) == (0, True), said
    page.goto(customer)
    expect(page.locator("#systems")).to_contain_text("was never online")
    assert computer.run(*words)[0] == 1, "it is enrolled, and the code is used"


def asked(page: Tab) -> Tab:
    """The system is asked from the ticket; the viewer that opens."""
    page.goto("/t/1")
    page.keyboard.press(".")
    page.get_by_role("button", name="Ask this system").click()
    expect(page.locator("#remote-said")).not_to_be_empty()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Open viewer").first.click()
    return opened.value


def sees(viewer: Tab) -> None:
    expect(viewer.locator("#v-state")).to_have_text("Connected")
    assert shows(viewer, 200, 150, (RED >> 16, RED >> 8 & 255, RED & 255))


def says(staying: Program, words: str, times: int = 1) -> bool:
    return eventually(lambda: staying.has_said(words, times), within=60)


def test_from_the_code_to_the_removal(
    page: Tab, relay: object, customer: str, computer: Computer, served: str
) -> None:
    enrolled(page, customer, computer)
    with program(computer.home, "--system", "--terminal", DISPLAY=computer.display) as staying:
        assert says(staying, "Online: “Kasse 1” of Example Inc"), staying.said
        expect(page.locator("#systems")).to_contain_text(re.compile(r"Kasse 1\s*online"))

        viewer = asked(page)
        assert says(staying, ASKED), staying.said
        expect(viewer.locator("#v-state")).to_have_text("The customer is asked")
        staying.type("yes")
        sees(viewer)
        staying.type("end")
        expect(viewer.locator("#v-state")).to_contain_text("Ended")

        assert computer.run("--unattended", "view")[0] == 0
        page.goto(customer)
        expect(page.locator("#systems")).to_contain_text("unattended access granted")
        viewer = asked(page)
        sees(viewer)
        assert says(staying, "Nobody was asked")
        assert not staying.has_said(ASKED, 2)

        assert computer.run("--unattended", "none")[0] == 0
        expect(viewer.locator("#v-state")).to_contain_text("Ended")
        viewer = asked(page)
        assert says(staying, ASKED, 2), staying.said
        staying.type("no")
        expect(viewer.locator("#v-state")).to_contain_text("Ended")

        page.goto(customer)
        page.get_by_role("link", name="Kasse 1").click()
        page.get_by_role("link", name="Remove the system").click()
        page.get_by_role("button", name="Remove", exact=True).click()
        assert says(staying, "The support desk has removed this computer."), staying.said
        assert staying.process.wait(30) == 1
    expect(page.locator("#systems")).to_contain_text("No system yet")
    status, said = computer.run("--system", "--terminal")
    assert (status, "has removed this computer" in said) == (1, True)
