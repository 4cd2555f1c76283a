"""`manage4all mailbox`."""

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


def test_a_wrong_relay_is_refused_without_its_password(run: Command, account: str) -> None:
    add = ("mailbox", "add", "--account", account, "--address", "help@a.example")
    done = run(*add, "--relay-url", "http://u:hunter2@h")
    assert done.returncode == 1
    assert "hunter2" not in done.stderr + done.stdout
