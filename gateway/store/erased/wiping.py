"""Getting removed rows out of the database's files: free pages, the write-ahead log, the index of words.

SQLite overwrites nothing by itself: a deleted row stays in its page, an index of words keeps a deleted
message until its parts are merged, and the write-ahead log holds what was written. PostgreSQL keeps dead
rows until they are vacuumed.
"""

import time
from collections.abc import Callable

from sqlalchemy import text

from gateway.errors import Unavailable
from gateway.store import session
from gateway.store.models import Record

_PAGES = 1000
_AT_ONCE = 8
_LOOKS = 50
_IS_READ = "somebody reads what the write-ahead log holds"


def wipe(breathe: Callable[[], None]) -> None:
    """Do it; `breathe` is called between two pieces of work. Unavailable where somebody reads an old state.

    On SQLite the file is written anew (VACUUM): meanwhile nobody else writes. It is not begun while
    somebody reads what is older than the log's end: the log would grow by the whole database at every try.
    """
    if not session.is_sqlite():
        tables = [f'"{name}"' for name in (*Record.metadata.tables, "article_search")]
        for start in range(0, len(tables), _AT_ONCE):
            with session.outside() as run:  # closed again before `breathe`, which may write
                run(f"VACUUM {', '.join(tables[start : start + _AT_ONCE])}")
            breathe()
        return
    _await_readers(breathe)
    _merge_words(breathe)
    with session.outside() as run:
        run("PRAGMA temp_store=FILE")  # the whole database is written there once: memory would not hold it
        run("VACUUM")
    truncate_log()


def truncate_log() -> None:
    """Bring SQLite's write-ahead log into the file and cut it to nothing."""
    with session.outside() as run:
        ((is_busy, _, _),) = run("PRAGMA wal_checkpoint(TRUNCATE)")
    if is_busy:
        raise Unavailable(detail=_IS_READ)


def _await_readers(breathe: Callable[[], None]) -> None:
    """Wait a moment for who reads an old state. Unlike cutting the log, that keeps nobody from writing."""
    for _ in range(_LOOKS):
        with session.outside() as run:
            ((_, in_log, in_file),) = run("PRAGMA wal_checkpoint(PASSIVE)")
        if in_file >= in_log:
            return
        time.sleep(session.BUSY_SECONDS / _LOOKS)
        breathe()
    raise Unavailable(detail=_IS_READ)


def _merge_words(breathe: Callable[[], None]) -> None:
    """Make one part of all parts of the index, some pages a transaction: what is deleted is in none then."""
    pages = -_PAGES  # below zero the first time: also parts that are large already
    is_done = False
    while not is_done:
        with session.transaction() as db:
            before = db.execute(_CHANGES).scalar_one()
            db.execute(_MERGE, {"pages": pages})
            is_done = db.execute(_CHANGES).scalar_one() - before < 2
        pages = _PAGES
        breathe()


_CHANGES = text("SELECT total_changes()")
_MERGE = text("INSERT INTO article_search (article_search, rank) VALUES ('merge', :pages)")
