"""`manage4all web`: the pages and the API alone."""

import os
import sys

import click

from gateway import log, settings


@click.command()
def web() -> None:
    """Serve the pages and the API until stopped."""
    from webui.server import serve

    loaded = settings.load()
    log.configure(level=loaded.log_level)
    serve(loaded)
    # The server's threads may still be at work, and abort a process that takes its interpreter apart (seen).
    sys.stderr.flush()
    os._exit(0)
