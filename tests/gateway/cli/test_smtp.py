"""`manage4all smtp` as a process."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from gateway.desk import mailboxes, people
from gateway.inbound.listeners import listen
from gateway.settings import Settings
from gateway.store import session
from gateway.store.models import Intake
from tests.databases import Databases
from tests.fakes.dialogue import Dialogue
from tests.fakes.doors import NOON, SUPPORT

MAIL = b"Subject: no network\r\n\r\nSince this morning.\r\n"
Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def settings(tmp_path: Path, databases: Databases) -> Settings:
    made = Settings(data_dir=tmp_path / "data", mail_domain="in.example", smtp_port=0, lmtp_port=0)
    databases.lay(made.effective_database_url)
    session.configure(made.effective_database_url)
    with session.transaction() as db:
        account = people.create_account(
            db, login="owner", email="owner@x.example", name="", password_hash="x", now=NOON
        )
        mailboxes.add(db, account.id, SUPPORT, mail_domain=made.mail_domain, now=NOON)
    session.dispose()
    return made


@pytest.fixture
def start(settings: Settings) -> Iterator[Start]:
    """Starts the command with open files; what still runs after the test is killed."""
    running: list[subprocess.Popen[bytes]] = []

    def start_with(*arguments: str, fds: tuple[int, ...] = ()) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "gateway.cli.main", "smtp", *arguments],
            env={**os.environ, **settings.environment()},
            pass_fds=fds,
            stderr=subprocess.PIPE,
        )
        running.append(process)
        return process

    yield start_with
    for process in running:
        process.kill()
        process.wait()
        assert process.stderr is not None
        process.stderr.close()


def count() -> int:
    with session.reading() as db:
        return db.execute(select(func.count()).select_from(Intake)).scalar_one()


def test_two_processes_share_a_socket_and_a_killed_one_is_not_missed(start: Start) -> None:
    listener = listen("127.0.0.1", 0)
    with listener:
        fd = listener.fileno()
        processes = [start("--smtp-fd", str(fd), fds=(fd,)) for _ in range(2)]
        for _ in range(2):
            for _ in range(5):
                with Dialogue(listener.getsockname()) as client:
                    client.greet().begin(SUPPORT).data(MAIL).expect("250 2.0.0")
            processes[0].kill()
    assert count() == 10


def test_sigterm_ends_it_with_status_0(start: Start) -> None:
    listener = listen("127.0.0.1", 0)
    with listener:
        fd = listener.fileno()
        process = start("--lmtp-fd", str(fd), fds=(fd,))
        with Dialogue(listener.getsockname()) as client:
            client.greet("LHLO").begin(SUPPORT).data(MAIL).expect("250 2.0.0")
            process.send_signal(signal.SIGTERM)
            client.expect("421 4.3.2")
            assert process.wait(10) == 0
    assert count() == 1


def test_a_port_that_is_taken_is_told_in_one_line(settings: Settings, start: Start) -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        process = subprocess.run(
            [sys.executable, "-m", "gateway.cli.main", "smtp"],
            env={**os.environ, **settings.with_values(smtp_port=port).environment()},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert process.returncode == 1
    assert process.stderr.startswith("manage4all: Cannot listen for mail: Address already in use")
    assert len(process.stderr.splitlines()) == 1


def test_it_listens_where_the_settings_say(start: Start) -> None:
    process = start()
    assert process.stderr is not None
    started = time.monotonic()
    line = process.stderr.readline().decode()
    assert '"event": "inbound.listening"' in line
    assert time.monotonic() - started < 30


def test_what_is_no_socket_is_told(start: Start) -> None:
    process = start("--smtp-fd", "987")
    assert process.wait(30) == 1
