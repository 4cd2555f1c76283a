"""`manage4all import`, as the operator calls it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from gateway.desk import mailboxes, people
from gateway.settings import Settings
from gateway.store import session
from tests import world
from tests.databases import Databases, configured
from tests.exporting import ask, make
from tests.fakes.doors import NOON, SUPPORT


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", mail_domain="in.example")


@pytest.fixture
def account(settings: Settings, databases: Databases) -> str:
    """The id of an account with one mailbox, beside a stranger with another."""
    databases.lay(settings.effective_database_url)
    session.configure(settings.effective_database_url)
    with session.transaction() as db:
        _add(db, settings, "stranger", "help@stranger.example")
        account = _add(db, settings, "owner", SUPPORT)
    session.dispose()
    return account


def _add(db: Session, settings: Settings, login: str, address: str) -> str:
    made = people.create_account(
        db, login=login, email=f"{login}@x.example", name="", password_hash="x", now=NOON
    )
    mailboxes.add(db, made.id, address, mail_domain=settings.mail_domain, now=NOON)
    return made.public_id


def mail(number: int) -> str:
    return f"From: ann@example.org\nMessage-ID: <{number}@x>\nSubject: printer {number}\n\nIt is jammed.\n"


def run_import(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gateway.cli.main", "import", *arguments],
        env={**os.environ, **settings.environment()},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def counts(done: subprocess.CompletedProcess[str]) -> list[int]:
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert list(told) == ["offered", "tickets", "follow_ups", "duplicates", "quarantined", "refused"]
    return list(told.values())


def test_an_mbox_is_imported_once(settings: Settings, account: str, tmp_path: Path) -> None:
    file = tmp_path / "old.mbox"
    file.write_text("".join(f"From ann@x Mon Mar  2 12:00:00 2026\n{mail(n)}\n" for n in (1, 2, 1)))
    call = ("mbox", "--account", account, "--mailbox", SUPPORT, "--json", str(file))
    assert counts(run_import(settings, *call)) == [3, 2, 0, 1, 0, 0]
    assert counts(run_import(settings, *call)) == [3, 0, 0, 3, 0, 0]


def test_a_maildir_is_imported(settings: Settings, account: str, tmp_path: Path) -> None:
    for number, part in enumerate(("new", "cur")):
        (tmp_path / "old" / part).mkdir(parents=True)
        (tmp_path / "old" / part / f"{number}.host").write_text(mail(number))
    call = ("maildir", "--account", account, "--mailbox", SUPPORT, "--json", str(tmp_path / "old"))
    assert counts(run_import(settings, *call)) == [2, 2, 0, 0, 0, 0]


@pytest.mark.parametrize("mailbox", ["help@stranger.example", "nobody@desk.example"])
def test_a_mailbox_of_somebody_else_is_none(
    settings: Settings, account: str, tmp_path: Path, mailbox: str
) -> None:
    (tmp_path / "old.mbox").touch()
    call = ("mbox", "--account", account, "--mailbox", mailbox, str(tmp_path / "old.mbox"))
    done = run_import(settings, *call)
    assert done.returncode == 1
    assert done.stderr == "manage4all: The account has no such mailbox.\n"


def test_a_folder_that_is_no_maildir_is_refused(settings: Settings, account: str, tmp_path: Path) -> None:
    done = run_import(settings, "maildir", "--account", account, "--mailbox", SUPPORT, str(tmp_path))
    assert done.returncode == 1
    assert "not a maildir" in done.stderr


def test_a_dry_run_counts_and_keeps_nothing(settings: Settings, account: str, tmp_path: Path) -> None:
    file = tmp_path / "old.mbox"
    answer = "In-Reply-To: <1@x>\n" + mail(2)
    file.write_text(
        "".join(f"From ann@x Mon Mar  2 12:00:00 2026\n{text}\n" for text in (mail(1), answer, mail(3)))
    )
    call = ("mbox", "--account", account, "--mailbox", SUPPORT, "--json", str(file))
    dry = run_import(settings, *call, "--dry-run")
    assert json.loads(dry.stdout) == {"mails": 3, "threads": 2, "sent": 0, "refused": 0}
    assert counts(run_import(settings, *call)) == [3, 2, 1, 0, 0, 0]


def test_customers_come_from_a_csv_file_after_a_dry_run(
    settings: Settings, account: str, tmp_path: Path
) -> None:
    file = tmp_path / "customers.csv"
    file.write_text("customer;addresses;fax\nAcme;ann@acme.example;1\n;nobody;2\n", "utf-8")
    call = ("csv", "--account", account, str(file))
    dry = run_import(settings, *call, "--dry-run", "--json")
    assert dry.returncode == 1  # one line has an error
    told = json.loads(dry.stdout)
    assert told["lines"] == [
        {"line": 2, "outcome": "created", "subject": "Acme · ann@acme.example", "error": None},
        {"line": 3, "outcome": "error", "subject": "nobody", "error": "This is not a valid e-mail address."},
    ]
    assert [told[name] for name in ("created", "changed", "unchanged", "error")] == [1, 0, 0, 1]
    assert told["ignored"] == ["fax"]
    assert "2: created  Acme" in run_import(settings, *call).stdout
    file.write_text("customer\nAcme\n", "utf-8")
    again = run_import(settings, *call)
    assert (again.returncode, again.stdout.splitlines()[0]) == (0, "2: unchanged  Acme")


def test_a_csv_file_for_nobody_or_without_columns_is_one_clear_line(
    settings: Settings, account: str, tmp_path: Path
) -> None:
    file = tmp_path / "customers.csv"
    file.write_text("a;b\n1;2\n", "utf-8")
    for whose, said in ((account, "The first line has to name the columns"), ("nobody", "no such account")):
        done = run_import(settings, "csv", "--account", whose, str(file))
        assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
        assert said in done.stderr


@pytest.fixture
def exported(tmp_path: Path, databases: Databases) -> Path:
    """An account's export."""
    with configured(databases.migrated("sqlite", tmp_path)):
        made = world.build(tmp_path)
        made.receive(world.mail())
        key, public_id = ask(made, made.ours.owner)
        make(made, key)
        return made.blobs.root / "exports" / f"{public_id}.zip"


def test_a_whole_account_comes_back_into_an_installation_of_nothing(
    settings: Settings, exported: Path
) -> None:
    done = run_import(settings, str(exported))
    assert done.returncode == 0, done.stderr
    assert "ticket: 1\n" in done.stdout
    again = run_import(settings, str(exported), "--json")
    assert (again.returncode, again.stderr) == (1, "manage4all: This account is here already.\n")


def test_what_came_is_told_as_json_with_the_logins_that_were_taken(
    settings: Settings, account: str, exported: Path
) -> None:
    session.configure(settings.effective_database_url)
    with session.transaction() as db:
        _add(db, settings, "ours", "other@x.example")
    session.dispose()
    done = run_import(settings, str(exported), "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["rows"]["ticket"], told["files"], told["renamed"]) == (1, 1, {"ours": "ours-2"})


def test_what_is_neither_command_nor_file_is_refused(settings: Settings, tmp_path: Path) -> None:
    for word in ("nothing", str(tmp_path)):
        done = run_import(settings, word)
        assert done.returncode == 2
        assert "No such command" in done.stderr
    (tmp_path / "x.zip").write_bytes(b"x")
    done = run_import(settings, str(tmp_path / "x.zip"))
    assert (done.returncode, done.stderr.count("damaged")) == (1, 1)
