"""One HTTP request to a server of others: in bounded time, with a bounded answer, and led nowhere else.

Not by urllib3 or requests: they look a name up by themselves, after we have looked whether we may go there.
"""

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from threading import Timer
from urllib.parse import SplitResult, urlencode, urlsplit

from gateway.desk.servers.faults import ServerFault
from gateway.desk.servers.reach import Reach, connect, protect
from gateway.store.servers import Trouble

MOST_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and body, of which no more is read than was asked for."""

    status: int
    body: bytes


def ask(
    url: str,
    reach: Reach,
    *,
    form: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    most_bytes: int = MOST_BYTES,
) -> Answer:
    """What the server says to a GET, or to a POST of `form`; redirects are answers like any other.

    Without TLS only this machine is asked. Raises ServerFault: TOKEN_SERVER for a bad address and for who
    does not speak HTTP in time, and what `connect` and `protect` raise.
    """
    try:
        parts = urlsplit(url)
        host, is_tls = parts.hostname or "", parts.scheme == "https"
        port = parts.port or (443 if is_tls else 80)
    except ValueError:
        raise ServerFault(Trouble.TOKEN_SERVER, "bad address") from None
    connected = connect(host, port, reach, needs_loopback=not is_tls)
    if is_tls:
        connected = protect(connected, host, reach)
    # A timeout of the socket begins anew with each byte: this one is for all of it.
    deadline = Timer(reach.read_seconds, _hang_up, [connected])
    deadline.daemon = True
    deadline.start()
    try:
        connected.settimeout(reach.read_seconds)
        return _exchange(
            connected, parts, form, {"Accept": "application/json", **(headers or {})}, most_bytes
        )
    except (OSError, HTTPException):
        raise ServerFault(Trouble.TOKEN_SERVER, "no answer") from None
    finally:
        deadline.cancel()
        connected.close()


def _exchange(
    connected: socket.socket,
    url: SplitResult,
    form: Mapping[str, str] | None,
    headers: Mapping[str, str],
    most_bytes: int,
) -> Answer:
    http = HTTPConnection(url.hostname or "")
    http.sock = connected
    sent = {"Host": url.netloc.rpartition("@")[2], **headers}
    path = (url.path or "/") + (f"?{url.query}" if url.query else "")
    if form is None:
        http.request("GET", path, headers=sent)
    else:
        sent["Content-Type"] = "application/x-www-form-urlencoded"
        http.request("POST", path, urlencode(form), sent)
    answer = http.getresponse()
    return Answer(answer.status, answer.read(most_bytes))


def _hang_up(connected: socket.socket) -> None:
    try:
        connected.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it is over already
