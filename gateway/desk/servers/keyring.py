"""How we sign in at an account: its password, or an access token that is refreshed before it runs out."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Generic, TypeVar

from gateway.clock import Clock
from gateway.desk.servers.faults import ServerFault
from gateway.desk.servers.reach import Reach
from gateway.errors import Unavailable
from gateway.store.sealed import Seal
from gateway.store.servers import Auth, FreshTokens, ServerAccount, Trouble

_EARLY = timedelta(seconds=90)
"""A token is not used in its last moments: signing in takes some, too."""

A = TypeVar("A", bound=ServerAccount)


class Keyring(Generic[A]):
    """The credentials of one account; `keep` notes in its row what the token server changes.

    It asks the token server by itself, so nobody else may ask for the same account meanwhile: a refresh token
    that rotates is good once.
    """

    def __init__(
        self, account: A, *, seal: Seal, reach: Reach, clock: Clock, keep: Callable[[A, FreshTokens], None]
    ) -> None:
        self._account, self._seal, self._reach, self._clock, self._keep = account, seal, reach, clock, keep

    @property
    def account(self) -> A:
        """The account with the tokens it has by now."""
        return self._account

    @property
    def needs_token(self) -> bool:
        """Whether `secret` will ask the token server."""
        if Auth(self._account.auth) is not Auth.XOAUTH2:
            return False
        expires_at = self._account.token_expires_at
        is_good = expires_at is not None and expires_at - _EARLY > self._clock.now()
        return not (self._account.sealed_access_token and is_good)

    def secret(self) -> str:
        """With what to sign in now: the password, or an access token. Raises ServerFault."""
        account = self._account
        try:
            if self.needs_token:
                return self._fresh_token()
            is_token = Auth(account.auth) is Auth.XOAUTH2
            return self._seal.open(account.sealed_access_token if is_token else account.sealed_secret)
        except Unavailable as error:
            if error.detail != "seal":
                raise
            raise ServerFault(Trouble.OURS, "secret key") from None

    def forget_token(self) -> bool:
        """The server refused the access token; whether another one can be had by asking again."""
        had_one = bool(self._account.sealed_access_token)
        self._account = replace(self._account, sealed_access_token="", token_expires_at=None)
        return had_one and Auth(self._account.auth) is Auth.XOAUTH2

    def _fresh_token(self) -> str:
        from gateway.desk.servers import oauth  # its HTTP client takes memory, and few accounts need it

        account = self._account
        grant = oauth.Grant(
            account.token_url,
            account.client_id,
            self._seal.open(account.sealed_client_secret),
            self._seal.open(account.sealed_secret),
        )
        tokens = oauth.refresh(grant, self._reach)
        fresh = FreshTokens(
            sealed_access_token=self._seal.seal(tokens.access_token),
            token_expires_at=self._clock.now() + timedelta(seconds=tokens.expires_seconds),
            sealed_secret=self._seal.seal(tokens.refresh_token) or account.sealed_secret,
        )
        # Noted before it is used: a refresh token that was changed is the only one left.
        self._keep(account, fresh)
        self._account = replace(
            account,
            sealed_access_token=fresh.sealed_access_token,
            token_expires_at=fresh.token_expires_at,
            sealed_secret=fresh.sealed_secret,
        )
        return tokens.access_token
