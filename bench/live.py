"""How soon open pages hear of a change, and what it costs to let so many listen.

    python bench/live.py --driver PATH_TO_http_load.py [--streams 200] [--changes 20] [--seconds 20]

Two web processes, a queue server, so many streams of twenty people, and a process like a worker that changes
so many tickets a second. Shown: from the commit to each stream, the memory of a stream, and the pages' rate
without streams, with streams that are silent, and with streams while tickets change and the tabs say every
20 seconds what is done in them, in interleaved rounds.
"""

import argparse
import asyncio
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import psutil
from pages import Driver, fill, free_port, running
from sqlalchemy import insert

from gateway import clock
from gateway.desk import signin, tickets
from gateway.desk.tickets import TicketChange
from gateway.rules.access import Actor, Role
from gateway.settings import Settings, load
from gateway.store import session
from gateway.store.models import Staff
from webui.live.presence import BEAT_SECONDS
from workers import embedded
from workers.wake import make_wake

PEOPLE = 20
TICKETS = 10_000


def hire(settings: Settings) -> list[str]:
    """Colleagues, each signed in; their secrets."""
    session.configure(settings.effective_database_url)
    shared = {"account_id": 1, "role": "admin", "password_hash": "x", "created_at": clock.now()}
    secrets = []
    with session.transaction() as db:
        for number in range(PEOPLE):
            name = {"public_id": f"p{number}", "login": f"p{number}", "email": f"p{number}@bench.example"}
            key = db.execute(insert(Staff).returning(Staff.id), [shared | name]).scalar_one()
            secrets.append(signin.open_session(db, key, browser="bench", now=clock.now()))
    session.dispose()
    return secrets


class Streams:
    """Open streams, and when each of them heard of which ticket."""

    def __init__(self, port: int, secrets: list[str]) -> None:
        self._port, self._secrets = port, secrets
        self.heard: dict[int, list[float]] = {}
        self._writers: list[asyncio.StreamWriter] = []
        self._reading: list[asyncio.Task[None]] = []

    async def open(self, count: int) -> None:
        for number in range(count):
            reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
            cookie = self._secrets[number % len(self._secrets)]
            writer.write(
                f"GET /live HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: session={cookie}\r\n\r\n".encode()
            )
            answer = await reader.readuntil(b"retry:")
            if b" 200 " not in answer[:20]:
                raise SystemExit(answer.decode())
            self._writers.append(writer)
            self._reading.append(asyncio.create_task(self._read(reader)))

    async def close(self) -> None:
        for task in self._reading:
            task.cancel()
        for writer in self._writers:
            writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> None:
        kind = b""
        while line := await reader.readline():
            if line.startswith(b"event:"):
                kind = line[6:].strip()
            elif line.startswith(b"data:") and kind == b"ticket" and line[5:].strip():
                self.heard.setdefault(int(line[5:]), []).append(time.monotonic())


class Beats:
    """What so many open tabs say of themselves, from a thread of its own."""

    def __init__(self, port: int, secrets: list[str], tabs: int) -> None:
        self._peer = HTTPConnection("127.0.0.1", port, timeout=30)
        self._people = [self._person(secret) for secret in secrets]
        self._pause = BEAT_SECONDS / tabs
        self.said, self._is_over = 0, threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def end(self) -> None:
        self._is_over.set()
        self._thread.join()

    def _person(self, secret: str) -> tuple[str, str]:
        """The cookies of a browser, and its token for forms."""
        self._peer.request("GET", "/t/1", headers={"Cookie": f"session={secret}"})
        answer = self._peer.getresponse()
        page = answer.read().decode()
        form = (answer.headers.get("Set-Cookie") or "").partition(";")[0]
        return f"session={secret}; {form}", re.findall(r'name="csrf_token" value="([^"]+)"', page)[0]

    def _run(self) -> None:
        while not self._is_over.wait(self._pause):
            cookie, token = self._people[self.said % len(self._people)]
            state = random.choice(("viewing", "writing", "idle"))
            body = urlencode({"state": state, "tab": f"tab{self.said % 200}", "csrf_token": token})
            kind = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
            self._peer.request("POST", "/t/1/presence", body, kind)
            answer = self._peer.getresponse()
            answer.read()
            if answer.status != 204:
                raise SystemExit(f"presence: {answer.status}")
            self.said += 1


def change(rate: float, seconds: float, first: int) -> None:
    """Change one ticket after the other, as a worker does; each number with the moment of its commit."""
    settings = load()
    bell = make_wake(settings)
    session.configure(settings.effective_database_url, wake=bell, announce=bell.announce)
    by = Actor(1, Role.TOKEN)
    done: dict[int, float] = {}
    print("begun", flush=True)
    begun = time.monotonic()
    for at in range(int(rate * seconds)):
        time.sleep(max(0.0, begun + at / rate - time.monotonic()))
        with session.transaction() as db:
            tickets.patch(db, by, first + at, TicketChange(tags=("x",)), now=clock.now())
            done[first + at] = time.monotonic()
    bell.flush(5)
    print(json.dumps(done))


