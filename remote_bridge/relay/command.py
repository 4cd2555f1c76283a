"""`manage4all relay`: the relay of remote sessions alone."""

import gc
import os
import sys

import click

from gateway.cli.opening import open_process


@click.command()
def relay() -> None:
    """Pair and forward remote sessions until stopped."""
    from remote_bridge.relay.running import run

    settings = open_process()
    gc.collect()
    gc.freeze()  # else all that was imported is gone through again now and then, while frames wait
    run(settings)
    # A question to a database that does not answer must not keep the process: its thread would be waited for.
    sys.stderr.flush()
    os._exit(0)
