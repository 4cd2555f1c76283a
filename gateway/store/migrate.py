"""Schema migrations: applied before anything starts, checked by `db check`.

Alembic is imported only when there is something to do: every command asks whether there is.
"""

from pathlib import Path
from typing import Any

from sqlalchemy import inspect, text

from gateway.store.session import engine, is_sqlite, schema_change, translated

HEAD = "0043"
"""The newest revision; a test holds it against the scripts."""

_LOCK = 0x6D346100  # whichever number, the same in every process
_SCRIPTS = Path(__file__).parent / "migrations"


def upgrade(revision: str = "head") -> None:
    """Bring the configured database to a revision; makes a SQLite file's directory where missing.

    All or nothing, and one process at a time: those that come later find it done. Raises Unavailable when
    the database cannot be reached.
    """
    from alembic import command

    _make_directory()
    with schema_change() as connection:
        if not is_sqlite():
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def current_revision() -> str | None:
    """The revision the database is at, or None for an empty one; Unavailable when it cannot be reached."""
    _make_directory()
    with translated(), engine().connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return revision


def is_current() -> bool:
    """Whether the database is at the newest revision."""
    return current_revision() == HEAD


def head_of_scripts() -> str | None:
    """The newest revision among the migration scripts."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    return config


def _make_directory() -> None:
    url = engine().url
    if is_sqlite() and url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
