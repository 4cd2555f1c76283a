"""A whole `manage4all serve` on free ports, seen from outside: its commands, its API, its processes."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

START_SECONDS = 60.0
STOP_SECONDS = 20.0
PASSWORD = "correct horse battery"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the API said; `body` is the decoded JSON, or the bytes where it was none."""

    status: int
    body: Any


@dataclass
class RunningDesk:
    """Runs while its `with` block lasts. `env` adds settings; the data stays in `root`.

    `under` is the program that every process of the desk runs under, such as a tracer, which makes it
    `slowness` times as slow.
    """

    root: Path
    env: Mapping[str, str] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()
    under: tuple[str, ...] = ()
    slowness: int = 1

    def __post_init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.log = self.root.parent / f"{self.root.name}.log"

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def environment(self) -> dict[str, str]:
        free = {"M4A_WEB_PORT": "0", "M4A_SMTP_PORT": "0", "M4A_LMTP_PORT": "0", "M4A_RELAY_PORT": "0"}
        own = {**free, "M4A_DATA_DIR": str(self.root), "M4A_UNDO_SECONDS": "0", **self.env}
        return {**{k: v for k, v in os.environ.items() if not k.startswith("M4A_")}, **own}

    def start(self) -> Self:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self.under, _program(), "serve", *self.arguments],
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        wait_until(lambda: self.is_ready() or self._has_ended(), within=START_SECONDS * self.slowness)
        assert not self._has_ended(), self.log.read_text()[-3000:]
        return self

    def stop(self) -> int:
        """SIGTERM; its exit status."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_SECONDS * self.slowness)

    def is_ready(self) -> bool:
        return (self.root / "run" / "endpoints.json").exists()

    @property
    def endpoints(self) -> dict[str, str]:
        found: dict[str, str] = json.loads((self.root / "run" / "endpoints.json").read_text())
        return found

    def address(self, door: str) -> tuple[str, int]:
        host, _, port = self.endpoints[door].rpartition(":")
        return host, int(port)

    def pids(self, part: str) -> list[int]:
        found: dict[str, list[int]] = json.loads((self.root / "run" / "pids.json").read_text())
        return found.get(part, [])

    def run(self, *arguments: str, stdin: bytes = b"") -> Any:
        """A command with `--json`; its decoded answer."""
        done = self._call(*arguments, stdin=stdin)
        assert done.returncode == 0, done.stderr.decode()
        return json.loads(done.stdout)

    def try_to_run(self, *arguments: str) -> Any:
        """What a command answers that may have found something wrong."""
        return json.loads(self._call(*arguments).stdout)

    def _call(self, *arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [*self.under, _program(), *arguments, "--json"],
            env=self.environment,
            input=stdin,
            capture_output=True,
            check=False,
            timeout=120,
        )

    def account(self, login: str, *addresses: str) -> "Account":
        """A new account with mailboxes and a token."""
        made = self.run(
            "account",
            "create",
            f"--login={login}",
            f"--email={login}@office.example",
            "--password-stdin",
            stdin=f"{PASSWORD}\n".encode(),
        )
        for address in addresses:
            self.run("mailbox", "add", f"--account={made['id']}", f"--address={address}")
        token = self.run("token", "create", f"--account={made['id']}")["token"]
        return Account(self, made["id"], login, token)

    def _has_ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None


@dataclass(frozen=True, slots=True)
class Account:
    """An account of a running desk, through its API."""

    desk: RunningDesk
    id: str
    login: str
    token: str

    def get(self, path: str) -> Any:
        answer = self.call("GET", path)
        assert answer.status == 200, answer
        return answer.body

    def post(self, path: str, body: object, *, key: str | None = None) -> Answer:
        return self.call("POST", path, body, key=key or uuid.uuid4().hex)

    def call(self, method: str, path: str, body: object = None, *, key: str | None = None) -> Answer:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        request = urllib.request.Request(
            f"{self.desk.endpoints['web']}/api/v1{path}",
            data=json.dumps(body).encode() if body is not None else None,
            headers=headers,
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return Answer(response.status, _decoded(response.read(), response.headers))
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.read())

    def tickets(self) -> list[Any]:
        """Every ticket, oldest number first."""
        found: list[Any] = []
        page = self.get("/tickets?limit=200")
        found += page["items"]
        while page["next"]:
            page = self.get(f"/tickets?limit=200&cursor={page['next']}")
            found += page["items"]
        return sorted(found, key=lambda ticket: ticket["number"])

    def ledger(self) -> dict[str, int]:
        found: dict[str, int] = self.get("/ledger")
        return found

    def wait_for(self, offered: int, *, within: float) -> dict[str, int]:
        """Until so many mails were offered and none is pending; the ledger."""
        seen: dict[str, int] = {}

        def settled() -> bool:
            seen.update(self.ledger())
            return seen["offered"] >= offered and seen["pending"] == 0

        wait_until(settled, within=within)
        assert settled(), seen
        return seen


def wait_until(holds: Callable[[], bool], *, within: float, pause: float = 0.05) -> bool:
    """Whether it held in time; the loop ends by itself."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(pause)
    return holds()


def _program() -> str:
    return str(Path(sys.executable).parent / "manage4all")


def _decoded(body: bytes, headers: Mapping[str, str]) -> Any:
    return json.loads(body) if "json" in headers.get("Content-Type", "") else body
