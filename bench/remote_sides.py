"""Both sides of bench/remote.py: a customer's screen, what carries it, and the browser that shows it."""

import functools
import http.server
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import psutil
from pages import fill, free_port
from playwright.sync_api import Browser, Page, Playwright
from remote_line import FAR, NEAR

from gateway import clock
from gateway.desk import remote
from gateway.rules.access import Actor, Role
from gateway.rules.remote import Scope
from gateway.settings import Settings, load
from gateway.store import session

HERE = Path(__file__).parent
VENDOR = HERE.parent / "webui" / "static" / "vendor"
CUSTOMER = "m4a-bench-customer"
"""The network namespace of the customer behind a slow line."""

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_SWITCHES = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
_VIEW: Any = {"width": 1960, "height": 1300}  # the whole screen at its own size, and the bar of our page
_STOCK_PAGE = b"""<!doctype html><meta charset="utf-8"><title>noVNC</title>
<style>body{margin:0;overflow:hidden}#s{width:1920px;height:1080px}</style><div id="s"></div>
<script type="module">import RFB from "/novnc/core/rfb.js";
new RFB(document.querySelector("#s"), new URLSearchParams(location.search).get("to"), { shared: true });
</script>"""
_UNSEALED = """
import sys
from cryptography.hazmat.primitives.ciphers import aead
class Open:
    def __init__(self, key): pass
    def encrypt(self, nonce, data, head): return data + bytes(16)
    def decrypt(self, nonce, data, head): return data[:-16]
aead.AESGCM = Open
from remote_bridge.client.app import main
main()
"""
"""The client as it is, on a cipher that does nothing: made here, as the product has no such thing."""

_UNSEALED_PAGE = """(() => {
  const subtle = SubtleCrypto.prototype;
  subtle.encrypt = async function (...given) {
    const body = given[2];
    const made = new Uint8Array(body.length + 16);
    made.set(body);
    return made.buffer;
  };
  subtle.decrypt = async function (...given) {
    return given[2].slice(0, -16).buffer;
  };
})()"""


@dataclass(frozen=True)
class Where:
    """Before each command of the customer's; what desk and customer are called."""

    before: tuple[str, ...] = ()
    desk: str = "127.0.0.1"
    listens: str = "127.0.0.1"
    customer: str = "127.0.0.1"


BESIDE = Where()
BEHIND_A_LINE = Where(("ip", "netns", "exec", CUSTOMER), "localhost", "0.0.0.0", FAR)


@dataclass
class Side:
    """One of what is compared. `program` is what fetches and encodes the customer's screen."""

    name: str
    tab: Page
    program: psutil.Process
    scenes: "subprocess.Popen[str]"
    shown: str = field(default="nothing")

    def show(self, scene: str) -> dict[int, float]:
        """Another scene; when each frame of the one before was drawn."""
        assert self.scenes.stdin is not None
        assert self.scenes.stdout is not None
        self.scenes.stdin.write(f"{scene}\n")
        self.scenes.stdin.flush()
        drawn = {int(n): at for n, at in json.loads(self.scenes.stdout.readline()).items()}
        self.shown = scene
        return drawn

    def cpu_seconds(self) -> float:
        """That the program has used."""
        used = 0.0
        for one in (self.program, *self.program.children(recursive=True)):
            with suppress(psutil.Error):
                used += one.cpu_times().user + one.cpu_times().system
        return used


def needed() -> list[str]:
    """Programs that are not there."""
    found = {name: shutil.which(name) for name in ("Xvfb", "X0tigervnc", "websockify")}
    found["chromium"] = next(filter(None, map(shutil.which, _BROWSERS)), None)
    found["webui/static/vendor/novnc (tools/assets.py)"] = str(VENDOR) if VENDOR.is_dir() else None
    return [name for name, path in found.items() if path is None]


@contextmanager
def started(*command: str, port: int = 0, at: str = "127.0.0.1", **options: Any) -> Iterator[Any]:
    """A program that listens there, or none that listens; killed at the end."""
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    program = subprocess.Popen(command, **{**quiet, **options})
    try:
        if port:
            _until_it_listens(program, port, at)
        yield program
    finally:
        program.terminate()
        with suppress(subprocess.TimeoutExpired):
            program.wait(10)
        program.kill()
        program.wait(10)


