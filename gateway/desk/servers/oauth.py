"""Access tokens by refresh token (RFC 6749, section 6), from the server that an account's admin named.

Not by requests: it looks a name up by itself, after we have looked whether we may go there.
"""

import json
import socket
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from threading import Timer
from typing import Any
from urllib.parse import urlencode, urlsplit

from gateway.desk.servers.faults import ServerFault
from gateway.desk.servers.reach import Reach, connect, protect
from gateway.store.servers import Trouble

_ANSWER_BYTES = 64 * 1024
_LEAST_SECONDS, _USUAL_SECONDS, _MOST_SECONDS = 60, 3600, 86_400
_OVER = {"invalid_grant", "invalid_client", "unauthorized_client", "unsupported_grant_type"}


@dataclass(frozen=True, slots=True)
class Grant:
    """What is exchanged, and where."""

    token_url: str
    client_id: str
    client_secret: str
    refresh_token: str


@dataclass(frozen=True, slots=True)
class Tokens:
    """An access token with the seconds it is good for; `refresh_token` is "" where the old one stays."""

    access_token: str
    expires_seconds: int
    refresh_token: str


def refresh(grant: Grant, reach: Reach) -> Tokens:
    """A fresh access token.

    Raises ServerFault: TOKEN when the grant is over and somebody has to sign in anew, TOKEN_SERVER when the
    server does not answer as it should, and what `connect` and `protect` raise.
    """
    status, body = _post(grant, reach)
    try:
        answer: Any = json.loads(body)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise ServerFault(Trouble.TOKEN_SERVER, f"HTTP {status}")
    if status != 200:
        error = str(answer.get("error", ""))
        trouble = Trouble.TOKEN if error in _OVER else Trouble.TOKEN_SERVER
        raise ServerFault(trouble, error or f"HTTP {status}")
    token = answer.get("access_token")
    if not isinstance(token, str) or not token.isprintable() or not token:
        raise ServerFault(Trouble.TOKEN_SERVER, "no access_token")
    fresh = answer.get("refresh_token")
    changed = isinstance(fresh, str) and fresh not in ("", grant.refresh_token)
    return Tokens(token, _seconds(answer.get("expires_in")), str(fresh) if changed else "")


def _post(grant: Grant, reach: Reach) -> tuple[int, bytes]:
    url = urlsplit(grant.token_url)
    host, is_tls = url.hostname or "", url.scheme == "https"
    try:
        port = url.port or (443 if is_tls else 80)
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
        return _exchange(connected, host, url.path + (f"?{url.query}" if url.query else ""), grant, reach)
    except (OSError, HTTPException):
        raise ServerFault(Trouble.TOKEN_SERVER, "no answer") from None
    finally:
        deadline.cancel()
        connected.close()


def _exchange(
    connected: socket.socket, host: str, path: str, grant: Grant, reach: Reach
) -> tuple[int, bytes]:
    form = {
        "grant_type": "refresh_token",
        "refresh_token": grant.refresh_token,
        "client_id": grant.client_id,
        **({"client_secret": grant.client_secret} if grant.client_secret else {}),
    }
    connected.settimeout(reach.read_seconds)
    http = HTTPConnection(host)
    http.sock = connected
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    http.request("POST", path or "/", urlencode(form), headers)
    answer = http.getresponse()
    return answer.status, answer.read(_ANSWER_BYTES)


def _hang_up(connected: socket.socket) -> None:
    try:
        connected.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it is over already


def _seconds(value: object) -> int:
    try:
        seconds = int(str(value))
    except ValueError:
        return _USUAL_SECONDS
    return min(max(seconds, _LEAST_SECONDS), _MOST_SECONDS)
