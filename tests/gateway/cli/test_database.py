"""`manage4all db`."""

from pathlib import Path

from gateway.store.migrate import HEAD
from tests.databases import Databases
from tests.fakes.command import command


def test_check_says_what_is_missing_and_upgrade_mends_it(
    databases: Databases, kind: str, tmp_path: Path
) -> None:
    url = databases.empty(kind, tmp_path)
    run = command(tmp_path / "data", database_url=url)
    before = run("db", "check")
    assert (before.returncode, "db upgrade" in before.stdout) == (1, True)
    assert run("db", "upgrade").stdout == f"The database is at revision {HEAD}.\n"
    after = run("db", "check")
    assert (after.returncode, after.stdout) == (0, f"The database is at the newest revision, {HEAD}.\n")
    assert run("db", "upgrade", "--quiet").stdout == ""
    databases.drop(url)


def test_a_database_that_is_away_is_one_line(tmp_path: Path) -> None:
    done = command(tmp_path, database_url="postgresql://u:hunter2@127.0.0.1:1/d")("db", "check")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "hunter2" not in done.stderr
