"""The files of `webui/static` at an address, for scripts that need no desk."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

_STATIC = Path(__file__).parents[2] / "webui" / "static"


class _Quiet(SimpleHTTPRequestHandler):
    def do_GET(self) -> None:
        """`/static/…` as in service; `/` is a page without anything."""
        if self.path == "/":
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>x</title>")
            return
        self.path = self.path.removeprefix("/static")
        super().do_GET()

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def static_files() -> Iterator[str]:
    """The address of a page from which scripts are loaded as in service."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(_STATIC)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join(10)
    server.server_close()
