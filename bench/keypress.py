"""How long from a key to the next ticket on the screen, in Chromium.

    python bench/keypress.py [--tickets 20000] [--presses 45]

A web server over a filled database, a headless Chromium without a graphics card, a list opened and its
tickets walked through with `]`, one in 1.5 s; each ticket has 20 messages. Counted from the key's event until
the next ticket's subject is on the screen, by the browser's own clock, and beside it a line of text that
takes the page's place.
"""

import argparse
import asyncio
import json
import shutil
import statistics
import subprocess
import tempfile
import urllib.request
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from pages import ARTICLES, article, fill, free_port, running
from sqlalchemy import insert, text
from websockets.asyncio.client import ClientConnection, connect

from gateway.settings import Settings, load
from gateway.store import session
from gateway.store.models import Article

LIMIT_MS = 100
PAUSE_SECONDS = 1.5
"""Between two presses: who reads a ticket takes longer."""

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_NOTE_KEY = """
addEventListener("keydown", () => {
  sessionStorage.setItem("pressed", performance.timeOrigin + performance.now())
}, { capture: true, once: true })
if (!window.subjects && document.querySelector(".frame")) {
  new PerformanceObserver((list) => subjects.push(...list.getEntries())).observe({ type: "element" })
  new MutationObserver(() => document.querySelector("main h1").setAttribute("elementtiming", "subject"))
    .observe(document.querySelector(".frame"), { childList: true })
}
window.subjects = []
"""
_PAINTED = """
(() => {
  const first = performance.getEntriesByName("first-contentful-paint")[0]
  const painted = window.subjects ? subjects[0]?.renderTime : first?.startTime
  const pressed = Number(sessionStorage.getItem("pressed"))
  return painted ? performance.timeOrigin + painted - pressed : null
})()
"""
_TO_A_LINE = "addEventListener('keydown', () => (location.search = 'x' + Math.random()), { once: true })"
_NUMBERS = "[...document.querySelectorAll('.row[data-number]')].map((row) => Number(row.dataset.number))"


class Tab:
    """The one tab of a browser, spoken to in its own protocol.

    Each visit is a connection of its own: none is open while a page loads.
    """

    def __init__(self, port: int) -> None:
        self._port = port

    @asynccontextmanager
    async def visit(self) -> AsyncIterator["Visit"]:
        """A connection for a few commands."""
        for _ in range(200):
            with suppress(OSError):
                found = [tab for tab in await asyncio.to_thread(tabs_at, self._port) if tab["type"] == "page"]
                if found:
                    break
            await asyncio.sleep(0.1)
        else:
            raise SystemExit("the browser does not answer")
        async with connect(found[0]["webSocketDebuggerUrl"], max_size=None) as socket:
            yield Visit(socket)

    async def go(self, url: str) -> None:
        """Open a page and give it time to settle."""
        async with self.visit() as tab:
            await tab.evaluate(f"location.assign({json.dumps(url)})")
        await asyncio.sleep(2)

    async def press(self, key: str, before: str = "") -> float:
        """Press a key that leads elsewhere, `before` having been run; milliseconds until that was painted."""
        async with self.visit() as tab:
            left = await tab.evaluate("location.href")
            await tab.evaluate(_NOTE_KEY + before)
            await tab.call("Input.dispatchKeyEvent", type="keyDown", key=key, text=key)
        await asyncio.sleep(PAUSE_SECONDS)
        async with self.visit() as tab:
            painted, now_at = await tab.evaluate(_PAINTED), await tab.evaluate("location.href")
        if now_at == left or not painted:
            raise SystemExit(f"nothing was painted after {left}")
        return float(painted)


class Visit:
    """An open connection to the tab."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket, self._sent = socket, 0

    async def call(self, method: str, **values: Any) -> dict[str, Any]:
        """The result of one command."""
        self._sent += 1
        await self._socket.send(json.dumps({"id": self._sent, "method": method, "params": values}))
        while True:
            told = json.loads(await self._socket.recv())
            if told.get("id") == self._sent:
                found: dict[str, Any] = told["result"]
                return found

    async def evaluate(self, expression: str) -> Any:
        """What the page says."""
        told = await self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        return told["result"].get("value")


@asynccontextmanager
async def browsing(secret: str, url: str) -> AsyncIterator[Tab]:
    """A tab that is signed in."""
    found = next(filter(None, map(shutil.which, _BROWSERS)))
    tab = Tab(port := free_port())
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        options = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--window-size=1440,900",
        ]
        places = [f"--remote-debugging-port={port}", f"--user-data-dir={profile}", "about:blank"]
        browser = await asyncio.create_subprocess_exec(found, *options, *places, stderr=subprocess.DEVNULL)
        try:
            async with tab.visit() as first:
                cookie = {"name": "session", "value": secret, "url": url}
                await first.call("Storage.setCookies", cookies=[cookie])
            yield tab
        finally:
            browser.terminate()
            await asyncio.wait_for(browser.wait(), 20)


def tabs_at(port: int) -> list[dict[str, str]]:
    """What is open."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/json", timeout=5) as told:
        found: list[dict[str, str]] = json.load(told)
    return found


def lengthen(settings: Settings, numbers: Sequence[int]) -> None:
    """These tickets get as many messages as the newest has."""
    session.configure(settings.effective_database_url)
    with session.transaction() as db:
        first = db.execute(text("SELECT max(id) FROM article")).scalar_one()
        rows = [
            article(1, number, first + 1 + place * ARTICLES + one)
            for place, number in enumerate(numbers)
            for one in range(ARTICLES - 1)
        ]
        db.execute(insert(Article), rows)
    session.dispose()


async def walk(tab: Tab, base: str, numbers: Sequence[int], presses: int) -> list[float]:
    """Through the list."""
    await tab.go(f"{base}/")
    await tab.go(f"{base}/t/{numbers[0]}")
    return [await tab.press("]") for _ in range(presses)]


async def yardstick(tab: Tab, url: str, presses: int) -> list[float]:
    """A key that goes to a line of text."""
    await tab.go(url)
    return [await tab.press("x", _TO_A_LINE) for _ in range(presses)]


def show(name: str, seen: Sequence[float]) -> None:
    """A line of figures."""
    middle, late = statistics.median(seen), statistics.quantiles(seen, n=20)[18]
    print(f"{name:<34}{middle:>8.1f}{late:>8.1f}{max(seen):>8.1f}{middle / LIMIT_MS:>10.2f}")


async def measure(settings: Settings, secret: str, port: int, presses: int) -> None:
    """All three, in the same browser."""
    base = f"http://127.0.0.1:{port}"
    async with browsing(secret, base) as tab:
        await tab.go(f"{base}/")
        async with tab.visit() as visit:
            numbers = await visit.evaluate(_NUMBERS)
        lengthen(settings, numbers)
        print(f"{'ms':<34}{'p50':>8}{'p95':>8}{'max':>8}{'of limit':>10}")
        show("] to the next ticket", await walk(tab, base, numbers, presses))
        show("a key to a line of text", await yardstick(tab, f"{base}/healthz", presses))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--tickets", type=int, default=20_000)
    parser.add_argument("--presses", type=int, default=45)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = load(data_dir=Path(folder), redis_url="redis://127.0.0.1:1/0")
        secret, port = fill(settings, options.tickets), free_port()
        with running(settings, ["-m", "gateway.cli.main", "web"], port, settings.web_processes):
            asyncio.run(measure(settings, secret, port, min(options.presses, 48)))


if __name__ == "__main__":
    main()
