"""Databases and the standing cast for the tests of the ground floor."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import world as cast
from tests.databases import KINDS, Databases, configured
from tests.fakes.oauth_server import OAuthServer


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Each database the product runs on, in turn."""
    return str(request.param)


@pytest.fixture
def settled() -> None:
    """Who asks for this finds the standing cast in the database: copied with it, not written again."""


@pytest.fixture
def db_url(kind: str, databases: Databases, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a fresh database at the newest schema."""
    wants_cast = "settled" in request.fixturenames
    like = databases.furnished(kind, "cast", cast.settle) if wants_cast else None
    url = databases.migrated(kind, tmp_path, like)
    yield url
    databases.drop(url)


@pytest.fixture
def database(db_url: str) -> Iterator[str]:
    """A fresh database at the newest schema; this process is configured for it."""
    with configured(db_url) as url:
        yield url


@pytest.fixture
def world(settled: None, database: str, databases: Databases, tmp_path: Path) -> cast.World:
    """Two accounts: ours with owner, staff, mailbox and a customer; a stranger's."""
    return cast.build(tmp_path, databases.given(database))


@pytest.fixture
def oauth() -> Iterator[OAuthServer]:
    """A server that gives access tokens for refresh tokens."""
    with OAuthServer() as running:
        yield running
