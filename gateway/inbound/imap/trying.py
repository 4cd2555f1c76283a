"""A look at an account from outside the watcher: does it let us in, and what lies in its folders."""

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.clock import Clock
from gateway.desk.servers.reach import Reach
from gateway.inbound.imap.session import Access, ImapSession
from gateway.inbound.imap.signingin import access_of, keyring_of
from gateway.inbound.imap.stopping import Stopper
from gateway.store.imap import LeasedSource
from gateway.store.sealed import Seal


@dataclass(frozen=True, slots=True)
class Seen:
    """What the server showed: each folder with its mails, and whether it tells of news by itself (IDLE)."""

    folders: tuple[tuple[str, int], ...]
    can_idle: bool


def try_source(source: LeasedSource, *, seal: Seal, reach: Reach, clock: Clock) -> Seen:
    """Sign in and ask for each folder; raises ServerFault. Nothing is fetched or marked."""
    access = access_of(keyring_of(source, seal=seal, reach=reach, clock=clock))
    return try_access(access, source.folders, reach)


def try_access(access: Access, folders: Iterable[str], reach: Reach) -> Seen:
    """Likewise for an account that is kept nowhere yet."""
    stopper = Stopper()
    try:
        session = ImapSession(access, reach=reach, stopper=stopper)
        try:
            found = tuple((name, session.status(name).mails) for name in folders)
            return Seen(found, session.can_idle)
        finally:
            session.close()
    finally:
        stopper.close()
