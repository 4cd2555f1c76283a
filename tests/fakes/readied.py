"""`manage4all`, loaded once and forked for each command: `python readied.py FD`.

At that socket it is told a command's arguments, environment and folder, and given the command's three
files and a socket for its exit status: each call has one of its own, as a command may be called while another
runs. The child goes on as a program does that has just loaded.
"""

import gc
import json
import os
import signal
import socket
import sys
from typing import Any, Never

import alembic.command  # noqa: F401 - loaded by the first command that finds an empty database
import click

from gateway.cli.main import cli, run

_MOST_BYTES = 200_000


def serve(door: socket.socket) -> None:
    """Fork for one call after the other, until nobody calls any more."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        said, files, _flags, _from = socket.recv_fds(door, _MOST_BYTES, 4)
        if not said:
            return
        if not os.fork():
            door.close()
            attend(json.loads(said), files)
        for fd in files:
            os.close(fd)


def attend(call: dict[str, Any], files: list[int]) -> Never:
    """Let the command run in a process of its own, and say how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    *own, fd = files
    with socket.socket(fileno=fd) as asker:
        if not (pid := os.fork()):
            asker.close()
            sys.exit(become(call, own))
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        asker.send(str(status).encode())
    os._exit(0)


def become(call: dict[str, Any], files: list[int]) -> int:
    """The command of this call, in this process; its exit status."""
    for own, given in enumerate(files):
        os.dup2(given, own)
        os.close(given)
    os.environ.clear()
    os.environ.update(call["env"])
    os.chdir(call["cwd"])
    sys.argv = ["manage4all", *call["arguments"]]
    return run(call["arguments"])


if __name__ == "__main__":
    with click.Context(cli) as context:
        for name in cli.list_commands(context):
            cli.get_command(context, name)
    gc.freeze()  # children neither walk nor copy what is loaded
    serve(socket.socket(fileno=int(sys.argv[1])))
