import asyncio
import io
import threading
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest

from webui.bridge import Bridge, Errand, FileBody, Followed, Told
from webui.feeds import Feed, Turns

Page = Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]
MAX = 100_000


class Exchange:
    """One request over ASGI, and what came back."""

    def __init__(self, page: Page, *, bridge: Bridge | None = None) -> None:
        self.bridge = bridge or Bridge(page, max_body_bytes=MAX)
        self.sent: list[dict[str, Any]] = []

    def ask(
        self,
        method: str = "GET",
        path: str = "/",
        headers: Sequence[tuple[bytes, bytes]] = (),
        body: Sequence[bytes] = (),
        *,
        hangs_up: bool = False,
    ) -> "Exchange":
        asyncio.run(self.asking(method, path, headers, body, hangs_up=hangs_up))
        return self

    async def asking(
        self,
        method: str,
        path: str,
        headers: Sequence[tuple[bytes, bytes]],
        body: Sequence[bytes],
        *,
        hangs_up: bool,
    ) -> None:
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": b"a=%C3%A4",
            "http_version": "1.1",
            "scheme": "http",
            "server": ("127.0.0.1", 80),
            "client": ("192.0.2.1", 99),
            "headers": list(headers),
        }
        messages = [{"type": "http.request", "body": part, "more_body": True} for part in body]
        messages.append({"type": "http.disconnect"} if hangs_up else {"type": "http.request", "body": b""})
        received = iter(messages)

        async def receive() -> dict[str, Any]:
            return next(received)

        async def send(message: dict[str, Any]) -> None:
            self.sent.append(message)

        await self.bridge(scope, receive, send)

    @property
    def status(self) -> int:
        return int(self.sent[0]["status"])

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.sent[1:])


