"""How many tries are looked at, and how long the next one waits."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.rules.throttling import MOST, WINDOW, Counted, network_of, wait_after, window_of

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize("counted", list(Counted))
@pytest.mark.parametrize(("beyond", "waits"), [(-1, False), (0, False), (1, True)])
def test_each_count_has_its_bar(counted: Counted, beyond: int, *, waits: bool) -> None:
    wait = wait_after({counted: MOST[counted] + beyond}, now=NOON)
    assert wait == (WINDOW if waits else None)


def test_one_count_over_its_bar_is_enough() -> None:
    assert wait_after({Counted.LOGIN: 1, Counted.NETWORK: MOST[Counted.NETWORK] + 1}, now=NOON) is not None


def test_the_wait_ends_with_the_stretch_of_time() -> None:
    times = {Counted.LOGIN_HERE: MOST[Counted.LOGIN_HERE] + 1}
    assert wait_after(times, now=NOON + timedelta(minutes=14, seconds=59)) == timedelta(seconds=1)
    assert window_of(NOON + WINDOW - timedelta(microseconds=1)) == NOON
    assert window_of(NOON + WINDOW) == NOON + WINDOW


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("", ""),
        ("no address", ""),
    ],
)
def test_a_client_is_its_network(address: str, network: str) -> None:
    assert network_of(address) == network
