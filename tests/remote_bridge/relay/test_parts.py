import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from remote_bridge.protocol.errors import CloseCode, Malformed, Misplaced, ProtocolError
from remote_bridge.protocol.hello import HostHello, SystemHello, ViewerHello, Way
from remote_bridge.protocol.scopes import Scope
from remote_bridge.protocol.systems import Proof
from remote_bridge.relay.limits import Crowd, Tries
from remote_bridge.relay.parts import Caller, Newcomer, Wanting
from remote_bridge.relay.sockets import Onward, Socket
from remote_bridge.relay.systems import Claim

HOST = HostHello(bytes(32), bytes(32), Way.CLIENT).text().encode()
VIEWER = ViewerHello(bytes(32)).text().encode()
SYSTEM = SystemHello("k3n8w1z6").text().encode()


class Door:
    """A newcomer at the door, and what came of it."""

    def __init__(self, *, source: str = "192.0.2.1", most: int = 5, **rights: Any) -> None:
        self.tries, self.crowd = Tries(free=1), Crowd(most=100, most_per_source=most)
        self.admitted: list[Wanting] = []
        may = {"is_behind_proxy": True, "may_host": True, "may_view": True, "is_program": True, **rights}
        self.caller = Caller(source, **may)
        self.newcomer = Newcomer(
            lambda _peer: self.caller, tries=self.tries, crowd=self.crowd, admit=self._admit
        )
        self.socket = Socket(self.newcomer, Onward(), lambda _: None, lambda _: None)

    async def _admit(self, socket: Socket, wanting: Wanting, newcomer: Newcomer) -> None:
        self.admitted.append(wanting)

    def counted(self) -> int:
        return self.crowd._by_source[self.caller.source]


def at_the_door(test: Callable[[], Any]) -> None:
    async def run() -> None:
        test()
        await asyncio.sleep(0)

    asyncio.run(run())


def test_who_may_come_in_is_asked_for_once() -> None:
    door = Door()

    def test() -> None:
        door.newcomer.begin(door.socket)
        door.newcomer.hear(door.socket, HOST)
        with pytest.raises(Misplaced):
            door.newcomer.hear(door.socket, HOST)

    at_the_door(test)
    assert [type(one) for one in door.admitted] == [HostHello]
    assert door.socket.code is None


def test_a_system_is_asked_for_once_it_has_answered_its_challenge() -> None:
    door = Door()
    proof = Proof(bytes(64), frozenset({Scope.VIEW}))

    def test() -> None:
        door.newcomer.begin(door.socket)
        door.newcomer.hear(door.socket, SYSTEM)
        assert door.newcomer._task is None
        door.newcomer.hear(door.socket, proof.text().encode())
        with pytest.raises(Misplaced):
            door.newcomer.hear(door.socket, proof.text().encode())

    at_the_door(test)
    (claim,) = door.admitted
    assert isinstance(claim, Claim)
    assert (claim.system, claim.proof, len(claim.nonce)) == ("k3n8w1z6", proof, 32)


def test_each_challenge_is_another() -> None:
    nonces = set()

    def test() -> None:
        for _ in range(3):
            door = Door()
            door.newcomer.begin(door.socket)
            door.newcomer.hear(door.socket, SYSTEM)
            assert door.newcomer._challenged is not None
            nonces.add(door.newcomer._challenged[1])

    at_the_door(test)
    assert len(nonces) == 3


@pytest.mark.parametrize(
    ("rights", "text"),
    [({"may_host": False}, HOST), ({"may_view": False}, VIEWER), ({"is_program": False}, SYSTEM)],
)
def test_an_origin_lets_in_as_one_thing_only(rights: dict[str, Any], text: bytes) -> None:
    door = Door(**rights)

    def test() -> None:
        door.newcomer.begin(door.socket)
        door.newcomer.hear(door.socket, text)

    at_the_door(test)
    assert door.socket.code is CloseCode.ORIGIN
    assert door.admitted == []


def test_an_origin_that_lets_nobody_in_is_not_listened_to() -> None:
    door = Door(may_host=False, may_view=False)
    at_the_door(lambda: door.newcomer.begin(door.socket))
    assert door.socket.code is CloseCode.ORIGIN
    assert door.counted() == 0


def test_who_is_locked_out_is_not_listened_to() -> None:
    door = Door()
    door.newcomer._caller = door.caller
    door.newcomer.note_guess()
    at_the_door(lambda: door.newcomer.begin(door.socket))
    assert door.socket.code is CloseCode.TOO_MANY


def test_behind_a_proxy_each_source_is_counted_while_it_is_there() -> None:
    door = Door(most=1)

    def test() -> None:
        door.newcomer.begin(door.socket)
        assert door.counted() == 1
        second = Newcomer(door.newcomer._identify, tries=door.tries, crowd=door.crowd, admit=door._admit)
        other = Socket(second, Onward(), lambda _: None, lambda _: None)
        second.begin(other)
        assert other.code is CloseCode.TOO_MANY
        second.lose(other)
        assert door.counted() == 1
        door.newcomer.lose(door.socket)
        door.newcomer.forget()

    at_the_door(test)
    assert door.counted() == 0


def test_whose_source_is_not_known_is_neither_counted_nor_locked_out() -> None:
    door = Door(source="", most=1)

    def test() -> None:
        door.newcomer.begin(door.socket)
        door.newcomer.note_guess()
        door.newcomer.begin(door.socket)

    at_the_door(test)
    assert door.socket.code is None


def test_a_newcomer_has_no_frames_and_says_something_that_is_read() -> None:
    door = Door()

    def test() -> None:
        door.newcomer.begin(door.socket)
        with pytest.raises(Malformed):
            door.newcomer.carry(door.socket, b"x")
        with pytest.raises(ProtocolError):
            door.newcomer.hear(door.socket, b"{}")
        door.newcomer.fill(door.socket, is_full=True)

    at_the_door(test)
    assert door.admitted == []