def changing(settings: Settings, rate: float, seconds: float, first: int) -> "subprocess.Popen[str]":
    """The same as a process of its own."""
    command = [
        sys.executable,
        __file__,
        "--change",
        str(first),
        "--changes",
        str(rate),
        "--seconds",
        str(seconds),
    ]
    return subprocess.Popen(command, env=settings.environment(), stdout=subprocess.PIPE, text=True)


@contextmanager
def queue(settings: Settings) -> Iterator[None]:
    """The embedded queue server."""
    command = [sys.executable, "-m", "gateway.cli.main", "queue-server"]
    with subprocess.Popen(command, env=settings.environment()) as process:
        while not embedded.answers(settings):
            time.sleep(0.05)
        try:
            yield
        finally:
            process.terminate()


def weight() -> int:
    """What the web processes take of memory that is theirs alone."""
    children = psutil.Process().children(recursive=True)
    return sum(c.memory_full_info().uss for c in children if "web" in c.cmdline())


async def measure(
    settings: Settings, port: int, secrets: list[str], driver: Driver, wanted: argparse.Namespace
) -> None:
    """All of it, one after the other."""
    url, first = f"http://127.0.0.1:{port}/", 1
    driver.run(url, "-k", "8", "-s", "4")
    rates: dict[str, list[float]] = {"alone": [], "silent": [], "busy": []}
    delays: list[float] = []
    missed, grown = 0, 0
    for _ in range(wanted.rounds):
        rates["alone"].append(await rate_of(driver, url))
        before, streams = weight(), Streams(port, secrets)
        await streams.open(wanted.streams)
        await asyncio.sleep(1)
        grown = grown or weight() - before
        rates["silent"].append(await rate_of(driver, url))
        worker, beats = changing(settings, wanted.changes, 6, first), Beats(port, secrets, wanted.streams)
        await asyncio.to_thread(worker.stdout.readline)  # type: ignore[union-attr]  # it is a pipe
        rates["busy"].append(await rate_of(driver, url))
        await asyncio.to_thread(beats.end)
        await asyncio.to_thread(worker.wait)
        first += int(wanted.changes * 6)
        worker = changing(settings, wanted.changes, wanted.seconds, first)
        out = await asyncio.to_thread(worker.communicate)
        await asyncio.sleep(1.5)
        for number, at in json.loads(out[0].removeprefix("begun\n")).items():
            heard = streams.heard.get(int(number), [])
            missed += wanted.streams - len(heard)
            delays += [moment - at for moment in heard]
        first += int(wanted.changes * wanted.seconds)
        await streams.close()
        await asyncio.sleep(1)
    report(rates, delays, missed, grown, wanted)


async def rate_of(driver: Driver, url: str) -> float:
    """Requests a second at eight clients."""
    found = await asyncio.to_thread(driver.run, url, "-k", "8", "-s", "4")
    return found["reqs_s"]


def report(
    rates: dict[str, list[float]], delays: list[float], missed: int, grown: int, wanted: argparse.Namespace
) -> None:
    """The figures, and one JSON line."""
    delays.sort()
    alone = statistics.median(rates["alone"])
    told = {name: round(statistics.median(found), 1) for name, found in rates.items()}
    ratio = {f"{name}_ratio": round(told[name] / alone, 3) for name in ("silent", "busy")}
    at = {f"p{share}": round(1000 * delays[len(delays) * share // 100], 1) for share in (50, 95)}
    one = {
        **{f"{name}_reqs_s": rate for name, rate in told.items()},
        **ratio,
        **{f"{name}_ms": value for name, value in at.items()},
        "max_ms": round(1000 * delays[-1], 1),
        "heard": len(delays),
        "missed": missed,
        "kb_a_stream": round(grown / wanted.streams / 1024, 1),
    }
    for name, value in one.items():
        print(f"{name:<16}{value:>10}")
    print(json.dumps(one))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--driver", type=Path)
    parser.add_argument("--streams", type=int, default=200)
    parser.add_argument("--changes", type=float, default=20)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--change", type=int)
    options = parser.parse_args()
    if options.change:
        change(options.changes, options.seconds, options.change)
        return
    with tempfile.TemporaryDirectory() as folder:
        settings = load(data_dir=Path(folder), web_processes=2)
        secret = fill(settings, TICKETS)
        secrets, port = hire(settings), free_port()
        driver = Driver(options.driver, secret)
        with queue(settings), running(settings, ["-m", "gateway.cli.main", "web"], port, 2):
            asyncio.run(measure(settings, port, secrets, driver, options))


if __name__ == "__main__":
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    main()
