"""The way by an account: its password, or a token that one process at a time asks for."""

import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest

from gateway.clock import SystemClock
from gateway.desk.servers.faults import ServerFault
from gateway.errors import Unavailable
from gateway.outbound import way as way_module
from gateway.outbound.relayurl import Tls
from gateway.outbound.way import Asked, Way
from gateway.store import session, smtp
from gateway.store.servers import Auth, Trouble
from tests.fakes.oauth_server import OAuthServer
from tests.fakes.outgoing import REACH, SEAL, account_of, account_row, give_account


def by_token(oauth: OAuthServer) -> dict[str, Any]:
    return {
        "username": "help",
        "auth": "xoauth2",
        "secret": oauth.refresh_token,
        "token_url": oauth.url,
        "client_id": oauth.client_id,
        "client_secret": oauth.client_secret,
    }


def way_of(smtp_id: int) -> Way:
    return Way(account_of(smtp_id), seal=SEAL, reach=REACH, clock=SystemClock())


@pytest.mark.parametrize(
    ("security", "tls"), [("tls", Tls.IMPLICIT), ("starttls", Tls.REQUIRED), ("plain", Tls.NEVER)]
)
def test_a_password_is_opened(root: Path, security: str, tls: Tls) -> None:
    relay = way_of(give_account(465, security=security, username="help", secret="pass word")).relay()
    assert (relay.host, relay.port, relay.tls, relay.user) == ("localhost", 465, tls, "help")
    assert (relay.password, relay.auth, relay.reach) == ("pass word", Auth.PASSWORD, REACH)
    assert "pass word" not in repr(relay)


def test_the_operators_server_may_stand_anywhere(root: Path) -> None:
    far = Way(
        account_of(give_account(25, is_operators=True)),
        seal=SEAL,
        reach=type(REACH)(allows_private=False),
        clock=SystemClock(),
    )
    reach = far.relay().reach
    assert reach is not None
    assert reach.allows_private


def test_a_token_is_asked_for_once_and_kept_sealed(root: Path, oauth: OAuthServer) -> None:
    oauth.rotates = True
    smtp_id = give_account(465, **by_token(oauth))
    for _ in range(2):
        relay = way_of(smtp_id).relay()
        assert (relay.password, relay.auth) == ("access1", Auth.XOAUTH2)
    row = account_row()
    assert SEAL.open(row["sealed_secret"]) == oauth.refresh_token == "refresh access1"
    assert row["refreshing_until"] is None
    assert len(oauth.requests) == 1


def test_a_token_that_was_refused_is_replaced_for_everybody(root: Path, oauth: OAuthServer) -> None:
    smtp_id = give_account(465, **by_token(oauth))
    way = way_of(smtp_id)
    way.relay()
    assert not way.forget_token(ServerFault(Trouble.TIMEOUT))
    assert way.forget_token(ServerFault(Trouble.LOGIN))
    assert account_row()["sealed_access_token"] == ""
    assert way.relay().password == "access2"
    assert not way_of(give := smtp_id).forget_token(ServerFault(Trouble.TIMEOUT))
    assert account_of(give).sealed_access_token


def test_a_password_that_was_refused_cannot_be_renewed(root: Path) -> None:
    way = way_of(give_account(465, username="help", secret="pw"))
    assert not way.forget_token(ServerFault(Trouble.LOGIN))


def test_who_comes_while_another_asks_comes_again(root: Path, oauth: OAuthServer) -> None:
    smtp_id = give_account(465, **by_token(oauth))
    with session.transaction() as db:
        smtp.begin_refresh(db, smtp_id, now=SystemClock().now())
    with pytest.raises(Asked):
        way_of(smtp_id).relay()
    assert oauth.requests == []


def test_what_another_was_given_meanwhile_is_used(root: Path, oauth: OAuthServer) -> None:
    smtp_id = give_account(465, **by_token(oauth))
    late = way_of(smtp_id)
    way_of(smtp_id).relay()
    assert late.relay().password == "access1"
    assert len(oauth.requests) == 1


def test_a_grant_that_is_over_frees_the_way_for_the_next(root: Path, oauth: OAuthServer) -> None:
    smtp_id = give_account(465, **by_token(oauth))
    oauth.error = "invalid_grant"
    for _ in range(2):
        with pytest.raises(ServerFault) as caught:
            way_of(smtp_id).relay()
        assert caught.value.trouble is Trouble.TOKEN
    assert account_row()["refreshing_until"] is None


def test_of_many_that_ask_together_none_loses_a_rotated_token(root: Path, oauth: OAuthServer) -> None:
    oauth.rotates, oauth.delay_seconds = True, 0.2
    smtp_id = give_account(465, **by_token(oauth))
    ways = [way_of(smtp_id) for _ in range(6)]
    barrier = threading.Barrier(len(ways))
    got: list[str] = []

    def ask(way: Way) -> None:
        barrier.wait(20)
        try:
            got.append(way.relay().password)
        except Asked:
            got.append("")

    threads = [threading.Thread(target=ask, args=(way,)) for way in ways]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(set(got)) == ["", "access1"]
    assert len(oauth.requests) == 1
    assert SEAL.open(account_row()["sealed_secret"]) == oauth.refresh_token


def test_a_rotated_token_waits_for_a_database_that_is_busy(
    root: Path, oauth: OAuthServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "BUSY_SECONDS", 0.1)
    session.configure(f"sqlite:///{root / 'desk.db'}")
    smtp_id = give_account(465, **by_token(oauth))
    oauth.rotates = True
    holder = sqlite3.connect(root / "desk.db", isolation_level=None, check_same_thread=False)

    def lock(body: bytes) -> bytes:
        holder.execute("BEGIN IMMEDIATE")
        threading.Timer(1.0, holder.close).start()
        return body

    oauth.edit = lock
    assert way_of(smtp_id).relay().password == "access1"
    assert SEAL.open(account_row()["sealed_secret"]) == oauth.refresh_token == "refresh access1"


def test_a_database_that_stays_away_is_told(
    root: Path, oauth: OAuthServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "BUSY_SECONDS", 0.1)
    monkeypatch.setattr(way_module, "KEEP_PATIENCE_SECONDS", 0.1)
    session.configure(f"sqlite:///{root / 'desk.db'}")
    smtp_id = give_account(465, **by_token(oauth))
    holder = sqlite3.connect(root / "desk.db", isolation_level=None, check_same_thread=False)

    def lock(body: bytes) -> bytes:
        holder.execute("BEGIN IMMEDIATE")
        return body

    oauth.edit = lock
    with pytest.raises(Unavailable):
        way_of(smtp_id).relay()
    holder.close()
