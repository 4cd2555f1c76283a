"""Twelve hundred mails in and as many answers out while processes die at random.

`M4A_TEST_KILLED_MAILS=10000` makes it ten thousand; that takes some minutes more.
"""

import os
import threading
import time
import urllib.error
import uuid
from collections import Counter
from dataclasses import dataclass, field
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.killing import Killer
from tests.fakes.senders import Mail, Post
from tests.fakes.serving import Account, RunningDesk, wait_until
from tests.journeys.conftest import PeerProgram

MAILS = int(os.environ.get("M4A_TEST_KILLED_MAILS", "1200"))
PATIENCE = 300.0 + 0.3 * MAILS
KILL_EVERY_SECONDS = 2.0
VICTIMS = ("smtp", "worker-file", "worker-deliver", "web")

pytestmark = [pytest.mark.journey, pytest.mark.timeout(2 * PATIENCE)]


@dataclass
class Answering:
    """Answers every ticket once, from several threads, again and again until the desk says 201."""

    account: Account
    wanted: int
    answered: set[int] = field(default_factory=set)

    def run(self, *, within: float) -> None:
        deadline = time.monotonic() + within
        keys: dict[int, str] = {}
        while len(self.answered) < self.wanted and time.monotonic() < deadline:
            todo = [t["number"] for t in self._tickets() if t["number"] not in self.answered]
            self._answer_all(todo, {n: keys.setdefault(n, uuid.uuid4().hex) for n in todo})

    def _tickets(self) -> list[Any]:
        try:
            return self.account.tickets()
        except (OSError, AssertionError, urllib.error.URLError):
            time.sleep(0.2)
            return []

    def _answer_all(self, numbers: list[int], keys: dict[int, str]) -> None:
        shares = [numbers[part::4] for part in range(4)]
        threads = [threading.Thread(target=self._answer_some, args=(s, keys)) for s in shares]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _answer_some(self, numbers: list[int], keys: dict[int, str]) -> None:
        for number in numbers:
            body = {"kind": "reply", "text": f"Answer to ticket {number}: please restart it."}
            try:
                answer = self.account.post(f"/tickets/{number}/articles", body, key=keys[number])
            except OSError:
                continue
            if answer.status == 201:
                self.answered.add(number)


def test_nothing_is_lost_or_doubled_while_processes_are_killed(tmp_path: Path, peer: PeerProgram) -> None:
    env = {"M4A_RELAY_URL": peer.url, "M4A_LOG_LEVEL": "WARNING"}
    with RunningDesk(tmp_path / "desk", env) as desk:
        account = desk.account("anna", "support@desk.example")
        answering = Answering(account, MAILS)
        post = Post(lambda: desk.address("smtp"), lambda: desk.address("lmtp"), give_up_seconds=PATIENCE)
        with Killer(desk, VICTIMS, KILL_EVERY_SECONDS) as killer:
            reader = threading.Thread(target=answering.run, kwargs={"within": PATIENCE})
            reader.start()
            post.send(_mail(number) for number in range(MAILS))
            reader.join()
        ledger = account.wait_for(MAILS, within=60)
        tickets = account.tickets()
        assert wait_until(lambda: len(_ids(peer)) >= MAILS, within=120, pause=0.5), len(_ids(peer))
        time.sleep(12)  # whatever the sweep would repeat by mistake, it repeats within this time
        _check_inbound(tickets, ledger)
        _check_outbound(peer, killer, answering)


def _mail(number: int) -> Mail:
    raw = (
        f"From: Customer {number} <c{number}@customer{number % 50}.example>\r\n"
        f"To: support@desk.example\r\nSubject: Request {number}\r\n"
        f"Message-ID: <{number}@customer.example>\r\n"
        f"Date: Mon, 23 Nov 2026 10:00:00 +0000\r\n\r\nRequest number {number}.\r\n"
    )
    return Mail(("support@desk.example",), raw.encode(), lmtp=number % 4 == 0)


def _ids(peer: PeerProgram) -> set[str]:
    return {_message_id(mail.raw) for mail in peer.mails()}


def _message_id(raw: bytes) -> str:
    return str(message_from_bytes(raw)["Message-ID"]).strip()


def _check_inbound(tickets: list[Any], ledger: dict[str, int]) -> None:
    subjects = Counter(ticket["subject"] for ticket in tickets)
    assert subjects == Counter(f"Request {number}" for number in range(MAILS))
    assert {ticket["article_count"] for ticket in tickets} == {2}
    assert ledger["tickets"] == MAILS
    assert ledger["offered"] == sum(ledger[fate] for fate in ledger if fate != "offered")


def _check_outbound(peer: PeerProgram, killer: Killer, answering: Answering) -> None:
    mails = peer.mails()
    arrivals: dict[str, list[Any]] = {}
    for mail in mails:
        arrivals.setdefault(_message_id(mail.raw), []).append(mail)
    doubled = {key: found for key, found in arrivals.items() if len(found) > 1}
    strict = [
        key for key, found in doubled.items() if not killer.excuses([mail.values["at"] for mail in found])
    ]
    altered = [key for key, found in arrivals.items() if len({m.raw for m in found}) > 1]
    deaths = Counter(part for _, part in killer.kills)
    print(
        f"kills {dict(deaths)}, answers {len(arrivals)}, strict duplicates {len(strict)}, "
        f"ambiguous {len(doubled) - len(strict)}, altered {len(altered)}"
    )
    assert len(answering.answered) == MAILS
    assert len(arrivals) == MAILS
    assert not strict
    assert not altered
    assert len(doubled) <= deaths["worker-deliver"]
