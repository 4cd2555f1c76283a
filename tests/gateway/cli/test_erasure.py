"""`manage4all erasure`."""

import json
from pathlib import Path

import pytest

from gateway.store import receipts
from gateway.store.erasurejournal import ErasureJournal
from gateway.store.receipts import Receipt
from tests.databases import Databases
from tests.fakes.command import command
from tests.world import NOON

KEY = "the installation's secret"
RECEIPT = Receipt("e1", "ticket", {"tickets": 1}, "a", "b", "https://desk.example", "0.1.0")


def test_a_receipt_of_ones_own_is_told_and_a_changed_one_is_not(tmp_path: Path) -> None:
    run = command(tmp_path / "data", secret_key=KEY)
    file = tmp_path / "receipt.json"
    file.write_text(receipts.sign(RECEIPT, KEY.encode()))
    done = run("erasure", "verify", str(file), "--json")
    assert (done.returncode, json.loads(done.stdout)["id"]) == (0, "e1")
    file.write_text(file.read_text().replace('"e1"', '"e2"'))
    changed = run("erasure", "verify", str(file))
    assert (changed.returncode, changed.stderr.count("\n")) == (1, 1)
    assert "was changed" in changed.stderr


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"{}", b"x" * 200_000])
def test_what_is_no_receipt_is_one_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    done = command(tmp_path / "data", secret_key=KEY)("erasure", "verify", str(tmp_path / "file"))
    assert (done.returncode, done.stderr) == (1, "manage4all: This is no receipt of an erasure.\n")


def test_what_the_journal_knows_and_the_database_does_not_is_erased_again(
    databases: Databases, kind: str, tmp_path: Path
) -> None:
    journal, url = tmp_path / "apart" / "journal", databases.migrated(kind, tmp_path)
    run = command(tmp_path / "data", database_url=url, secret_key=KEY, erasure_journal=str(journal))
    assert run("erasure", "again").stdout == "Erased again: 0.\n"
    ErasureJournal(journal, KEY.encode()).note("e1", "account", "a", [("account", "a")], at=NOON)
    assert run("erasure", "again", "--quiet").stdout == "Erased again: 1.\n"
    assert run("erasure", "again", "--quiet").stdout == ""
    databases.drop(url)
