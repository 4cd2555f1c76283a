"""A real desk with a ticket for the tests of the relay, and relays as processes of their own."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway.settings import Settings, load
from gateway.store import migrate
from tests import world as cast
from tests.databases import configured
from tests.world import mail


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load(data_dir=tmp_path / "data", base_url="https://desk.example", relay_port=0)


@pytest.fixture
def world(settings: Settings, tmp_path: Path) -> Iterator[cast.World]:
    """The standing cast, with a ticket of a customer."""
    settings.root.mkdir()
    with configured(settings.effective_database_url):
        migrate.upgrade()
        made = cast.build(tmp_path)
        made.receive(mail())
        yield made


@pytest.fixture
def start_relay(settings: Settings) -> Iterator[Callable[[int], subprocess.Popen[str]]]:
    """Starts `manage4all relay` on a port; what is left at the end is killed."""
    running: list[subprocess.Popen[str]] = []

    def start(port: int) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "gateway.cli.main", "relay"],
            env=settings.with_values(relay_port=port).environment(),
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()
