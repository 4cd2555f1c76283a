"""The servers of a mailbox, looked up in the DNS: within seconds, and nobody else is asked (O11)."""

from collections.abc import Sequence

from gateway.desk.servers.finding import Servers, find_servers
from gateway.inbound.authentication.resolver import Resolver
from gateway.mail.dmarc import UnresolvedError

SECONDS = 5.0
"""Somebody waits; a domain whose servers take longer is told to be unknown."""


def look_up(address: str, dns_servers: str) -> Servers:
    """What the name servers of the setting say, or the system's; what comes too late is not there."""
    questions = Resolver(dns_servers).questions(seconds=SECONDS)

    def ask(name: str, kind: str) -> Sequence[object]:
        try:
            return questions.values(name, kind)
        except UnresolvedError:
            return ()

    return find_servers(address, ask)
