"""Everything that strangers, viewers and relays may send: nothing breaks, nothing is let in, nothing passes.

Counts are small by default; `M4A_TEST_HOSTILE_FRAMES=1000000` makes it a million of each, in some minutes.
"""

import asyncio
import hashlib
import os
import random
import struct
from collections.abc import Callable, Iterator

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from remote_bridge.protocol import chat, clipboard, files, hello, messages, news, systems
from remote_bridge.protocol.errors import CloseCode, ProtocolError
from remote_bridge.protocol.frames import MOST_FRAME_BYTES, Channel, header
from remote_bridge.protocol.handshake import Meeting
from remote_bridge.protocol.hello import HostHello, Way
from remote_bridge.protocol.link import HostEnd, ViewerEnd
from remote_bridge.protocol.scopes import Scope
from remote_bridge.protocol.sealing import Opener, Sealer
from remote_bridge.protocol.secrets import LinkSecret, hash_of
from remote_bridge.protocol.state import Standing, State
from remote_bridge.protocol.systems import Proof
from remote_bridge.relay.admission import NotAdmitted
from remote_bridge.relay.limits import Tries
from remote_bridge.relay.room import Room
from remote_bridge.relay.systems import Claim
from remote_bridge.relay.tally import Tally
from tests.remote_bridge.desk import Desk
from tests.remote_bridge.ends import Place, in_a_loop
from tests.remote_bridge.relay.play import Line, Notes, seat_of, viewer_seat
from tools.remote_samples import BODIES, TEXTS

FRAMES = int(os.environ.get("M4A_TEST_HOSTILE_FRAMES", "20000"))
SEED = 20260101
MEETING = Meeting("r7k2m9q4", 3, bytes(range(32)))

