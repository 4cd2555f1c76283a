"""Real parts for the tests of the workers: a database, a queue server, processes."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.settings import Settings, load
from gateway.store import session
from tests.databases import Databases
from tests.fakes.desk import Mails, Server, Start


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load(data_dir=tmp_path / "data", web_port=0, smtp_port=0, lmtp_port=0)


@pytest.fixture
def database(settings: Settings, databases: Databases) -> Iterator[None]:
    databases.lay(settings.effective_database_url)
    session.configure(settings.effective_database_url)
    yield
    session.dispose()


@pytest.fixture
def start(settings: Settings) -> Iterator[Start]:
    """Starts a part of the product as a process of its own; kills what is left at the end."""
    running: list[subprocess.Popen[str]] = []

    def start_one(*argv: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "gateway.cli.main", *argv],
            env=settings.environment(),
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        return process

    yield start_one
    for process in running:
        process.kill()
        process.communicate()


@pytest.fixture
def server(settings: Settings, start: Start) -> Server:
    made = Server(settings, start)
    made.start()
    return made


@pytest.fixture
def mails(settings: Settings, database: None) -> Mails:
    return Mails(settings)
