"""The socket of an installed system at the real relay."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from remote_bridge.client.system import presence
from remote_bridge.client.system.keeping import Enrolment, Keeping
from remote_bridge.client.system.presence import Presence, Removed, Rung, pauses
from remote_bridge.protocol.errors import CloseCode
from remote_bridge.protocol.scopes import Scope
from remote_bridge.protocol.systems import Call, seal_call
from remote_bridge.relay.admission import Calls, NotAdmitted
from tests.remote_bridge.client.system.enrolled import EnrolDesk, enrol_desk, kept
from tests.remote_bridge.desk import ALL, VIEW, Installed
from tests.remote_bridge.ends import Place, in_a_loop


def no_pause() -> Iterator[float]:
    while True:
        yield 0.05


@dataclass
class Noted:
    """Notes what is heard."""

    said: list[str] = field(default_factory=list)
    rung: list[Rung] = field(default_factory=list)
    regrants: int = 0

    @property
    def latest(self) -> str:
        """Nothing at first: being online is said after it was shown."""
        return self.said[-1] if self.said else ""

    def say(self, text: str) -> None:
        self.said.append(text)

    def ring(self, rung: Rung) -> None:
        self.rung.append(rung)

    def regrant(self) -> None:
        self.regrants += 1


@dataclass
class There:
    """A system that is there, and everything around it."""

    place: Place
    desk: EnrolDesk
    one: Installed
    keeping: Keeping
    heard: Noted
    running: "asyncio.Task[None]"

    async def until(self, holds: Callable[[], bool]) -> None:
        await self.place.until(lambda: self.running.done() or holds())
        if not holds():
            self.running.result()
            raise AssertionError("it has ended")

    async def online(self) -> None:
        await self.until(lambda: self.one.unattended is not None)


def present(folder: Path, test: Callable[[There], Awaitable[None]], **options: object) -> None:
    """Run a test beside a relay, a desk and a system's presence."""

    async def run() -> None:
        async with Place(**options) as place:
            with enrol_desk(f"ws://127.0.0.1:{place.port}") as desk:
                one = place.desk.install()
                keeping, heard = kept(folder, desk.address, one, VIEW), Noted()
                running = asyncio.ensure_future(
                    Presence(keeping, enrolment_of(keeping), heard, pauses=no_pause).run()
                )
                try:
                    await test(There(place, desk, one, keeping, heard, running))
                finally:
                    running.cancel()
                    with suppress(asyncio.CancelledError, Removed):
                        await running

    in_a_loop(run)


def enrolment_of(keeping: Keeping) -> Enrolment:
    found = keeping.find()
    assert found is not None
    return found


def test_it_is_there_says_so_and_what_is_granted(tmp_path: Path) -> None:
    async def test(there: There) -> None:
        await there.online()
        assert there.one.unattended == VIEW
        await there.until(lambda: bool(there.heard.said))
        assert there.heard.said == ["Online: “Kasse 1” of Bäckerei Änne, looked after by Crane & Sons."]

    present(tmp_path, test)


def test_what_is_granted_or_revoked_is_told_at_once_to_relay_and_session(tmp_path: Path) -> None:
    async def test(there: There) -> None:
        await there.online()
        for scopes in (ALL, frozenset(), frozenset({Scope.VIEW, Scope.FILES})):
            await asyncio.to_thread(there.keeping.grant, scopes)
            await there.until(lambda scopes=scopes: there.one.unattended == scopes)  # type: ignore[misc]
        assert there.heard.regrants == 3

    present(tmp_path, test)


def test_who_calls_is_heard_each_second_with_the_link_that_only_this_system_can_open(tmp_path: Path) -> None:
    async def test(there: There) -> None:
        made = there.place.desk.make()
        there.one.calls.append(made)
        await there.until(lambda: len(there.heard.rung) == 2)
        for rung in there.heard.rung:
            assert (rung.session, rung.secret.raw()) == (made.public_id, made.link.raw())

    present(tmp_path, test)


