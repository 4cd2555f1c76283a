import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from remote_bridge.client.links import BadLink, Link, ask_relay, find_relay, parse_base, parse_link
from remote_bridge.protocol.secrets import LinkSecret, b64u

SECRET = LinkSecret(bytes(range(32)))
S = SECRET.fragment()


@pytest.mark.parametrize(
    ("text", "base"),
    [
        (f"https://desk.example.org/remote#{S}", "https://desk.example.org"),
        (f"  <https://desk.example.org:8443/remote#{S}>\n", "https://desk.example.org:8443"),
        (f"https://example.org/desk/remote#{S}", "https://example.org/desk"),
        (f"m4a-remote:https://desk.example.org/remote#{S}", "https://desk.example.org"),
        (f"m4a-remote://desk.example.org/remote#{S}", "https://desk.example.org"),
        (f"http://127.0.0.1:8080/remote#{S}", "http://127.0.0.1:8080"),
    ],
)
def test_a_link_is_read_however_it_came(text: str, base: str) -> None:
    link = parse_link(text)
    assert link.base_url == base
    assert link.secret.raw() == SECRET.raw()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "https://desk.example.org/remote",
        f"https://desk.example.org/remote#{S[:-1]}",
        f"https://desk.example.org/tickets#{S}",
        f"https://user@desk.example.org/remote#{S}",
        f"https://desk.example.org/remote?x=1#{S}",
        f"https:///remote#{S}",
        f"https://[desk/remote#{S}",
        f"http://desk.example.org/remote#{S}",
    ],
)
def test_what_is_no_safe_link_is_refused_in_words(text: str) -> None:
    with pytest.raises(BadLink, match="link"):
        parse_link(text)


@contextmanager
def desk(status: int, body: bytes, **headers: str) -> Iterator[tuple[Link, list[str]]]:
    asked: list[str] = []

    class Desk(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(f"{self.path} {self.headers['Authorization']}")
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Desk) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Link(f"http://127.0.0.1:{server.server_port}", SECRET), asked
        server.shutdown()


def test_the_desk_is_asked_for_the_relay_of_the_token_and_not_told_the_secret() -> None:
    body = json.dumps({"relay": "ws://127.0.0.1:8081/"}).encode()
    with desk(200, body) as (link, asked):
        assert find_relay(link) == "ws://127.0.0.1:8081"
        assert ask_relay(link.base_url) == "ws://127.0.0.1:8081"
    assert asked == [f"/remote/relay Bearer {b64u(SECRET.token())}", "/remote/relay None"]


@pytest.mark.parametrize(
    ("status", "body", "headers"),
    [
        (404, b"", {}),
        (302, b"", {"Location": "http://127.0.0.1:1/"}),
        (200, b"<html>", {}),
        (200, b"[]", {}),
        (200, b'{"relay": "http://127.0.0.1"}', {}),
    ],
)
def test_another_answer_is_no_relay(status: int, body: bytes, headers: dict[str, str]) -> None:
    with desk(status, body, **headers) as (link, _asked), pytest.raises(BadLink):
        find_relay(link)


def test_a_protected_desk_has_a_protected_relay() -> None:
    with desk(200, b'{"relay": "ws://relay.example.org"}') as (link, _asked):
        assert find_relay(link) == "ws://relay.example.org"
    with pytest.raises(BadLink, match="reached"):
        find_relay(link)


@pytest.mark.parametrize(
    ("typed", "base"),
    [
        ("https://desk.example.org", "https://desk.example.org"),
        (" desk.example.org/ \n", "https://desk.example.org"),
        ("desk.example.org:8443/support/", "https://desk.example.org:8443/support"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_the_address_of_a_desk_is_read_with_and_without_its_scheme(typed: str, base: str) -> None:
    assert parse_base(typed) == base


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "not the address"),
        ("https://", "not the address"),
        ("ftp://desk.example.org", "not the address"),
        ("https://a:b@desk.example.org", "not the address"),
        ("https://desk.example.org/?x", "not the address"),
        (f"https://desk.example.org/remote#{S}", "not the address"),
        ("https://desk.example.org:port", "not the address"),
        ("https://[::1", "not the address"),
        ("http://desk.example.org", "not protected"),
        ("http://localhost.example.org", "not protected"),
    ],
)
def test_what_is_no_protected_address_of_a_desk_is_said(typed: str, words: str) -> None:
    with pytest.raises(BadLink, match=words):
        parse_base(typed)
