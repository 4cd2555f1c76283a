"""The engine and the only commit and rollback of the product.

`transaction()` writes, `reading()` reads; neither nests, and no network call belongs inside.
SQLite runs with a write-ahead log and `synchronous=FULL` (NORMAL would lose commits on power
loss and break the promise of the 250); writers begin with BEGIN IMMEDIATE so that they wait at
the start and never fail half-way. PostgreSQL runs READ COMMITTED with conditional updates.
"""

import json
import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, ExceptionContext, Insert, create_engine, event, make_url
from sqlalchemy.exc import DataError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

from gateway import clock
from gateway.errors import Invalid, StorageFull, Unavailable
from gateway.rules.news import News
from gateway.store import binding

BUSY_SECONDS = 5.0
"""How long a SQLite writer waits for another before it gives up with Unavailable."""

_WRITER_STEP_SECONDS = 0.001
_MIGRATION_SECONDS = 60.0
"""Who comes to a SQLite file in the midst of a migration waits for its end: it may copy large tables."""
_READ_ONLY = "25006"
"""PostgreSQL's word of a server that only reads: one that is to take another's place, or has lost its own."""
_BOUND = "SELECT current_setting('m4a.account', true)"
_BIND = "SELECT set_config('m4a.account', %s, true)"

Wake = Callable[[str, Sequence[int]], None]
"""Called after a commit with a topic and the outbox ids that are due; must neither block nor raise."""

Announce = Callable[[Sequence[News]], None]
"""Called after a commit with what has changed, for whoever looks on; must neither block nor raise."""


@dataclass(slots=True)
class _Database:
    url: str
    engine: Engine
    writer: Engine
    wake: Wake
    announce: Announce
    pid: int


_database: _Database | None = None
_at_disposal: list[Callable[[], None]] = []
_open: ContextVar[bool] = ContextVar("transaction_open", default=False)


def _sleep_on(topic: str, outbox_ids: Sequence[int]) -> None:
    """No queue is configured: the sweep will find the rows."""


def _keep_quiet(news: Sequence[News]) -> None:
    """Nobody is told: whoever looks on will see it at their next look."""


def configure(url: str, *, wake: Wake = _sleep_on, announce: Announce = _keep_quiet) -> None:
    """Set this process's database; call it once after any fork. Replaces an earlier one.

    An engine for the same address stays: what was built before a fork is shared memory after it.
    """
    global _database  # noqa: PLW0603 - one database a process, set at its start
    if _database is None or not _is_fresh(_database.engine):
        dispose()
    if _database is not None and _database.url == url:
        _database.wake, _database.announce, _database.pid = wake, announce, os.getpid()
        return
    engine = _make_engine(url)
    writer = engine.execution_options(m4a_write=True)
    _database = _Database(url, engine, writer, wake, announce, os.getpid())


def _is_fresh(engine: Engine) -> bool:
    """Whether it has no connection: made or disposed of, and not used since. A pool is memory too."""
    pool = engine.pool
    return isinstance(pool, QueuePool) and pool.checkedin() == pool.checkedout() == 0


def at_disposal(work: Callable[[], None]) -> None:
    """Have this done whenever a process is done with its database: for connections that no pool knows."""
    _at_disposal.append(work)


def dispose() -> None:
    """Close every connection of this process; those it was forked with are left to its parent."""
    if _database is not None:
        for work in _at_disposal:
            work()
        _database.engine.dispose(close=_database.pid == os.getpid())


def engine() -> Engine:
    """The configured engine, for migrations and health checks."""
    return _configured().engine


def is_sqlite() -> bool:
    """Whether the configured database is SQLite."""
    return _configured().engine.dialect.name == "sqlite"


