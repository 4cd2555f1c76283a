"""`manage4all mailbox smtp`, against a real server."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gateway.cli.smtpaccount import by_address
from gateway.errors import Invalid
from gateway.store.sealed import Seal
from gateway.store.servers import Security
from tests.fakes.command import Command, answer, command
from tests.fakes.oauth_server import OAuthServer
from tests.fakes.smtp_peer import SmtpPeer

ADDRESS = "help@a.example"
SEAL = Seal(b"key")


@pytest.fixture
def run(tmp_path: Path) -> Command:
    return command(tmp_path / "data", mail_domain="in.example")


@pytest.fixture
def mine(run: Command) -> tuple[str, ...]:
    """`mailbox smtp` for a mailbox that is there."""
    new = ("account", "create", "--login", "anna", "--email", "a@a.example", "--password-stdin", "--json")
    made = str(answer(run(*new, stdin="correct horse battery\n"))["id"])
    answer(run("mailbox", "add", "--account", made, "--address", ADDRESS, "--json"))
    return ("mailbox", "smtp", "--account", made, "--mailbox", ADDRESS)


@pytest.fixture
def peer() -> Iterator[SmtpPeer]:
    with SmtpPeer(login=("help", "hunter2"), extensions=("SIZE 7000",)) as running:
        yield running


def at(peer: SmtpPeer) -> tuple[str, ...]:
    return ("--host", "localhost", "--port", str(peer.port), "--security", "plain", "--json")


def test_an_account_is_saved_tried_and_removed(
    run: Command, mine: tuple[str, ...], peer: SmtpPeer, tmp_path: Path
) -> None:
    signed_in = (*mine, *at(peer), "--user", "help", "--password-stdin")
    assert answer(run(*signed_in, stdin="hunter2\n")) == {"ok": True, "error": "", "max_message_bytes": 7000}
    with closing(sqlite3.connect(tmp_path / "data" / "manage4all.db")) as db:
        assert db.execute("SELECT username, is_operators FROM smtp_account").fetchall() == [("help", 1)]
        assert "hunter2" not in "".join(db.iterdump())
    assert run(*mine, "--remove").returncode == 0
    done = run(*mine, "--remove")
    assert (done.returncode, done.stderr.strip()) == (1, "manage4all: This mailbox has no SMTP account.")


def test_a_wrong_password_is_told_in_words(run: Command, mine: tuple[str, ...], peer: SmtpPeer) -> None:
    done = run(*mine, *at(peer), "--user", "help", "--password-stdin", stdin="not this one\n")
    assert done.returncode == 1
    assert "did not accept user name and password. (535 5.7.8 wrong password)" in done.stdout
    assert "not this one" not in done.stdout + done.stderr


def test_by_oauth_the_refresh_token_and_the_clients_secret_come_on_stdin(
    run: Command, mine: tuple[str, ...]
) -> None:
    with OAuthServer() as oauth, SmtpPeer(login=("help", ""), mechanisms="XOAUTH2") as peer:
        peer.accepts_token = lambda token: token in oauth.access_tokens
        by_token = ("--token-url", oauth.url, "--client-id", oauth.client_id)
        done = run(
            *(*mine, *at(peer), "--user", "help", *by_token, "--password-stdin"),
            stdin=f"{oauth.refresh_token}\n{oauth.client_secret}\n",
        )
        assert answer(done)["ok"] is True
        assert peer.secrets == ["access1"]


def test_without_a_host_it_says_what_to_name(run: Command, mine: tuple[str, ...]) -> None:
    done = run(*mine)
    assert (done.returncode, done.stderr.strip()) == (
        1,
        "manage4all: Name the server by --host, or say --remove.",
    )


@pytest.mark.parametrize(
    ("url", "security", "port"),
    [
        ("smtp://127.0.0.1:2525", Security.PLAIN, 2525),
        ("smtp://127.0.0.1?starttls=require", Security.STARTTLS, 25),
        ("smtp://mail.example:587", Security.STARTTLS, 587),
        ("smtps://mail.example", Security.TLS, 465),
    ],
)
def test_an_address_becomes_an_account_that_is_never_silently_plain(
    url: str, security: Security, port: int
) -> None:
    made = by_address(url, SEAL)
    assert (made.security, made.port, made.username, made.sealed_secret) == (security, port, "", "")


def test_an_addresss_password_is_sealed() -> None:
    made = by_address("smtps://me:pass%20word@mail.example", SEAL)
    assert (made.username, SEAL.open(made.sealed_secret)) == ("me", "pass word")
    with pytest.raises(Invalid):
        by_address("http://mail.example", SEAL)
