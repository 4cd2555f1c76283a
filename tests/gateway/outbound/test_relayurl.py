"""Addresses of outgoing servers."""

import pytest

from gateway.errors import Invalid
from gateway.outbound.relayurl import Relay, Tls, parse_relay_url, server_name


@pytest.mark.parametrize(
    ("url", "relay"),
    [
        ("smtp://mail.example", Relay("mail.example", 25, Tls.IF_OFFERED)),
        ("smtp://mail.example:587?starttls=require", Relay("mail.example", 587, Tls.REQUIRED)),
        ("smtps://mail.example", Relay("mail.example", 465, Tls.IMPLICIT)),
        (
            "smtps://me%40x.example:p%2Fw%3A%C3%BC@mail.example:10465",
            Relay("mail.example", 10465, Tls.IMPLICIT, "me@x.example", "p/w:ü"),
        ),
        ("smtp://[::1]:2525", Relay("::1", 2525, Tls.IF_OFFERED)),
    ],
)
def test_an_address_is_taken_apart(url: str, relay: Relay) -> None:
    assert parse_relay_url(url) == relay


@pytest.mark.parametrize("url", ["", "mail.example", "http://mail.example", "smtp://", "smtp://h:99999"])
def test_what_is_no_address_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_relay_url(url)
    assert caught.value.field == "relay_url"
    assert not url or url not in caught.value.public


def test_a_password_is_not_shown() -> None:
    assert "secret" not in repr(parse_relay_url("smtp://me:secret@mail.example"))


def test_the_certificate_counts_where_tls_is_a_must_or_a_password_goes_over() -> None:
    strict = ("smtp://mail.example?starttls=require", "smtps://mail.example", "smtp://me:pw@mail.example")
    assert all(parse_relay_url(url).is_verified for url in strict)
    lenient = ("smtp://mail.example", "smtp://me:pw@127.0.0.1")
    assert not any(parse_relay_url(url).is_verified for url in lenient)


def test_loopback_is_known() -> None:
    assert all(parse_relay_url(f"smtp://{host}").is_loopback for host in ("localhost", "127.9.9.9", "[::1]"))
    assert not any(parse_relay_url(f"smtp://{host}").is_loopback for host in ("mail.example", "192.0.2.1"))


def test_a_server_is_known_by_host_and_port_alone() -> None:
    assert server_name("smtps://me:secret@mail.example") == "mail.example:465"
    assert server_name("smtp://[::1]:2525") == "::1:2525"
    assert server_name("") == ""
