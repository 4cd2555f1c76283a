"""`manage4all operator`."""

from pathlib import Path

from tests.databases import configured
from tests.fakes.command import Command, answer, command
from tests.gateway.desk.test_certificates import fail


def account(run: Command, login: str) -> str:
    new = ("account", "create", "--login", login, "--email", f"{login}@a.example", "--password-stdin")
    return str(answer(run(*new, "--json", stdin="correct horse battery\n"))["id"])


def test_one_account_is_appointed_and_shown(tmp_path: Path) -> None:
    run = command(tmp_path / "data", public_sign_up="closed")
    anna, bert = account(run, "anna"), account(run, "bert")
    nobody = run("operator", "show")
    assert (nobody.returncode, nobody.stderr.count("\n")) == (1, 1)
    assert "operator appoint" in nobody.stderr
    for login, account_id in (("anna", anna), ("bert", bert)):
        assert answer(run("operator", "appoint", login, "--json")) == {"id": account_id, "login": login}
    shown = answer(run("operator", "show", "--json"))
    assert shown == {"id": bert, "login": "bert", "sign_up": "closed"}
    assert run("operator", "appoint", "carl").stderr == "manage4all: There is no such account.\n"


def test_accounts_are_counted_limited_and_shut(tmp_path: Path) -> None:
    run = command(tmp_path / "data")
    anna = account(run, "anna")
    made = answer(run("mailbox", "add", "--account", anna, "--address", "help@anna.example", "--json"))
    mail = "Subject: SECRET\n\nSECRET\n"
    assert run("deliver", "--rcpt", made["address"], stdin=mail).returncode == 0
    (found,) = answer(run("operator", "accounts", "--json"))["accounts"]
    assert (found["id"], found["login"], found["staff"], found["mailboxes"]) == (anna, "anna", 1, 1)
    assert found["bytes"] >= len(mail)
    assert (found["last_sign_in"], found["most_staff"], found["suspended"]) == (None, 0, False)
    listed = run("operator", "accounts").stdout
    head, first = listed.splitlines()
    assert head.split("\t")[:2] == ["id", "login"]
    assert first.split("\t")[:2] == [anna, "anna"]
    assert "SECRET" not in listed
    limited = answer(run("operator", "limit", "anna", "--staff", "3", "--bytes", "10", "--json"))
    assert (limited["most_staff"], limited["most_bytes"], limited["most_mails_day"]) == (3, 10, 0)
    assert answer(run("operator", "limit", anna, "--mails", "7", "--json"))["most_staff"] == 3
    assert run("deliver", "--rcpt", made["address"], stdin=mail).returncode == 75
    run("operator", "limit", anna, "--bytes", "0")
    assert answer(run("operator", "suspend", anna, "--json"))["suspended"] is True
    assert run("operator", "suspend", anna).stderr == "manage4all: This account is suspended already.\n"
    assert run("deliver", "--rcpt", made["address"], stdin=mail).returncode == 75
    assert answer(run("operator", "resume", anna, "--json"))["suspended"] is False
    assert run("deliver", "--rcpt", made["address"], stdin=mail).returncode == 0


def test_certificates_that_did_not_arrive_are_listed_sent_again_or_forgotten(tmp_path: Path) -> None:
    run = command(tmp_path / "data")
    account(run, "anna")
    assert answer(run("operator", "certificates", "--json")) == {"certificates": []}
    with configured(f"sqlite:///{tmp_path / 'data' / 'manage4all.db'}"):
        for erasure in ("e1", "e2"):
            fail(erasure)
    (first, second) = answer(run("operator", "certificates", "--json"))["certificates"]
    assert (first["erasure"], first["recipient"], first["answer"]) == ("e1", "ann@acme.example", "550 no")
    assert second["erasure"] == "e2"
    done = run("operator", "certificates", "--send-again", "e1", "--forget", "e2", "--json")
    assert answer(done) == {"certificates": []}
    assert run("operator", "certificates", "--send-again", "e1").returncode == 1
