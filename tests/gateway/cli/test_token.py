"""`manage4all token`."""

from pathlib import Path

from gateway.desk import tokens
from gateway.errors import Unauthenticated
from gateway.store import session
from tests.databases import configured
from tests.fakes.command import answer, command


def works(data_dir: Path, secret: str) -> bool:
    with configured(f"sqlite:///{data_dir / 'manage4all.db'}"), session.reading() as db:
        try:
            return bool(tokens.authenticate(db, secret))
        except Unauthenticated:
            return False


def test_a_token_works_at_once_until_it_is_revoked(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    run = command(data_dir)
    new = ("account", "create", "--login", "anna", "--email", "a@a.example", "--password-stdin", "--json")
    account = answer(run(*new, stdin="correct horse battery\n"))["id"]
    made = answer(run("token", "create", "--account", account, "--label", "sync", "--json"))
    assert made.keys() == {"token"}
    assert works(data_dir, made["token"])
    listing = run("token", "list", "--account", account, "--json")
    (listed,) = answer(listing)["tokens"]
    assert (listed["label"], listed["revoked_at"]) == ("sync", None)
    assert made["token"] not in listing.stdout
    assert run("token", "revoke", "--account", account, listed["id"]).returncode == 0
    assert not works(data_dir, made["token"])
