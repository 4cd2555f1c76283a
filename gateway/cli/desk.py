"""What every command that touches the desk does first: settings, log, database, schema."""

from gateway import log
from gateway.cli.wakers import load_wake
from gateway.settings import Settings, load
from gateway.store import migrate, session


def open_desk() -> Settings:
    """The settings of this process, with its database connected and up to date."""
    settings = load()
    log.configure(level=settings.log_level)
    settings.root.mkdir(parents=True, exist_ok=True)
    session.configure(settings.effective_database_url, wake=load_wake(settings))
    if not migrate.is_current():
        migrate.upgrade()
    return settings