def answering(*chunks: bytes) -> Page:
    def page(_environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        start("200 OK", [("X-Thing", "1"), ("Set-Cookie", "a"), ("Set-Cookie", "b")])
        return chunks

    return page


def keeping(seen: dict[str, Any]) -> Page:
    """A page that notes what it was asked."""

    def page(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        seen.update(environ, BODY=environ["wsgi.input"].read())
        start("200 OK", [])
        return [b"ok"]

    return page


def test_a_page_leaves_in_one_piece() -> None:
    done = Exchange(answering(b"one ", b"two")).ask()
    assert (done.status, done.body, len(done.sent)) == (200, b"one two", 2)
    assert done.sent[0]["headers"] == [(b"x-thing", b"1"), (b"set-cookie", b"a"), (b"set-cookie", b"b")]


class Endless(Feed):
    """Goes on until it is ended."""

    beginning = b"begun"

    async def run(self, send: Callable[[bytes], Awaitable[None]], turns: Turns) -> None:
        await send(await turns.turn(lambda: b" in a turn"))
        await asyncio.sleep(60)


def test_a_feed_runs_beside_the_pages_until_all_are_ended() -> None:
    def page(_environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        start("200 OK", [])
        return Endless()

    exchange = Exchange(page)

    async def story() -> None:
        gone = asyncio.Event()

        async def receive() -> dict[str, Any]:
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            exchange.sent.append(message)
            if message.get("body") == b" in a turn":
                exchange.bridge.end_feeds()

        scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}
        async with asyncio.timeout(10):
            await exchange.bridge(scope | {"http_version": "1.1", "scheme": "http"}, receive, send)

    asyncio.run(story())
    assert exchange.body == b"begun in a turn"
    assert exchange.sent[-1] == {"type": "http.response.body", "body": b""}


def test_the_request_arrives_as_pep_3333_says() -> None:
    seen: dict[str, Any] = {}
    headers = [(b"host", b"desk"), (b"x-a", b"1"), (b"x-a", b"2"), (b"cookie", b"a=1"), (b"cookie", b"b=2")]
    Exchange(keeping(seen)).ask(path="/ä b", headers=headers)
    assert seen["PATH_INFO"].encode("latin-1").decode() == "/ä b"
    assert (seen["QUERY_STRING"], seen["REMOTE_ADDR"]) == ("a=%C3%A4", "192.0.2.1")
    assert (seen["HTTP_X_A"], seen["HTTP_COOKIE"]) == ("1,2", "a=1; b=2")
    assert "CONTENT_LENGTH" not in seen


@pytest.mark.parametrize("header", [(b"content-length", b"9"), (b"transfer-encoding", b"chunked")])
def test_a_body_is_read_before_the_page_begins(header: tuple[bytes, bytes]) -> None:
    seen: dict[str, Any] = {}
    headers = [header, (b"content-type", b"text/plain")]
    Exchange(keeping(seen)).ask("POST", headers=headers, body=[b"four", b"", b" five"])
    assert (seen["BODY"], seen["CONTENT_LENGTH"], seen["CONTENT_TYPE"]) == (b"four five", "9", "text/plain")
    assert "HTTP_TRANSFER_ENCODING" not in seen


def test_a_body_over_the_limit_is_announced_and_not_read() -> None:
    seen: dict[str, Any] = {}
    headers = [(b"content-length", str(MAX + 1).encode())]
    Exchange(keeping(seen)).ask("POST", headers=headers, body=[b"x" * (MAX + 1)])
    assert (seen["BODY"], seen["CONTENT_LENGTH"]) == (b"", str(MAX + 1))


def test_a_body_without_length_is_read_no_further_than_the_limit() -> None:
    seen: dict[str, Any] = {}
    headers = [(b"transfer-encoding", b"chunked")]
    Exchange(keeping(seen)).ask("POST", headers=headers, body=[b"x" * MAX, b"y", b"z" * MAX])
    assert seen["CONTENT_LENGTH"] == str(MAX + 1)  # for the page to refuse
    Exchange(keeping(seen)).ask("POST", headers=headers, body=[b"x" * MAX])
    assert seen["CONTENT_LENGTH"] == str(MAX)


def test_a_client_that_hangs_up_half_way_asks_for_nothing() -> None:
    seen: dict[str, Any] = {}
    headers = [(b"content-length", b"9")]
    done = Exchange(keeping(seen)).ask("POST", headers=headers, body=[b"four"], hangs_up=True)
    assert (seen, done.sent) == ({}, [])


def test_a_page_that_breaks_is_answered_500_without_a_word() -> None:
    def broken(_environ: WSGIEnvironment, _start: StartResponse) -> Iterable[bytes]:
        raise ValueError("SECRET")

    done = Exchange(broken).ask()
    assert (done.status, done.body) == (500, b"")


def test_a_long_answer_streams_and_is_closed() -> None:
    closed: list[bool] = []

    class Long:
        def __iter__(self) -> Iterator[bytes]:
            yield from [b"x" * 60_000, b"y" * 60_000, b"z"]

        def close(self) -> None:
            closed.append(True)

    def page(_environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        start("200 OK", [])
        return Long()

    done = Exchange(page).ask()
    assert done.body == b"x" * 60_000 + b"y" * 60_000 + b"z"
    assert closed == [True]
    assert len(done.sent) > 3


def test_a_file_is_handed_to_the_server(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"content")

    def page(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        start("200 OK", [])
        wrapped: Iterable[bytes] = environ["wsgi.file_wrapper"]((tmp_path / "a").open("rb"))
        return wrapped

    done = Exchange(page).ask()
    assert done.sent[1] == {"type": "http.response.pathsend", "path": str(tmp_path / "a")}


def test_something_like_a_file_is_read_in_blocks() -> None:
    assert list(FileBody(io.BytesIO(b"abcde"), 2)) == [b"ab", b"cd", b"e"]


def test_pages_take_turns_in_one_thread() -> None:
    threads: list[str] = []

    def page(_environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        threads.append(threading.current_thread().name)
        start("200 OK", [])
        return [b""]

    bridge = Bridge(page, max_body_bytes=MAX)

    async def both() -> None:
        asked = (Exchange(page, bridge=bridge).asking("GET", "/", (), (), hangs_up=False) for _ in range(5))
        await asyncio.gather(*asked)

    asyncio.run(both())
    assert threads == ["pages"] * 5


def test_a_slow_page_does_not_hold_up_the_loop() -> None:
    release = threading.Event()

    def page(_environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        release.wait(10)
        start("200 OK", [])
        return [b"late"]

    async def story() -> bytes:
        exchange = Exchange(page)
        task = asyncio.create_task(exchange.asking("GET", "/", (), (), hangs_up=False))
        await asyncio.sleep(0.05)  # would not return if the page held the loop
        assert exchange.sent == []
        release.set()
        await task
        return exchange.body

    assert asyncio.run(story()) == b"late"


def test_other_protocols_are_refused() -> None:
    bridge = Bridge(answering(), max_body_bytes=MAX)

    async def nobody() -> dict[str, Any]:
        raise AssertionError

    with pytest.raises(RuntimeError, match="websocket"):
        asyncio.run(bridge({"type": "websocket"}, nobody, nobody))  # type: ignore[arg-type]


def on_errand(work: Callable[[], Told]) -> Page:
    def page(_environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        return Errand(work, start)

    return page


def test_an_errand_says_how_it_went_itself() -> None:
    done = Exchange(on_errand(lambda: Told("404 Not Found", [("X-Thing", "1")], b"none"))).ask()
    assert (done.status, done.body, done.sent[0]["headers"]) == (404, b"none", [(b"x-thing", b"1")])


def test_an_errand_holds_up_no_page() -> None:
    release = threading.Event()
    threads: list[str] = []

    def wait() -> Told:
        threads.append(threading.current_thread().name)
        release.wait(10)
        return Told("200 OK", [], b"late")

    def page(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/far":
            return Errand(wait, start)
        start("200 OK", [])
        return [b"near"]

    bridge = Bridge(page, max_body_bytes=MAX)

    async def story() -> tuple[bytes, list[bytes]]:
        far = [Exchange(page, bridge=bridge) for _ in range(9)]
        tasks = [asyncio.create_task(one.asking("GET", "/far", (), (), hangs_up=False)) for one in far]
        near = Exchange(page, bridge=bridge)
        await near.asking("GET", "/near", (), (), hangs_up=False)
        release.set()
        await asyncio.gather(*tasks)
        return near.body, [one.body for one in far]

    assert asyncio.run(story()) == (b"near", [b"late"] * 9)
    assert set(threads) == {"errands"}


def test_more_errands_than_can_be_run_are_refused_at_once() -> None:
    release = threading.Event()

    def wait() -> Told:
        release.wait(10)
        return Told("200 OK", [])

    page = on_errand(wait)
    bridge = Bridge(page, max_body_bytes=MAX)

    async def story() -> list[int]:
        asked = [Exchange(page, bridge=bridge) for _ in range(70)]
        tasks = [asyncio.create_task(one.asking("GET", "/", (), (), hangs_up=False)) for one in asked]
        for refused in islice(asyncio.as_completed(tasks), 6):
            await refused
        release.set()
        await asyncio.gather(*tasks)
        return sorted(one.status for one in asked)

    assert asyncio.run(story()) == [200] * 64 + [503] * 6


def test_an_errand_that_breaks_is_answered_500_without_a_word() -> None:
    def broken() -> Told:
        raise ValueError("SECRET")

    done = Exchange(on_errand(broken)).ask()
    assert (done.status, done.body) == (500, b"")


def following(work: Callable[[], object]) -> Page:
    def page(_environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        start("200 OK", [])
        return Followed([b"gone"], work)

    return page


def test_what_is_left_to_do_follows_the_answer_beside_the_pages() -> None:
    seen: list[tuple[bytes, str]] = []

    def work() -> None:
        seen.append((done.body, threading.current_thread().name))

    done = Exchange(following(work))
    done.ask()
    assert seen == [(b"gone", "errands")]


def test_what_is_left_to_do_is_done_for_who_hung_up_and_its_failure_is_nobodys() -> None:
    tried: list[bool] = []

    def work() -> None:
        tried.append(True)
        raise ValueError

    class Gone(Exchange):
        async def asking(self, *args: Any, **options: Any) -> None:
            async def send(_message: dict[str, Any]) -> None:
                raise ConnectionResetError

            scope = {
                "type": "http",
                "method": "GET",
                "path": "/",
                "query_string": b"",
                "http_version": "1.1",
                "scheme": "http",
                "headers": [],
            }
            await self.bridge(scope, send, send)  # type: ignore[arg-type]  # nothing is received

    with pytest.raises(ConnectionResetError):
        Gone(following(work)).ask()
    assert tried == [True]
    Exchange(following(work)).ask()
    assert tried == [True, True]
