"""`manage4all` as the operator calls it: a process of its own on a data directory.

The first call of each command is a program of its own; later ones are forked from one that is loaded, as
loading takes a second and the command a blink.
"""

import atexit
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

Command = Callable[..., subprocess.CompletedProcess[str]]
Environment = Mapping[str, str]

_SECONDS = 60.0
_CAN_FORK = sys.platform == "linux"
"""Elsewhere system libraries do not survive a fork, and every call is a program of its own."""

_called: set[str] = set()


def command(data_dir: Path, **settings: str) -> Command:
    """Runs `manage4all` with these settings, named without their prefix."""
    own = {f"M4A_{name.upper()}": value for name, value in settings.items()}

    def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "M4A_DATA_DIR": str(data_dir), **own}
        if arguments[0] in _called and _CAN_FORK:
            return _fork(arguments, environment, stdin)
        _called.add(arguments[0])
        return subprocess.run(
            [sys.executable, "-m", "gateway.cli.main", *arguments],
            env=environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )

    return run


def answer(done: subprocess.CompletedProcess[str]) -> Any:
    """The one object that a command printed."""
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _fork(arguments: Sequence[str], environment: Environment, stdin: str) -> subprocess.CompletedProcess[str]:
    call = {"arguments": arguments, "env": dict(environment), "cwd": str(Path.cwd())}
    door = _readied()
    with (
        tempfile.TemporaryFile() as given,
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as error,
    ):
        given.write(stdin.encode())
        given.seek(0)
        ours, theirs = socket.socketpair()
        ours.settimeout(_SECONDS)
        with ours:
            with theirs:
                files = [one.fileno() for one in (given, out, error, theirs)]
                socket.send_fds(door, [json.dumps(call).encode()], files)
            status = int(ours.recv(16))
        out.seek(0)
        error.seek(0)
        return subprocess.CompletedProcess(arguments, status, out.read().decode(), error.read().decode())


@cache
def _readied() -> socket.socket:
    """The way to the loaded program, which ends with this process."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        program = subprocess.Popen(
            [sys.executable, "-m", "tests.fakes.readied", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )

    def end() -> None:
        ours.close()
        program.wait()

    atexit.register(end)
    return ours
