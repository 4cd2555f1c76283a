"""What was deleted is in no file of the database any more."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from gateway.errors import Unavailable
from gateway.rules.erasure import ErasureKind
from gateway.store import session
from gateway.store.erased import wiping
from tests.databases import Databases
from tests.erasing import erased, rows_with
from tests.world import World, mail


def test_no_file_of_the_database_holds_what_is_deleted(
    world: World, database: str, databases: Databases
) -> None:
    """PostgreSQL writes nothing over by itself: there it is the operator's `VACUUM FULL` that does."""

    def is_kept() -> bool:
        return any(b"wipemark" in path.read_bytes().lower() for path in databases.files(database))

    for number in range(30):
        world.receive(mail(f"wipemark{number}", subject="Wipemark"))
    with session.transaction() as db:
        db.execute(text("DELETE FROM ticket"))
        db.execute(text("DELETE FROM intake"))
    assert is_kept()
    breaths: list[int] = []

    def breathe() -> None:
        with session.transaction() as db:  # as who erases does, to keep its work
            breaths.append(db.execute(text("SELECT count(*) FROM ticket")).scalar_one())

    wiping.wipe(breathe)
    assert breaths
    if not session.is_sqlite():
        assert is_kept()
        assert never_vacuumed() == ["alembic_version"]
        with session.outside() as run:
            run("VACUUM FULL")
    assert not is_kept()


def never_vacuumed() -> list[str]:
    """Tables of PostgreSQL's whose dead rows nobody has looked for."""
    with session.outside() as run:
        return [name for (name,) in run("SELECT relname FROM pg_stat_user_tables WHERE last_vacuum IS NULL")]


@pytest.mark.parametrize("kind", ["sqlite"])  # PostgreSQL has no log that readers hold
def test_while_somebody_reads_an_old_state_it_is_told(world: World, database: str) -> None:
    reader = sqlite3.connect(make_url(database).database or "", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM ticket").fetchall()
    world.receive(mail())
    with pytest.raises(Unavailable):
        wiping.truncate_log()
    reader.execute("ROLLBACK")
    reader.close()
    wiping.truncate_log()


@pytest.mark.parametrize("kind", ["sqlite"])
def test_while_somebody_reads_on_the_file_is_written_anew_once(world: World, database: str) -> None:
    path = Path(make_url(database).database or "")
    log = path.with_name(f"{path.name}-wal")
    world.receive(mail())
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM ticket").fetchall()
    with pytest.raises(Unavailable):
        wiping.wipe(lambda: None)
    before = log.stat().st_size
    told: list[int] = []

    def breathe() -> None:
        with session.transaction() as db:  # as who erases does, to keep its work
            told.append(db.execute(text("SELECT count(*) FROM ticket")).scalar_one())

    with pytest.raises(Unavailable):
        wiping.wipe(breathe)
    assert log.stat().st_size == before  # else every try would add the whole database to it
    assert set(told) == {1}
    reader.execute("ROLLBACK")
    reader.close()
    wiping.wipe(lambda: None)
    assert not log.exists() or log.stat().st_size == 0


def test_what_was_found_by_words_is_found_after_it(world: World) -> None:
    world.receive(mail("first wipemark"))
    world.receive(
        mail("second keepmark", sender="Bob <bob@elsewhere.example>"), mail_from="bob@elsewhere.example"
    )
    erased(world, ErasureKind.TICKET, "1")
    assert rows_with("wipemark") == []
    assert {name for name, _ in rows_with("keepmark")} >= {"article", "article_search"}
