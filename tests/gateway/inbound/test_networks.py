"""Which clients are one's own."""

import pytest

from gateway.errors import Invalid
from gateway.inbound.networks import contain, parse, parse_servers, plain

OURS = parse("127.0.0.0/8, ::1/128,192.0.2.7,2001:db8::/32")


@pytest.mark.parametrize("address", ["127.3.2.1", "::1", "192.0.2.7", "2001:db8::7"])
def test_an_address_in_a_network_is_in_it(address: str) -> None:
    assert contain(OURS, address)


@pytest.mark.parametrize("address", ["192.0.2.8", "::2", "", "nonsense", "128.0.0.1"])
def test_any_other_is_not(address: str) -> None:
    assert not contain(OURS, address)


def test_no_network_contains_nothing() -> None:
    assert not contain(parse(" , "), "127.0.0.1")


def test_what_is_no_network_is_named() -> None:
    with pytest.raises(Invalid, match="M4A_TRUSTED_RELAYS: relay is no network"):
        parse("127.0.0.1,relay")
    with pytest.raises(Invalid, match="M4A_TRUSTED_PROXIES: 10/x is no network"):
        parse("10/x", setting="M4A_TRUSTED_PROXIES")


@pytest.mark.parametrize(
    ("host", "address"),
    [("::ffff:192.0.2.1", "192.0.2.1"), ("fe80::1%eth0", "fe80::1"), ("192.0.2.1", "192.0.2.1"), ("", "")],
)
def test_an_address_is_written_in_one_way(host: str, address: str) -> None:
    assert plain(host) == address


def test_a_unix_sockets_peer_has_no_address() -> None:
    assert plain(None) == ""


def test_servers_are_named_in_every_usual_way() -> None:
    assert parse_servers("192.0.2.1, 192.0.2.2:5353,[2001:db8::1]:53,2001:db8::2,[::1],dns.example") == (
        ("192.0.2.1", 53),
        ("192.0.2.2", 5353),
        ("2001:db8::1", 53),
        ("2001:db8::2", 53),
        ("::1", 53),
        ("dns.example", 53),
    )
    assert parse_servers("") == ()


@pytest.mark.parametrize(
    "servers", ["192.0.2.1:dns", "[2001:db8::1", ":53", "192.0.2.1:0", "192.0.2.1:99999"]
)
def test_what_is_no_server_is_named(servers: str) -> None:
    with pytest.raises(Invalid, match="M4A_DNS_SERVERS"):
        parse_servers(servers)