def _until_it_listens(program: "subprocess.Popen[Any]", port: int, at: str) -> None:
    for _ in range(2400):
        if program.poll() is not None:
            raise SystemExit(f"{program.args} has ended at once")
        with suppress(OSError), closing(socket.create_connection((at, port), 1)):
            return
        time.sleep(0.05)
    raise SystemExit(f"{program.args} does not listen")


@contextmanager
def display() -> Iterator[str]:
    """An X server of its own."""
    read, write = os.pipe()
    words = ("-displayfd", str(write), "-screen", "0", "1920x1080x24", "-ac", "-noreset", "-nolisten", "tcp")
    with started("Xvfb", *words, pass_fds=[write]):
        os.close(write)
        with os.fdopen(read) as answer:
            yield f":{answer.readline().strip()}"


@contextmanager
def scenes_on(screen: str) -> Iterator["subprocess.Popen[str]"]:
    """What draws there, with all of its pictures made."""
    command = (sys.executable, str(HERE / "remote_screen.py"), screen)
    with started(*command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=None, text=True) as program:
        for name in ("page", "typing", "scroll", "drag", "video", "nothing"):
            program.stdin.write(f"{name}\n")
            program.stdin.flush()
            program.stdout.readline()
        yield program


@contextmanager
def browsing(playwright: Playwright) -> Iterator[Browser]:
    """One of its own for each side: a tab that is not in front is slowed down."""
    found = next(filter(None, map(shutil.which, _BROWSERS)))
    browser = playwright.chromium.launch(executable_path=found, args=list(_SWITCHES))
    yield browser
    browser.close()


def _tab(browser: Browser, *scripts: str) -> Page:
    tab = browser.new_context(viewport=_VIEW).new_page()
    for script in scripts:
        tab.add_init_script(script)
    tab.add_init_script(path=HERE / "remote_hooks.js")
    return tab


def _shown(side: Side) -> Side:
    """When its picture is there. Asked again and again: our page lets nobody wait within it."""
    for _ in range(600):
        if side.tab.evaluate("window.bench.canvas?.width === 1920"):
            time.sleep(1)
            return side
        time.sleep(0.1)
    raise SystemExit(f"{side.name}: the browser shows no screen")


# -- ours -------------------------------------------------------------------------------------------------


