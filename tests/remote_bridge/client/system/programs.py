"""`manage4all-client` as a process of its own, with a home of its own."""

import asyncio
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PATIENCE_SECONDS = 30.0


class Program:
    """A client that runs, what it has said, and what is typed to it."""

    def __init__(self, home: Path, *words: str, **env: str) -> None:
        self.said: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "-u", "-m", "remote_bridge.client.app", "--language=en", *words],
            env={"HOME": str(home), "PATH": "/usr/bin:/bin", **env},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(
            target=lambda: self.said.extend(self.process.stdout or ()), daemon=True
        )
        self._reader.start()

    def type(self, words: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{words}\n")
        self.process.stdin.flush()

    def has_said(self, words: str, times: int = 1) -> bool:
        return sum(words in line for line in self.said) >= times

    async def says(self, words: str, times: int = 1) -> None:
        until = time.monotonic() + _PATIENCE_SECONDS
        while not self.has_said(words, times):
            assert time.monotonic() < until, self.said
            await asyncio.sleep(0.02)

    async def leaves(self) -> int:
        """Its status."""
        return await asyncio.to_thread(self.process.wait, _PATIENCE_SECONDS)

    def close(self) -> None:
        self.process.kill()
        self.process.wait(10)
        self._reader.join(10)
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            pipe.close()


@contextmanager
def program(home: Path, *words: str, **env: str) -> Iterator[Program]:
    started = Program(home, *words, **env)
    try:
        yield started
    finally:
        started.close()


def run(home: Path, *words: str, **env: str) -> tuple[int, str]:
    """Status and all that was said."""
    done = subprocess.run(
        [sys.executable, "-m", "remote_bridge.client.app", "--language=en", *words],
        env={"HOME": str(home), "PATH": os.environ["PATH"], **env},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def folder_of(home: Path) -> Path:
    """Where the client keeps what it keeps."""
    return home / ".config" / "manage4all-client"
