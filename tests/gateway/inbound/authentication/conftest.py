"""A name server whose zones each test fills, and one mail's questions to it."""

from collections.abc import Iterator

import pytest

from gateway.inbound.authentication.resolver import Questions, Resolver
from tests.fakes.dns_server import DnsServer, serving


@pytest.fixture
def server() -> Iterator[DnsServer]:
    with serving() as running:
        yield running


@pytest.fixture
def questions(server: DnsServer) -> Questions:
    return Resolver(server.address).questions()
