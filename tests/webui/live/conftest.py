"""The standing cast, with real web processes and a real queue server around its database."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.settings import Settings, load
from gateway.store import session
from tests.fakes.desk import Server, Start
from tests.fakes.web import Web
from tests.webui.cast import World
from workers.wake import make_wake


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    """With the embedded queue server."""
    return load(data_dir=tmp_path / "data", database_url=database_url, undo_seconds=60)


@pytest.fixture
def start(settings: Settings) -> Iterator[Start]:
    """Starts a part of the product as a process of its own; kills what is left at the end."""
    running: list[subprocess.Popen[str]] = []

    def start_one(*argv: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "gateway.cli.main", *argv]
        running.append(subprocess.Popen(command, env=settings.environment(), text=True))
        return running[-1]

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
def web(settings: Settings, server: Server, world: World) -> Iterator[Web]:
    """A web process on the cast's database; what this test changes there is told to it."""
    running = Web(settings)
    bell = make_wake(settings)
    session.configure(settings.effective_database_url, wake=bell, announce=bell.announce)
    yield running
    running.end()
