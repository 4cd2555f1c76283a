"""The keys under which raw mails and files lie, in a place of their own: a backup is nothing without them.

One small SQLite file in a directory outside database and blobs. A key is durable before it is used. One that
is destroyed is overwritten, and the file written anew without it; only its random name is remembered, so
that what lay under it is known to be erased and not taken for a keyring that was lost.
"""

import fcntl
import os
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from threading import Lock

from gateway.errors import Erased, StorageFull, Unavailable

KEY_BYTES = 32
ID_BYTES = 16
_BUSY_SECONDS = 10.0
_PREPARED = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA secure_delete=ON",
    "PRAGMA temp_store=MEMORY",  # writing the file anew leaves no copy elsewhere
)
_TABLES = (
    (
        "CREATE TABLE IF NOT EXISTS key (id BLOB PRIMARY KEY, account TEXT NOT NULL, contact TEXT NOT NULL,"
        " day TEXT NOT NULL, secret BLOB NOT NULL, UNIQUE (account, contact, day)) WITHOUT ROWID"
    ),
    "CREATE TABLE IF NOT EXISTS destroyed (id BLOB PRIMARY KEY) WITHOUT ROWID",
)


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose key it is, by public ids: a contact's, an account's (no contact), everybody's here (neither)."""

    account: str = ""
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Key:
    """A key and the random name by which what lies under it names it."""

    id: bytes
    secret: bytes


class Keyring:
    """The keys below one directory. Any number of processes and threads may use it; a fork as well."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._lock = Lock()
        self._connections: dict[int, sqlite3.Connection] = {}

    def of(self, owner: Owner) -> Key:
        """The key of an owner, made and durable when this returns."""
        return self._get_or_make(owner, "")

    def of_intake(self, begins: date) -> Key:
        """The key of what arrives in the stretch of time that begins on this day: its owner is not known."""
        return self._get_or_make(Owner(), begins.isoformat())

    def secret(self, key_id: bytes) -> bytes:
        """A key by its name; Erased when it was destroyed, Unavailable when this keyring never had it."""
        with self._reading() as db:
            found = db.execute("SELECT secret FROM key WHERE id = ?", (key_id,)).fetchone()
            if found is not None:
                return bytes(found[0])
            if db.execute("SELECT 1 FROM destroyed WHERE id = ?", (key_id,)).fetchone():
                raise Erased(detail="key")
        raise Unavailable(detail="the keyring is another one, or older than what it is to open")

    def ids_of(self, owner: Owner) -> frozenset[bytes]:
        """The names of an owner's keys; an account's are those of all its contacts as well."""
        if not owner.account:
            raise ValueError("this key belongs to everybody")
        wanted = "SELECT id FROM key WHERE account = ? AND (? = '' OR contact = ?)"
        with self._reading() as db:
            found = db.execute(wanted, (owner.account, owner.contact, owner.contact))
            return frozenset(bytes(row[0]) for row in found)

    def intake_ids_before(self, day: date) -> frozenset[bytes]:
        """The names of the keys of arrivals whose stretch of time began before a day."""
        with self._reading() as db:
            found = db.execute("SELECT id FROM key WHERE day != '' AND day < ?", (day.isoformat(),))
            return frozenset(bytes(row[0]) for row in found)

    def destroy(self, ids: Collection[bytes]) -> None:
        """Overwrite keys, and leave no copy in the keyring's files; again, if an earlier try was cut short.

        Raises Unavailable while another process keeps the files from being written anew: call it again then.
        """
        rows = [(key_id,) for key_id in ids]
        with self._reading() as db:
            db.execute("BEGIN IMMEDIATE")
            with db:  # commits, or rolls back
                db.executemany("INSERT OR IGNORE INTO destroyed VALUES (?)", rows)
                db.executemany("DELETE FROM key WHERE id = ?", rows)
            db.execute("VACUUM")  # a page that was split may still hold what was moved out of it
            if db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                raise Unavailable(detail="the keyring is in use")

    @contextmanager
    def exclusively(self, *, wait: bool = True) -> Iterator[None]:
        """Alone in giving blobs to owners and in destroying keys: else one could be used as it goes.

        Raises Unavailable if somebody else is at it and one does not want to wait.
        """
        with self._reading():
            pass  # the directory is there then
        try:
            held = os.open(self.directory / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise Unavailable(detail="keyring") from error
        try:
            _lock(held, wait=wait)
            yield
        finally:
            os.close(held)

    def close(self) -> None:
        """Let go of this process's connection; the next use opens another."""
        with self._lock:
            if (connection := self._connections.pop(os.getpid(), None)) is not None:
                connection.close()

    def _get_or_make(self, owner: Owner, day: str) -> Key:
        whose = (owner.account, owner.contact, day)
        wanted = "SELECT id, secret FROM key WHERE account = ? AND contact = ? AND day = ?"
        with self._reading() as db:
            found = db.execute(wanted, whose).fetchone()
            if found is None:
                new = (os.urandom(ID_BYTES), *whose, os.urandom(KEY_BYTES))
                # Another process may make it in this very moment: then its key is the one.
                db.execute("INSERT OR IGNORE INTO key VALUES (?, ?, ?, ?, ?)", new)
                found = db.execute(wanted, whose).fetchone()
            return Key(*map(bytes, found))

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """This process's connection, for one thread at a time; faults as the errors that edges know."""
        with self._lock:
            try:
                # One that a fork inherited stays where it is, unused: closing it would disturb the parent's.
                if (connection := self._connections.get(os.getpid())) is None:
                    connection = self._connections[os.getpid()] = self._connect()
                yield connection
            except sqlite3.OperationalError as error:
                is_full = error.sqlite_errorcode == sqlite3.SQLITE_FULL
                raise (StorageFull if is_full else Unavailable)(detail="keyring") from error
            except (sqlite3.DatabaseError, OSError) as error:
                raise Unavailable(detail="keyring") from error

    def _connect(self) -> sqlite3.Connection:
        at = self.directory / "keys.db"
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        opening = os.open(self.directory / "opening", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            # SQLite does not wait where two make a new file's log at once: one of them would fail.
            _lock(opening, wait=True)
            is_new = not at.exists()
            connection = sqlite3.connect(at, _BUSY_SECONDS, isolation_level=None, check_same_thread=False)
            for statement in (*_PREPARED, *_TABLES):
                connection.execute(statement)
        finally:
            os.close(opening)
        if is_new:
            at.chmod(0o600)
            for directory in (self.directory, self.directory.parent):
                sync_directory(directory)
        return connection


def _lock(held: int, *, wait: bool) -> None:
    try:
        fcntl.flock(held, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Unavailable(detail="keys are in other hands") from None


def sync_directory(path: Path) -> None:
    """Make what was written, renamed or removed in a directory durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
