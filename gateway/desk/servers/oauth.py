"""Access tokens by refresh token (RFC 6749, section 6), from the server that an account's admin named."""

import json
from dataclasses import dataclass
from typing import Any

from gateway.desk.servers.asking import ask
from gateway.desk.servers.faults import ServerFault
from gateway.desk.servers.reach import Reach
from gateway.store.servers import Trouble

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
    server does not answer as it should, and what `ask` raises.
    """
    form = {
        "grant_type": "refresh_token",
        "refresh_token": grant.refresh_token,
        "client_id": grant.client_id,
        **({"client_secret": grant.client_secret} if grant.client_secret else {}),
    }
    said = ask(grant.token_url, reach, form=form)
    status = said.status
    try:
        answer: Any = json.loads(said.body)
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


def _seconds(value: object) -> int:
    try:
        seconds = int(str(value))
    except ValueError:
        return _USUAL_SECONDS
    return min(max(seconds, _LEAST_SECONDS), _MOST_SECONDS)
