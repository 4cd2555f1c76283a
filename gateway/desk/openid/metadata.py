"""What a provider says of itself (OpenID Connect Discovery 1.0, 3; RFC 8414)."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from gateway.desk.servers.reach import is_loopback_name
from gateway.errors import Unavailable

WELL_KNOWN = "/.well-known/openid-configuration"


@dataclass(frozen=True, slots=True)
class Metadata:
    """Where a provider is asked what.

    `names_itself` says that its answers carry its issuer (RFC 9207); without `takes_basic` the client's
    secret goes into the form.
    """

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    names_itself: bool
    takes_basic: bool


def read_metadata(body: bytes, issuer: str) -> Metadata:
    """Read it; Unavailable, in words for the operator, unless it is that issuer's and does what we need."""
    try:
        said: Any = json.loads(body)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise Unavailable(f"What is at {issuer}{WELL_KNOWN} describes no provider; check M4A_OIDC_ISSUER.")
    if said.get("issuer") != issuer:
        named = str(said.get("issuer"))[:500]
        raise Unavailable(f"The provider calls itself {named}; M4A_OIDC_ISSUER must be exactly that.")
    methods = said.get("code_challenge_methods_supported")
    if isinstance(methods, list) and "S256" not in methods:
        raise Unavailable("The provider offers no PKCE with S256, without which nobody is sent there.")
    ways = said.get("token_endpoint_auth_methods_supported")
    return Metadata(
        authorization_endpoint=_address(said, "authorization_endpoint"),
        token_endpoint=_address(said, "token_endpoint"),
        jwks_uri=_address(said, "jwks_uri"),
        names_itself=said.get("authorization_response_iss_parameter_supported") is True,
        takes_basic=not isinstance(ways, list) or "client_secret_basic" in ways,
    )


def _address(said: dict[str, Any], name: str) -> str:
    """An endpoint: by https, or on this machine."""
    found = said.get(name)
    try:
        parts = urlsplit(found) if isinstance(found, str) else urlsplit("")
        host = parts.hostname or ""
    except ValueError:
        host, parts = "", urlsplit("")
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback_name(host))
    if not host or not is_safe or not (str(found).isascii() and str(found).isprintable()) or parts.fragment:
        raise Unavailable(f"The provider names no {name} that can be used.")
    return str(found)
