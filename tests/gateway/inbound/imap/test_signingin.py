"""Signing in by token: asked for in time, kept, and the new refresh token with it."""

from datetime import timedelta
from typing import Any

import pytest

from gateway.clock import SystemClock
from gateway.desk.servers.faults import ServerFault
from gateway.desk.servers.keyring import Keyring
from gateway.inbound.imap.signingin import access_of, keyring_of
from gateway.store import session
from gateway.store.imap import LeasedSource
from gateway.store.models import ImapSource
from gateway.store.sealed import Seal
from gateway.store.servers import Auth, Security, Trouble
from tests.fakes.dovecot import PASSWORD, Dovecot
from tests.fakes.fetching import SEAL, Fetching
from tests.fakes.imap_server import ImapServer
from tests.fakes.oauth_server import OAuthServer
from tests.world import mail


def by_token(oauth: OAuthServer) -> dict[str, Any]:
    return {
        "auth": Auth.XOAUTH2,
        "sealed_secret": SEAL.seal(oauth.refresh_token),
        "token_url": oauth.url,
        "client_id": oauth.client_id,
        "sealed_client_secret": SEAL.seal(oauth.client_secret),
    }


def leased(fetching: Fetching) -> LeasedSource:
    source = fetching.lease()
    assert source is not None
    return source


def keyring(fetching: Fetching, source: LeasedSource, seal: Seal = SEAL) -> Keyring[LeasedSource]:
    return keyring_of(source, seal=seal, reach=fetching.reach, clock=SystemClock())


def test_a_password_is_opened(scripted: Fetching) -> None:
    scripted.connect()
    access = access_of(keyring(scripted, leased(scripted)))
    assert (access.secret, access.auth, access.security) == (PASSWORD, Auth.PASSWORD, Security.PLAIN)


def test_under_another_key_it_is_our_fault(scripted: Fetching) -> None:
    scripted.connect()
    with pytest.raises(ServerFault) as caught:
        access_of(keyring(scripted, leased(scripted), Seal(b"another")))
    assert caught.value.trouble is Trouble.OURS


def test_a_token_is_kept_until_shortly_before_its_end(scripted: Fetching, oauth: OAuthServer) -> None:
    scripted.connect(**by_token(oauth))
    source = leased(scripted)
    assert access_of(keyring(scripted, source)).secret == "access1"
    with session.transaction() as db:
        db.query(ImapSource).update({"leased_until": None})
    again = leased(scripted)
    assert access_of(keyring(scripted, again)).secret == "access1"
    with session.transaction() as db:
        soon = SystemClock().now() + timedelta(seconds=30)
        db.query(ImapSource).update({"token_expires_at": soon, "leased_until": None})
    assert access_of(keyring(scripted, leased(scripted))).secret == "access2"


def test_a_rotating_refresh_token_is_kept_each_time(scripted: Fetching, oauth: OAuthServer) -> None:
    oauth.rotates = True
    scripted.connect(**by_token(oauth))
    ring = keyring(scripted, leased(scripted))
    for number in range(1, 4):
        assert access_of(ring).secret == f"access{number}"
        assert ring.forget_token()
    assert SEAL.open(scripted.source().sealed_secret) == oauth.refresh_token == "refresh access3"


def test_a_password_is_nothing_to_forget(scripted: Fetching) -> None:
    scripted.connect()
    assert not keyring(scripted, leased(scripted)).forget_token()


def test_mail_is_fetched_from_dovecot_by_token(fetching: Fetching, oauth: OAuthServer) -> None:
    with Dovecot(introspection_url=oauth.introspection_url) as dovecot:
        fetching.port = dovecot.port
        dovecot.append(mail())
        fetching.begin(**by_token(oauth))
        assert fetching.look() is None
        assert fetching.fates() == {"ticket": 1}
        assert set(oauth.introspected) == {"access1"}


def test_a_token_that_was_withdrawn_is_replaced_at_once(
    scripted: Fetching, server: ImapServer, oauth: OAuthServer
) -> None:
    server.accepts_token = lambda token: token in oauth.access_tokens
    server.inbox.add(mail())
    scripted.begin(**by_token(oauth))
    oauth.access_tokens.clear()
    assert scripted.look() is None
    assert oauth.access_tokens == ["access2"]
    assert len(scripted.raws()) == 1


def test_a_grant_that_is_over_is_told_and_nothing_is_fetched(
    scripted: Fetching, server: ImapServer, oauth: OAuthServer
) -> None:
    server.inbox.add(mail())
    scripted.connect(**by_token(oauth))
    oauth.error = "invalid_grant"
    assert scripted.look() is Trouble.TOKEN
    assert scripted.source().last_error == "token: invalid_grant"
    assert server.commands == []
