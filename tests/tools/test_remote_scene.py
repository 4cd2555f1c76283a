"""The scene of the pictures: sessions that stay, and a new one wherever one is used up."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tools.remote_scene import Scene


@pytest.fixture
def desk() -> Iterator[str]:
    """Makes a session at each POST."""
    made: list[str] = []

    class Desk(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            made.append(f"id{len(made)}")
            self._say({"id": made[-1], "link": f"http://desk/remote#secret{len(made) - 1}"})

        def do_GET(self) -> None:
            self._say({"state": "live" if self.path == "/api/v1/remote-sessions/id0" else "waiting"})

        def _say(self, body: object) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with HTTPServer(("127.0.0.1", 0), Desk) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_one_session_is_on_one_waits_and_others_are_made_as_they_are_wanted(desk: str) -> None:
    scene = Scene(desk, "token")
    assert scene.link.endswith("#secret0")
    assert scene.is_live()
    assert "{live} {waiting} {fresh} {fresh} {waiting}".format_map(scene) == (
        "id0 secret1 secret2 secret3 secret1"
    )