pytestmark = pytest.mark.timeout(120 + FRAMES // 100)

Spoiler = Callable[[random.Random, bytes], bytes]


def _cut(chance: random.Random, frame: bytes) -> bytes:
    return frame[: chance.randrange(len(frame) + 1)]


def _flip(chance: random.Random, frame: bytes) -> bytes:
    changed = bytearray(frame)
    if changed:
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _lengthen(chance: random.Random, frame: bytes) -> bytes:
    return frame + chance.randbytes(chance.choice((1, 3, 16, 200)))


def _count_wrong(chance: random.Random, frame: bytes) -> bytes:
    wrong = chance.choice((0, 1, 2**31, 2**63, 2**64 - 1, chance.getrandbits(64)))
    return frame[:1] + struct.pack(">Q", wrong) + frame[9:]


def _redirect(chance: random.Random, frame: bytes) -> bytes:
    return bytes([chance.randrange(256)]) + frame[1:]


def _invent(chance: random.Random, _frame: bytes) -> bytes:
    return chance.randbytes(chance.choice((0, 1, 8, 9, 13, 25, 40, 300)))


def _overgrow(chance: random.Random, frame: bytes) -> bytes:
    if chance.random() < 0.98:  # a mebibyte each time would only be slow
        return _lengthen(chance, frame)
    return frame + bytes(MOST_FRAME_BYTES + chance.randrange(-40, 40) - len(frame))


def _keep(_chance: random.Random, frame: bytes) -> bytes:
    return frame


SPOILERS: tuple[Spoiler, ...] = (_cut, _flip, _lengthen, _count_wrong, _redirect, _invent, _overgrow)


def spoiled(chance: random.Random, frame: bytes) -> bytes:
    """The frame, broken in one way."""
    return chance.choice(SPOILERS)(chance, frame)


def test_no_broken_replayed_reordered_or_foreign_frame_opens() -> None:
    chance = random.Random(SEED)
    ours, others = bytes(range(32)), bytes(32)
    for gapless in (True, False):
        sealer, foreign, opener = Sealer(ours), Sealer(others), Opener(ours, gapless=gapless)
        before, opened = [sealer.seal(Channel.CHAT, b"first")], 1
        assert opener.open(before[0]) == (Channel.CHAT, b"first")
        for number in range(FRAMES // 2):
            good = sealer.seal(chance.choice(tuple(Channel)), chance.randbytes(chance.randrange(40)))
            later = sealer.seal(Channel.SCREEN, b"later") if gapless and number % 100 == 0 else b""
            bad = (
                *(spoiled(chance, good),) * (len(good) > 0),
                foreign.seal(Channel.CHAT, b"x"),
                chance.choice(before),
            )
            for frame in (*bad, *([later] if later else [])):
                if frame == good:
                    continue
                with pytest.raises(ProtocolError):
                    opener.open(frame)
            assert opener.open(good)
            opened += 1
            if later:
                assert opener.open(later) == (Channel.SCREEN, b"later")
            before = [*before[-50:], good]
        assert opened == 1 + FRAMES // 2


def test_no_frames_make_the_ends_ready_but_the_right_ones() -> None:
    chance = random.Random(SEED)
    for _ in range(FRAMES // 20):
        host, viewer = HostEnd(MEETING), ViewerEnd(MEETING)
        commit = viewer.begin()
        said = [commit, bytes(33), header(Channel.HANDSHAKE, 0) + b"\3" + bytes(97)]
        for _ in range(150):
            try:
                received = host.receive(spoiled(chance, chance.choice(said)))
            except ProtocolError:
                break
            said += received.replies
            assert received.opened is None
        assert not host.is_ready
        try:
            viewer.receive(spoiled(chance, chance.choice(said)))
        except ProtocolError:
            continue
        assert not viewer.is_ready


class _Stage:
    """A room of two viewers, of whom the second only looks on, in a state of one's choice."""

    def __init__(self, state: State) -> None:
        standing = Standing(State.WAITING, frozenset(Scope))
        self.room = Room(1, "s1", standing, notes=Notes(), tally=Tally())
        self.host, self.lines = Line(), (Line(), Line())
        self.room.welcome_host(self.host, seat_of(self.room))
        found = [
            self.room.welcome_viewer(line, viewer_seat(self.room, number, may_control=number == 0))
            for number, line in enumerate(self.lines)
        ]
        self.viewers = [viewer for viewer in found if viewer is not None]
        if state is not State.ASKING:
            self.room.hear_host(b'{"type":"consent","scopes":["view","clipboard"]}')
        if state is State.PAUSED:
            self.room.hear_host(b'{"type":"pause"}')

    def passed(self) -> Iterator[tuple[bool, int]]:
        """Whether the host got it, and the channel."""
        yield from ((True, frame[4]) for frame in self.host.frames)
        yield from ((False, frame[0]) for line in self.lines for frame in line.frames)


_OPEN = {
    State.ASKING: {Channel.HANDSHAKE},
    State.LIVE: {Channel.HANDSHAKE, Channel.SCREEN, Channel.CLIPBOARD, Channel.CHAT},
    State.PAUSED: {Channel.HANDSHAKE, Channel.SCREEN, Channel.CHAT},
}


@pytest.mark.parametrize("state", _OPEN)
def test_no_frame_passes_a_room_that_may_not(state: State) -> None:
    chance = random.Random(SEED)
    stage = _Stage(state)
    samples = [header(channel, 1) + b"body" for channel in Channel]
    for _ in range(FRAMES):
        frame = chance.choice((_keep, *SPOILERS))(chance, chance.choice(samples))
        try:
            if chance.random() < 0.5:
                number = chance.choice((stage.viewers[0].number, stage.viewers[1].number, 0, 1, 2**32 - 1))
                stage.room.carry_from_host(chance.choice((struct.pack(">I", number), b"")) + frame)
            else:
                stage.room.carry_from_viewer(chance.choice(stage.viewers), frame)
        except ProtocolError:
            pass
        for is_to_host, channel in stage.passed():
            assert channel in _OPEN[state]
            assert is_to_host or channel != Channel.INPUT
        stage.host.frames.clear()
        for line in stage.lines:
            line.frames.clear()
    assert stage.room.standing.state is state
    assert stage.room.standing.granted <= {Scope.VIEW, Scope.CLIPBOARD}


_READERS: tuple[Callable[[bytes], object], ...] = (
    hello.parse_hello,
    messages.parse_from_host,
    messages.parse_from_viewer,
    news.parse_to_host,
    news.parse_to_viewer,
    systems.parse_from_system,
    systems.parse_to_system,
    chat.Said.parse,
    chat.Heard.parse,
    clipboard.parse,
    files.parse,
)


def test_no_text_or_body_breaks_its_reader() -> None:
    chance = random.Random(SEED)
    short = [text.encode() for texts in TEXTS.values() for text in texts if len(text) < 2000]
    samples = [*short, *(body for bodies in BODIES.values() for body in bodies if len(body) < 2000)]
    for _ in range(FRAMES):
        said = chance.choice((_cut, _flip, _lengthen, _redirect, _invent))(chance, chance.choice(samples))
        try:
            chance.choice(_READERS)(said)
        except ProtocolError:
            continue


def test_no_broken_moved_or_foreign_call_opens() -> None:
    chance = random.Random(SEED)
    ours, other = X25519PrivateKey.generate(), X25519PrivateKey.generate()
    public, foreign = ours.public_key().public_bytes_raw(), other.public_key().public_bytes_raw()
    for number in range(FRAMES // 20):
        secret = LinkSecret.make()
        good = systems.seal_call(public, f"s{number}", secret)
        bad = [spoiled(chance, good), systems.seal_call(foreign, f"s{number}", secret)]
        for sealed in bad:
            if sealed != good:
                with pytest.raises(ProtocolError):
                    systems.open_call(ours, f"s{number}", sealed)
        with pytest.raises(ProtocolError):
            systems.open_call(ours, f"s{number + 1}", good)
        assert systems.open_call(ours, f"s{number}", good).raw() == secret.raw()


def test_of_a_million_guesses_none_gets_in() -> None:
    """A thousand a second from a hundred sources: few are heard at all, and none is right."""
    chance = random.Random(SEED)
    desk, tries, now, asked = Desk(), Tries(), 0.0, 0
    for _ in range(20):
        desk.make()
        desk.install()
    for number in range(FRAMES):
        source = f"192.0.2.{number % 100}"
        now += 0.001
        if tries.is_locked(source, now):
            continue
        asked += 1
        guess = chance.randbytes(32)
        ask = chance.choice((_as_host, _as_viewer, _as_system))
        with pytest.raises(NotAdmitted):
            ask(desk, guess)
        tries.note_bad(source, now)
    assert asked < FRAMES / 10
    assert all(made.key_hash is None for made in desk.sessions.values())
    assert desk.visits == {}
    assert desk.told_of_systems == []


def _as_host(desk: Desk, guess: bytes) -> object:
    return desk.redeem(token_hash=hash_of(guess), key_hash=hash_of(guess), way=Way.CLIENT)


def _as_system(desk: Desk, guess: bytes) -> object:
    """By a name or by a key that is none."""
    seat = desk.system(guess.hex() if guess[0] % 2 else "k1")
    claim = Claim("k1", guess, Proof(guess + guess, frozenset()))
    if not claim.holds(seat.sign_key, "wss://relay.example"):
        raise NotAdmitted(CloseCode.PASS_UNKNOWN)
    return seat


def _as_viewer(desk: Desk, guess: bytes) -> object:
    return desk.enter(pass_hash=hash_of(guess))


def test_a_relay_that_is_shouted_at_serves_those_who_keep_to_the_protocol() -> None:
    """Broken HTTP, broken WebSocket frames, lengths of all sizes, on bare sockets beside a session."""

    async def test() -> None:
        chance = random.Random(SEED)
        async with Place() as place:
            made = place.desk.make()
            host, viewer = await place.pair(made)
            for number in range(max(200, FRAMES // 100)):
                await _shout(place.port, chance)
                if number % 50 == 0:
                    body = hashlib.sha256(str(number).encode()).digest()
                    viewer.frame_of(Channel.HANDSHAKE, body)
                    assert (await host.frame()).endswith(body)
            guest = await place.socket()
            guest.say(HostHello(bytes(32), bytes(32), Way.CLIENT).text())
            assert await guest.closed() == CloseCode.TOKEN_UNKNOWN

    in_a_loop(test)


_UPGRADE = (
    b"GET /v1 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
    b"Sec-WebSocket-Protocol: m4a.remote.1\r\n\r\n"
)


async def _shout(port: int, chance: random.Random) -> None:
    """One connection that says something wrong."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        if chance.random() < 0.3:
            writer.write(chance.choice((_flip, _cut, _invent))(chance, _UPGRADE))
        else:
            writer.write(_UPGRADE + b"".join(_wrong_frames(chance)))
        await writer.drain()
        if chance.random() < 0.5:
            writer.write_eof()
            await asyncio.wait_for(reader.read(), 20)
    except (ConnectionError, BrokenPipeError):
        pass
    finally:
        writer.close()


def _wrong_frames(chance: random.Random) -> Iterator[bytes]:
    """WebSocket frames of any kind, with any length, masked or not (RFC 6455 section 5.2)."""
    for _ in range(chance.randrange(1, 5)):
        first = chance.choice((0x81, 0x82, 0x80, 0x01, 0x88, 0x89, 0x8A, 0xC1, 0x83, chance.randrange(256)))
        size = chance.choice((0, 1, 125, 126, 127, 2**16, 2**31, 2**63 - 1, 2**63, 2**64 - 1))
        mask = chance.choice((0x80, 0x80, 0x80, 0))
        if size < 126:
            head = bytes([first, mask | size])
        elif size < 2**16:
            head = bytes([first, mask | 126]) + struct.pack(">H", size)
        else:
            head = bytes([first, mask | 127]) + struct.pack(">Q", size)
        yield head + bytes(4 if mask else 0) + chance.randbytes(min(size, 200))
