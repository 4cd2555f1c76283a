"""Where connections may go."""

import ipaddress
import socket
from pathlib import Path

import pytest

from gateway.desk.servers import reach as reaching
from gateway.desk.servers.faults import ServerFault
from gateway.desk.servers.reach import Reach, connect, is_loopback_name, protect, reach_of
from gateway.settings import Settings
from gateway.store.servers import Trouble

NEAR = Reach(allows_private=True, connect_seconds=2, read_seconds=1)
FAR = Reach(allows_private=False, connect_seconds=2)


def trouble(host: str, reach: Reach, *, port: int = 9, **needs: bool) -> Trouble:
    with pytest.raises(ServerFault) as caught:
        connect(host, port, reach, **needs)
    return caught.value.trouble


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "0.0.0.0", "224.0.0.1"),
        *("::1", "fd00::1", "fe80::1", "::ffff:10.0.0.1", "100.64.0.1", "localhost", "2130706433", "0x7f.1"),
    ],
)
def test_a_stranger_does_not_get_into_our_network(host: str) -> None:
    assert trouble(host, FAR) in (Trouble.FORBIDDEN_HOST, Trouble.UNRESOLVED)


@pytest.mark.parametrize("host", ["169.254.169.254", "fe80::1", "0.0.0.0", "224.0.0.1"])
def test_some_addresses_are_for_nobody(host: str) -> None:
    assert trouble(host, NEAR) is Trouble.FORBIDDEN_HOST


def test_what_is_unprotected_stays_on_this_machine() -> None:
    assert trouble("192.0.2.1", NEAR, needs_loopback=True) is Trouble.NO_TLS
    with socket.create_server(("127.0.0.1", 0)) as listener:
        connect("localhost", listener.getsockname()[1], NEAR, needs_loopback=True).close()


def test_a_public_address_is_no_secret() -> None:
    reaching._check(ipaddress.ip_address("9.9.9.9"), FAR)


def test_without_a_sign_in_only_a_server_of_ones_own_network_is_used() -> None:
    for host in ("9.9.9.9", "::ffff:9.9.9.9"):
        assert trouble(host, NEAR, needs_private=True) is Trouble.NO_LOGIN
    with socket.create_server(("127.0.0.1", 0)) as listener:
        connect("127.0.0.1", listener.getsockname()[1], NEAR, needs_private=True).close()


@pytest.mark.parametrize("host", ["no.such.host.invalid", "a" * 64 + ".example", "x..y", ""])
def test_a_name_that_nobody_knows_is_told(host: str) -> None:
    assert trouble(host, FAR) in (Trouble.UNRESOLVED, Trouble.FORBIDDEN_HOST)


def test_a_port_where_nobody_listens_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert trouble("127.0.0.1", NEAR, port=port) is Trouble.UNREACHABLE


def test_a_server_that_says_nothing_in_the_handshake_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        made = connect("127.0.0.1", listener.getsockname()[1], NEAR)
        with pytest.raises(ServerFault) as caught:
            protect(made, "localhost", NEAR)
    assert caught.value.trouble is Trouble.TIMEOUT


def test_a_server_that_speaks_no_tls_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        made = connect("127.0.0.1", listener.getsockname()[1], NEAR)
        theirs, _ = listener.accept()
        theirs.sendall(b"* OK IMAP4rev1 ready\r\n")
        with theirs, pytest.raises(ServerFault) as caught:
            protect(made, "localhost", NEAR)
    assert caught.value.trouble is Trouble.TLS


@pytest.mark.parametrize(
    ("settings", "allowed"),
    [
        ({}, True),
        ({"base_url": "https://desk.example.org"}, False),
        ({"base_url": "https://desk.example.org", "public_sign_up": False}, True),
        ({"base_url": "https://desk.example.org", "public_sign_up": "closed"}, True),
        ({"base_url": "https://desk.example.org", "public_sign_up": "invitation"}, False),
        ({"web_host": "0.0.0.0"}, False),
    ],
)
def test_private_networks_are_for_installations_without_strangers(
    tmp_path: Path, *, settings: dict[str, object], allowed: bool
) -> None:
    assert reach_of(Settings(data_dir=tmp_path, **settings)).allows_private is allowed  # type: ignore[arg-type]


def test_this_machine_has_several_names() -> None:
    assert [is_loopback_name(name) for name in ("localhost", "127.0.0.9", "::1", "x.example")] == [
        True,
        True,
        True,
        False,
    ]
