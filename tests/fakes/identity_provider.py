"""An OpenID Connect provider on loopback that tells the truth, or whatever a test wants it to tell."""

import base64
import hashlib
import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any, Self
from urllib.parse import parse_qsl, unquote_plus, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, Key

from gateway import clock
from tests.fakes.listening import Listening, Silent

CLIENT_ID = "the desk"
CLIENT_SECRET = "secret: of the desk"


def new_key(kid: str) -> ECKey:
    return ECKey.generate_key("P-256", {"kid": kid, "use": "sig"})


@dataclass
class IdentityProvider(Listening):
    """Listens while its `with` block lasts.

    `claims` stand over those of a right token, None takes one away; `header` likewise, and `metadata` over
    what it says of itself. `token`, if set, is sent instead. `status` is what the token endpoint answers,
    `body` what every endpoint says, `delay_seconds` how long it takes; `meanwhile` is called by each request.
    """

    subject: str = "ann at home"
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    key: Key = field(default_factory=lambda: new_key("first"))
    shown: list[Key] | None = None
    token: str = ""
    status: int = 200
    body: bytes | None = None
    delay_seconds: float = 0.0
    meanwhile: Callable[[], None] = lambda: None
    asked: list[str] = field(default_factory=list)
    forms: list[dict[str, str]] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._given: dict[str, dict[str, str]] = {}
        outer = self

        class Handler(Silent, BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(self.path)
                keys = {"keys": [key.as_dict(private=False) for key in outer.shown or [outer.key]]}
                self._answer(200, outer.describe() if "well-known" in self.path else keys)

            def do_POST(self) -> None:
                outer.asked.append(self.path)
                form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
                self._answer(*outer.exchange(form, self.headers.get("Authorization", "")))

            def _answer(self, status: int, said: Mapping[str, Any]) -> None:
                outer.meanwhile()
                time.sleep(outer.delay_seconds)
                body = json.dumps(said).encode() if outer.body is None else outer.body
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                with suppress(OSError):  # who did not want to wait is gone
                    self.wfile.write(body)

        self.listen(Handler)
        return self

    @property
    def issuer(self) -> str:
        return self.origin

    def describe(self) -> dict[str, Any]:
        own = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "code_challenge_methods_supported": ["S256"],
        }
        return _over(own, self.metadata)

    def sign_in(self, address: str) -> dict[str, str]:
        """What a browser comes back with that was sent to this address."""
        asked = dict(parse_qsl(urlsplit(address).query))
        assert asked["client_id"] == CLIENT_ID
        code = f"code {len(self._given)}"
        self._given[code] = asked
        return {"code": code, "state": asked["state"]}

    def exchange(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """RFC 6749, 4.1.3, and RFC 7636, 4.6: each code once, for who asked for it."""
        self.forms.append(form)
        pair = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        client_id, _, secret = pair.partition(":")
        us = (form.get("client_id", unquote_plus(client_id)), form.get("client_secret", unquote_plus(secret)))
        if us != (CLIENT_ID, CLIENT_SECRET):
            return 401, {"error": "invalid_client"}
        asked = self._given.pop(form["code"], None)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        fits = asked is not None and (asked["redirect_uri"], asked["code_challenge"]) == (
            form["redirect_uri"],
            challenge,
        )
        if asked is None or not fits:
            return 400, {"error": "invalid_grant"}
        if self.status != 200:
            return self.status, {"error": "server_error"}
        return 200, {
            "access_token": "x",
            "token_type": "Bearer",
            "id_token": self.token or self.sign(asked["nonce"]),
        }

    def sign(self, nonce: str) -> str:
        """The token for somebody who was asked about with this nonce."""
        now = int(clock.now().timestamp())
        claims = {"iss": self.issuer, "sub": self.subject, "aud": CLIENT_ID, "iat": now, "exp": now + 300}
        header = _over({"alg": "ES256", "kid": self.key.kid}, self.header)
        said = _over({**claims, "nonce": nonce}, self.claims)
        return jwt.encode(header, said, self.key, algorithms=[header["alg"]])


def _over(own: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**own, **changes}.items() if value is not None}
