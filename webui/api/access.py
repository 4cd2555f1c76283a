"""Bearer tokens (RFC 6750): who asks, and for which account."""

from flask import g, request

from gateway.desk import knocking, tokens
from gateway.errors import Unauthenticated
from gateway.rules.access import Actor
from gateway.store import binding
from gateway.store.session import reading, transaction
from webui import callers
from webui.office import office

_SCHEME = "bearer "


def authenticate() -> None:
    """Find out who asks; Unauthenticated (401) without a token that is valid now.

    Wrong tokens are counted, and too many of a network answered TooMany (429). Right ones cost no writing:
    nobody guesses 256 bits, and a colleague's mistaken script stops no other.
    """
    given = request.headers.get("Authorization", "")
    if given[: len(_SCHEME)].lower() != _SCHEME:
        raise Unauthenticated("Send a token: Authorization: Bearer …")
    try:
        with binding.everywhere(), reading() as db:
            g.token_actor = tokens.authenticate(db, given[len(_SCHEME) :].strip())
    except Unauthenticated:
        _count_slip()
        raise
    binding.bind(actor().account_id)


def _count_slip() -> None:
    here = office()
    with transaction() as db:
        address, key = callers.address(), here.settings.key()
        knocking.knock_with_secret(db, address, key=key, now=here.clock.now())


def actor() -> Actor:
    """For whom the request's token speaks."""
    by: Actor = g.token_actor
    return by