@contextmanager
def transaction() -> Iterator[Session]:
    """One writing transaction: committed at the end, rolled back on any exception.

    Raises Unavailable (or StorageFull) when the database cannot be reached or written, and
    RuntimeError when opened inside another one. Due outbox rows put inside are woken after the commit.
    """
    database = _configured()
    with _exclusive(), translated(), Session(database.writer, expire_on_commit=False) as db:
        try:
            yield db
            for work in db.info.pop("last", ()):
                work(db)
            db.commit()
        except BaseException:
            db.rollback()
            raise
    for topic, ids in db.info.get("wake", {}).items():
        database.wake(topic, ids)
    if news := db.info.get("news"):
        database.announce(tuple(news))


@contextmanager
def reading() -> Iterator[Session]:
    """One reading transaction; nothing done inside is kept."""
    database = _configured()
    with _exclusive(), translated(), Session(database.engine, autoflush=False) as db:
        try:
            yield db
        finally:
            db.rollback()


@contextmanager
def snapshot() -> Iterator[Session]:
    """Likewise for a long look at many tables: all of it as it was at the first of them."""
    with reading() as db:
        if db.get_bind().dialect.name == "postgresql":  # on SQLite every transaction is like that
            db.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        yield db


@contextmanager
def schema_change() -> Iterator[Connection]:
    """One writing transaction on a bare connection, for migrations; kept at the end, if nothing is raised."""
    patient = _configured().writer.execution_options(m4a_patience=_MIGRATION_SECONDS)
    with _exclusive(), translated(), patient.begin() as connection:
        yield connection


@contextmanager
def outside() -> Iterator[Callable[[str], Sequence[Any]]]:
    """What runs statements outside of any transaction, for maintenance of the database; their rows."""
    with _exclusive(), translated():
        pooled = _configured().engine.raw_connection()
        raw: Any = pooled.dbapi_connection
        pooled.detach()  # never again in the pool: what was set here goes with it
        try:
            if not is_sqlite():  # there the connection is like that already
                raw.autocommit = True
            yield lambda statement: _rows(raw, statement)
        except _driver_errors() as error:
            raise Unavailable(detail="database maintenance") from error
        finally:
            raw.close()


@contextmanager
def across_accounts(db: Session) -> Iterator[None]:
    """Inside the block this transaction sees all accounts: for what is unique in the whole installation."""
    if db.get_bind().dialect.name != "postgresql":
        yield
        return
    connection = db.connection()
    before = connection.exec_driver_sql(_BOUND).scalar_one()
    connection.exec_driver_sql(_BIND, (binding.EVERYWHERE,))
    yield
    connection.exec_driver_sql(_BIND, (before,))  # after an error the transaction is rolled back anyway


def inserted_id(db: Session, statement: Insert, values: Mapping[str, Any]) -> int:
    """Insert one row by a prepared statement; its new key."""
    key = db.connection().execute(statement, values).inserted_primary_key
    if key is None:
        raise RuntimeError("the table has no key of one column")
    row_id: int = key[0]
    return row_id


def wake_after_commit(db: Session, topic: str, outbox_id: int) -> None:
    """Remember that a row is due, so that the commit wakes a worker for it."""
    db.info.setdefault("wake", {}).setdefault(topic, []).append(outbox_id)


def announce_after_commit(db: Session, news: News) -> None:
    """Remember what has changed, so that the commit tells whoever looks on; once each."""
    db.info.setdefault("news", {})[news] = None


def announce(*news: News) -> None:
    """Tell whoever looks on of what no transaction has written."""
    _configured().announce(news)


def is_announcing() -> bool:
    """Whether anybody is told of what has changed."""
    return _configured().announce is not _keep_quiet


def at_the_end(db: Session, work: Callable[[Session], None]) -> None:
    """Have something done as the last of the transaction, just before the commit.

    What takes a lock that many want is held for a blink that way, and by nobody who waits for another one.
    """
    db.info.setdefault("last", []).append(work)


def _configured() -> _Database:
    if _database is None:
        raise RuntimeError("the database of this process is not configured")
    return _database


@contextmanager
def _exclusive() -> Iterator[None]:
    if _open.get():
        raise RuntimeError("transactions do not nest")
    token = _open.set(True)
    try:
        yield
    finally:
        _open.reset(token)


