"""A desk that owes an answer, a peer that takes mail, and a worker between them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.outbound.postoffice import PostOffice
from gateway.store import session
from tests.databases import Databases
from tests.fakes.certificate import Certificate, make_certificate
from tests.fakes.outgoing import SetClock, lay_out, open_post_office
from tests.fakes.smtp_peer import SmtpPeer


@pytest.fixture
def root(tmp_path: Path, databases: Databases) -> Iterator[Path]:
    """Where the desk keeps its things; its database is configured."""
    lay_out(tmp_path / "data", databases)
    yield tmp_path / "data"
    session.dispose()


@pytest.fixture
def peer() -> Iterator[SmtpPeer]:
    with SmtpPeer() as listening:
        yield listening


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def office(root: Path, peer: SmtpPeer, clock: SetClock) -> Iterator[PostOffice]:
    with open_post_office(root, peer.url, clock=clock) as opened:
        yield opened


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def trusted(certificate: Certificate, monkeypatch: pytest.MonkeyPatch) -> Certificate:
    """The certificate, which this process trusts like one of its system's."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.cert))
    return certificate
