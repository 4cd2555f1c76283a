"""Limits of one client address, as rules and on the wire."""

import pytest

from gateway.errors import Invalid
from gateway.inbound import sources as module
from gateway.inbound.sources import Sources, trusted_networks
from gateway.settings import Settings
from tests.fakes.doors import SUPPORT, Kept, OpenDoors

HERE, THERE = "127.0.0.2", "127.0.0.3"
MAIL = b"Subject: x\r\n\r\nx\r\n"


def limited(settings: Settings, *, trusted: str = "") -> Settings:
    return settings.with_values(smtp_max_per_source=2, smtp_mails_per_minute=3, trusted_relays=trusted)


def test_more_connections_than_allowed_from_one_address_are_told_to_come_later(
    settings: Settings, open_doors: OpenDoors
) -> None:
    doors = open_doors(limited(settings))
    with doors.smtp(from_host=HERE) as first, doors.smtp(from_host=HERE) as second:
        first.greet()
        second.greet()
        with doors.smtp(from_host=HERE) as third:
            third.expect("421 4.7.0")
            assert third.is_closed()
        with doors.smtp(from_host=THERE) as other:
            other.greet().begin(SUPPORT)
        first.send("QUIT").expect("221")
        assert first.is_closed()
        with doors.smtp(from_host=HERE) as fourth:
            fourth.greet()


def test_more_mails_in_a_minute_than_allowed_are_put_off_however_many_connections_bring_them(
    settings: Settings, open_doors: OpenDoors, kept: Kept
) -> None:
    doors = open_doors(limited(settings))
    for _ in range(3):
        with doors.smtp(from_host=HERE) as client:
            client.greet().begin(SUPPORT).data(MAIL).expect("250 2.0.0")
    with doors.smtp(from_host=HERE) as client:
        client.greet().send("MAIL FROM:<ann@example.org>").expect("450 4.7.0")
        client.send("NOOP").expect("250 2.0.0")
    with doors.smtp(from_host=THERE) as client:
        client.greet().begin(SUPPORT).data(MAIL).expect("250 2.0.0")
    assert len(kept.intakes()) == 4


def test_a_trusted_relay_has_no_limits(settings: Settings, open_doors: OpenDoors) -> None:
    doors = open_doors(limited(settings, trusted=f"10.0.0.0/8 {HERE}"))
    clients = [doors.smtp(from_host=HERE) for _ in range(4)]
    for client in clients:
        client.greet().begin(SUPPORT).data(MAIL).expect("250 2.0.0")
        client.close()


def test_a_minute_later_mails_are_taken_again(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    sources = Sources(limited(settings))
    now = 1000.0
    monkeypatch.setattr(module, "monotonic", lambda: now)  # a minute is too long for a test
    assert [sources.may_begin("1.2.3.4") for _ in range(4)] == [True, True, True, False]
    now += 59
    assert not sources.may_begin("1.2.3.4")
    now += 1
    assert sources.may_begin("1.2.3.4")


def test_the_memory_of_sources_is_bounded(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_REMEMBERED", 10)  # instead of thousands
    sources = Sources(limited(settings))
    for number in range(100):
        assert sources.may_begin(f"1.2.3.{number}")
        assert len(sources._mails) <= 10
    sources.admit("a")
    sources.leave("a")
    assert not sources._connections


@pytest.mark.parametrize(
    ("host", "source"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("10.1.2.3", ""),
        ("::ffff:10.1.2.3", ""),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::2", "2001:db8::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_addresses_count_alone_and_networks_of_version_6_together(
    settings: Settings, host: str, source: str
) -> None:
    assert Sources(limited(settings, trusted="10.0.0.0/8")).of(host) == source


def test_networks_are_read_and_a_bad_one_is_named() -> None:
    assert [str(n) for n in trusted_networks("10.0.0.1/8, ::1 192.0.2.1")] == [
        "10.0.0.0/8",
        "::1/128",
        "192.0.2.1/32",
    ]
    with pytest.raises(Invalid, match="everything"):
        trusted_networks("everything")
