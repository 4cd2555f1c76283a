"""What was read stays true until somebody writes: for pages that many have open and load anew at each change.

The database itself tells whether anything was committed since, whoever did it: SQLite by the `data_version`
of a connection that never writes, PostgreSQL by its snapshot, in which every transaction that wrote shows.
It is asked before reading, so that what is kept is never older than the state it is kept under.
"""

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

from sqlalchemy.exc import SQLAlchemyError

from gateway.store import binding, session

T = TypeVar("T")

MOST_KEPT = 128
"""Answers of one process; all of them go at the first write."""

_SNAPSHOT = "SELECT pg_current_snapshot()::text"


class _Watch:
    """A connection of its own on which nothing is ever written, asked what state the database is in."""

    def __init__(self) -> None:
        engine = session.engine()
        self._engine, self._pid = engine, os.getpid()
        self._is_sqlite = session.is_sqlite()
        self._lock = threading.Lock()
        fairy = engine.raw_connection()
        self._connection = cast(Any, fairy.dbapi_connection)
        fairy.detach()
        if not self._is_sqlite:
            self._connection.autocommit = True

    def is_ours(self) -> bool:
        """Whether it watches the database that this process has now."""
        return self._engine is session.engine() and self._pid == os.getpid()

    def close(self) -> None:
        """The process has done with this database; its parent's connection is its parent's to close."""
        if self._pid == os.getpid():
            with self._lock:  # SQLite crashes where one thread closes what another one asks
                self._connection.close()

    def state(self) -> str:
        """A text that is another one after each commit of others."""
        statement = "PRAGMA data_version" if self._is_sqlite else _SNAPSHOT
        with self._lock:
            return str(self._connection.execute(statement).fetchone()[0])


class _Memory:
    """One process's answers, all of one state of the database."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._watch: _Watch | None = None
        self._state = ""
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()

    def find(self, key: Hashable) -> tuple[str, Any]:
        """The present state, and what was kept for the key in it; "" where the state cannot be known."""
        with self._lock:
            state = self._look()
            if state != self._state or not state:
                self._kept.clear()
                self._state = state
            elif key in self._kept:
                self._kept.move_to_end(key)
            return state, self._kept.get(key, _NOTHING)

    def keep(self, key: Hashable, state: str, found: object) -> None:
        """Keep what was read after `state` was seen, if it is still the present one."""
        with self._lock:
            if state and state == self._state:
                self._kept[key] = found
                if len(self._kept) > MOST_KEPT:
                    self._kept.popitem(last=False)

    def let_go(self) -> None:
        """The process is done with its database: nothing is asked until it has one again."""
        if (watch := self._watch) is not None:
            watch.close()

    def _look(self) -> str:
        try:
            if self._watch is None or not self._watch.is_ours():
                if self._watch is not None:
                    self._watch.close()
                self._watch, self._state = _Watch(), ""
            return self._watch.state()
        except self._faults():
            self._watch = None  # reading says what is wrong with the database, or it is back by then
            return ""

    @staticmethod
    def _faults() -> tuple[type[Exception], ...]:
        return (SQLAlchemyError, session.engine().dialect.loaded_dbapi.Error)


_NOTHING = object()
_memory = _Memory()
session.at_disposal(_memory.let_go)


def remembered(key: Hashable, read: Callable[[], T]) -> T:
    """What `read` finds, without reading again while nobody has written anything.

    `key` holds everything that `read` works with beside the database, the moment included where it counts,
    and whose rows are seen is added here. The answer is shared: nobody may change it. What `read` raises is
    not kept. Must be called outside of transactions, as `read` opens its own.
    """
    bound = (binding.present(), key)
    state, kept = _memory.find(bound)
    if kept is not _NOTHING:
        found: T = kept
        return found
    found = read()
    _memory.keep(bound, state, found)
    return found
