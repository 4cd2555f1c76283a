"""How long a report takes to count, and whether the list notices: on SQLite, or on the database of a URL.

    python bench/reports.py [--tickets 100000] [--articles 1000000] [--url postgresql://…] [--have FOLDER]

Filled is one account with two years of tickets as a desk has them: by the hours of a working week, by a
few customers more than by others, some reopened. Printed are the seconds of 90 days and of two years, and
the list's p50 and p95 with and without somebody who counts one report after the other beside it.

`--keep FOLDER` fills a data folder and stops there, for a look at the page or for `--have FOLDER SECRET`.
"""

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from itertools import islice
from pathlib import Path
from typing import Any

from pages import free_port, running
from sqlalchemy import insert, select, text

from gateway import clock
from gateway.desk import mailboxes, passwords, people, reporting, signin
from gateway.ids import new_public_id
from gateway.rules.access import Sight
from gateway.rules.queue import ANSWERED, DONE
from gateway.rules.reporting import Question
from gateway.rules.status import ArticleKind, Status
from gateway.settings import Settings, load
from gateway.store import migrate, session
from gateway.store.models import Account, Article, Customer, Staff, Ticket, TicketEvent, table
from gateway.store.tickets import EventKind

DAYS = 730
BATCH = 2000
WORDS = "The printer on the second floor prints only every other page since the update of last week. "
CUSTOMERS = (
    *("Acme", "Brauhaus Nord", "Café Central", "Dachdecker Ernst", "Elbe Logistik", "Fahrschule Fuchs"),
    *("Gärtnerei Grün", "Hotel Hafenblick", "Isar Immobilien", "Juwelier Jansen", "Kanzlei Kranz"),
)
TAGS = ("printer", "invoice", "login", "network", "order", "returns", "vip", "hardware")
PEOPLE = (
    ("anna", "Anna", "Albers"),
    ("ben", "Ben", "Böhm"),
    ("carla", "Carla", "Conrad"),
    ("dirk", "Dirk", "Dorn"),
)
BY_HOUR = (1, 1, 1, 1, 1, 2, 5, 18, 60, 95, 100, 85, 50, 65, 80, 70, 55, 35, 18, 10, 8, 6, 4, 2)
BY_DAY = (110, 100, 95, 92, 75, 12, 8)


@dataclass(frozen=True)
class Life:
    """What happens to one ticket: its mails and answers, and when it is closed and comes back."""

    number: int
    came_at: datetime
    mails: list[datetime]
    answers: list[datetime]
    moves: list[tuple[datetime, str, str]]
    customer: int
    staff: int
    tags: list[str]


def lives(count: int, articles: int, now: datetime, chance: random.Random) -> Iterator[Life]:
    """Tickets in the order in which they came, busier by and by."""
    each = articles / count
    begins = (now - timedelta(days=DAYS)).replace(hour=0, minute=0, second=0, microsecond=0)
    for number in range(1, count + 1):
        share = (number / count) ** 0.85
        while True:
            day = begins + timedelta(days=int(share * DAYS + chance.uniform(-4, 4)))
            if chance.random() * max(BY_DAY) < BY_DAY[day.weekday()]:
                break
        hour = chance.choices(range(24), BY_HOUR)[0]
        came = min(day + timedelta(hours=hour, minutes=chance.randrange(60)), now - timedelta(minutes=5))
        yield life(number, came, max(1, round(chance.gauss(each, each / 4))), now, chance)


def life(number: int, came: datetime, size: int, now: datetime, chance: random.Random) -> Life:
    """One ticket's."""
    mails, answers, moves = [came], [], []
    at = came
    for turn in range(size - 1):
        wait = chance.lognormvariate(0.4 if turn == 0 else 1.1, 0.9)
        at = at + timedelta(hours=min(wait, 60))
        if at >= now:
            break
        (answers if turn % 2 == 0 else mails).append(at)
    status = Status.NEW.value
    if answers:
        moves.append((answers[0], status, Status.OPEN.value))
        status = Status.OPEN.value
    ended = at + timedelta(hours=chance.lognormvariate(1.5, 1.0))
    if ended < now and chance.random() < 0.985:
        moves.append((ended, status, Status.CLOSED.value))
        if chance.random() < 0.08 and (back := ended + timedelta(days=chance.uniform(0.5, 6))) < now:
            moves.append((back, Status.CLOSED.value, Status.OPEN.value))
            mails.append(back)
            if (again := back + timedelta(hours=chance.uniform(1, 40))) < now:
                moves.append((again, Status.OPEN.value, Status.CLOSED.value))
    tags = [tag for n, tag in enumerate(TAGS) if chance.random() < 0.3 / (n + 1)]
    customer = min(int(chance.expovariate(0.45)), len(CUSTOMERS) - 1)
    return Life(number, came, mails, answers, moves, customer, int(chance.triangular(0, 3.99, 0)), tags)


