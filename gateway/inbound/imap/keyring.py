"""How a source signs in: its password, or an access token that is refreshed before it runs out."""

from dataclasses import replace
from datetime import timedelta

from gateway.clock import Clock
from gateway.errors import Unavailable
from gateway.inbound.imap import oauth
from gateway.inbound.imap.faults import ImapFault
from gateway.inbound.imap.oauth import Grant
from gateway.inbound.imap.reach import Reach
from gateway.inbound.imap.session import Access
from gateway.store import imap
from gateway.store.imap import Auth, LeasedSource, Security, Trouble
from gateway.store.sealed import Seal
from gateway.store.session import transaction

_EARLY = timedelta(seconds=90)
"""A token is not used in its last moments: signing in takes some, too."""


class Keyring:
    """The credentials of one leased source; keeps what the token server changes."""

    def __init__(self, source: LeasedSource, *, seal: Seal, reach: Reach, clock: Clock) -> None:
        self._source, self._seal, self._reach, self._clock = source, seal, reach, clock

    @property
    def source(self) -> LeasedSource:
        """The source with the tokens it has by now."""
        return self._source

    def access(self) -> Access:
        """With what to sign in now; may ask the token server. Raises ImapFault."""
        source = self._source
        security, auth = Security(source.security), Auth(source.auth)
        try:
            secret = self._token() if auth is Auth.XOAUTH2 else self._seal.open(source.sealed_secret)
        except Unavailable:
            raise ImapFault(Trouble.OURS, "secret key") from None
        return Access(source.host, source.port, security, auth, source.username, secret)

    def forget_token(self) -> bool:
        """The server refused the access token; whether another one can be had by asking again."""
        had_one = bool(self._source.sealed_access_token)
        self._source = replace(self._source, sealed_access_token="", token_expires_at=None)
        return had_one and Auth(self._source.auth) is Auth.XOAUTH2

    def _token(self) -> str:
        source = self._source
        expires_at = source.token_expires_at
        if source.sealed_access_token and expires_at and expires_at - _EARLY > self._clock.now():
            return self._seal.open(source.sealed_access_token)
        grant = Grant(
            source.token_url,
            source.client_id,
            self._seal.open(source.sealed_client_secret),
            self._seal.open(source.sealed_secret),
        )
        return self._keep(oauth.refresh(grant, self._reach))

    def _keep(self, tokens: oauth.Tokens) -> str:
        """Note the new tokens before they are used: a refresh token that was changed is the only one left."""
        before = self._source
        sealed_access = self._seal.seal(tokens.access_token)
        sealed_refresh = self._seal.seal(tokens.refresh_token)
        expires_at = self._clock.now() + timedelta(seconds=tokens.expires_seconds)
        with transaction() as db:
            imap.note_token(
                db,
                before,
                sealed_access=sealed_access,
                expires_at=expires_at,
                sealed_refresh=sealed_refresh,
            )
        self._source = replace(
            before,
            sealed_access_token=sealed_access,
            token_expires_at=expires_at,
            sealed_secret=sealed_refresh or before.sealed_secret,
        )
        return tokens.access_token
