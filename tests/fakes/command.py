"""`manage4all` as the operator calls it: a process of its own on a data directory."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

Command = Callable[..., subprocess.CompletedProcess[str]]


def command(data_dir: Path, **settings: str) -> Command:
    """Runs `manage4all` with these settings, named without their prefix."""
    own = {f"M4A_{name.upper()}": value for name, value in settings.items()}

    def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "gateway.cli.main", *arguments],
            env={**os.environ, "M4A_DATA_DIR": str(data_dir), **own},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


def answer(done: subprocess.CompletedProcess[str]) -> Any:
    """The one object that a command printed."""
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
