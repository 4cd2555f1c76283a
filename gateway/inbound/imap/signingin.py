"""With what a source signs in."""

from gateway.clock import Clock
from gateway.desk.servers.keyring import Keyring
from gateway.desk.servers.reach import Reach
from gateway.inbound.imap.session import Access
from gateway.store import imap
from gateway.store.imap import LeasedSource
from gateway.store.sealed import Seal
from gateway.store.servers import Auth, FreshTokens, Security
from gateway.store.session import transaction


def keyring_of(source: LeasedSource, *, seal: Seal, reach: Reach, clock: Clock) -> Keyring[LeasedSource]:
    """The credentials of a source in our hands: its lease keeps others from asking the token server."""
    return Keyring(source, seal=seal, reach=reach, clock=clock, keep=_keep)


def access_of(keyring: Keyring[LeasedSource]) -> Access:
    """Where and as whom to sign in now; may ask the token server. Raises ServerFault."""
    source, secret = keyring.account, keyring.secret()
    return Access(
        source.host, source.port, Security(source.security), Auth(source.auth), source.username, secret
    )


def _keep(source: LeasedSource, fresh: FreshTokens) -> None:
    with transaction() as db:
        imap.note_token(db, source, fresh)
