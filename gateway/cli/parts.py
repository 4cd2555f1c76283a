"""The parts that `serve` runs: which command each one is, how many, and how to tell that it answers."""

import contextlib
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from functools import partial
from http.client import HTTPConnection, HTTPException
from importlib.metadata import entry_points

from gateway.cli import marks
from gateway.settings import Settings

GROUP = "manage4all.parts"
"""Entry points here are functions `parts(settings) -> list[Part]`."""

_PATIENCE_SECONDS = 0.5


class Stage(IntEnum):
    """The order of stopping: who takes work in goes first, who is needed by the others last."""

    DOOR = 0
    WEB = 1
    WORK = 2
    QUEUE = 3


def is_running() -> bool:
    """For a part that answers nobody: it counts as ready as soon as it runs."""
    return True


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of process: `manage4all <argv>`, `count` times.

    `ready` is asked from the supervisor, answers within a second and never raises. `fds` are open
    files that the process gets under the same numbers; `preload` names modules worth importing
    once before the processes are forked, so that they share the memory. `rehearse` does once in the
    supervisor what every process does first, for the same reason; it leaves no thread and nothing open.
    It is started only while it is `wanted`, which is asked every other second and must cost nothing.
    A fork that has `main` calls that instead of reading a command line it has been told already: that is
    4 MB less in each process. Log and database are configured then, but for the wake-up.
    """

    name: str
    argv: tuple[str, ...]
    count: int = 1
    ready: Callable[[], bool] = is_running
    stage: Stage = Stage.WORK
    fds: tuple[int, ...] = ()
    preload: tuple[str, ...] = field(default=())
    main: Callable[[], object] | None = None
    rehearse: Callable[[], object] = is_running
    wanted: Callable[[], bool] = is_running


def installed_parts(settings: Settings) -> list[Part]:
    """What every installed floor adds to `serve`."""
    found = sorted(entry_points(group=GROUP), key=lambda entry: entry.name)
    return [part for entry in found for part in entry.load()(settings)]


def doors(settings: Settings, *, smtp: socket.socket, lmtp: socket.socket | None) -> Part:
    """The acceptors of mail on sockets that are open already, so that a killed one loses no caller."""
    held = [("--smtp-fd", smtp)] + ([("--lmtp-fd", lmtp)] if lmtp else [])
    addresses = [listener.getsockname()[:2] for _, listener in held]
    return Part(
        "smtp",
        ("smtp", *(word for option, listener in held for word in (option, str(listener.fileno())))),
        settings.smtp_processes,
        lambda: all(greets(host, port) for host, port in addresses),
        Stage.DOOR,
        tuple(listener.fileno() for _, listener in held),
        ("gateway.cli.smtp",),
        main=partial(_receive, settings, smtp, lmtp),
    )


def _receive(settings: Settings, smtp: socket.socket, lmtp: socket.socket | None) -> None:
    from gateway.cli.smtp import receive
    from gateway.inbound.listeners import Listening

    receive(settings, Listening(smtp, lmtp))


def fetchers(settings: Settings) -> Part:
    """Those who fetch mail by IMAP; they are there once there is a mailbox to fetch from."""
    return Part(
        "imap",
        ("imap",),
        settings.imap_processes,
        stage=Stage.DOOR,
        main=partial(_fetch, settings),
        wanted=partial(marks.is_fetching_wanted, settings),
    )


def _fetch(settings: Settings) -> None:
    from gateway.cli.imap import fetch

    fetch(settings)


def greets(host: str, port: int) -> bool:
    """Whether a mail server says 220 there (RFC 5321 section 3.1)."""
    with (
        contextlib.suppress(OSError),
        socket.create_connection((host, port), timeout=_PATIENCE_SECONDS) as peer,
    ):
        greeting = peer.recv(200).startswith(b"220")
        peer.sendall(b"QUIT\r\n")
        return greeting
    return False


def answers_http(host: str, port: int, path: str = "/healthz") -> bool:
    """Whether a page there answers 200."""
    peer = HTTPConnection(host, port, timeout=_PATIENCE_SECONDS)
    try:
        peer.request("GET", path)
        return peer.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        peer.close()
