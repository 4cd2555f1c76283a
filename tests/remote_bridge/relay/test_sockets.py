"""What one socket of the relay does with WebSocket frames, slow readers and the silent."""

import asyncio
import hashlib
import os
import socket
from collections.abc import Awaitable, Callable

import psutil
import pytest
from picows import WSMsgType

from remote_bridge.protocol.errors import CloseCode
from remote_bridge.protocol.frames import MOST_FRAME_BYTES, Channel, header, with_viewer
from remote_bridge.protocol.messages import Consent, End
from remote_bridge.protocol.news import Ended, Stands
from remote_bridge.relay import sockets
from remote_bridge.relay.limits import TEXTS_AT_ONCE
from remote_bridge.relay.sockets import Socket
from tests.remote_bridge.desk import ALL
from tests.remote_bridge.ends import Host, Place, Viewer, in_a_loop

MIB = 1024 * 1024


def live(test: Callable[[Place, Host, Viewer], Awaitable[None]]) -> None:
    """Run a test with a pair after consent."""

    async def run() -> None:
        async with Place() as place:
            host, viewer = await place.pair(place.desk.make())
            host.tell(Consent(ALL))
            await viewer.state("live")
            await host.until(lambda news: isinstance(news, Stands) and news.state == "live")
            await test(place, host, viewer)

    in_a_loop(run)


def socket_of(place: Place, *, is_host: bool) -> Socket:
    """The relay's own end of the host's connection, or of the viewer's."""
    (room,) = place.relay._rooms.values()
    found = room._host if is_host else room.viewers[0].line
    assert isinstance(found, Socket)
    return found


def masked(kind: WSMsgType, payload: bytes) -> bytes:
    """One frame as a client writes it; a mask of zeros leaves the payload as it is."""
    if (size := len(payload)) < 126:
        head = bytes((0x80 | kind.value, 0x80 | size))
    elif size < 2**16:
        head = bytes((0x80 | kind.value, 0x80 | 126)) + size.to_bytes(2, "big")
    else:
        head = bytes((0x80 | kind.value, 0x80 | 127)) + size.to_bytes(8, "big")
    return head + bytes(4) + payload


def test_messages_in_pieces_are_put_together() -> None:
    async def test(_place: Place, host: Host, viewer: Viewer) -> None:
        whole = with_viewer(viewer.number, header(Channel.SCREEN, 1) + os.urandom(500_000))
        host.transport.send(WSMsgType.BINARY, whole[:3], fin=False)
        host.transport.send_ping(b"between")
        host.transport.send(WSMsgType.CONTINUATION, whole[3:200_000], fin=False)
        host.transport.send(WSMsgType.CONTINUATION, b"", fin=False)
        host.transport.send(WSMsgType.CONTINUATION, whole[200_000:])
        assert await viewer.frame() == whole[4:]
        viewer.transport.send(WSMsgType.TEXT, '{"type":', fin=False)
        viewer.transport.send(WSMsgType.CONTINUATION, '"end"}')
        assert "staff-ended" in await host.text()

    live(test)


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536, MIB + 16])
def test_frames_of_every_size_arrive_as_they_were(size: int) -> None:
    async def test(_place: Place, host: Host, viewer: Viewer) -> None:
        body = os.urandom(size)
        host.frame_to(viewer.number, Channel.SCREEN, body)
        assert await viewer.frame() == header(Channel.SCREEN, 1) + body
        viewer.frame_of(Channel.FILES, body)
        assert await host.frame() == with_viewer(viewer.number, header(Channel.FILES, 1) + body)

    live(test)


def test_what_comes_in_one_read_leaves_in_order_with_the_texts_between() -> None:
    """Frames of every size of header, a text, and frames again, in one write; a second viewer beside."""

    async def test(place: Place, host: Host, viewer: Viewer) -> None:
        other = await place.viewer(place.desk.sessions[1], "Bo")
        await other.welcome()
        bodies = [os.urandom(size) for size in (0, 1, 116, 117, 118, 3000, 65_526, 65_527, 70_000)]
        chat = [header(Channel.CHAT, 1) + body for body in bodies]
        screen = [header(Channel.SCREEN, 1) + body for body in bodies]
        sent = [
            masked(WSMsgType.BINARY, with_viewer(to.number, frame))
            for frames in (chat, screen)
            for frame in frames
            for to in (viewer, other)
        ]
        pause = masked(WSMsgType.TEXT, b'{"type":"pause"}')
        resume = masked(WSMsgType.TEXT, b'{"type":"resume"}')
        broken = b"\xf2\x80" + bytes(4)  # bits that nobody agreed on
        written = b"".join((*sent[:9], pause, resume, *sent[9:], broken))
        host.transport.underlying_transport.write(written)
        for end in (viewer, other):
            await end.state("paused")
            assert [await end.frame() for _ in bodies * 2] == chat + screen
        assert await host.closed() == CloseCode.MALFORMED

    live(test)


