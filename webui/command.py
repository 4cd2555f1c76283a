"""`manage4all web`: the pages and the API alone."""

import click

from gateway import log, settings


@click.command()
def web() -> None:
    """Serve the pages and the API until stopped."""
    from webui.server import serve

    loaded = settings.load()
    log.configure(level=loaded.log_level)
    serve(loaded)
