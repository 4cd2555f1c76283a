"""Twenty workers race for deliveries, and two more are stopped in the middle of theirs past the lease.

`M4A_TEST_RACED_DELIVERIES=5000` races for five thousand.
"""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway import clock
from gateway.store import holding, session
from gateway.store.holding import Which
from tests.databases import Databases
from tests.fakes.outgoing import lay_out, owe
from tests.fakes.serving import wait_until
from tests.journeys.conftest import PeerProgram

DELIVERIES = int(os.environ.get("M4A_TEST_RACED_DELIVERIES", "1000"))
WORKERS = 20
PATIENCE = 200.0 + 0.1 * DELIVERIES
BUDGET = 60
BEFORE_DATA, BEFORE_THE_DOT = 2, 3

pytestmark = [pytest.mark.journey, pytest.mark.timeout(2 * PATIENCE)]


@pytest.fixture
def root(tmp_path: Path, databases: Databases) -> Iterator[Path]:
    lay_out(tmp_path / "data", databases)
    yield tmp_path / "data"
    session.dispose()


def start(root: Path, peer: PeerProgram, seed: int, *more: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.fakes.racing_sender", str(root), peer.url, str(seed), *more]
    return subprocess.Popen(command)


def is_stopped(worker: subprocess.Popen[bytes]) -> bool:
    """Whether it stands still; it must not have ended."""
    pid, status = os.waitpid(worker.pid, os.WUNTRACED | os.WNOHANG)
    assert not (pid and os.WIFEXITED(status)), status
    return pid == worker.pid and os.WIFSTOPPED(status)


def test_nobody_gets_a_mail_twice_whoever_races_and_whoever_stands_still(
    root: Path, peer: PeerProgram
) -> None:
    for number in range(DELIVERIES):
        owe(f"c{number}@customer.example", now=clock.now())
    stopped = [start(root, peer, 100 + look, str(look)) for look in (BEFORE_DATA, BEFORE_THE_DOT)]
    for worker in stopped:
        assert wait_until(lambda worker=worker: is_stopped(worker), within=60)  # type: ignore[misc]
    began = time.monotonic()
    racing = [start(root, peer, seed) for seed in range(WORKERS)]
    for worker in racing:  # they end when nothing is owed: also what the stopped ones hold has gone
        assert worker.wait(PATIENCE) == 0
    took = time.monotonic() - began
    before = len(peer.mails())
    for worker in stopped:
        worker.send_signal(signal.SIGCONT)
        assert worker.wait(60) == 0
    got = Counter(mail.values["rcpt_to"] for mail in peer.mails())
    print(f"\n{DELIVERIES} deliveries, {WORKERS} workers: {took:.0f} s, {DELIVERIES / took:.0f} a second")
    assert before == DELIVERIES
    assert got == Counter(f"c{number}@customer.example" for number in range(DELIVERIES))


def test_past_the_budget_nothing_leaves_whoever_races_and_dies_and_what_is_released_leaves_once(
    root: Path, peer: PeerProgram
) -> None:
    for number in range(3 * BUDGET):
        owe(f"c{number}@customer.example", now=clock.now())
    racing = [start(root, peer, seed, "0", str(BUDGET)) for seed in range(WORKERS)]
    assert wait_until(lambda: len(peer.mails()) >= BUDGET // 3, within=60)
    for worker in racing[:5]:
        worker.kill()
    for worker in racing:
        worker.wait(PATIENCE)
    sent = {mail.values["rcpt_to"] for mail in peer.mails()}
    with session.transaction() as db:
        assert (len(sent), holding.count(db, 1)) == (BUDGET, 2 * BUDGET)
        assert len(holding.release(db, 1, Which(), now=clock.now())) == 2 * BUDGET
    again = [start(root, peer, seed, "0", str(BUDGET)) for seed in range(4)]
    assert [worker.wait(PATIENCE) for worker in again] == [0] * 4
    got = Counter(mail.values["rcpt_to"] for mail in peer.mails())
    assert set(got) == {f"c{number}@customer.example" for number in range(3 * BUDGET)}
    # A worker that was killed between the server's answer and its note leaves a mail that goes out once more.
    assert sum(got.values()) - len(got) <= 5
