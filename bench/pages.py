"""How fast the pages are, beside a bare Flask page in the same run.

    python bench/pages.py --driver PATH_TO_http_load.py [--tickets 10000] [--rounds 3] [--servers]

Fills a database of its own, starts the product's web server and a yardstick: the least a Flask page of
50 rows can be (Jinja, SQLAlchemy Core, no session, no sign-in), on granian's WSGI server with as many
workers and one thread each. Rounds are interleaved; medians and ratios are printed, and one JSON line.
"busy" pages are loaded beside a writer that commits 50 times a second, after each of which all is read anew.
`--servers` compares ways of serving one and the same page instead (docs/adr/0001-web-server.md).
"""

import argparse
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from flask import Flask, render_template
from granian.constants import HTTPModes, Interfaces, Loops
from granian.log import LogLevels
from granian.server.mp import MPServer
from jinja2 import DictLoader
from sqlalchemy import create_engine, insert, make_url, text, update

from gateway import clock
from gateway.desk import passwords, people, signin
from gateway.rules.queue import DONE, IN_QUEUE
from gateway.rules.status import ArticleKind, Status
from gateway.settings import Settings, load
from gateway.store import migrate, session
from gateway.store.models import Account, Article, Ticket
from webui import worker
from webui.bridge import Bridge

ARTICLES = 20
STATUSES = (Status.NEW, Status.OPEN, Status.PENDING, *[Status.CLOSED] * 12)  # most work is done
WORDS = "The printer on the second floor prints only every other page since the update of last week. "
NEWEST = datetime(2026, 1, 31, 12, tzinfo=UTC)
LIST = """<!doctype html><title>Tickets</title><table>{% for row in rows %}
<tr><td>{{ row.number }}<td><a href="/t/{{ row.number }}">{{ row.subject }}</a><td>{{ row.requester_name }}
<td>{{ row.status }}<td>{{ row.updated_at }}<td>{{ row.snippet }}</tr>{% endfor %}</table>"""


def fill(settings: Settings, count: int) -> str:
    """A database with so many tickets, the newest with 20 articles; the secret of a signed-in browser."""
    session.configure(settings.effective_database_url)
    migrate.upgrade()
    hashed = passwords.hash_password("bench bench bench")
    with session.transaction() as db:
        account = people.create_account(
            db, login="bench", email="b@bench.example", name="Bench", password_hash=hashed, now=clock.now()
        )
        person = signin.find_credentials(db, "bench")
        assert person is not None
        db.execute(insert(Ticket), [ticket(account.id, number, count) for number in range(1, count + 1)])
        db.execute(insert(Article), [article(account.id, n, n) for n in range(1, count)])
        db.execute(insert(Article), [article(account.id, count, count + n) for n in range(ARTICLES)])
        db.get_one(Account, account.id).last_ticket_number = count
        secret = signin.open_session(db, person.staff_id, browser="bench", now=clock.now())
    session.dispose()
    return secret


def ticket(account_id: int, number: int, count: int) -> dict[str, object]:
    """One row of the list."""
    moment = NEWEST - timedelta(minutes=count - number)
    status = STATUSES[number % len(STATUSES)]
    return {
        "account_id": account_id,
        "number": number,
        "subject": f"Printer {number} prints only every other page",
        "status": status.value,
        "queue_at": moment if status in IN_QUEUE else DONE,
        "last_article_id": count + ARTICLES - 1 if number == count else number,
        "requester_name": f"Ann Example {number}",
        "requester_address": f"ann{number}@customer.example",
        "snippet": WORDS,
        "article_count": ARTICLES if number == count else 1,
        "tags": [],
        "created_at": moment,
        "updated_at": moment,
        "attachment_count": 0,
    }


