"""A Dovecot and the standing cast on SQLite; what differs between databases is shown by the store's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import world as cast
from tests.databases import Databases, configured
from tests.fakes.dovecot import Dovecot
from tests.fakes.fetching import Fetching
from tests.fakes.imap_server import ImapServer
from tests.world import World


@pytest.fixture
def database(databases: Databases, tmp_path: Path) -> Iterator[str]:
    like = databases.furnished("sqlite", "cast", cast.settle)
    with configured(databases.migrated("sqlite", tmp_path, like)) as url:
        yield url


@pytest.fixture
def dovecot() -> Iterator[Dovecot]:
    with Dovecot() as server:
        yield server


@pytest.fixture
def fetching(world: World, dovecot: Dovecot) -> Fetching:
    return Fetching(world, dovecot.port)


@pytest.fixture
def server() -> Iterator[ImapServer]:
    """A server that does what a test tells it."""
    with ImapServer() as running:
        yield running


@pytest.fixture
def scripted(world: World, server: ImapServer) -> Fetching:
    return Fetching(world, server.port)
