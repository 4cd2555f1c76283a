"""A whole remote session: the pages, and as processes the relay and the client, on a screen of its own."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect
from playwright.sync_api import Page as Tab
from werkzeug.serving import make_server

from gateway import clock
from gateway.desk import remote
from gateway.desk.remote import Made
from gateway.rules.remote import Scope
from gateway.settings import Settings
from gateway.store import session
from tests.fakes.chromium import launched
from tests.fakes.desk import eventually
from tests.fakes.web import free_port
from tests.fakes.x_server import Painter, x_server
from tests.webui.cast import World

expect.set_options(timeout=30_000)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser that shows its own tab when it is asked for a screen: there is nobody to choose one."""
    with launched("--auto-accept-this-tab-capture") as browser:
        yield browser


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Of a desk whose addresses are known before it is there."""
    return settings.with_values(
        base_url=f"http://127.0.0.1:{free_port()}", relay_port=free_port(), relay_host="127.0.0.1"
    )


@pytest.fixture
def served(app: Flask, world: World, settings: Settings) -> Iterator[str]:
    port = int(settings.effective_base_url.rsplit(":", 1)[1])
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield settings.effective_base_url
    server.shutdown()
    thread.join(10)
    server.server_close()


@pytest.fixture
def running() -> list[subprocess.Popen[bytes]]:
    """The relays that were started."""
    return []


@pytest.fixture
def relay(
    settings: Settings, database: None, running: list[subprocess.Popen[bytes]]
) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts the relay, also at another port; what was started ends with the test."""
    started = running
    readers: list[threading.Thread] = []

    def start(port: int = settings.relay_port) -> subprocess.Popen[bytes]:
        program = subprocess.Popen(
            [sys.executable, "-m", "gateway.cli.main", "relay"],
            env=settings.with_values(relay_port=port).environment(),
            stderr=subprocess.PIPE,
        )
        started.append(program)
        assert program.stderr is not None
        assert b"relay.listening" in program.stderr.readline()
        readers.append(threading.Thread(target=program.stderr.read, daemon=True))
        readers[-1].start()
        return program

    start()
    yield start
    for program in started:
        program.kill()
        program.wait(10)
    for program, reader in zip(started, readers, strict=True):
        reader.join(10)
        assert program.stderr is not None
        program.stderr.close()


@pytest.fixture
def stop(
    relay: Callable[[], subprocess.Popen[bytes]], running: list[subprocess.Popen[bytes]]
) -> Callable[[], None]:
    """Ends the relay that runs, without a word."""

    def end() -> None:
        running[-1].kill()
        running[-1].wait(10)

    return end


@dataclass
class Customer:
    """The customer's computer: its screen, and the client on it."""

    painter: Painter
    display: str
    program: subprocess.Popen[str]
    said: list[str]

    def answer(self, words: str) -> None:
        assert self.program.stdin is not None
        self.program.stdin.write(f"{words}\n")
        self.program.stdin.flush()

    def hears(self, words: str) -> bool:
        return eventually(lambda: any(words in line for line in self.said), within=30)


@pytest.fixture
def made(world: World, settings: Settings, asked: list[Scope]) -> Made:
    with session.transaction() as db:
        return remote.make(db, world.ours.actor, 1, scopes=asked, key=settings.key(), now=clock.now())


@pytest.fixture
def asked() -> list[Scope]:
    """What the session asks for."""
    return [Scope.CONTROL, Scope.CLIPBOARD, Scope.FILES]


@pytest.fixture
def customer(served: str, relay: object, made: Made, tmp_path: Path) -> Iterator[Customer]:
    """Has started the client with the link, and has not agreed yet."""
    with ExitStack() as stack:
        display = stack.enter_context(x_server(640, 480))
        painter = Painter(display)
        stack.callback(painter.close)
        program = subprocess.Popen(
            [sys.executable, "-u", "-m", "remote_bridge.client.app", "--terminal", "--language=en", "-"],
            env={"DISPLAY": display, "HOME": str(tmp_path / "home"), "PATH": "/usr/bin:/bin"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        said: list[str] = []
        reader = threading.Thread(target=lambda: said.extend(program.stdout or ()), daemon=True)
        reader.start()
        stack.callback(_end, program, reader)
        customer = Customer(painter, display, program, said)
        customer.answer(f"{served}/remote#{made.secret}")
        assert customer.hears("Answer: yes"), said
        yield customer


def _end(program: subprocess.Popen[str], reader: threading.Thread) -> None:
    program.kill()
    program.wait(10)
    reader.join(10)
    for pipe in (program.stdin, program.stdout):
        assert pipe is not None
        pipe.close()


@pytest.fixture
def viewer(page: Tab, relay: object, made: Made) -> Tab:
    """Our owner on the session's page."""
    page.goto(f"/t/1/remote/{made.public_id}")
    return page


@pytest.fixture
def colleague(chromium: Browser, served: str, world: World, made: Made) -> Iterator[Tab]:
    """The same session in a browser of another sign-in."""
    context = chromium.new_context(base_url=served, locale="en-GB")
    context.add_cookies([{"name": "session", "value": world.ours.cookie, "url": served}])
    tab = context.new_page()
    tab.goto(f"/t/1/remote/{made.public_id}")
    yield tab
    context.close()


PIXEL = """([x, y]) => {
  const canvas = document.querySelector("#v-screen canvas:not(.past)");
  if (!canvas?.width) return null;
  return [...canvas.getContext("2d").getImageData(x, y, 1, 1).data].slice(0, 3);
}"""


def shows(tab: Tab, x: int, y: int, colour: tuple[int, int, int], *, within: float = 30) -> bool:
    """Whether the picture becomes nearly this colour there."""

    def is_so() -> bool:
        pixel = tab.evaluate(PIXEL, [x, y])
        return pixel is not None and all(abs(a - b) <= 24 for a, b in zip(pixel, colour, strict=True))

    return eventually(is_so, within=within)
