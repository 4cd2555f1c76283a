"""A token server on loopback (RFC 6749): tokens that rotate, errors, slowness; Dovecot asks it, too."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from itertools import count
from typing import Any, Self
from urllib.parse import parse_qs

from tests.fakes.listening import Listening, Silent

USER = "help@ours.example"


@dataclass
class OAuthServer(Listening):
    """Listens while its `with` block lasts.

    `refresh_token` is the one that is good now; with `rotates` each use replaces it. `error` is what the next
    requests are answered, `delay_seconds` how long it takes; `edit` may change an answer before it is sent.
    """

    refresh_token: str = "first refresh token"
    client_id: str = "our client"
    client_secret: str = "client secret"
    rotates: bool = False
    error: str = ""
    status: int = 200
    delay_seconds: float = 0.0
    expires_in: object = 3600
    edit: Callable[[bytes], bytes] = lambda body: body
    access_tokens: list[str] = field(default_factory=list)
    requests: list[dict[str, str]] = field(default_factory=list)
    introspected: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._numbers = count(1)
        outer = self

        class Handler(Silent, BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                size = int(self.headers.get("Content-Length", 0))
                form = {k: v[0] for k, v in parse_qs(self.rfile.read(size).decode()).items()}
                self._answer(*outer.exchange(form))

            def do_GET(self) -> None:
                """Introspection (RFC 7662), as Dovecot asks: the token is in the header."""
                token = self.headers.get("Authorization", "").removeprefix("Bearer ")
                outer.introspected.append(token)
                self._answer(200, {"active": token in outer.access_tokens, "username": USER})

            def _answer(self, status: int, body: dict[str, Any]) -> None:
                time.sleep(outer.delay_seconds)
                data = outer.edit(json.dumps(body).encode())
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        self.listen(Handler)
        return self

    @property
    def url(self) -> str:
        return f"{self.origin}/token"

    @property
    def introspection_url(self) -> str:
        return f"{self.origin}/introspect?token="

    def exchange(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        self.requests.append(form)
        if self.error or self.status != 200:
            return (self.status if self.status != 200 else 400), {"error": self.error}
        client = form.get("client_id"), form.get("client_secret")
        if client != (self.client_id, self.client_secret):
            return 401, {"error": "invalid_client"}
        if form.get("grant_type") != "refresh_token" or form.get("refresh_token") != self.refresh_token:
            return 400, {"error": "invalid_grant"}
        token = f"access{next(self._numbers)}"
        self.access_tokens.append(token)
        answer = {"access_token": token, "token_type": "Bearer", "expires_in": self.expires_in}
        if self.rotates:
            self.refresh_token = f"refresh {token}"
            answer["refresh_token"] = self.refresh_token
        return 200, answer
