"""A look at a mailbox's own outgoing server: does it let us in. Nothing is sent."""

from gateway.clock import Clock
from gateway.desk.servers.faults import ServerFault
from gateway.desk.servers.login import Login
from gateway.desk.servers.reach import Reach
from gateway.outbound.connection import Connection
from gateway.outbound.opening import Timeouts
from gateway.outbound.ownserver import note_trouble, note_well, rest_after
from gateway.outbound.relayurl import Relay
from gateway.outbound.way import TLS, Asked, Way
from gateway.store import deliveries
from gateway.store.servers import Trouble
from gateway.store.session import transaction

TRYING = Timeouts(connect=10, command=10)
"""Short, because somebody waits."""


def try_account(way: Way, *, ehlo_name: str, clock: Clock, timeouts: Timeouts = TRYING) -> None:
    """Connect, sign in and leave; what was found is noted at the account. Raises ServerFault.

    If it works, mail that waits for the account is tried at once.
    """
    now, account = clock.now(), way.account
    try:
        offer = _offer(way, ehlo_name, timeouts)
    except Asked:
        raise ServerFault(Trouble.BUSY) from None
    except ServerFault as fault:
        with transaction() as db:
            rest = rest_after(fault, account, now=now)
            note_trouble(db, now, account=way.account, fault=fault, rest=rest)
        raise
    with transaction() as db:
        note_well(db, now, account=way.account, offer=offer)
        deliveries.try_again(db, account.account_id, account.mailbox_id, now=now)


def try_login(
    server: Login, secret: str, *, reach: Reach, ehlo_name: str, timeouts: Timeouts = TRYING
) -> None:
    """Likewise with the password of an account that is kept nowhere yet. Raises ServerFault."""
    relay = Relay(
        host=server.host,
        port=server.port,
        tls=TLS[server.security],
        user=server.username,
        password=secret,
        auth=server.auth,
        reach=reach,
    )
    Connection(relay, ehlo_name=ehlo_name, timeouts=timeouts).quit()


def _offer(way: Way, ehlo_name: str, timeouts: Timeouts) -> int:
    try:
        connection = Connection(way.relay(), ehlo_name=ehlo_name, timeouts=timeouts)
    except ServerFault as fault:
        if not way.forget_token(fault):
            raise
        connection = Connection(way.relay(), ehlo_name=ehlo_name, timeouts=timeouts)
    offer = connection.max_message_bytes
    connection.quit()
    return offer
