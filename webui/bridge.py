"""Pages (WSGI) in a server that speaks ASGI: they take turns in one thread, and whatever waits holds none.

A request body is read in full before the page's turn, files leave without the thread, errands into the
network and what is left to do after an answer are run beside it, what streams takes it for one chunk at a
time, and a feed (`webui.feeds`) holds none at all. Why so: docs/adr/0001-web-server.md.
"""

import asyncio
import contextlib
import io
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from functools import lru_cache, partial
from queue import SimpleQueue
from typing import IO, Any, TypeVar, cast
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from gateway import log
from webui.feeds import Feed, Feeds, Receive, Send, Turns

Scope = dict[str, Any]
Headers = list[tuple[bytes, bytes]]
T = TypeVar("T")

_AT_ONCE_BYTES = 64 * 1024
_IN_MEMORY_BYTES = 1024 * 1024
_RUNNERS = 4
"""Threads for errands of one process, started when they are needed."""

_MAX_ERRANDS = 64
_JOINT = {"HTTP_COOKIE": "; "}


class FileBody:
    """An answer that is a file (`wsgi.file_wrapper` of PEP 3333)."""

    def __init__(self, file: IO[bytes], block_bytes: int = _AT_ONCE_BYTES) -> None:
        self.file, self._block_bytes = file, block_bytes

    def __iter__(self) -> Iterator[bytes]:
        return iter(lambda: self.file.read(self._block_bytes), b"")

    def close(self) -> None:
        """Let go of the file."""
        self.file.close()


@dataclass(frozen=True, slots=True)
class Told:
    """What an errand brought back."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes = b""


class Errand:
    """An answer that is not known before somebody was asked over the network.

    The page returns this without having called `start_response`, which PEP 3333 lets it do: it is
    called when the work is done, at the first step of iterating.
    """

    def __init__(self, work: Callable[[], Told], start_response: StartResponse) -> None:
        self._work, self._start = work, start_response

    def __iter__(self) -> Iterator[bytes]:
        told = self._work()
        self._start(told.status, told.headers)
        yield told.body


class Followed:
    """An answer after which work is left that nobody waits for.

    It is done when the answer has gone, which is when PEP 3333 has servers call `close`.
    """

    def __init__(self, body: Iterable[bytes], work: Callable[[], object]) -> None:
        self._body, self._work = body, work

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._body)

    def close(self) -> None:
        """Let go of the answer and do the work."""
        getattr(self._body, "close", bool)()
        self._work()


@dataclass(frozen=True, slots=True)
class _Rest:
    """What a page has not said yet."""

    chunks: Iterator[bytes]
    close: Callable[[], object]


@dataclass(slots=True)
class _Answer:
    """What a page answered: all of it, or its beginning and the rest, or a file's path, an errand or a feed.

    `after` is what is left to do when it has gone.
    """

    status: int = 500
    headers: Headers = field(default_factory=list)
    body: bytes = b""
    rest: _Rest | None = None
    path: str = ""
    errand: Errand | None = None
    feed: Feed | None = None
    after: Callable[[], object] | None = None


@dataclass(frozen=True, slots=True)
class _Turn:
    """A piece of work for a thread, and who waits for it."""

    work: Callable[[], Any]
    loop: asyncio.AbstractEventLoop
    done: asyncio.Future[Any]


class Bridge(Turns):
    """The ASGI application around a WSGI one. Bodies over `max_body_bytes` are refused unread."""

    def __init__(self, app: WSGIApplication, *, max_body_bytes: int) -> None:
        self._app = app
        self._max_body_bytes = max_body_bytes
        self._turns: SimpleQueue[_Turn] = SimpleQueue()
        self._errands: SimpleQueue[_Turn] = SimpleQueue()
        self._runners = self._away = 0
        self._feeds = Feeds()
        threading.Thread(target=_take_turns, args=(self._turns,), name="pages", daemon=True).start()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            raise RuntimeError(f"no {scope['type']} here")
        with tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES) if _has_body(scope) else io.BytesIO() as body:
            size_bytes = await self._read(scope, receive, cast(IO[bytes], body))
            if size_bytes is None:
                return  # hung up half-way
            environ = _environ(scope, cast(IO[bytes], body), size_bytes)
            await self._answer(environ, receive, send)

    def end_feeds(self) -> None:
        """End whatever would not end by itself: the server is about to stop."""
        self._feeds.end()

    async def _read(self, scope: Scope, receive: Receive, body: IO[bytes]) -> int | None:
        """Read the request body; its size, or None when the client hung up. A too long one is left unread."""
        size_bytes = announced = _announced_bytes(scope)
        if not _has_body(scope) or announced > self._max_body_bytes:
            return announced
        size_bytes, more = 0, True
        while more and size_bytes <= self._max_body_bytes:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            size_bytes += body.write(message.get("body", b""))
            more = message.get("more_body", False)
        body.seek(0)
        return size_bytes

    async def _answer(self, environ: WSGIEnvironment, receive: Receive, send: Send) -> None:
        context = copy_context()
        try:
            answer = await self.turn(lambda: context.run(_call, self._app, environ))
            if answer.errand is not None:
                await self._run(answer, answer.errand)
        except Exception:  # noqa: BLE001 - the outermost frame of a request
            log.get("web").exception("page.failed")
            answer = _Answer(500, [(b"content-length", b"0")])
        try:
            await self._send(answer, context, send)
            if answer.feed is not None:
                await self._feeds.serve(answer.feed, receive, send, self)
        finally:
            if answer.after is not None:
                await self._follow(answer.after)

    async def _send(self, answer: _Answer, context: Context, send: Send) -> None:
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        if answer.path:
            await send({"type": "http.response.pathsend", "path": answer.path})
        elif answer.feed is not None:
            return
        elif answer.rest is None:
            await send({"type": "http.response.body", "body": answer.body})
        else:
            await self._stream(answer.body, answer.rest, context, send)

    async def _stream(self, body: bytes, rest: _Rest, context: Context, send: Send) -> None:
        """Send what there is and fetch the next chunk, one turn each; `send` waits for a slow reader."""
        try:
            more: bytes | None = body
            while more is not None:
                await send({"type": "http.response.body", "body": more, "more_body": True})
                more = await self.turn(lambda: context.run(next, rest.chunks, None))
            await send({"type": "http.response.body", "body": b""})
        finally:
            await self.turn(lambda: context.run(rest.close))

    async def _run(self, answer: _Answer, errand: Errand) -> None:
        """Run an errand beside the pages and complete the answer; too many at once are refused."""
        if self._away >= _MAX_ERRANDS:
            answer.status, answer.headers = 503, [(b"content-length", b"0"), (b"retry-after", b"5")]
            return
        answer.body = await self._beside(lambda: b"".join(errand))

    async def _follow(self, work: Callable[[], object]) -> None:
        """Do what is left, beside the pages; its failure is nobody's answer."""
        try:
            await self._beside(work)
        except Exception:  # noqa: BLE001 - the outermost frame of such work
            log.get("web").exception("page.unfinished")

    async def _beside(self, work: Callable[[], T]) -> T:
        """The work's result, done in a thread beside that of the pages."""
        self._away += 1
        try:
            if self._runners < min(self._away, _RUNNERS):  # this is the loop's thread alone
                self._runners += 1
                threading.Thread(
                    target=_take_turns, args=(self._errands,), name="errands", daemon=True
                ).start()
            return await _queued(self._errands, work)
        finally:
            self._away -= 1

    async def turn(self, work: Callable[[], T]) -> T:
        """The work's result, done in the page thread when it is its turn."""
        return await _queued(self._turns, work)