def article(account_id: int, ticket_id: int, number: int) -> dict[str, object]:
    """One message of some length."""
    return {
        "public_id": f"article{number}",
        "account_id": account_id,
        "ticket_id": ticket_id,
        "kind": ArticleKind.INBOUND.value,
        "from_name": "Ann Example",
        "from_address": "ann@customer.example",
        "subject": "Printer",
        "message_id": f"{number}@customer.example",
        "text": WORDS * 20,
        "reply_text": WORDS * 10,
        "html": f"<p>{WORDS * 20}</p>",
        "to": [{"name": "", "address": "help@bench.example"}],
        "created_at": NEWEST,
    }


def bare_page(settings: Settings) -> Flask:
    """The yardstick."""
    app = Flask("bare")
    app.jinja_loader = DictLoader({"list.html": LIST})
    address = make_url(settings.effective_database_url)
    is_postgresql = address.get_backend_name() == "postgresql"
    engine = create_engine(address.set(drivername="postgresql+psycopg") if is_postgresql else address)
    query = text(
        "SELECT number, subject, requester_name, status, updated_at, snippet FROM ticket"
        " WHERE account_id = 1 ORDER BY updated_at DESC, id DESC LIMIT 50"
    )

    @app.get("/")
    def page() -> str:
        with engine.connect() as connection:
            return render_template("list.html", rows=connection.execute(query).all())

    return app


def load_target(kind: str, settings: Settings) -> Any:
    """What one worker serves."""
    what, _, how = kind.partition("-")
    app = bare_page(settings).wsgi_app if what == "bare" else worker.load(settings)._app  # noqa: SLF001
    if how == "bridge":
        return Bridge(app, max_body_bytes=1_000_000)
    if how == "a2wsgi":
        from a2wsgi import WSGIMiddleware  # type: ignore[import-not-found]

        return WSGIMiddleware(app, workers=1)
    return app


def serve(kind: str, port: int) -> None:
    """Serve one kind until stopped."""
    settings = load()
    is_wsgi = kind.endswith("-wsgi")
    MPServer(
        "bench",
        port=port,
        interface=Interfaces.WSGI if is_wsgi else Interfaces.ASGINL,
        workers=settings.web_processes,
        blocking_threads=1,
        loop=Loops.asyncio,
        http=HTTPModes.http1,
        websockets=False,
        log_level=LogLevels.warning,
        workers_kill_timeout=5,
    ).serve(target_loader=lambda: load_target(kind, settings), wrap_loader=False)


@contextmanager
def running(settings: Settings, arguments: Sequence[str], port: int, count: int = 1) -> Iterator[None]:
    """A server as processes, `count` of them on one port, stopped at the end."""
    environment = settings.with_values(web_port=port).environment()
    processes = [subprocess.Popen([sys.executable, *arguments], env=environment) for _ in range(count)]
    try:
        wait_for(port)
        time.sleep(1)  # the others are as old
        yield
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            process.wait(15)


def wait_for(port: int) -> None:
    """Until something answers there."""
    for _ in range(1200):
        peer = HTTPConnection("127.0.0.1", port, timeout=1)
        try:
            peer.request("GET", "/healthz")
            peer.getresponse()
        except OSError:
            time.sleep(0.05)
        else:
            return
        finally:
            peer.close()
    raise SystemExit("the server does not answer")


