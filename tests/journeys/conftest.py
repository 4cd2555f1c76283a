"""What journeys run on: a directory of their own with a short path, and the other side of the mail."""

import subprocess
import sys
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from json import loads
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

_PEER = Path(__file__).parent.parent / "fakes" / "smtp_peer.py"


PATIENCE_MS, USUAL_MS = 30_000, 5_000
"""How long a journey waits for what a page shows, as another may run beside it; and how long others do."""


@dataclass(frozen=True, slots=True)
class KeptMail:
    """A mail as the peer's program wrote it down."""

    values: dict[str, Any]

    @property
    def raw(self) -> bytes:
        return b64decode(self.values["raw"])


@dataclass(frozen=True, slots=True)
class PeerProgram:
    """A real SMTP server in a process of its own that keeps what it gets in a file."""

    url: str
    file: Path

    def mails(self) -> list[KeptMail]:
        if not self.file.exists():
            return []
        return [KeptMail(loads(line)) for line in self.file.read_text().splitlines()]


@pytest.fixture(autouse=True)
def patience() -> Iterator[None]:
    """Pages may be slow; what they show decides."""
    expect.set_options(timeout=PATIENCE_MS)
    yield
    expect.set_options(timeout=USUAL_MS)


@pytest.fixture
def peer(tmp_path: Path) -> Iterator[PeerProgram]:
    kept = tmp_path / "peer.jsonl"
    program = subprocess.Popen(
        [sys.executable, str(_PEER), "0", str(kept)], stdout=subprocess.PIPE, text=True
    )
    assert program.stdout is not None
    port = program.stdout.readline().split()[-1]
    yield PeerProgram(f"smtp://127.0.0.1:{port}", kept)
    program.kill()
    program.communicate()
