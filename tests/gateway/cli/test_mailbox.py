"""`manage4all mailbox`."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.fakes.command import Command, answer, command


@pytest.fixture
def run(tmp_path: Path) -> Command:
    return command(tmp_path / "data", mail_domain="in.example")


@pytest.fixture
def account(run: Command) -> str:
    new = ("account", "create", "--login", "anna", "--email", "a@a.example", "--password-stdin", "--json")
    return str(answer(run(*new, stdin="correct horse battery\n"))["id"])


def test_a_mailbox_is_added_listed_and_removed(run: Command, account: str) -> None:
    add = ("mailbox", "add", "--account", account, "--address", "Help@A.example")
    made = answer(run(*add, "--relay-url", "smtp://u:hunter2@h", "--locale", "de", "--json"))
    assert made.keys() == {"id", "address", "forwarding_address"}
    assert made["address"] == "help@a.example"
    assert made["forwarding_address"].endswith("@in.example")
    assert run(*add).returncode == 1
    listed = ("mailbox", "list", "--account", account, "--json")
    assert answer(run(*listed)) == {"mailboxes": [made]}
    assert run("mailbox", "remove", "--account", account, made["id"]).returncode == 0
    assert answer(run(*listed)) == {"mailboxes": []}


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("smtp://127.0.0.1:2526", ("127.0.0.1", 2526, "plain", "")),
        ("smtp://localhost?starttls=require", ("localhost", 25, "starttls", "")),
        ("smtp://me:hunter2@mail.example", ("mail.example", 25, "starttls", "me")),
        ("smtps://me:hunter2@mail.example", ("mail.example", 465, "tls", "me")),
    ],
)
def test_an_outgoing_server_of_its_own_becomes_its_account(
    run: Command, account: str, tmp_path: Path, url: str, found: tuple[str, int, str, str]
) -> None:
    answer(
        run("mailbox", "add", "--account", account, "--address", "a@a.example", "--relay-url", url, "--json")
    )
    with closing(sqlite3.connect(tmp_path / "data" / "manage4all.db")) as db:
        columns = "host, port, security, username, is_operators, sealed_secret"
        (row,) = db.execute(f"SELECT {columns} FROM smtp_account").fetchall()
    assert row[:4] == found
    assert row[4] == 1
    assert "hunter2" not in row[5]


def test_a_wrong_relay_is_refused_without_its_password(run: Command, account: str) -> None:
    add = ("mailbox", "add", "--account", account, "--address", "help@a.example")
    done = run(*add, "--relay-url", "http://u:hunter2@h")
    assert done.returncode == 1
    assert "hunter2" not in done.stderr + done.stdout