@contextmanager
def translated() -> Iterator[None]:
    """Faults of the database as the errors that edges know: StorageFull, Unavailable, Invalid."""
    try:
        yield
    except NoFreeConnection as error:
        raise Unavailable(detail="no free database connection") from error
    except DataError as error:  # PostgreSQL takes no NUL in a text and no number beyond 64 bits
        raise Invalid(detail="database") from error
    except OperationalError as error:
        text = str(error.orig).lower()
        if "disk is full" in text or "no space left" in text:
            raise StorageFull(detail="database") from error
        raise Unavailable(detail="database") from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise Unavailable(detail="database connection") from error
        raise


def _make_engine(url: str) -> Engine:
    if make_url(url).get_backend_name() == "sqlite":
        options = {"timeout": BUSY_SECONDS, "check_same_thread": False}
        made = create_engine(url, hide_parameters=True, connect_args=options, json_deserializer=_of_json)
        event.listen(made, "connect", _prepare_sqlite)
        event.listen(made, "begin", _begin_sqlite)
        return made
    address = make_url(url)
    if address.drivername in ("postgresql", "postgres"):  # as everybody else writes it
        address = address.set(drivername="postgresql+psycopg")
    made = create_engine(
        address, hide_parameters=True, pool_pre_ping=True, connect_args={"connect_timeout": 5}
    )
    event.listen(made, "begin", _begin_postgresql)
    event.listen(made, "handle_error", _leave_read_only)
    return made


def _rows(raw: Any, statement: str) -> Sequence[Any]:
    cursor = raw.cursor()
    cursor.execute(statement)
    return cursor.fetchall() if cursor.description else ()


def _driver_errors() -> tuple[type[Exception], ...]:
    """What the driver raises for a database that cannot do it now."""
    driver: Any = _configured().engine.dialect.loaded_dbapi
    of_server = () if is_sqlite() else (driver.errors.lookup(_READ_ONLY),)
    return (driver.OperationalError, *of_server)


def _of_json(text: str) -> Any:
    """A column's value; most lists that rows keep (tags, copies, defects) are empty."""
    return [] if text == "[]" else json.loads(text)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves: the driver's own comes too late
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "temp_store=MEMORY",
        "cache_size=-1024",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_postgresql(connection: Connection) -> None:
    """Say to which account the transaction is bound; that ends with it, so the pool carries nothing over."""
    connection.exec_driver_sql(_BIND, (binding.present(),))


def _leave_read_only(context: ExceptionContext) -> None:
    """Count a server that only reads as lost: a new connection may find the one that writes."""
    if getattr(context.original_exception, "sqlstate", None) == _READ_ONLY:
        context.is_disconnect = True


def _begin_sqlite(connection: Connection) -> None:
    if connection.get_execution_options().get("m4a_write"):
        _begin_writing(connection)
    else:
        connection.exec_driver_sql("BEGIN")


def _begin_writing(connection: Connection) -> None:
    """Take the write lock, asking every millisecond for `BUSY_SECONDS`, or as long as the engine says.

    SQLite's own waiting grows to 100 ms a step, in which other processes take turn after turn.
    """
    raw: Any = connection.connection.dbapi_connection
    deadline = clock.monotonic() + connection.get_execution_options().get("m4a_patience", BUSY_SECONDS)
    raw.execute("PRAGMA busy_timeout=0")
    try:
        while not _has_begun(raw) and clock.monotonic() < deadline:
            time.sleep(_WRITER_STEP_SECONDS)
        if not raw.in_transaction:
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # fails as SQLAlchemy's callers know it
    finally:
        raw.execute(f"PRAGMA busy_timeout={int(BUSY_SECONDS * 1000)}")


def _has_begun(raw: Any) -> bool:
    try:
        raw.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        return error.sqlite_errorcode != sqlite3.SQLITE_BUSY  # no use in waiting for anything else
    return True
