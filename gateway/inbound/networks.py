"""Networks of client addresses, as the setting `trusted_relays` names them."""

import ipaddress
from collections.abc import Sequence

from gateway.errors import Invalid

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def parse(networks: str) -> tuple[Network, ...]:
    """`127.0.0.0/8,::1/128,192.0.2.7`; Invalid names the one that is none."""
    found = []
    for entry in filter(None, (piece.strip() for piece in networks.split(","))):
        try:
            found.append(ipaddress.ip_network(entry, strict=False))
        except ValueError:
            raise Invalid(f"M4A_TRUSTED_RELAYS: {entry} is no network.") from None
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