def free_port() -> int:
    """A port that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Driver:
    """The load program, told which cookie to send."""

    def __init__(self, program: Path, secret: str) -> None:
        self._command = [sys.executable, str(program), "--cookie", f"session={secret}"]

    def run(self, url: str, *options: str) -> dict[str, float]:
        done = subprocess.run(
            [*self._command, url, *options], capture_output=True, text=True, check=True, timeout=120
        )
        found: dict[str, float] = json.loads(done.stdout)
        if found["failures"]:
            raise SystemExit(f"{url}: {found}")
        return found

    def look(self, url: str) -> dict[str, float]:
        """Latency at one client, rate at eight."""
        one = self.run(url, "-k", "1", "-n", "300")
        many = self.run(url, "-k", "8", "-s", "4")
        rate = {"reqs_s": many["reqs_s"], "p95_8": many["p95"]}
        return {"p50": one["p50"], "p95": one["p95"], "kb": one["kb"], **rate}


def measure(rounds: int, looks: dict[str, Callable[[], dict[str, float]]]) -> dict[str, dict[str, float]]:
    """Medians of interleaved rounds."""
    seen: dict[str, list[dict[str, float]]] = {name: [] for name in looks}
    for _ in range(rounds):
        for name, look in looks.items():
            seen[name].append(look())
    return {
        name: {key: statistics.median(one[key] for one in found) for key in found[0]}
        for name, found in seen.items()
    }


def show(result: dict[str, dict[str, float]], yardstick: str) -> None:
    """A table, each rate beside that of the yardstick, and one JSON line."""
    print(f"{'page':<16}{'p50 ms':>8}{'p95 ms':>8}{'req/s':>8}{'p95@8':>8}{'kB':>7}  of yardstick")
    for name, one in result.items():
        ratio = one["reqs_s"] / result[yardstick]["reqs_s"]
        times = f"{one['p50']:>8.2f}{one['p95']:>8.2f}{one['reqs_s']:>8.0f}{one['p95_8']:>8.1f}"
        print(f"{name:<16}{times}{one['kb']:>7.1f}  {ratio:.2f}")
    print(json.dumps(result))


def compare_pages(settings: Settings, driver: Driver, rounds: int, count: int) -> None:
    """List and ticket beside the bare page, both servers up at once."""
    ours, bare = free_port(), free_port()
    with (
        running(settings, ["-m", "gateway.cli.main", "web"], ours, settings.web_processes),
        running(settings, [__file__, "--serve", "bare-wsgi", "--port", str(bare)], bare),
    ):
        pages = {
            "bare": f"http://127.0.0.1:{bare}/",
            "list": f"http://127.0.0.1:{ours}/",
            "ticket": f"http://127.0.0.1:{ours}/t/{count}",
        }
        looks = {name: partial(driver.look, url) for name, url in pages.items()}
        looks |= {
            f"{name}, busy": partial(look_beside_writer, settings, driver, url) for name, url in pages.items()
        }
        show(measure(rounds, looks), "bare")


def look_beside_writer(settings: Settings, driver: Driver, url: str) -> dict[str, float]:
    """The same while somebody else writes."""
    with subprocess.Popen([sys.executable, __file__, "--write"], env=settings.environment()) as writer:
        try:
            return driver.look(url)
        finally:
            writer.terminate()


def write() -> None:
    """Commit 50 times a second, for two minutes at most."""
    session.configure(load().effective_database_url)
    for turn in range(6000):
        with session.transaction() as db:
            db.execute(update(Account).values(name=f"Bench {turn}"))
        time.sleep(0.02)


def compare_servers(settings: Settings, driver: Driver, rounds: int) -> None:
    """One page served in several ways, one server up at a time."""
    kinds = ["bare-wsgi", "bare-bridge", "bare-a2wsgi", "list-wsgi", "list-bridge"]
    ports = {kind: free_port() for kind in kinds}

    def look(kind: str) -> dict[str, float]:
        with running(settings, [__file__, "--serve", kind, "--port", str(ports[kind])], ports[kind]):
            return driver.look(f"http://127.0.0.1:{ports[kind]}/")

    show(measure(rounds, {kind: partial(look, kind) for kind in kinds}), "bare-wsgi")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--driver", type=Path)
    parser.add_argument("--tickets", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--servers", action="store_true")
    parser.add_argument("--serve")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    if options.serve:
        serve(options.serve, options.port)
        return
    if options.write:
        write()
        return
    if options.driver is None:
        parser.error("--driver is missing")
    with tempfile.TemporaryDirectory() as folder:
        settings = load(data_dir=Path(folder), redis_url="redis://127.0.0.1:1/0")
        driver = Driver(options.driver, fill(settings, options.tickets))
        if options.servers:
            compare_servers(settings, driver, options.rounds)
        else:
            compare_pages(settings, driver, options.rounds, options.tickets)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    main()
