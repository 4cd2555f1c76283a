"""The table of addresses that a stranger's link must never make us connect to, and of those that it may."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.rules.internet import is_public, may_connect

OURS = """
    0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 100.127.255.255 127.0.0.1
    127.255.255.254 168.63.129.16 169.254.169.254 169.254.0.1 172.16.0.1 172.31.255.255 192.0.0.1
    192.0.0.192 192.0.2.1 192.88.99.1 192.168.0.1 192.168.255.255 198.18.0.1 198.19.255.255 198.51.100.1
    203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 :: ::1 ::127.0.0.1 ::8.8.8.8
    ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::ffff:0:127.0.0.1 64:ff9b::7f00:1
    64:ff9b::a00:1 64:ff9b::a9fe:a9fe 64:ff9b:1::1 100::1 2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2
    2001:2::1 2001:10::1 2001:20::1 2001:db8::1 2002:7f00:1::1 2002:a00:1::1 2002:c0a8:1::1
    2002:a9fe:a9fe::1 3fff::1 5f00::1 fc00::1 fd00:ec2::254 fe80::1 fe80::1%eth0 fec0::1 ff02::1 4000::1
    2606:4700::1%lo
"""
PUBLIC = """
    1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.1 100.63.255.255 100.128.0.1 172.15.255.255 172.32.0.1 192.0.1.1
    192.167.255.255 192.169.0.1 198.17.255.255 198.20.0.1 223.255.255.255 ::ffff:8.8.8.8 64:ff9b::808:808
    2002:808:808::1 2001:4860:4860::8888 2606:4700:4700::1111 2a00:1450::1
"""
NO_ADDRESS = [
    "",
    "localhost",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "127.1",
    "1.1.1.1:80",
    "[::1]",
    "1.1.1.1 ",
]


@pytest.mark.parametrize("address", OURS.split())
def test_what_is_not_out_there_is_refused(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC.split())
def test_what_is_out_there_is_allowed(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("text", NO_ADDRESS)
def test_what_is_no_address_is_refused(text: str) -> None:
    assert not is_public(text)


@given(st.ip_addresses(v=4))
def test_what_python_calls_local_is_never_public(ip: ipaddress.IPv4Address) -> None:
    assert ip.is_global or not is_public(str(ip))


@given(st.ip_addresses(v=4), st.sampled_from(["::ffff:{}", "64:ff9b::{}"]))
def test_an_address_in_another_is_judged_by_itself(ip: ipaddress.IPv4Address, form: str) -> None:
    assert is_public(form.format(ip)) is is_public(str(ip))


@pytest.mark.parametrize(
    ("port", "may"), [(80, True), (443, True), (22, False), (8080, False), (6379, False)]
)
def test_only_ports_of_the_web_are_asked(port: int, may: bool) -> None:  # noqa: FBT001 - a column of the table
    assert may_connect("8.8.8.8", port) is may
    assert not may_connect("127.0.0.1", port)
