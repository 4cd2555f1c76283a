"""`manage4all mailbox test`: with a real outgoing server, a real IMAP server, and a DNS of our own."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from gateway.clock import SystemClock
from gateway.inbound.file_intake import file_intake
from gateway.store import session
from gateway.store.blobs import BlobStore
from tests.fakes.command import Command, answer, command
from tests.fakes.dns_server import DnsServer, serving
from tests.fakes.dovecot import PASSWORD, USER, Dovecot
from tests.fakes.smtp_peer import Answer, Arrived, SmtpPeer
from tests.world import mail

ADDRESS = "help@a.example"


@pytest.fixture
def dns() -> Iterator[DnsServer]:
    zones = {
        ("in.example", "TXT"): ["v=spf1 mx -all"],
        ("_dmarc.a.example", "TXT"): ["v=DMARC1; p=none"],
    }
    with serving(zones) as server:
        yield server


@pytest.fixture
def peer() -> Iterator[SmtpPeer]:
    with SmtpPeer() as server:
        yield server


@pytest.fixture
def run(tmp_path: Path, dns: DnsServer, peer: SmtpPeer) -> Command:
    return command(tmp_path / "data", mail_domain="in.example", dns_servers=dns.address, relay_url=peer.url)


@pytest.fixture
def account(run: Command) -> str:
    new = ("account", "create", "--login", "anna", "--email", "a@a.example", "--password-stdin", "--json")
    made = str(answer(run(*new, stdin="correct horse battery\n"))["id"])
    answer(run("mailbox", "add", "--account", made, "--address", ADDRESS, "--json"))
    return made


@pytest.fixture
def mine(account: str) -> tuple[str, ...]:
    return ("mailbox", "test", "--account", account, "--mailbox", ADDRESS)


def a_minute_later(data: Path) -> None:
    """Let the last look be a minute ago."""
    with closing(sqlite3.connect(data / "manage4all.db")) as db, db:
        db.execute("UPDATE deliverability_check SET began_at = '2026-01-01 00:00:00.000000'")


def states(found: Any) -> dict[str, str]:
    return {check["name"]: check["state"] for check in found["checks"]}


def test_it_sees_its_mail_come_back_and_says_what_to_change(
    run: Command, mine: tuple[str, ...], peer: SmtpPeer, tmp_path: Path
) -> None:
    data = tmp_path / "data"

    def forward(arrived: Arrived) -> None:
        """What the mail provider does with it; then a worker files it."""
        assert run("deliver", "--rcpt", ADDRESS, stdin=arrived.raw.decode("ascii")).returncode == 0
        session.configure(f"sqlite:///{data / 'manage4all.db'}")
        file_intake(1, blobs=BlobStore(data / "blobs", data / "keyring"), clock=SystemClock())
        session.dispose()

    peer.on_mail = forward
    found = answer(run(*mine, "--json"))
    assert (found["ok"], found["imap"]) == (True, "none")
    assert states(found) == {
        "server": "ok",
        "tls": "ok",
        "probe": "ok",
        "spf": "warn",
        "dkim": "warn",
        "dmarc": "ok",
        "ptr": "warn",
    }
    assert (peer.mails[0].mail_from, peer.mails[0].rcpt_to) == ("probe@in.example", ADDRESS)
    refused = run(*mine)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "checked less than a minute ago" in refused.stderr
    a_minute_later(data)
    german = run(*mine, "--locale", "de", "--wait", "0")
    assert "warn  DKIM: Mails werden hier nicht signiert." in german.stdout


def test_what_does_not_come_back_is_not_waited_for_longer_than_said(
    run: Command, mine: tuple[str, ...]
) -> None:
    found = answer(run(*mine, "--wait", "1", "--json"))
    assert states(found)["probe"] == "warn"
    assert run(*mine, "--wait", "601").returncode != 0


def test_what_fails_has_its_reason_and_status_one(
    run: Command, mine: tuple[str, ...], peer: SmtpPeer
) -> None:
    peer.at("rcpt", Answer("550 5.1.1 unknown here"))
    done = run(*mine)
    assert done.returncode == 1
    assert "fail  Outgoing server: It did not take the test mail." in done.stdout
    assert "550 5.1.1 unknown here" in done.stdout
    assert "Mail to yourself" not in done.stdout
    assert "no such mailbox" in run(*mine[:-1], "x@y.example").stderr


def test_incoming_mail_is_tried_too(
    run: Command, account: str, mine: tuple[str, ...], tmp_path: Path
) -> None:
    mine = (*mine, "--wait", "0", "--json")
    with Dovecot() as dovecot:
        dovecot.append(mail())
        where = ("--host", "localhost", "--port", str(dovecot.port), "--security", "plain", "--user", USER)
        connect = ("mailbox", "connect", "--account", account, "--mailbox", ADDRESS, *where)
        answer(run(*connect, "--password-stdin", "--json", stdin=f"{PASSWORD}\n"))
        found = answer(run(*mine))
        assert (found["imap"], found["folders"], found["idle"]) == ("trial", {"INBOX": 1}, True)
        assert states(found)["imap"] == "ok"
    a_minute_later(tmp_path / "data")
    done = run(*mine)
    assert done.returncode == 1
    assert "The server cannot be reached." in done.stdout
