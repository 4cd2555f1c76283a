"""Bearer tokens (RFC 6750): who asks, and for which account."""

from flask import g, request

from gateway.desk import tokens
from gateway.errors import Unauthenticated
from gateway.rules.access import Actor
from gateway.store.session import reading

_SCHEME = "bearer "


def authenticate() -> None:
    """Find out who asks; Unauthenticated (401) without a token that is valid now."""
    given = request.headers.get("Authorization", "")
    if given[: len(_SCHEME)].lower() != _SCHEME:
        raise Unauthenticated("Send a token: Authorization: Bearer …")
    with reading() as db:
        g.token_actor = tokens.authenticate(db, given[len(_SCHEME) :].strip())


def actor() -> Actor:
    """For whom the request's token speaks."""
    by: Actor = g.token_actor
    return by
