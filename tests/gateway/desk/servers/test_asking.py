"""One request to somebody's server: what is sent, how much is read, and that nothing is followed.

What a server can do to the one who waits stands in test_oauth.py, for one that gives tokens.
"""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from gateway.desk.servers.asking import MOST_BYTES, Answer, ask
from gateway.desk.servers.faults import ServerFault
from gateway.desk.servers.reach import Reach
from gateway.store.servers import Trouble

REACH = Reach(allows_private=True, connect_seconds=5, read_seconds=5)


class Mirror(BaseHTTPRequestHandler):
    """Says what it was asked, or as many bytes as the path wants."""

    def do_GET(self) -> None:
        size = self.path.removeprefix("/bytes/")
        told = b"x" * int(size) if size.isdigit() else self._told("")
        self._say(302 if self.path == "/away" else 200, told)

    def do_POST(self) -> None:
        self._say(400, self._told(self.rfile.read(int(self.headers["Content-Length"])).decode()))

    def _told(self, body: str) -> bytes:
        names = ("Host", "Accept", "X-More", "Content-Type")
        return "\n".join([self.path, *(f"{self.headers.get(name)}" for name in names), body]).encode()

    def _say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Location", "http://127.0.0.1:1/")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def mirror() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Mirror) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join(5)


def lines(answer: Answer) -> list[str]:
    return answer.body.decode().split("\n")


def test_a_get_names_the_host_with_its_port(mirror: str) -> None:
    answer = ask(f"http://{mirror}/a?b=c", REACH, headers={"X-More": "y"})
    assert (answer.status, lines(answer)) == (200, ["/a?b=c", mirror, "application/json", "y", "None", ""])
    assert lines(ask(f"http://{mirror}", REACH))[0] == "/"


def test_a_form_is_posted_and_a_refusal_is_an_answer(mirror: str) -> None:
    answer = ask(
        f"http://{mirror}/t", REACH, form={"a": "b &", "c": "\N{LATIN SMALL LETTER U WITH DIAERESIS}"}
    )
    assert (answer.status, lines(answer)[-2:]) == (
        400,
        ["application/x-www-form-urlencoded", "a=b+%26&c=%C3%BC"],
    )


def test_nothing_leads_elsewhere(mirror: str) -> None:
    assert ask(f"http://{mirror}/away", REACH).status == 302


def test_no_more_is_read_than_was_asked_for(mirror: str) -> None:
    assert len(ask(f"http://{mirror}/bytes/{MOST_BYTES + 1}", REACH).body) == MOST_BYTES
    assert len(ask(f"http://{mirror}/bytes/200000", REACH, most_bytes=150_000).body) == 150_000


@pytest.mark.parametrize("url", ["http://127.0.0.1:99999/", "http://[::1/", "https://127.0.0.1:x/"])
def test_an_address_that_is_none_is_said(url: str) -> None:
    with pytest.raises(ServerFault) as caught:
        ask(url, REACH)
    assert (caught.value.trouble, caught.value.detail) == (Trouble.TOKEN_SERVER, "bad address")


def test_without_tls_nobody_else_is_asked() -> None:
    with pytest.raises(ServerFault) as caught:
        ask("http://192.0.2.1/", REACH)
    assert caught.value.trouble is Trouble.NO_TLS
