"""The database locked, the disk full, the queue server gone: senders see 4xx alone, nothing is lost."""

import os
import signal
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.senders import Mail, Post
from tests.fakes.serving import Account, RunningDesk

CAUGHT_UP_SECONDS = 10.0
LOCKED_SECONDS = 60.0

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]


def _mails(first: int, count: int, size: int = 200) -> Iterator[Mail]:
    for number in range(first, first + count):
        body = (f"Line {number} of a long story.\r\n" * (size // 30 + 1))[:size]
        raw = (
            f"From: c{number}@customer.example\r\nTo: support@desk.example\r\n"
            f"Subject: Fault {number}\r\nMessage-ID: <f{number}@customer.example>\r\n\r\n{body}\r\n"
        )
        yield Mail(("support@desk.example",), raw.encode())


def _post(desk: RunningDesk) -> Post:
    return Post(lambda: desk.address("smtp"), lambda: desk.address("lmtp"), 4)


def _begin(desk: RunningDesk) -> Account:
    account = desk.account("anna", "support@desk.example")
    _post(desk).send(_mails(0, 5))
    account.wait_for(5, within=20)
    return account


def test_a_database_locked_for_a_minute_puts_mail_off_and_loses_none(tmp_path: Path) -> None:
    with RunningDesk(tmp_path / "desk") as desk:
        account = _begin(desk)
        post = _post(desk)
        sending = threading.Thread(target=post.send, args=(_mails(100, 40),))
        lock = sqlite3.connect(desk.root / "manage4all.db", isolation_level=None)
        lock.execute("BEGIN IMMEDIATE")
        sending.start()
        time.sleep(LOCKED_SECONDS)
        lock.execute("ROLLBACK")
        freed_at = time.monotonic()
        sending.join()
        ledger = account.wait_for(45, within=CAUGHT_UP_SECONDS)
        print(f"put off {len(post.put_off)} times, caught up {time.monotonic() - freed_at:.1f} s later")
        assert time.monotonic() - freed_at <= CAUGHT_UP_SECONDS
        assert ledger["tickets"] == 45
        assert post.put_off
        assert not post.refused
        assert {words.split()[0] for words in post.put_off} <= {"451", "421", "452"}
        assert not any("sql" in words.lower() or "database" in words.lower() for words in post.put_off)


def test_a_full_disk_puts_mail_off_and_loses_none(tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", str(small)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"a small tmpfs cannot be mounted here: {mounted.stderr.decode().strip()}")
    try:
        with RunningDesk(small / "desk", {"M4A_MIN_FREE_BYTES": "0"}) as desk:
            account = _begin(desk)
            post = _post(desk)
            ballast = small / "ballast"
            _fill(ballast)
            sending = threading.Thread(target=post.send, args=(_mails(200, 20, 400_000),))
            sending.start()
            time.sleep(8)
            ballast.unlink()
            freed_at = time.monotonic()
            sending.join()
            ledger = account.wait_for(25, within=CAUGHT_UP_SECONDS)
            print(f"put off {len(post.put_off)} times, caught up {time.monotonic() - freed_at:.1f} s later")
            assert time.monotonic() - freed_at <= CAUGHT_UP_SECONDS
            assert ledger["tickets"] == 25
            assert post.put_off
            assert not post.refused
            assert {words.split()[0] for words in post.put_off} <= {"451", "452", "421"}
    finally:
        subprocess.run(["umount", "-l", str(small)], check=True)


def test_a_queue_server_stopped_loses_nothing(tmp_path: Path) -> None:
    with RunningDesk(tmp_path / "desk") as desk:
        account = _begin(desk)
        (queue,) = desk.pids("queue")
        os.kill(queue, signal.SIGSTOP)
        post = _post(desk)
        post.send(_mails(300, 50))
        time.sleep(3)
        os.kill(queue, signal.SIGCONT)
        went_on_at = time.monotonic()
        ledger = account.wait_for(55, within=CAUGHT_UP_SECONDS)
        print(f"caught up {time.monotonic() - went_on_at:.1f} s later")
        assert ledger["tickets"] == 55
        assert not post.refused


def test_a_queue_server_killed_is_started_again_and_loses_nothing(tmp_path: Path) -> None:
    with RunningDesk(tmp_path / "desk") as desk:
        account = _begin(desk)
        (queue,) = desk.pids("queue")
        os.kill(queue, signal.SIGKILL)
        post = _post(desk)
        post.send(_mails(400, 50))
        ledger = account.wait_for(55, within=CAUGHT_UP_SECONDS)
        assert ledger["tickets"] == 55
        assert not post.put_off
        assert not post.refused
        assert desk.pids("queue") not in ([], [queue])


def _fill(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 65_536)
        except OSError:
            return
