"""A picture that a mail names in the Internet, fetched by us: its sender learns neither who reads nor where.

A stranger chooses the address, so nothing of ours may be reached by it: every address that a name
resolves to is judged before any is connected to, and the connection goes to the judged address itself,
so that a name which resolves to something else a moment later changes nothing. Redirects are judged anew.
"""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPResponse
from urllib.parse import quote, urljoin, urlsplit

from gateway import clock
from gateway.errors import NotFound
from gateway.rules import internet
from gateway.store.filetypes import detect_type

MAX_REDIRECTS = 3
MAX_URL_CHARS = 4000
TYPES = frozenset(
    {
        "image/png",
        "image/jpeg",
        "image/gif",
        "image/webp",
        "image/avif",
        "image/bmp",
        "image/x-ms-bmp",
        "image/vnd.microsoft.icon",
    }
)
"""What counts as a picture, by its content. SVG is a document and does not."""

_MAX_ADDRESSES = 16
_TRIED_ADDRESSES = 2
_BLOCK_BYTES = 64 * 1024
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HEADERS = {
    "Accept": "image/*",
    "Accept-Encoding": "identity",  # what is packed may be a bomb
    "User-Agent": "Mozilla/5.0",  # names nobody: neither the reader's browser nor this desk
    "Connection": "close",
}
_PATH_SAFE = "/%:@!$&'()*+,;=~"
_QUERY_SAFE = f"{_PATH_SAFE}?"

MayConnect = Callable[[str, int], bool]
"""Whether an IP address and port may be connected to."""

Resolve = Callable[[str, int], Sequence[str]]
"""The IP addresses of a name; OSError where it has none."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture's bytes, and the type that they are by their content."""

    content: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class _Target:
    """An address of the web, taken apart: name and path are ASCII, the port is there."""

    is_https: bool
    host: str
    port: int
    path: str

    @property
    def named(self) -> str:
        """The Host header (RFC 9110, 7.2)."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == (443 if self.is_https else 80) else f"{name}:{self.port}"


def resolve_all(host: str, port: int) -> Sequence[str]:
    """What the system's resolver says; decimal, octal and hexadecimal forms of addresses are read as well."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True)
class RemoteImages:
    """Fetches pictures of at most `max_bytes` within `seconds`, resolving a name not counted.

    `trust` is for tests, which sign their own certificates.
    """

    may_connect: MayConnect = internet.may_connect
    resolve: Resolve = resolve_all
    max_bytes: int = 10 * 1024 * 1024
    seconds: float = 10.0
    trust: ssl.SSLContext | None = None

    def fetch(self, url: str) -> Picture:
        """The picture at an address. NotFound, with the reason as its detail, whatever stands against it."""
        deadline = clock.monotonic() + self.seconds
        try:
            for _ in range(MAX_REDIRECTS + 1):
                found = self._ask(_target(url), deadline)
                if isinstance(found, Picture):
                    return found
                url = urljoin(url, found)
        except (OSError, HTTPException, ValueError) as error:  # ValueError: addresses that are none
            raise NotFound(detail=f"remote image: {type(error).__name__}") from None
        raise NotFound(detail="remote image: too many redirects")

    def _ask(self, target: _Target, deadline: float) -> Picture | str:
        """The picture, or the address that it is said to be at."""
        with self._connected(target, deadline) as line:
            line.request("GET", target.path, headers=_HEADERS | {"Host": target.named})
            with line.getresponse() as answer:
                location = answer.headers.get("Location", "")
                if answer.status in _REDIRECTS and location:
                    return str(location)
                if answer.status != 200:
                    raise NotFound(detail=f"remote image: answered {answer.status}")
                return self._read(answer, deadline)

    @contextlib.contextmanager
    def _connected(self, target: _Target, deadline: float) -> Iterator[HTTPConnection]:
        """A connection to a judged address, cut when the time is up."""
        addresses = self._judged(target)
        held = [_connect(addresses, target.port, deadline)]
        watchdog = threading.Timer(max(0.0, deadline - clock.monotonic()), lambda: _cut(held[-1]))
        watchdog.daemon = True
        try:
            if target.is_https:
                context = self.trust or _trust()
                held.append(context.wrap_socket(held[0], server_hostname=target.host))
            line = HTTPConnection(target.host, target.port)
            line.sock, line.auto_open = held[-1], 0  # never by its name again
            watchdog.start()
            yield line
        finally:
            watchdog.cancel()
            for one in held:
                one.close()

    def _judged(self, target: _Target) -> Sequence[str]:
        """The addresses of a name. One that is not allowed forbids them all: it is a trick."""
        found = self.resolve(target.host, target.port)
        allowed = len(found) <= _MAX_ADDRESSES and all(self.may_connect(ip, target.port) for ip in found)
        if not found or not allowed:
            raise NotFound(detail="remote image: address refused")
        return found

    def _read(self, answer: HTTPResponse, deadline: float) -> Picture:
        if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise NotFound(detail="remote image: packed")
        if (answer.length or 0) > self.max_bytes:
            raise NotFound(detail="remote image: too large")
        content = bytearray()
        while block := answer.read1(_BLOCK_BYTES):
            content += block
            if len(content) > self.max_bytes:
                raise NotFound(detail="remote image: too large")
        if clock.monotonic() >= deadline or answer.length:
            raise NotFound(detail="remote image: cut off")
        kind = detect_type(bytes(content[:_BLOCK_BYTES]))
        if kind not in TYPES:
            raise NotFound(detail=f"remote image: {kind}")
        return Picture(bytes(content), kind)


def _target(url: str) -> _Target:
    """Take an address apart; NotFound for what is not plainly one of the web, ValueError for what is none."""
    parts = urlsplit(url)
    host = (parts.hostname or "").encode("idna").decode("ascii")
    is_https = parts.scheme == "https"
    plain = parts.scheme in ("http", "https") and parts.username is None and parts.password is None
    if not plain or not host or "%" in host or len(url) > MAX_URL_CHARS:
        raise NotFound(detail="remote image: no plain address")
    path = quote(parts.path or "/", safe=_PATH_SAFE)
    query = f"?{quote(parts.query, safe=_QUERY_SAFE)}" if parts.query else ""
    port = parts.port if parts.port is not None else (443 if is_https else 80)
    return _Target(is_https, host, port, path + query)


def _connect(addresses: Sequence[str], port: int, deadline: float) -> socket.socket:
    """A connection to the first of the first addresses that takes one."""
    last: OSError = TimeoutError("no time is left")
    for ip in addresses[:_TRIED_ADDRESSES]:
        left = deadline - clock.monotonic()
        if left <= 0:
            break
        try:
            return socket.create_connection((ip, port), timeout=left)
        except OSError as error:
            last = error
    raise last


def _cut(line: socket.socket) -> None:
    """End what somebody is reading from; the reader closes it."""
    with contextlib.suppress(OSError):
        socket.socket.shutdown(line, socket.SHUT_RDWR)


@cache
def _trust() -> ssl.SSLContext:
    """The system's authorities, read once a process: that takes longer than fetching a picture."""
    return ssl.create_default_context()