def fill(settings: Settings, tickets: int, articles: int) -> str:
    """An account with so much in it; the secret of a signed-in browser."""
    session.configure(settings.effective_database_url)
    migrate.upgrade()
    chance, now = random.Random(7), clock.now()
    hashed = passwords.hash_password("bench bench bench")
    with session.transaction() as db:
        account = people.create_account(
            db, login="bench", email="b@bench.example", name="Bench", password_hash=hashed, now=now
        )
        mailboxes.add(
            db, account.id, "help@bench.example", name="Bench", locale="en", mail_domain="in.example", now=now
        )
        person = signin.find_credentials(db, "bench")
        assert person is not None
        secret = signin.open_session(db, person.staff_id, browser="bench", now=now)
        common = {"account_id": account.id, "created_at": now}
        db.execute(
            insert(Customer), [{**common, "public_id": new_public_id(), "name": name} for name in CUSTOMERS]
        )
        owner = db.get_one(Staff, person.staff_id)
        for login, first, last in PEOPLE:
            names = {
                "login": login,
                "first_name": first,
                "last_name": last,
                "email": f"{login}@bench.example",
            }
            rights = {"role": "staff", "sees_all": True, "password_hash": owner.password_hash}
            db.add(Staff(**common, **names, **rights, public_id=new_public_id()))
        db.get_one(Account, account.id).last_ticket_number = tickets
    with session.reading() as db:
        keys = {
            "account": account.id,
            "customers": db.execute(select(Customer.id).order_by(Customer.id)).scalars().all(),
            "staff": db.execute(select(Staff.id).where(Staff.login != "bench").order_by(Staff.id))
            .scalars()
            .all(),
        }
    made = lives(tickets, articles, now, chance)
    article_id = 0
    while some := list(islice(made, BATCH)):
        with session.transaction() as db:
            db.execute(insert(table(Ticket)), [ticket_row(one, keys) for one in some])
            rows = [row for one in some for row in article_rows(one, keys)]
            for row in rows:
                article_id += 1
                row["public_id"] = f"a{article_id}"
            db.execute(insert(table(Article)), rows)
            db.execute(insert(table(TicketEvent)), [row for one in some for row in event_rows(one, keys)])
        if some[0].number < 10 * BATCH:  # PostgreSQL goes on checking keys as was right for an empty table
            analyze()
    analyze()
    return secret


def analyze() -> None:
    """Let the database plan for what is in it, and forget the plans that it has."""
    with session.transaction() as db:
        db.execute(text("ANALYZE"))
    session.dispose()


def ticket_row(one: Life, keys: dict[str, Any]) -> dict[str, Any]:
    """A ticket as it stands after all of it."""
    status = one.moves[-1][2] if one.moves else Status.NEW.value
    closed_at = one.moves[-1][0] if status == Status.CLOSED.value else None
    first = one.answers[0] if one.answers else None
    newest = max([*one.mails, *one.answers])
    waits = ANSWERED if newest in one.answers else one.mails[-1]
    return {
        "id": one.number,
        "account_id": keys["account"],
        "number": one.number,
        "subject": f"Printer {one.number} prints only every other page",
        "status": status,
        "mailbox_id": 1,
        "customer_id": keys["customers"][one.customer],
        "assignee_id": keys["staff"][one.staff],
        "requester_name": f"Ann Example {one.number}",
        "requester_address": f"ann{one.number}@customer.example",
        "snippet": WORDS,
        "article_count": len(one.mails) + len(one.answers),
        "tags": one.tags,
        "created_at": one.came_at,
        "updated_at": newest,
        "closed_at": closed_at,
        "first_answered_at": first,
        "answer_seconds": int((first - one.came_at).total_seconds()) if first else None,
        "resolution_seconds": int((closed_at - one.came_at).total_seconds() / 3) if closed_at else None,
        "queue_at": DONE if closed_at else waits,
        "due_at": DONE if closed_at else ANSWERED,
    }


