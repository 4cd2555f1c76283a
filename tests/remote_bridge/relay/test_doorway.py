import gc
import ipaddress
import socket
from collections.abc import Iterator

import pytest

from remote_bridge.relay.doorway import Doorway
from remote_bridge.relay.limits import Crowd
from remote_bridge.relay.tally import Tally

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Opened:
    def __init__(
        self, *, most: int = 100, most_per_source: int = 100, proxies: tuple[Network, ...] = ()
    ) -> None:
        self.crowd, self.tally = Crowd(most=most, most_per_source=most_per_source), Tally()
        self.doorway = Doorway("127.0.0.1", 0, crowd=self.crowd, tally=self.tally, proxies=proxies)
        self.doorway.settimeout(10)
        self.callers: list[socket.socket] = []

    def call(self) -> socket.socket:
        self.callers.append(socket.create_connection(("127.0.0.1", self.doorway.port), timeout=10))
        return self.doorway.accept()[0]

    def close(self) -> None:
        for caller in self.callers:
            caller.close()
        self.doorway.close()


@pytest.fixture
def opened() -> Iterator[list[Opened]]:
    made: list[Opened] = []
    yield made
    for one in made:
        one.close()


def test_beyond_the_limit_of_a_source_the_door_is_shut(opened: list[Opened]) -> None:
    door = Opened(most_per_source=2)
    opened.append(door)
    inside = [door.call(), door.call()]
    with pytest.raises(ConnectionAbortedError):
        door.call()
    assert (door.crowd.total, door.tally.turned_away) == (2, 1)
    assert door.callers[-1].recv(1) == b""
    inside[0].close()
    door.call().close()
    inside[1].close()
    assert door.crowd.total == 0


def test_beyond_the_limit_for_all_the_door_is_shut(opened: list[Opened]) -> None:
    door = Opened(most=1)
    opened.append(door)
    inside = door.call()
    with pytest.raises(ConnectionAbortedError):
        door.call()
    inside.close()


def test_those_behind_a_proxy_are_not_counted_as_one_source(opened: list[Opened]) -> None:
    door = Opened(most=3, most_per_source=1, proxies=(ipaddress.ip_network("127.0.0.0/8"),))
    opened.append(door)
    inside = [door.call() for _ in range(3)]
    with pytest.raises(ConnectionAbortedError):
        door.call()
    for one in inside:
        one.close()
    assert door.crowd.total == 0


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_connection_that_is_forgotten_is_not_counted_for_ever(opened: list[Opened]) -> None:
    door = Opened()
    opened.append(door)
    door.call()
    gc.collect()
    assert door.crowd.total == 0


def test_a_connection_is_counted_once_however_often_it_is_closed(opened: list[Opened]) -> None:
    door = Opened()
    opened.append(door)
    first, second = door.call(), door.call()
    first.close()
    first.close()
    assert door.crowd.total == 1
    second.close()


def test_who_is_excused_counts_in_all_and_for_no_source(opened: list[Opened]) -> None:
    door = Opened(most_per_source=1)
    opened.append(door)
    first = door.call()
    door.doorway.excuse(first.fileno())
    door.doorway.excuse(first.fileno())
    second = door.call()
    with pytest.raises(ConnectionAbortedError):
        door.call()
    assert door.crowd.total == 2
    first.close()
    with pytest.raises(ConnectionAbortedError):
        door.call()
    second.close()
    door.doorway.excuse(-1)
    assert (door.crowd.total, dict(door.crowd._by_source)) == (0, {})


def test_an_address_that_is_taken_is_said(opened: list[Opened]) -> None:
    door = Opened()
    opened.append(door)
    with pytest.raises(OSError, match="in use"):
        Doorway("127.0.0.1", door.doorway.port, crowd=door.crowd, tally=door.tally, proxies=())
