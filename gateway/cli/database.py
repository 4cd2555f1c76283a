"""`manage4all db`: the schema."""

import click

from gateway import log, settings
from gateway.store import migrate, session


@click.group()
def db() -> None:
    """Upgrade and check the database."""


@db.command()
@click.option("--quiet", is_flag=True, help="Say nothing when it went well.")
def upgrade(quiet: bool) -> None:  # noqa: FBT001 - click calls it
    """Bring the database to the newest schema."""
    _connect()
    migrate.upgrade()
    if not quiet:
        click.echo(f"The database is at revision {migrate.current_revision()}.")


@db.command()
def check() -> int:
    """Say whether the database is at the newest schema; status 1 if not."""
    _connect()
    at, head = migrate.current_revision(), migrate.HEAD
    if at == head:
        click.echo(f"The database is at the newest revision, {head}.")
        return 0
    click.echo(f"The database is at {at or 'nothing'}, the newest is {head}: run 'manage4all db upgrade'.")
    return 1


def _connect() -> None:
    chosen = settings.load()
    log.configure(level=chosen.log_level)
    chosen.root.mkdir(parents=True, exist_ok=True)
    session.configure(chosen.effective_database_url)
