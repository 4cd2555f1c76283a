"""Schema migrations: applied before anything starts, checked by `db check`."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import make_url

from gateway.store.session import engine

_SCRIPTS = Path(__file__).parent / "migrations"


def upgrade(revision: str = "head") -> None:
    """Bring the configured database to a revision; makes a SQLite file's directory where missing."""
    _make_directory()
    with engine().connect() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def current_revision() -> str | None:
    """The revision the database is at, or None for an empty one."""
    _make_directory()
    with engine().connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head_revision() -> str:
    """The newest revision there is."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    if head is None:
        raise RuntimeError("no migrations found")
    return head


def is_current() -> bool:
    """Whether the database is at the newest revision."""
    return current_revision() == head_revision()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    return config


def _make_directory() -> None:
    url = make_url(str(engine().url))
    if url.get_backend_name() == "sqlite" and url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
