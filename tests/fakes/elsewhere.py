"""The world outside, on loopback: a web server that says what a test tells it and notes every knock."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext
from typing import Any, Self

HANG_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: its path and its headers."""

    path: str
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Page:
    """An answer. With `pause` every byte of the body takes as many seconds; `length` is announced instead."""

    body: bytes = b""
    kind: str = "image/png"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    pause: float = 0.0
    length: int | None = None


class Elsewhere:
    """The server. `pages` by path; every connection counts in `knocks`, every request in `asked`."""

    def __init__(self, tls: SSLContext | None = None) -> None:
        self.pages: dict[str, Page | Callable[[], Page]] = {}
        self.asked: list[Asked] = []
        self.knocks = 0
        self.closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self._server.noted = self._note
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.port: int = self._server.server_address[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def paths(self) -> list[str]:
        return [one.path for one in self.asked]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._thread.join(HANG_SECONDS)
        self._server.server_close()

    def _note(self) -> None:
        self.knocks += 1


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    noted: Callable[[], None]

    def verify_request(self, request: Any, client_address: Any) -> bool:
        self.noted()
        return True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A peer that hangs up half-way is what some tests are about."""


def _handler(world: Elsewhere) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            world.asked.append(Asked(self.path, dict(self.headers.items())))
            page = world.pages.get(self.path, Page(b"nothing", "text/plain", 404))
            page = page() if callable(page) else page
            self.send_response(page.status)
            if page.kind:
                self.send_header("Content-Type", page.kind)
            if page.length != -1:
                self.send_header(
                    "Content-Length", str(len(page.body) if page.length is None else page.length)
                )
            for name, value in page.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self._say(page)

        do_POST = do_HEAD = do_OPTIONS = do_GET  # noqa: N815 - likewise

        def _say(self, page: Page) -> None:
            if not page.pause:
                self.wfile.write(page.body)
                return
            until = time.monotonic() + HANG_SECONDS
            for byte in page.body:
                self.wfile.write(bytes([byte]))
                if world.closing.wait(page.pause) or time.monotonic() > until:
                    return

        def log_message(self, *_: object) -> None:
            """Quietly."""

    return Handler
