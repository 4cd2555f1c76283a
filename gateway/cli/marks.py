"""What `serve` and its parts leave in `<data dir>/run`: where it answers, its processes, a wish."""

import fcntl
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from gateway.errors import Conflict
from gateway.settings import Settings


def lock(settings: Settings) -> int:
    """Take the data directory for this process and keep it; the open file that holds it.

    Raises Conflict when another `serve` has it.
    """
    settings.run_dir.mkdir(parents=True, exist_ok=True)
    fd = os.open(settings.run_dir / "lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(fd)
        raise Conflict(f"Another `manage4all serve` is using {settings.root}.") from None
    return fd


def write_endpoints(settings: Settings, endpoints: Mapping[str, str | None]) -> None:
    """Say where everything answers."""
    _write(_endpoints(settings), dict(endpoints))


def remove_endpoints(settings: Settings) -> None:
    """Nothing answers any more, or not yet."""
    _endpoints(settings).unlink(missing_ok=True)


def write_pids(settings: Settings, pids: Mapping[str, Sequence[int]]) -> None:
    """Say which processes run, by part."""
    _write(settings.run_dir / "pids.json", {name: [*numbers] for name, numbers in pids.items()})


def remove_pids(settings: Settings) -> None:
    """No process runs any more."""
    (settings.run_dir / "pids.json").unlink(missing_ok=True)


def want_fetching(settings: Settings, *, wanted: bool) -> None:
    """Say whether there is a mailbox to fetch from: `serve` starts who fetches only then."""
    if wanted:
        _fetching(settings).touch()
    else:
        _fetching(settings).unlink(missing_ok=True)


def is_fetching_wanted(settings: Settings) -> bool:
    """Whether somebody said that there is a mailbox to fetch from."""
    return _fetching(settings).exists()


def _fetching(settings: Settings) -> Path:
    return settings.run_dir / "fetching-wanted"


def _endpoints(settings: Settings) -> Path:
    return settings.run_dir / "endpoints.json"


def _write(path: Path, content: object) -> None:
    """Whole or not at all: readers may look at any moment."""
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(content) + "\n")
    fresh.replace(path)