def article_rows(one: Life, keys: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Its mails and answers."""
    for at in sorted([*one.mails, *one.answers]):
        is_answer = at in one.answers
        yield {
            "account_id": keys["account"],
            "ticket_id": one.number,
            "kind": (ArticleKind.OUTBOUND if is_answer else ArticleKind.INBOUND).value,
            "staff_id": keys["staff"][one.staff] if is_answer else None,
            "from_address": "ann@customer.example",
            "text": WORDS * 8,
            "reply_text": WORDS * 4,
            "created_at": at,
        }


def event_rows(one: Life, keys: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Its timeline."""
    common = {"account_id": keys["account"], "ticket_id": one.number}
    yield {**common, "kind": EventKind.CREATED.value, "at": one.came_at, "data": {}, "staff_id": None}
    for at, before, after in one.moves:
        by = keys["staff"][one.staff] if after != Status.OPEN.value or before == Status.NEW.value else None
        data = {"from": before, "to": after}
        yield {**common, "kind": EventKind.STATUS.value, "at": at, "data": data, "staff_id": by}


def count(days: int) -> float:
    """Seconds that a report over so many days takes."""
    today = clock.now().date()
    question = Question(today - timedelta(days=days - 1), today, "Europe/Berlin")
    began = time.perf_counter()
    with session.reading() as db:
        reporting.count(db, Sight(1), question, now=datetime.now(UTC))
    return time.perf_counter() - began


def count_forever() -> None:
    """One report after the other, as a busy worker does."""
    session.configure(load().effective_database_url)
    while True:
        count(90)


def look(port: int, secret: str, times: int = 300) -> dict[str, float]:
    """Milliseconds of the list's page, asked for by one client again and again."""
    peer = HTTPConnection("127.0.0.1", port, timeout=30)
    took = []
    for _ in range(times):
        began = time.perf_counter()
        peer.request("GET", "/", headers={"Cookie": f"session={secret}"})
        answer = peer.getresponse()
        answer.read()
        if answer.status != 200:
            raise SystemExit(f"the list answered {answer.status}")
        took.append(1000 * (time.perf_counter() - began))
    peer.close()
    return {"p50": statistics.median(took), "p95": statistics.quantiles(took, n=20)[-1]}


def compare(settings: Settings, secret: str, rounds: int) -> None:
    """The list with and without somebody who counts, in turns."""
    port = free_port()
    counting = [sys.executable, __file__, "--count-forever"]
    seen: dict[str, list[dict[str, float]]] = {"alone": [], "beside a report": []}
    with running(settings, ["-m", "gateway.cli.main", "web"], port, settings.web_processes):
        look(port, secret, 50)
        for _ in range(rounds):
            seen["alone"].append(look(port, secret))
            busy = subprocess.Popen(counting, env=settings.environment())
            time.sleep(1)
            seen["beside a report"].append(look(port, secret))
            busy.kill()
            busy.wait()
    middle = {
        name: {key: statistics.median(one[key] for one in runs) for key in ("p50", "p95")}
        for name, runs in seen.items()
    }
    for name, one in middle.items():
        print(f"list {name:<16} p50 {one['p50']:6.2f} ms   p95 {one['p95']:6.2f} ms")
    ratio = middle["beside a report"]["p95"] / middle["alone"]["p95"]
    print(f"p95 beside a report / alone: {ratio:.2f}")
    print(json.dumps(middle))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--articles", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--url", default="")
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--have", nargs=2, metavar=("FOLDER", "SECRET"))
    parser.add_argument("--count-forever", action="store_true")
    options = parser.parse_args()
    if options.count_forever:
        count_forever()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(options.have[0]) if options.have else options.keep or Path(temporary)
        settings = load(data_dir=folder, redis_url="redis://127.0.0.1:1/0", database_url=options.url)
        secret = options.have[1] if options.have else ""
        if not secret:
            began = time.perf_counter()
            secret = fill(settings, options.tickets, options.articles)
            print(f"filled in {time.perf_counter() - began:.0f} s")
        if options.keep:
            print(secret)
            return
        session.configure(settings.effective_database_url)
        for name, days in (("90 days", 90), ("two years", DAYS)):
            times = [count(days) for _ in range(options.rounds)]
            print(f"{name}: {statistics.median(times):.2f} s")
        session.dispose()
        compare(settings, secret, options.rounds)


if __name__ == "__main__":
    main()