async def _queued(turns: SimpleQueue[_Turn], work: Callable[[], T]) -> T:
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()
    turns.put(_Turn(work, loop, done))
    return await done


def _take_turns(turns: SimpleQueue[_Turn]) -> None:
    while True:
        turn = turns.get()
        try:
            result = turn.work()
        except BaseException as error:  # noqa: BLE001 - it belongs to whoever waits for the turn
            _tell(turn, partial(turn.done.set_exception, error))
        else:
            _tell(turn, partial(turn.done.set_result, result))
        del turn  # or what it holds would stay until the next one


def _tell(turn: _Turn, tell: Callable[[], None]) -> None:
    def unless_cancelled() -> None:
        if not turn.done.done():
            tell()

    with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
        turn.loop.call_soon_threadsafe(unless_cancelled)


def _call(app: WSGIApplication, environ: WSGIEnvironment) -> _Answer:
    """Run the page until it has answered, or has answered a chunk's worth."""
    answer = _Answer()

    def start_response(
        status: str, headers: list[tuple[str, str]], _exc: object = None
    ) -> Callable[[bytes], object]:
        answer.status = int(status[:3])
        answer.headers = [(n.lower().encode("latin-1"), v.encode("latin-1")) for n, v in headers]
        return _refuse_write

    body = app(environ, start_response)
    close: Callable[[], object] = getattr(body, "close", bool)
    if isinstance(body, FileBody) and isinstance(body.file.name, str):
        close()
        answer.path = body.file.name
        return answer
    if isinstance(body, Errand):
        answer.errand = body
        return answer
    if isinstance(body, Feed):
        answer.feed = body
        return answer
    if isinstance(body, Followed):
        answer.after, close = body.close, bool
    chunks, answer.body = iter(body), b""
    for chunk in chunks:
        answer.body += chunk
        if len(answer.body) >= _AT_ONCE_BYTES:
            answer.rest = _Rest(chunks, close)
            return answer
    close()
    return answer


def _refuse_write(_data: bytes) -> None:
    raise RuntimeError("write() of PEP 3333 is not offered")


def _environ(scope: Scope, body: IO[bytes], size_bytes: int) -> WSGIEnvironment:
    """The request as PEP 3333 wants it: header values and the path as latin-1 text of their bytes."""
    server, client = scope.get("server") or ("", 0), scope.get("client") or ("", 0)
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": scope["path"].encode().decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1]),
        "REMOTE_ADDR": client[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.file_wrapper": FileBody,
        "wsgi.multithread": False,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope["headers"]:
        key, text = _key(name), value.decode("latin-1")
        environ[key] = f"{environ[key]}{_JOINT.get(key, ',')}{text}" if key in environ else text
    environ.pop("HTTP_TRANSFER_ENCODING", None)  # the body is here in full
    if size_bytes or "CONTENT_LENGTH" in environ:
        environ["CONTENT_LENGTH"] = str(size_bytes)
    return environ


@lru_cache(maxsize=256)
def _key(header: bytes) -> str:
    name = header.decode("latin-1").upper().replace("-", "_")
    return name if name in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{name}"


def _has_body(scope: Scope) -> bool:
    return any(name in (b"content-length", b"transfer-encoding") for name, _ in scope["headers"])


def _announced_bytes(scope: Scope) -> int:
    values = [value for name, value in scope["headers"] if name == b"content-length"]
    return int(values[0]) if values and values[0].isdigit() else 0
