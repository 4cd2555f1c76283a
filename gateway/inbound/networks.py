"""Networks of client addresses and hosts with ports, as settings name them."""

import ipaddress
from collections.abc import Sequence

from gateway.errors import Invalid

DNS_PORT = 53
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def parse(networks: str, *, setting: str = "M4A_TRUSTED_RELAYS") -> tuple[Network, ...]:
    """`127.0.0.0/8,::1/128,192.0.2.7`; Invalid names the one that is none, and its setting."""
    found = []
    for entry in filter(None, (piece.strip() for piece in networks.split(","))):
        try:
            found.append(ipaddress.ip_network(entry, strict=False))
        except ValueError:
            raise Invalid(f"{setting}: {entry} is no network.") from None
    return tuple(found)


def contain(networks: Sequence[Network], client_ip: str) -> bool:
    """Whether an address, as `plain` gives it, is in one of them."""
    try:
        address = ipaddress.ip_address(client_ip)
    except ValueError:
        return False
    return any(address in network for network in networks)


def plain(host: object) -> str:
    """A socket's address without zone, IPv4 as IPv4; "" for what is none (a Unix socket)."""
    try:
        address = ipaddress.ip_address(str(host).partition("%")[0])
    except ValueError:
        return ""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


def parse_servers(servers: str) -> tuple[tuple[str, int], ...]:
    """`host`, `host:port`, `[v6]:port` or a bare IPv6 address, comma separated, as (host, port).

    Invalid names the one that cannot be read.
    """
    found = []
    for entry in filter(None, (piece.strip() for piece in servers.split(","))):
        host, port = _host_and_port(entry)
        if not host or not port.isdecimal() or not 0 < int(port) < 65536:
            raise Invalid(f"M4A_DNS_SERVERS: {entry} is no host with a port.")
        found.append((host, int(port)))
    return tuple(found)


def _host_and_port(entry: str) -> tuple[str, str]:
    if entry.startswith("["):
        host, bracket, rest = entry[1:].partition("]")
        return (host, rest.removeprefix(":") or str(DNS_PORT)) if bracket else ("", "")
    if entry.count(":") > 1:
        return entry, str(DNS_PORT)
    host, _, port = entry.partition(":")
    return host, port or str(DNS_PORT)
