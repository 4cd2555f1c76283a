"""`manage4all erasure preview|begin|list`: by number, asked before, and seen afterwards."""

from pathlib import Path

from tests.fakes.command import Command, answer, command


def account(run: Command) -> str:
    new = ("account", "create", "--login", "anna", "--email", "anna@a.example", "--password-stdin")
    return str(answer(run(*new, "--json", stdin="correct horse battery\n"))["id"])


def test_what_would_go_is_told_then_begun_after_a_question_and_listed(tmp_path: Path) -> None:
    run = command(tmp_path / "data")
    anna = account(run)
    of_time = ("--account", anna, "range", "--since", "2020-01-01", "--until", "2026-01-01")
    assert answer(run("erasure", "preview", *of_time, "--json")) == {"bytes": 0}
    refused = run("erasure", "begin", *of_time, stdin="n\n")
    assert refused.returncode == 130
    assert answer(run("erasure", "list", "--account", anna, "--json")) == {"erasures": []}
    made = answer(run("erasure", "begin", *of_time, "--yes", "--json"))["id"]
    (found,) = answer(run("erasure", "list", "--account", anna, "--json"))["erasures"]
    assert (found["id"], found["kind"], found["state"], found["done_at"]) == (made, "range", "waiting", "")
    assert made in run("erasure", "list", "--account", anna).stdout


def test_what_is_none_is_said_in_one_line(tmp_path: Path) -> None:
    run = command(tmp_path / "data")
    mine = ("--account", account(run))
    for what, says in (
        (("ticket", "x"), "Please name the ticket by its number."),
        (("contact",), "Please say what is to be erased."),
        (("range",), "Please say up to when."),
        (("range", "--since", "2026-01-02", "--until", "2026-01-01"), "The end must be after the beginning."),
        (("contact", "x", "--until", "2026-01-01"), "This is not erased by time."),
    ):
        assert run("erasure", "preview", *mine, *what).stderr == f"manage4all: {says}\n"
    missing = run("erasure", "begin", *mine, "contact", "nobody", "--yes")
    assert (missing.returncode, missing.stderr.count("\n")) == (1, 1)
    assert run("erasure", "preview", *mine, "account").returncode == 2
