"""A supervisor over made-up parts: `python supervised.py LOG part…`, each part named by its command.

It writes a line to LOG whenever its processes change or all are ready; the parts write when they are
told to stop.
"""

import json
import signal
import sys
import time
from pathlib import Path

import click

from gateway.cli.main import cli
from gateway.cli.parts import Part, Stage, is_running
from gateway.cli.supervisor import Supervisor

STAGES = {"door": Stage.DOOR, "web": Stage.WEB, "queue": Stage.QUEUE}


def note(**what: object) -> None:
    with Path(sys.argv[1]).open("a") as file:
        file.write(json.dumps(what) + "\n")


@cli.command()
@click.argument("name")
def wait(name: str) -> None:
    """Live until told to stop."""

    def leave(*_: object) -> None:
        note(stopped=name)
        sys.exit(0)

    signal.signal(signal.SIGTERM, leave)
    while True:
        time.sleep(1)


@cli.command()
def die() -> None:
    """Live for no time at all."""
    sys.exit(7)


@cli.command()
def stubborn() -> None:
    """Do not listen."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    note(stubborn=True)
    while True:
        time.sleep(1)


def part(name: str) -> Part:
    argv = (name,) if name in ("die", "stubborn") else ("wait", name)
    return Part(
        name, argv, stage=STAGES.get(name, Stage.WORK), wanted=is_wished if name == "wished" else is_running
    )


def is_wished() -> bool:
    """Whether somebody made the file beside LOG."""
    return Path(sys.argv[1]).with_name("wish").exists()


if __name__ == "__main__":
    supervisor = Supervisor(
        [part(name) for name in sys.argv[2:]],
        own_fds=[],
        on_ready=lambda: note(ready=True),
        on_change=lambda pids: note(pids=pids),
    )
    sys.exit(supervisor.run())
