"""`manage4all imap` as a process."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from gateway.desk import imapsources
from gateway.settings import Settings
from gateway.store import session
from gateway.store.sealed import Seal
from tests import world as cast
from tests.databases import Databases
from tests.fakes.desk import eventually
from tests.fakes.fetching import Fetching
from tests.fakes.imap_server import PASSWORD, ImapServer
from tests.world import NOON, World, mail

_SECONDS = 30.0


@pytest.fixture
def server() -> Iterator[ImapServer]:
    with ImapServer() as running:
        yield running


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", mail_domain=cast.DOMAIN, min_free_bytes=0)


@pytest.fixture
def world(settings: Settings, databases: Databases) -> Iterator[World]:
    databases.lay(settings.effective_database_url)
    session.configure(settings.effective_database_url)
    yield cast.build(settings.root)
    session.dispose()


@pytest.fixture
def fetching(world: World, server: ImapServer, settings: Settings) -> Fetching:
    made = Fetching(world, server.port)
    made.begin()
    with session.transaction() as db:
        sealed = Seal(settings.key()).seal(PASSWORD)
        ours = world.ours
        change = made.connection(sealed_secret=sealed)
        imapsources.change(db, ours.owner, ours.mailbox.public_id, change, now=NOON)
    return made


def start(settings: Settings, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "gateway.cli.main", "imap", *arguments],
        env={**os.environ, **settings.environment()},
        stderr=subprocess.DEVNULL,
    )


def test_once_fetches_what_is_there_and_ends(
    fetching: Fetching, server: ImapServer, settings: Settings
) -> None:
    server.inbox.add(mail(), mail())
    assert start(settings, "--once").wait(_SECONDS) == 0
    assert len(fetching.raws()) == 2
    assert all(message.flags == {"\\Seen"} for message in server.inbox.messages)


def test_once_has_status_1_if_an_account_has_a_fault(
    fetching: Fetching, server: ImapServer, settings: Settings
) -> None:
    server.faults.answer["AUTHENTICATE"] = b"TAG NO no\r\n"
    assert start(settings, "--once").wait(_SECONDS) == 1
    assert fetching.source().last_error == "login: no"


def test_sigterm_interrupts_idle_and_ends_it_with_status_0(
    fetching: Fetching, server: ImapServer, settings: Settings
) -> None:
    process = start(settings)
    assert eventually(lambda: "IDLE" in server.commands, within=_SECONDS)
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(_SECONDS) == 0
    assert time.monotonic() - began < 5
    assert fetching.source().lease_token == ""


def test_without_a_source_it_does_next_to_nothing_and_takes_up_one_that_is_added(
    world: World, server: ImapServer, settings: Settings
) -> None:
    process = start(settings)
    try:
        time.sleep(2)
        asleep = psutil.Process(process.pid).cpu_times()
        time.sleep(3)
        later = psutil.Process(process.pid).cpu_times()
        assert later.user + later.system - asleep.user - asleep.system < 0.5
        fetching = Fetching(world, server.port)
        fetching.connect(sealed_secret=Seal(settings.key()).seal(PASSWORD))
        assert eventually(lambda: fetching.source().trial is not None, within=_SECONDS)
    finally:
        process.terminate()
        assert process.wait(_SECONDS) == 0