@contextmanager
def ours(playwright: Playwright, where: Where, *, is_sealed: bool = True) -> Iterator[Side]:
    """Desk, relay, client, and our page."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        web, relay = free_port(), free_port()
        settings = load(
            data_dir=Path(folder),
            redis_url="redis://127.0.0.1:1/0",
            base_url=f"http://{where.desk}:{web}",
            web_host=where.listens,
            web_port=web,
            relay_host=where.listens,
            relay_port=relay,
            relay_public_url=f"ws://{where.desk}:{relay}",
        )
        cookie = fill(settings, 2)
        secret, public_id = _session(settings)
        product = (sys.executable, "-m", "gateway.cli.main")
        environment = settings.environment()
        stack.enter_context(started(*product, "web", port=web, env=environment))
        stack.enter_context(started(*product, "relay", port=relay, env=environment))
        screen = stack.enter_context(display())
        scenes = stack.enter_context(scenes_on(screen))
        link = f"{settings.effective_base_url}/remote#{secret}"
        client = stack.enter_context(_client(where, screen, link, is_sealed=is_sealed))
        browser = stack.enter_context(browsing(playwright))
        tab = _tab(browser, *([] if is_sealed else [_UNSEALED_PAGE]))
        tab.context.add_cookies([{"name": "session", "value": cookie, "url": settings.effective_base_url}])
        tab.goto(f"{settings.effective_base_url}/t/1/remote/{public_id}")
        name = "ours" if is_sealed else "unsealed"
        yield _shown(Side(name, tab, psutil.Process(client.pid), scenes))


def _session(settings: Settings) -> tuple[str, str]:
    """A session that asks for mouse and keyboard: its secret and its public id."""
    session.configure(settings.effective_database_url)
    owner = Actor(1, Role.OWNER, 1, "bench")
    with session.transaction() as db:
        made = remote.make(db, owner, 1, scopes=[Scope.CONTROL], key=settings.key(), now=clock.now())
    session.dispose()
    return made.secret, made.public_id


@contextmanager
def _client(where: Where, screen: str, link: str, *, is_sealed: bool) -> Iterator["subprocess.Popen[str]"]:
    """Started with the link, and allowed."""
    program = ("-m", "remote_bridge.client.app") if is_sealed else ("-c", _UNSEALED)
    words = (*where.before, sys.executable, *program, "--terminal", "--language=en", "-")
    with (
        tempfile.TemporaryDirectory() as home,
        started(
            *words,
            env={"DISPLAY": screen, "HOME": home, "PATH": os.environ["PATH"]},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as client,
    ):
        client.stdin.write(f"{link}\n")
        client.stdin.flush()
        said: list[str] = []
        for line in client.stdout:
            said.append(line)
            if "Answer: yes" in line:
                break
        else:
            raise SystemExit("".join(said))
        client.stdin.write("yes\n")
        client.stdin.flush()
        reader = threading.Thread(target=client.stdout.read, daemon=True)
        reader.start()
        yield client


# -- theirs -----------------------------------------------------------------------------------------------


@contextmanager
def theirs(playwright: Playwright, where: Where) -> Iterator[Side]:
    """TigerVNC's server for a screen that is there already, websockify, and noVNC as it comes."""
    with ExitStack() as stack:
        rfb, web = free_port(), free_port()
        screen = stack.enter_context(display())
        scenes = stack.enter_context(scenes_on(screen))
        words = ("-display", screen, "-rfbport", str(rfb), "-SecurityTypes", "None", "-AlwaysShared")
        server = stack.enter_context(
            started(*where.before, "X0tigervnc", *words, port=rfb, at=where.customer)
        )
        stack.enter_context(started("websockify", f"127.0.0.1:{web}", f"{where.customer}:{rfb}", port=web))
        page = stack.enter_context(_stock_page())
        browser = stack.enter_context(browsing(playwright))
        tab = _tab(browser)
        tab.goto(f"{page}/?to=ws://127.0.0.1:{web}/")
        yield _shown(Side("theirs", tab, psutil.Process(server.pid), scenes))


class _Files(http.server.SimpleHTTPRequestHandler):
    """noVNC's modules, and one page."""

    def do_GET(self) -> None:
        """A file, or the page for everything without a name."""
        if self.path.split("?")[0] != "/":
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(_STOCK_PAGE)

    def log_message(self, *_said: Any) -> None:
        """Nothing."""


@contextmanager
def _stock_page() -> Iterator[str]:
    handler = functools.partial(_Files, directory=str(VENDOR))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


# -- the slow line ----------------------------------------------------------------------------------------


@contextmanager
def slow_line() -> Iterator[None]:
    """A customer's namespace, and a line to it; this process must be in one of its own (see `alone`)."""
    hosts = Path("/etc/netns", CUSTOMER, "hosts")
    hosts.parent.mkdir(parents=True, exist_ok=True)
    hosts.write_text(f"{NEAR} localhost\n")  # links without TLS are taken for this name alone
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    subprocess.run(["ip", "netns", "add", CUSTOMER], check=True)
    try:
        subprocess.run(["ip", "-n", CUSTOMER, "link", "set", "lo", "up"], check=True)
        command = (sys.executable, str(HERE / "remote_line.py"), CUSTOMER)
        with started(*command, stdout=subprocess.PIPE, stderr=None) as line:
            said: IO[bytes] = line.stdout
            if not said.readline():
                raise SystemExit("there is no slow line")
            yield
    finally:
        subprocess.run(["ip", "netns", "del", CUSTOMER], check=True)
        hosts.unlink()
        hosts.parent.rmdir()


def alone(arguments: Sequence[str]) -> None:
    """Become this program again, in a network of its own."""
    if os.geteuid() != 0:
        raise SystemExit("--slow makes network namespaces, which only root may.")
    os.execvp("unshare", ["unshare", "--net", sys.executable, *arguments])
