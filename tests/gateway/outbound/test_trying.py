"""Trying an account: connects, signs in, sends nothing, and notes what was found."""

from pathlib import Path

import pytest

from gateway.clock import SystemClock
from gateway.desk.servers.faults import ServerFault
from gateway.desk.servers.login import Login
from gateway.outbound.deliver import deliver
from gateway.outbound.postoffice import PostOffice
from gateway.outbound.trying import try_account, try_login
from gateway.outbound.way import Way
from gateway.store import session, smtp
from gateway.store.servers import Security, Trouble
from tests.fakes.oauth_server import OAuthServer
from tests.fakes.outgoing import QUICK, REACH, SEAL, account_of, account_row, give_account, owe, row
from tests.fakes.smtp_peer import Answer, SmtpPeer


def attempt(smtp_id: int) -> None:
    way = Way(account_of(smtp_id), seal=SEAL, reach=REACH, clock=SystemClock())
    try_account(way, ehlo_name="desk.example", clock=SystemClock(), timeouts=QUICK)


def test_an_account_that_works_is_noted_with_what_its_server_takes(root: Path) -> None:
    with SmtpPeer(login=("help", "pw"), extensions=("SIZE 1000",)) as peer:
        attempt(give_account(peer.port, username="help", secret="pw", last_error="login"))
        row = account_row()
        assert (row["last_error"], row["max_message_bytes"]) == ("", 1000)
        assert row["checked_at"] is not None
        assert peer.commands[-1].upper() == "QUIT"
        assert not any(command.upper().startswith("MAIL") for command in peer.commands)


def test_a_wrong_password_is_noted_and_told(root: Path) -> None:
    with SmtpPeer(login=("help", "pw")) as peer, pytest.raises(ServerFault) as caught:
        attempt(give_account(peer.port, username="help", secret="wrong"))
    assert caught.value.trouble is Trouble.LOGIN
    row = account_row()
    assert row["last_error"] == "login: 535 5.7.8 wrong password"
    assert row["failing_since"] is not None


def test_a_token_that_was_withdrawn_is_replaced(root: Path, oauth: OAuthServer) -> None:
    with SmtpPeer(login=("help", ""), mechanisms="XOAUTH2") as peer:
        peer.accepts_token = lambda token: token in oauth.access_tokens
        smtp_id = give_account(
            peer.port,
            username="help",
            auth="xoauth2",
            secret=oauth.refresh_token,
            token_url=oauth.url,
            client_id=oauth.client_id,
            client_secret=oauth.client_secret,
        )
        attempt(smtp_id)
        oauth.access_tokens.clear()
        attempt(smtp_id)
        assert peer.secrets == ["access1", "access1", "access2"]


def test_while_another_asks_for_a_token_it_is_to_be_tried_again(root: Path, oauth: OAuthServer) -> None:
    smtp_id = give_account(
        1,
        username="help",
        auth="xoauth2",
        secret="x",
        token_url=oauth.url,
        client_id="us",
    )
    with session.transaction() as db:
        smtp.begin_refresh(db, smtp_id, now=SystemClock().now())
    with pytest.raises(ServerFault) as caught:
        attempt(smtp_id)
    assert caught.value.trouble is Trouble.BUSY
    assert account_row()["last_error"] == ""


def test_mail_that_waits_for_an_account_is_tried_once_that_works(root: Path, office: PostOffice) -> None:
    with SmtpPeer(login=("help", "pw")) as peer:
        smtp_id = give_account(peer.port, username="help", secret="pw")
        peer.at("auth", Answer("535 5.7.8 not now"))
        delivery_id = owe()
        deliver(delivery_id, office=office)
        before = row(delivery_id)["next_try_at"]
        way = Way(account_of(smtp_id), seal=SEAL, reach=REACH, clock=office.clock)
        try_account(way, ehlo_name="desk.example", clock=office.clock, timeouts=QUICK)
        assert before > row(delivery_id)["next_try_at"] == office.clock.now()
        deliver(delivery_id, office=office)
        assert (row(delivery_id)["state"], len(peer.mails)) == ("sent", 1)


def try_once(port: int, secret: str) -> None:
    server = Login("localhost", "help", "", port, Security.PLAIN)
    try_login(server, secret, reach=REACH, ehlo_name="desk.example", timeouts=QUICK)


def test_an_account_that_is_kept_nowhere_is_tried_and_nothing_is_sent() -> None:
    with SmtpPeer(login=("help", "pw")) as peer:
        try_once(peer.port, "pw")
        assert peer.commands[-1].upper() == "QUIT"
        with pytest.raises(ServerFault) as caught:
            try_once(peer.port, "wrong")
        assert caught.value.trouble is Trouble.LOGIN
        assert peer.mails == []


def test_a_server_that_is_not_there_is_told_without_an_account() -> None:
    with pytest.raises(ServerFault) as caught:
        try_once(1, "pw")
    assert caught.value.trouble is Trouble.UNREACHABLE
