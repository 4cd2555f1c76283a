"""What the tests of the guided start share: sending its forms, and a provider that can be looked up."""

from collections.abc import Callable, Iterator

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gateway.desk import guidedstart
from gateway.desk.guidedstart import Progress
from gateway.settings import Settings
from gateway.store import session
from tests.fakes.dns_server import DnsServer, serving
from tests.fakes.dovecot import PASSWORD, USER, Dovecot
from tests.fakes.smtp_peer import SmtpPeer
from tests.webui.cast import World
from tests.webui.pages import Page

Send = Callable[..., TestResponse]


@pytest.fixture
def dns() -> Iterator[DnsServer]:
    with serving({("example", "A"): ["192.0.2.1"]}) as server:
        yield server


@pytest.fixture
def peer() -> Iterator[SmtpPeer]:
    """The provider's SMTP server, and that of the installation."""
    with SmtpPeer(login=(USER, PASSWORD)) as server:
        yield server


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    """The provider's IMAP server."""
    with Dovecot() as running:
        yield running


@pytest.fixture
def settings(settings: Settings, dns: DnsServer) -> Settings:
    return settings.with_values(dns_servers=dns.address)


@pytest.fixture
def send(browser: FlaskClient) -> Send:
    """Sends a form of our owner's."""

    def sent(path: str, **fields: str) -> TestResponse:
        return browser.post(path, data={"csrf_token": Page(browser.get("/account")).token, **fields})

    return sent


@pytest.fixture
def known(world: World) -> Callable[[], Progress]:
    """How far our start has come."""

    def found() -> Progress:
        with session.reading() as db:
            return guidedstart.find(db, world.ours.actor)

    return found