def test_a_viewer_that_is_dropped_in_the_same_read_has_what_was_sent_before() -> None:
    async def test(_place: Place, host: Host, viewer: Viewer) -> None:
        frame = header(Channel.SCREEN, 1) + bytes(1000)
        of_viewer = masked(WSMsgType.BINARY, with_viewer(viewer.number, frame))
        drop = masked(WSMsgType.TEXT, b'{"type":"drop","viewer":%d}' % viewer.number)
        host.transport.underlying_transport.write(of_viewer * 3 + drop + of_viewer * 2)
        assert [await viewer.frame() for _ in range(3)] == [frame] * 3
        assert await viewer.closed() == CloseCode.MALFORMED

    live(test)


@pytest.mark.parametrize(
    ("kind", "pieces"),
    [
        (WSMsgType.CONTINUATION, [b"x"]),
        (WSMsgType.BINARY, [b"x", b"y"]),
    ],
)
def test_pieces_out_of_place_are_refused(kind: WSMsgType, pieces: list[bytes]) -> None:
    async def test(_place: Place, host: Host, _viewer: Viewer) -> None:
        for piece in pieces:
            host.transport.send(kind, piece, fin=False)
        assert await host.closed() == CloseCode.MALFORMED

    live(test)


def test_a_message_over_its_bound_is_refused_before_it_is_whole() -> None:
    async def test(place: Place, host: Host, viewer: Viewer) -> None:
        host.transport.send(WSMsgType.BINARY, bytes(MIB), fin=False)
        host.transport.send(WSMsgType.CONTINUATION, bytes(100), fin=False)
        assert await host.closed() == CloseCode.TOO_LARGE
        viewer.transport.send(WSMsgType.TEXT, b" " * 4097)
        assert await viewer.closed() == CloseCode.TOO_LARGE
        other = await place.viewer(place.desk.sessions[1])
        await other.welcome()
        other.send(bytes(MOST_FRAME_BYTES + 1))
        assert await other.closed() == CloseCode.TOO_LARGE
        huge = await place.viewer(place.desk.sessions[1])
        await huge.welcome()
        huge.send(bytes(2 * MIB))
        assert await huge.closed() == 1009

    live(test)


def test_extensions_that_nobody_agreed_on_are_refused() -> None:
    async def test(_place: Place, host: Host, viewer: Viewer) -> None:
        host.transport.send(WSMsgType.BINARY, bytes(30), rsv1=True)
        assert await host.closed() == CloseCode.MALFORMED
        viewer.transport.send(WSMsgType.TEXT, b"{}", rsv2=True)
        assert await viewer.closed() == CloseCode.MALFORMED

    live(test)


def test_a_close_is_answered() -> None:
    async def test(_place: Place, _host: Host, viewer: Viewer) -> None:
        viewer.transport.send_close(1000)  # type: ignore[arg-type]  # any number will do
        assert await viewer.closed() == CloseCode.NORMAL

    live(test)


def test_too_many_texts_close() -> None:
    async def test(_place: Place, _host: Host, viewer: Viewer) -> None:
        for _ in range(TEXTS_AT_ONCE + 60):
            viewer.say('{"type":"ask","scopes":["files"]}')
        assert await viewer.closed() == CloseCode.TOO_MANY

    live(test)


@pytest.mark.parametrize("is_host", [True, False])
def test_a_slow_reader_holds_the_other_side_and_takes_bounded_memory(*, is_host: bool) -> None:
    """Sixty MiB are sent before the first is read; then all of them arrive, in order and unchanged."""

    async def test(place: Place, host: Host, viewer: Viewer) -> None:
        slow, fast = (host, viewer) if is_host else (viewer, host)
        near = socket_of(place, is_host=not is_host)
        far = socket_of(place, is_host=is_host)
        slow.hold()
        before = psutil.Process().memory_info().rss
        sent, most = hashlib.sha256(), 0
        for number in range(60):
            body = number.to_bytes(8, "big") * (MIB // 8)
            sent.update(body)
            if is_host:
                viewer.frame_of(Channel.FILES, body, number)
            else:
                host.frame_to(viewer.number, Channel.SCREEN, body, number)
            await asyncio.sleep(0)
            assert far._transport is not None
            most = max(most, far._transport.underlying_transport.get_write_buffer_size())
        await place.until(lambda: near._is_held and far.is_full)
        waiting = fast.transport.underlying_transport.get_write_buffer_size()
        assert waiting > 40 * MIB, "the sender keeps what the relay does not read"
        assert most < sockets.HIGH_WATER_BYTES + 4 * MIB
        grown = psutil.Process().memory_info().rss - before - waiting
        assert grown < 24 * MIB, "of the relay, and of this test's queues"
        slow.go_on()
        got = hashlib.sha256()
        for _ in range(60):
            got.update((await slow.frame())[(13 if is_host else 9) :])
        assert got.digest() == sent.digest()
        await place.until(lambda: not near._is_held)

    live(test)


def test_a_reader_that_stands_still_is_let_go_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "STUCK_SECONDS", 0.5)

    async def test(place: Place, host: Host, viewer: Viewer) -> None:
        other = await place.viewer(place.desk.sessions[1], "Bo")
        await other.welcome()
        viewer.hold()
        for _ in range(30):
            host.frame_to(viewer.number, Channel.SCREEN, bytes(MIB))
        host.frame_to(other.number, Channel.SCREEN, b"hello")
        assert (await other.frame()).endswith(b"hello")

    live(test)


