"""`manage4all account`."""

import json
import sqlite3
from pathlib import Path

from gateway.desk import passwords
from tests.fakes.command import answer, command

PASSWORD = "correct horse battery\n"


def test_an_account_is_created_shown_and_listed(tmp_path: Path) -> None:
    run = command(tmp_path / "data")
    new = (
        "account",
        "create",
        "--login",
        "Anna",
        "--email",
        "anna@a.example",
        "--name",
        "A",
        "--password-stdin",
    )
    made = answer(run(*new, "--json", stdin=PASSWORD))
    assert made == {"id": made["id"], "login": "anna", "email": "anna@a.example"}
    again = run(*new, stdin=PASSWORD)
    assert (again.returncode, again.stderr) == (1, "manage4all: This login is taken.\n")
    shown = answer(run("account", "show", made["id"], "--json"))
    assert {**made, "name": "A"}.items() <= shown.items()
    assert answer(run("account", "list", "--json")) == {"accounts": [shown]}
    assert "anna@a.example" in run("account", "list").stdout


def test_a_bad_password_or_an_unknown_account_is_one_line(tmp_path: Path) -> None:
    run = command(tmp_path / "data")
    new = ("account", "create", "--login", "anna", "--email", "anna@a.example", "--password-stdin")
    for stdin, words in (("", "no password"), ("short\n", "10 to 1000")):
        done = run(*new, stdin=stdin)
        assert (done.returncode, done.stdout) == (1, "")
        assert words in done.stderr
        assert done.stderr.count("\n") == 1
    assert run("account", "show", "nobody").stderr == "manage4all: There is no such account.\n"


def test_who_has_lost_the_second_factor_is_let_in_by_the_operator(tmp_path: Path) -> None:
    run = command(tmp_path / "data")
    run(
        "account",
        "create",
        "--login",
        "anna",
        "--email",
        "anna@a.example",
        "--password-stdin",
        stdin=PASSWORD,
    )
    assert answer(run("account", "unlock", "anna", "--json")) == {"login": "anna"}
    done = run("account", "unlock", "nobody")
    assert (done.returncode, done.stderr) == (1, "manage4all: There is nobody with this login.\n")


def test_the_operator_reads_and_checks_the_audit_log(tmp_path: Path) -> None:
    run = command(tmp_path / "data")
    new = ("account", "create", "--login", "anna", "--email", "anna@a.example", "--password-stdin", "--json")
    made = answer(run(*new, stdin=PASSWORD))
    run("account", "unlock", "anna")
    lines = run("account", "audit", made["id"]).stdout.splitlines()
    assert [line.split("\t")[3] for line in lines] == ["account_created", "factor_taken_away"]
    assert {line.split("\t")[2] for line in lines} == {"operator:"}
    entries = [json.loads(line) for line in run("account", "audit", made["id"], "--json").stdout.splitlines()]
    checked = answer(run("account", "audit", made["id"], "--verify", "--json"))
    assert checked == {"whole": True, "entries": 2, "head": entries[-1]["hash"], "broken_at": None}
    with sqlite3.connect(tmp_path / "data" / "manage4all.db") as database:
        database.execute("DROP TRIGGER audit_entry_unchanged")
        database.execute("UPDATE audit_entry SET kind = 'sign_in' WHERE seq = 2")
    database.close()
    done = run("account", "audit", made["id"], "--verify", "--json")
    assert (done.returncode, json.loads(done.stdout)["broken_at"]) == (1, 2)


def test_whom_no_mail_reaches_gets_a_password_from_the_operator(tmp_path: Path) -> None:
    run = command(tmp_path / "data")
    new = ("account", "create", "--login", "anna", "--email", "anna@a.example", "--password-stdin")
    run(*new, stdin=PASSWORD)
    told = run("account", "password", "anna", "--password-stdin", "--json", stdin="another " + PASSWORD)
    assert answer(told) == {"login": "anna"}
    with sqlite3.connect(next((tmp_path / "data").glob("*.db"))) as db:
        (kept,) = db.execute("SELECT password_hash FROM staff").fetchone()
    assert passwords.check(kept, "another " + PASSWORD.strip())
    done = run("account", "password", "nobody", "--password-stdin", stdin=PASSWORD)
    assert (done.returncode, done.stderr) == (1, "manage4all: There is nobody with this login.\n")


def test_an_account_is_ended_by_its_name_and_taken_back(tmp_path: Path) -> None:
    run = command(tmp_path / "data", termination_grace_days="3")
    new = ("account", "create", "--login", "anna", "--email", "anna@a.example", "--name", "A & Sons")
    made = answer(run(*new, "--password-stdin", "--json", stdin=PASSWORD))
    wrong = run("account", "terminate", "anna", "--name", "B")
    assert (wrong.returncode, wrong.stderr) == (1, "manage4all: This is not the name of the account.\n")
    ended = answer(run("account", "terminate", "anna", "--name", "A & Sons", "--json"))
    (shown,) = answer(run("operator", "accounts", "--json"))["accounts"]
    assert (ended["id"], ended["erased_from"]) == (made["id"], shown["terminates_at"])
    assert "terminated" in run("operator", "resume", "anna").stderr
    assert answer(run("account", "take-back", made["id"], "--json")) == {"id": made["id"]}
    (shown,) = answer(run("operator", "accounts", "--json"))["accounts"]
    assert (shown["terminates_at"], shown["suspended"]) == (None, False)
    assert run("account", "take-back", "anna").stderr == "manage4all: This account is not terminated.\n"
