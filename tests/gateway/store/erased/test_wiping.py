"""What was deleted is in no file of the database any more."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from gateway.errors import Unavailable
from gateway.rules.erasure import ErasureKind
from gateway.store import session
from gateway.store.erased import wiping
from tests.erasing import erased, rows_with
from tests.world import World, mail


def files(url: str) -> list[Path]:
    path = Path(make_url(url).database or "")
    return sorted(path.parent.glob(f"{path.name}*"))


def test_sqlites_files_hold_nothing_deleted(world: World, database: str) -> None:
    if not session.is_sqlite():
        pytest.skip("only SQLite's files can be looked into")
    for number in range(30):
        world.receive(mail(f"wipemark{number}", subject="Wipemark"))
    with session.transaction() as db:
        db.execute(text("DELETE FROM ticket"))
        db.execute(text("DELETE FROM intake"))
    assert any(b"wipemark" in path.read_bytes().lower() for path in files(database))
    breaths: list[int] = []
    wiping.wipe(lambda: breaths.append(1))
    assert not any(b"wipemark" in path.read_bytes().lower() for path in files(database))
    assert breaths


def test_while_somebody_reads_an_old_state_it_is_told(world: World, database: str) -> None:
    if not session.is_sqlite():
        pytest.skip("only SQLite has such a log")
    reader = sqlite3.connect(make_url(database).database or "", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM ticket").fetchall()
    world.receive(mail())
    with pytest.raises(Unavailable):
        wiping.truncate_log()
    reader.execute("ROLLBACK")
    reader.close()
    wiping.truncate_log()


def test_what_was_found_by_words_is_found_after_it(world: World) -> None:
    world.receive(mail("first wipemark"))
    world.receive(
        mail("second keepmark", sender="Bob <bob@elsewhere.example>"), mail_from="bob@elsewhere.example"
    )
    erased(world, ErasureKind.TICKET, "1")
    assert rows_with("wipemark") == []
    assert {name for name, _ in rows_with("keepmark")} >= {"article", "article_search"}
