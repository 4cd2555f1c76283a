"""Which addresses are out in the public Internet: where a stranger's link may lead us, and nowhere else."""

import ipaddress

WEB_PORTS = frozenset({80, 443})

_METADATA = frozenset({ipaddress.IPv4Address("168.63.129.16")})
"""Public by its number, but answers only to the machines of one provider (Azure), about themselves."""

_ODD_V4 = tuple(
    map(
        ipaddress.IPv4Network,
        (
            "0.0.0.0/8",  # this host (RFC 1122)
            "100.64.0.0/10",  # carriers' own (RFC 6598), where providers keep metadata, too
            "192.0.0.0/24",  # protocol assignments (RFC 6890)
            "192.0.2.0/24",  # examples (RFC 5737), as the next two
            "198.51.100.0/24",
            "203.0.113.0/24",
            "192.88.99.0/24",  # relays from IPv6 (RFC 7526)
            "198.18.0.0/15",  # benches (RFC 2544)
            "240.0.0.0/4",  # reserved, with the broadcast address
        ),
    )
)
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")  # all that has been given out (RFC 4291)
_ODD_V6 = tuple(
    map(
        ipaddress.IPv6Network,
        (
            "2001::/23",  # Teredo, ORCHID, benches and others (RFC 6890)
            "2001:db8::/32",  # examples (RFC 3849), as the next
            "3fff::/20",
            "5f00::/16",  # segment routing (RFC 9602)
        ),
    )
)
_SIX_TO_FOUR = ipaddress.IPv6Network("2002::/16")  # RFC 3056: IPv4 in bits 16 to 47
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052: IPv4 in the last 32 bits


def may_connect(address: str, port: int) -> bool:
    """Whether we may connect there for a stranger: a public address, at a port of the web."""
    return port in WEB_PORTS and is_public(address)


def is_public(address: str) -> bool:
    """Whether an IP address is a public one, also by the IPv4 address that an IPv6 address carries.

    Private, loopback, link-local, multicast, reserved and example networks are not, providers' metadata
    services neither; what is no address is not.
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    return _is_public_v4(ip) if isinstance(ip, ipaddress.IPv4Address) else _is_public_v6(ip)


def _is_public_v4(ip: ipaddress.IPv4Address) -> bool:
    inside = ip.is_private or ip.is_loopback or ip.is_link_local or ip.is_multicast or ip.is_reserved
    return not inside and ip not in _METADATA and not any(ip in network for network in _ODD_V4)


def _is_public_v6(ip: ipaddress.IPv6Address) -> bool:
    if ip.scope_id is not None:
        return False
    if ip.ipv4_mapped is not None:
        return _is_public_v4(ip.ipv4_mapped)
    if ip in _NAT64:
        return _is_public_v4(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
    if ip in _SIX_TO_FOUR:
        return _is_public_v4(ipaddress.IPv4Address(int(ip) >> 80 & 0xFFFFFFFF))
    return ip in _GLOBAL_V6 and not any(ip in network for network in _ODD_V6)
