"""`manage4all web` as a process of its own, on a free port."""

import socket
import subprocess
import sys
from http.client import HTTPConnection
from typing import IO

from gateway.settings import Settings
from tests.fakes.desk import eventually


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Web:
    """`manage4all web`."""

    def __init__(self, settings: Settings, *, log: IO[bytes] | None = None) -> None:
        """`log` gets what it writes beside its answers; nobody does without."""
        self.port = free_port()
        self.environment = settings.with_values(web_port=self.port).environment()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gateway.cli.main", "web"],
            env=self.environment,
            stdout=log or subprocess.DEVNULL,
            stderr=log or subprocess.DEVNULL,
        )
        if not eventually(self.answers, within=60):
            self.end()
            raise AssertionError("the web server does not answer")

    def answers(self) -> bool:
        try:
            return self.status("/healthz") == 200
        except OSError:
            return False

    def status(self, path: str) -> int:
        peer = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            peer.request("GET", path)
            return peer.getresponse().status
        finally:
            peer.close()

    def end(self) -> None:
        self.process.kill()
        self.process.wait(10)
