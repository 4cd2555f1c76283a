"""The way by a mailbox's own account: where it leads, and with what one signs in there."""

import time

from gateway.clock import Clock, monotonic
from gateway.desk.servers.faults import ServerFault
from gateway.desk.servers.keyring import Keyring
from gateway.desk.servers.reach import Reach
from gateway.errors import Unavailable
from gateway.outbound.relayurl import Relay, Tls
from gateway.store import smtp
from gateway.store.sealed import Seal
from gateway.store.servers import Auth, FreshTokens, Security, Trouble
from gateway.store.session import transaction
from gateway.store.smtp import OutgoingAccount

KEEP_PATIENCE_SECONDS = 30.0
"""How long fresh tokens wait for a database that does not answer; still within the right to ask for them."""
_PAUSE_SECONDS = 0.5
TLS = {Security.TLS: Tls.IMPLICIT, Security.STARTTLS: Tls.REQUIRED, Security.PLAIN: Tls.NEVER}
"""How a connection is encrypted that an account's admin wants protected so."""


class Asked(Exception):
    """Another process is asking the token server for this account: try again in a moment."""


class Way:
    """An account with what signs in there, for one try; `reach` is for hosts that its admin names."""

    def __init__(self, account: OutgoingAccount, *, seal: Seal, reach: Reach, clock: Clock) -> None:
        self._seal, self._clock = seal, clock
        self._reach = Reach(allows_private=True, tls=reach.tls) if account.is_operators else reach
        self._ring = self._ring_of(account)

    @property
    def account(self) -> OutgoingAccount:
        """The account with the tokens it has by now."""
        return self._ring.account

    def relay(self) -> Relay:
        """The server, and what signs in there now; may ask the token server. Raises ServerFault and Asked."""
        account = self.account
        secret = self._fresh_token() if self._ring.needs_token else self._ring.secret()
        return Relay(
            host=account.host,
            port=account.port,
            tls=TLS[Security(account.security)],
            user=account.username,
            password=secret,
            auth=Auth(account.auth),
            reach=self._reach,
        )

    def forget_token(self, fault: ServerFault) -> bool:
        """Whether a sign-in that failed may go better with a fresh access token: this one may be void."""
        before = self.account
        if fault.trouble is not Trouble.LOGIN or not self._ring.forget_token():
            return False
        with transaction() as db:
            smtp.forget_token(db, before)
        return True

    def _fresh_token(self) -> str:
        """Ask the token server, as the only one; or have what another has been given meanwhile."""
        account = self.account
        with transaction() as db:
            present = smtp.begin_refresh(db, account.id, now=self._clock.now())
        if present is None:
            raise Asked
        self._ring = self._ring_of(present)
        try:
            return self._ring.secret()
        finally:
            with transaction() as db:
                smtp.end_refresh(db, account.id)

    def _ring_of(self, account: OutgoingAccount) -> Keyring[OutgoingAccount]:
        return Keyring(account, seal=self._seal, reach=self._reach, clock=self._clock, keep=_keep)


def _keep(account: OutgoingAccount, fresh: FreshTokens) -> None:
    """Note the tokens, with patience: a refresh token that was changed is nowhere else."""
    give_up_at = monotonic() + KEEP_PATIENCE_SECONDS
    while True:
        try:
            with transaction() as db:
                smtp.note_token(db, account, fresh)
        except Unavailable:
            if monotonic() >= give_up_at:
                raise
            time.sleep(_PAUSE_SECONDS)
        else:
            return