def test_a_call_that_was_sealed_for_another_is_passed_over(tmp_path: Path) -> None:
    async def test(there: There) -> None:
        await there.online()
        made = there.place.desk.make()
        other = X25519PrivateKey.generate().public_key().public_bytes_raw()
        there.place.relay._systems.tell(
            Calls(
                frozenset(),
                ((1, Call("s9", seal_call(other, "s9", made.link))), (1, Call("s8", bytes([9]) * 80))),
            )
        )
        there.one.calls.append(made)
        await there.until(lambda: bool(there.heard.rung))
        assert there.heard.rung[0].session == made.public_id

    present(tmp_path, test)


def test_it_comes_again_after_a_drop(tmp_path: Path) -> None:
    async def test(there: There) -> None:
        for times in range(1, 4):
            await there.until(lambda times=times: there.place.relay.tally.joined["system"] == times)  # type: ignore[misc]
            for socket in list(there.place.relay._sockets):
                socket.abort()
        await there.until(lambda: len(there.heard.said) >= 3)
        assert "lost" in there.heard.said[1]
        assert there.heard.said[2] == there.heard.said[0]

    present(tmp_path, test)


def test_it_waits_for_a_relay_that_is_not_there_and_for_a_desk_too(tmp_path: Path) -> None:
    async def test(there: There) -> None:
        await there.online()
        right, there.desk.relay = there.desk.relay, "ws://127.0.0.1:9"
        for socket in list(there.place.relay._sockets):
            socket.abort()
        await there.until(lambda: "cannot be reached" in there.heard.latest)
        there.desk.relay = "http://nonsense"
        await there.until(lambda: "not protected" in there.heard.latest)
        there.desk.relay = right
        await there.until(lambda: "Online" in there.heard.latest)

    present(tmp_path, test)


def test_a_system_that_was_removed_leaves_for_good(tmp_path: Path) -> None:
    async def test(there: There) -> None:
        await there.online()
        there.one.is_removed = True
        with pytest.raises(Removed):
            await asyncio.wait_for(there.running, 20)
        assert there.keeping.find() is not None, "its user decides what becomes of the keys"

    present(tmp_path, test)


@pytest.mark.parametrize("is_new", [False, True])
def test_what_is_forgotten_or_of_another_enrolment_now_ends_it(tmp_path: Path, *, is_new: bool) -> None:
    async def test(there: There) -> None:
        await there.online()
        if is_new:
            other = there.place.desk.install()
            await asyncio.to_thread(kept, tmp_path, there.desk.address, other)
        else:
            await asyncio.to_thread(there.keeping.forget)
        await asyncio.wait_for(there.running, 20)
        assert there.heard.regrants == 1

    present(tmp_path, test)


def test_a_file_that_is_broken_meanwhile_is_said_and_read_again_when_it_is_whole(tmp_path: Path) -> None:
    async def test(there: There) -> None:
        await there.online()
        path = tmp_path / "system.json"
        whole = path.read_text("utf-8")
        path.write_text("{")
        await there.until(lambda: "broken" in there.heard.latest)
        path.write_text(whole)
        await asyncio.to_thread(there.keeping.grant, ALL)
        await there.until(lambda: there.one.unattended == ALL)

    present(tmp_path, test)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (CloseCode.PASS_UNKNOWN, "does not know this computer"),
        (CloseCode.TOO_MANY, "too many visitors"),
        (CloseCode.USED, "copy"),
    ],
)
def test_who_is_not_let_in_says_why_and_comes_again_much_later(
    tmp_path: Path, code: CloseCode, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []

    async def test(there: There) -> None:
        def refuse(_public_id: str) -> None:
            raise NotAdmitted(code)

        there.place.desk.system = refuse  # type: ignore[assignment, method-assign]
        await there.until(lambda: bool(there.heard.said))
        assert words in there.heard.said[0]
        assert not there.running.done()

    def noted(seconds: float) -> float:
        waited.append(seconds)
        return seconds

    monkeypatch.setattr(presence, "_spread", noted)
    present(tmp_path, test)
    assert waited[0] >= 60.0


def test_pauses_grow_and_differ_from_computer_to_computer() -> None:
    first, second = list(islice(pauses(), 12)), list(islice(pauses(), 12))
    assert first != second
    assert first[0] < 2.0
    assert all(150.0 <= one <= 450.0 for one in first[8:])
