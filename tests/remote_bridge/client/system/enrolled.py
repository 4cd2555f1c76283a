"""A desk that takes enrolments and names its relay; its answers are what a test likes."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from remote_bridge.client.system.keeping import Enrolment, Keeping
from remote_bridge.protocol.scopes import NONE, Scopes
from tests.remote_bridge.desk import Installed


@dataclass
class EnrolDesk:
    """Where it is, what it answers, what it was sent."""

    address: str = ""
    relay: str = "ws://127.0.0.1:9"
    status: int = 201
    answer: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    posted: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def enrolled(self) -> dict[str, str]:
        return {"system": "k1", "business": "Crane & Sons", "customer": "Bäckerei Änne", "relay": self.relay}


@contextmanager
def enrol_desk(relay: str = "ws://127.0.0.1:9") -> Iterator[EnrolDesk]:
    desk = EnrolDesk(relay=relay)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say(200 if self.path == "/remote/relay" else 404, {"relay": desk.relay})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.headers["Content-Type"] == "application/json"
            desk.posted.append((self.path, json.loads(body)))
            self._say(desk.status, desk.enrolled() if desk.answer is None else desk.answer, desk.headers)

        def _say(self, status: int, value: Any, headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            for name, text in (headers or {}).items():
                self.send_header(name, text)
            self.end_headers()
            self.wfile.write(value if isinstance(value, bytes) else json.dumps(value).encode())

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        desk.address = f"http://127.0.0.1:{server.server_port}"
        yield desk
        server.shutdown()


def kept(folder: Path, desk: str, one: Installed, unattended: Scopes = NONE) -> Keeping:
    """What this system keeps after its enrolment."""
    keeping = Keeping(folder)
    keeping.keep(
        Enrolment(
            desk, one.public_id, one.name, "Crane & Sons", "Bäckerei Änne", one.sign, one.box, unattended
        )
    )
    return keeping