def test_a_viewer_that_reads_a_few_bytes_now_and_then_slows_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """It never stands still for long, and yet the other one's frames arrive while it is behind."""
    monkeypatch.setattr("remote_bridge.relay.room.MOST_BEHIND_BYTES", 8 * MIB)

    async def test(place: Place, host: Host, viewer: Viewer) -> None:
        other = await place.viewer(place.desk.sessions[1], "Bo")
        await other.welcome()
        slow, host_socket = socket_of(place, is_host=False), socket_of(place, is_host=True)
        viewer.hold()
        raw = viewer.transport.underlying_transport.get_extra_info("socket")
        with socket.socket(fileno=os.dup(raw.fileno())) as trickle:
            for number in range(100):
                host.frame_to(viewer.number, Channel.SCREEN, bytes(MIB))
                host.frame_to(other.number, Channel.SCREEN, number.to_bytes(4, "big"))
                assert (await other.frame()).endswith(number.to_bytes(4, "big"))
                if slow.is_closed:
                    break
                if slow.is_full:
                    assert not host_socket._is_held
                    assert slow.waiting_bytes <= 10 * MIB
                    trickle.recv(20)
        assert slow.is_closed, "what waits for it is bounded"
        assert slow.code is CloseCode.TOO_MANY
        await host.until(lambda news: isinstance(news, Stands) and len(news.viewers) == 1)

    live(test)


def test_who_alone_reads_a_few_bytes_now_and_then_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """While it does, the host is not read, and its last word would not be heard."""
    monkeypatch.setattr(sockets, "STUCK_SECONDS", 1e6)
    monkeypatch.setattr(sockets, "SLOW_SECONDS", 1.0)

    async def test(place: Place, host: Host, viewer: Viewer) -> None:
        slow = socket_of(place, is_host=False)
        viewer.hold()
        for _ in range(30):
            host.frame_to(viewer.number, Channel.SCREEN, bytes(MIB))
        await place.until(lambda: slow.is_full)
        host.tell(End())
        await host.until(lambda news: isinstance(news, Ended))

    live(test)


def test_who_reads_nothing_is_let_go_also_while_others_are_spoken_of(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is told of others is put behind what the standing reader does not read."""
    monkeypatch.setattr(sockets, "STUCK_SECONDS", 1.0)

    async def test(place: Place, host: Host, viewer: Viewer) -> None:
        stuck = socket_of(place, is_host=False)
        viewer.hold()
        for _ in range(30):
            host.frame_to(viewer.number, Channel.SCREEN, bytes(MIB))
        await place.until(lambda: stuck.is_full)
        async with asyncio.timeout(30):
            while not stuck.is_closed:
                stuck.tell("x" * 1000)
                await asyncio.sleep(0.1)

    live(test)


def test_who_answers_no_ping_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "PING_SECONDS", 0.2)
    monkeypatch.setattr(sockets, "SILENT_SECONDS", 1.5)

    async def test(place: Place, host: Host, viewer: Viewer) -> None:
        viewer.hold()
        await host.until(lambda news: isinstance(news, Stands) and not news.viewers)
        assert not host.gone.is_set(), "picows answers pings of itself"
        await place.until(lambda: place.desk.left == {1: True})

    live(test)


def test_what_fails_within_closes_one_socket_and_is_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test(place: Place, host: Host, viewer: Viewer) -> None:
        (room,) = place.relay._rooms.values()

        def fail(*_: object) -> None:
            raise RuntimeError("a fault of ours")

        monkeypatch.setattr(room, "hear_viewer", fail)
        viewer.say('{"type":"end"}')
        assert await viewer.closed() == CloseCode.RESTART
        assert not room.is_over
        host.say('{"type":"pause"}')
        await host.until(lambda news: isinstance(news, Stands) and news.state == "paused")

    live(test)


def test_a_socket_that_does_not_end_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "CLOSING_SECONDS", 0.1)

    async def test(place: Place, host: Host, viewer: Viewer) -> None:
        viewer.hold()
        host.say('{"type":"end"}')
        await place.until(lambda: not place.relay._sockets)

    live(test)


def test_while_it_closes_what_comes_is_thrown_away_and_what_was_said_arrives() -> None:
    async def test(_place: Place, host: Host, viewer: Viewer) -> None:
        for _ in range(20):
            host.frame_to(viewer.number, Channel.SCREEN, bytes(MIB))
        viewer.say('{"type":"end"}')
        for _ in range(20):
            host.frame_to(viewer.number, Channel.SCREEN, bytes(MIB))
        assert "staff-ended" in await host.text()
        assert await host.closed() == CloseCode.OVER

    live(test)
