"""`manage4all account`."""

from pathlib import Path

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
