"""The installation's secret where no setting gives one: made once, and kept in the data directory."""

import contextlib
import os
import secrets
from pathlib import Path


def stored_key(root: Path) -> str:
    """Read the key, or make it: written whole under another name first, so nobody reads half of it."""
    path = root / "secret.key"
    if not path.exists():
        root.mkdir(parents=True, exist_ok=True)
        fresh = root / f".secret.{secrets.token_hex(8)}"
        with os.fdopen(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):  # another process was first: theirs counts
            os.link(fresh, path)
        fresh.unlink()
    return path.read_text().strip()
