"""Real X servers for the client's tests."""

from collections.abc import Iterator

import pytest

from tests.fakes.x_server import Painter, x_server


@pytest.fixture(scope="session")
def display() -> Iterator[str]:
    """An X server for the run; each test cleans up what it draws."""
    with x_server() as name:
        yield name


@pytest.fixture
def painter(display: str) -> Iterator[Painter]:
    one = Painter(display)
    yield one
    one.close()
