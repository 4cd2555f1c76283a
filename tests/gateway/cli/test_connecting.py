"""`manage4all mailbox connect|start`, against a real Dovecot."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.command import Command, answer, command
from tests.fakes.dovecot import PASSWORD, USER, Dovecot
from tests.fakes.oauth_server import OAuthServer
from tests.world import mail

ADDRESS = "help@a.example"


@pytest.fixture
def dovecot() -> Iterator[Dovecot]:
    with Dovecot() as server:
        yield server


@pytest.fixture
def run(tmp_path: Path) -> Command:
    return command(tmp_path / "data", mail_domain="in.example", min_free_bytes="0")


@pytest.fixture
def account(run: Command) -> str:
    new = ("account", "create", "--login", "anna", "--email", "a@a.example", "--password-stdin", "--json")
    made = str(answer(run(*new, stdin="correct horse battery\n"))["id"])
    answer(run("mailbox", "add", "--account", made, "--address", ADDRESS, "--json"))
    return made


def connect(account: str, dovecot: Dovecot, *more: str) -> tuple[str, ...]:
    where = ("--host", "localhost", "--port", str(dovecot.port), "--security", "plain", "--user", USER)
    return (
        "mailbox",
        "connect",
        "--account",
        account,
        "--mailbox",
        ADDRESS,
        *where,
        "--password-stdin",
        *more,
    )


def test_it_is_counted_first_and_begun_when_somebody_says_so(
    run: Command, account: str, dovecot: Dovecot
) -> None:
    dovecot.append(mail(message_id="a@x"), mail(in_reply_to="a@x"), mail())
    made = answer(run(*connect(account, dovecot, "--json"), stdin=f"{PASSWORD}\n"))
    assert (made["state"], made["mails"], made["threads"], made["sent"]) == ("trial", 3, 2, 0)
    assert made["words"] == "2 threads in 3 mails, 0 mails will be sent"
    assert dovecot.seen() == 0
    mine = ("--account", account, "--mailbox", ADDRESS)
    begun = answer(run("mailbox", "start", *mine, "--import-old", "--json"))
    assert (begun["state"], begun["imports_old"]) == ("active", True)
    assert run("mailbox", "start", *mine, "--only-new").returncode == 1
    assert run("imap", "--once").returncode == 0
    assert dovecot.seen() == 3


def test_it_may_be_begun_at_once(run: Command, account: str, dovecot: Dovecot) -> None:
    dovecot.append(mail())
    begun = answer(run(*connect(account, dovecot, "--only-new", "--json"), stdin=f"{PASSWORD}\n"))
    assert (begun["state"], begun["imports_old"]) == ("active", False)
    assert run("imap", "--once").returncode == 0
    assert dovecot.seen() == 0


def test_what_does_not_work_is_told_in_words_and_not_kept(
    run: Command, account: str, dovecot: Dovecot
) -> None:
    done = run(*connect(account, dovecot, "--json"), stdin="hunter2\n")
    assert done.returncode == 1
    assert "Not connected. The server did not accept user name and password." in done.stderr
    assert "hunter2" not in done.stderr + done.stdout
    done = run(*connect(account, dovecot, "--folder", "Nowhere"), stdin=f"{PASSWORD}\n")
    assert "A folder cannot be opened." in done.stderr
    answer(run(*connect(account, dovecot, "--json"), stdin=f"{PASSWORD}\n"))


def test_no_password_and_no_mailbox_are_told(run: Command, account: str, dovecot: Dovecot) -> None:
    assert "no password" in run(*connect(account, dovecot)).stderr
    other = ["x@y.example" if word == ADDRESS else word for word in connect(account, dovecot)]
    assert "no such mailbox" in run(*other, stdin="x\n").stderr


def test_by_oauth_the_refresh_token_comes_from_stdin(run: Command, account: str) -> None:
    with OAuthServer() as oauth, Dovecot(introspection_url=oauth.introspection_url) as dovecot:
        by_token = ("--token-url", oauth.url, "--client-id", oauth.client_id, "--only-new", "--json")
        secrets = f"{oauth.refresh_token}\n{oauth.client_secret}\n"
        begun = answer(run(*connect(account, dovecot, *by_token), stdin=secrets))
        assert begun["state"] == "active"
