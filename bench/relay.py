"""The relay beside websockify, in the same run.

    python bench/relay.py --websockify PATH_TO_websockify [--rounds 5] [--seconds 3] [--pairs 50] [--idle 100]

Each round starts both, one after the other, because machines drift; printed are medians and the medians of
the rounds' ratios. One process here plays all ends. Streams are messages of 64 KiB from host to viewer, as a
screen is; the round trip is a small message from viewer to host and back. websockify has the host's side as a
TCP connection that it opens itself, ours as a second WebSocket. The relay's desk answers from memory: what is
measured is the way of the frames. Memory is what the processes have for themselves (USS).
"""

import argparse
import asyncio
import contextlib
import hashlib
import json
import os
import random
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

import psutil
import uvloop
from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from remote_bridge.protocol.frames import Channel, header, with_viewer
from remote_bridge.protocol.hello import SUBPROTOCOL, HostHello, ViewerHello, Way
from remote_bridge.protocol.messages import Consent, text_of
from remote_bridge.protocol.news import ViewerWelcome, parse_to_viewer
from remote_bridge.protocol.scopes import Scope
from remote_bridge.protocol.state import Standing, State, Why
from remote_bridge.relay.admission import HostSeat, Still, ViewerSeat
from remote_bridge.relay.server import Options, Relay
from remote_bridge.relay.upgrade import Origins

_PAGE = "https://desk.example"
_MESSAGE = os.urandom(64 * 1024)
_SMALL = os.urandom(24)
_ALL = frozenset(Scope)
_TRIPS = 200


class Desk:
    """Lets everybody in; a session's number is made of its token, or of its pass, which is the same here."""

    def redeem(self, *, token_hash: bytes, key_hash: bytes, way: Way) -> HostSeat:
        session, until = self._of(token_hash), datetime(2100, 1, 1, tzinfo=UTC)
        return HostSeat(session, "s", _standing(), "a", "b", 1, "c", until)

    def enter(self, *, pass_hash: bytes) -> ViewerSeat:
        session = self._of(pass_hash)
        return ViewerSeat(session, "s", _standing(), "v", True, session, session, session)  # noqa: FBT003

    def note_state(self, session_id: int, standing: Standing, *, at: datetime) -> None:
        """Forgotten."""

    def leave(self, visit_id: int, *, controlled: bool, at: datetime) -> None:
        """Forgotten."""

    def end(self, session_id: int, why: Why, *, at: datetime) -> None:
        """Forgotten."""

    def note_alive(self, session_ids: Collection[int]) -> frozenset[int]:
        return frozenset()

    def still(self, session_ids: Collection[int], sign_in_ids: Collection[int]) -> Still:
        return Still({}, frozenset())

    def _of(self, digest: bytes) -> int:
        return int.from_bytes(digest[:6], "big")


def _standing() -> Standing:
    return Standing(State.WAITING, _ALL)


def _secret(number: int) -> bytes:
    return hashlib.sha256(str(number).encode()).digest()


async def _serve(port: int) -> None:
    """The relay, until it is told to stop."""
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    relay = Relay(Options("127.0.0.1", port, Origins.of(_PAGE), most_per_source=10_000), Desk())
    await relay.start()
    await told.wait()
    await relay.stop()


# -- the ends ---------------------------------------------------------------------------------------------


@dataclass(eq=False)
class Wire:
    """What both kinds of ends keep."""

    received: int = 0
    on: Callable[[], None] | None = None
    can: asyncio.Event = field(default_factory=asyncio.Event)
    texts: "asyncio.Queue[str]" = field(default_factory=asyncio.Queue)

    def __post_init__(self) -> None:
        self.can.set()


class Web(WSListener, Wire):
    """A WebSocket."""

    def __init__(self, number: int = 0) -> None:
        Wire.__init__(self)
        self.before = b""
        self.transport: WSTransport | None = None

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport
        transport.underlying_transport.set_write_buffer_limits(high=256 * 1024)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type in (WSMsgType.BINARY, WSMsgType.CONTINUATION):
            self.received += frame.payload_size
            if self.on is not None:
                self.on()
        elif frame.msg_type == WSMsgType.TEXT:
            self.texts.put_nowait(frame.get_payload_as_utf8_text())
        elif frame.msg_type == WSMsgType.CLOSE:
            transport.disconnect()

    def pause_writing(self) -> None:
        self.can.clear()

    def resume_writing(self) -> None:
        self.can.set()

    def send(self, data: bytes) -> None:
        assert self.transport is not None
        self.transport.send(WSMsgType.BINARY, self.before + data if self.before else data)

    def prepare(self, data: bytes) -> Callable[[], None]:
        """Sends this again and again. The masking is done once: it is this side's work, and not measured."""
        assert self.transport is not None
        frame = _masked_frame(self.before + data)
        return partial(self.transport.underlying_transport.write, frame)

    def say(self, text: str) -> None:
        assert self.transport is not None
        self.transport.send(WSMsgType.TEXT, text)

    def close(self) -> None:
        assert self.transport is not None
        self.transport.disconnect()


class Plain(Wire, asyncio.Protocol):
    """A TCP connection, put into the queue when it is there."""

    def __init__(self, arrived: "asyncio.Queue[Plain]") -> None:
        super().__init__()
        self._arrived = arrived

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        transport.set_write_buffer_limits(high=256 * 1024)
        self._arrived.put_nowait(self)

    def data_received(self, data: bytes) -> None:
        self.received += len(data)
        if self.on is not None:
            self.on()

    def pause_writing(self) -> None:
        self.can.clear()

    def resume_writing(self) -> None:
        self.can.set()

    def send(self, data: bytes) -> None:
        self.transport.write(data)

    def prepare(self, data: bytes) -> Callable[[], None]:
        """Sends this again and again."""
        return partial(self.transport.write, data)

    def close(self) -> None:
        self.transport.close()


@dataclass(frozen=True)
class Pair:
    """Host and viewer."""

    host: Any
    viewer: Any

    def close(self) -> None:
        """Let both go."""
        self.host.close()
        self.viewer.close()


class Ours:
    """The product's relay."""

    name = "relay"

    def __init__(self) -> None:
        self.port = _free_port()
        words = [sys.executable, __file__, "--serve", str(self.port)]
        self.process = subprocess.Popen(words, stdout=subprocess.DEVNULL)

    async def pair(self, number: int) -> Pair:
        """A session with its two ends, live."""
        url = f"ws://127.0.0.1:{self.port}/v1"
        wanted = {"Sec-WebSocket-Protocol": SUBPROTOCOL}
        _, host = await ws_connect(Web, url, extra_headers=wanted, max_frame_size=2**24)
        host.say(HostHello(_secret(number), _secret(-number), Way.CLIENT).text())
        await host.texts.get()
        _, viewer = await ws_connect(
            Web, url, extra_headers={**wanted, "Origin": _PAGE}, max_frame_size=2**24
        )
        viewer.say(ViewerHello(_secret(number)).text())
        welcome = parse_to_viewer(await viewer.texts.get())
        assert isinstance(welcome, ViewerWelcome)
        host.say(text_of(Consent(_ALL)))
        while '"live"' not in await viewer.texts.get():
            pass
        host.before = with_viewer(welcome.viewer, header(Channel.SCREEN, 1))
        viewer.before = header(Channel.INPUT, 1)
        return Pair(host, viewer)

    def stop(self) -> None:
        """Until it is gone."""
        _stop(self.process)


class Websockify:
    """The yardstick; its target is a server here."""

    name = "websockify"

    def __init__(self, program: str) -> None:
        self.port, self._target = _free_port(), _free_port()
        self._hosts: asyncio.Queue[Plain] = asyncio.Queue()
        self._server: asyncio.AbstractServer | None = None
        words = [program, f"127.0.0.1:{self.port}", f"127.0.0.1:{self._target}"]
        self.process = subprocess.Popen(
            words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )

    async def pair(self, number: int) -> Pair:
        """A WebSocket, and the connection that websockify opens for it."""
        if self._server is None:
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(self._accept, "127.0.0.1", self._target, backlog=500)
        _, viewer = await ws_connect(Web, f"ws://127.0.0.1:{self.port}/", max_frame_size=2**24)
        return Pair(await asyncio.wait_for(self._hosts.get(), 20), viewer)

    def _accept(self) -> Plain:
        return Plain(self._hosts)

    def stop(self) -> None:
        """Until it is gone."""
        if self._server is not None:
            self._server.close()
        _stop(self.process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    family = [process, *psutil.Process(process.pid).children(recursive=True)]
    for one in family:
        with contextlib.suppress(psutil.Error, ProcessLookupError):
            one.terminate()
    process.wait(15)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


# -- what is measured -------------------------------------------------------------------------------------

Figures = dict[str, float]


class Seen:
    """CPU seconds and memory of a process and all that it has started."""

    def __init__(self, pid: int) -> None:
        self._root = psutil.Process(pid)

    def cpu_seconds(self) -> float:
        """User and system."""
        return sum(self._each(lambda one: one.cpu_times().user + one.cpu_times().system))

    def memory_bytes(self) -> float:
        """USS."""
        return sum(self._each(lambda one: one.memory_full_info().uss))

    def _each(self, ask: Callable[[psutil.Process], float]) -> list[float]:
        found = []
        for one in (self._root, *self._root.children(recursive=True)):
            with contextlib.suppress(psutil.Error):
                found.append(ask(one))
        return found


async def _measure(relay: Ours | Websockify, given: argparse.Namespace) -> Figures:
    await _until_it_listens(relay.port)
    seen = Seen(relay.process.pid)
    first = await relay.pair(1)
    figures = await _idle(relay, seen, given.idle)
    p50, p95 = await _trips(first)
    figures |= {"round trip p50, ms": p50, "round trip p95, ms": p95}
    pairs = [first, *[await relay.pair(10_000 + number) for number in range(given.pairs - 1)]]
    figures |= await _flat_out(pairs, seen, given.seconds)
    for pair in pairs:
        pair.close()
    return figures


async def _until_it_listens(port: int) -> None:
    for _ in range(200):
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(0.1)


async def _idle(relay: Ours | Websockify, seen: Seen, count: int) -> Figures:
    await asyncio.sleep(0.5)
    before = seen.memory_bytes()
    pairs = [await relay.pair(100 + number) for number in range(count)]
    await asyncio.sleep(0.5)
    each = (seen.memory_bytes() - before) / count / 1024
    for pair in pairs:
        pair.close()
    await asyncio.sleep(0.5)
    return {"kB per idle pair": each}


async def _trips(pair: Pair) -> tuple[float, float]:
    took = []
    back: asyncio.Future[None] | None = None
    pair.host.on = lambda: pair.host.send(_SMALL)

    def arrived() -> None:
        if back is not None and not back.done():
            back.set_result(None)

    pair.viewer.on = arrived
    for _ in range(_TRIPS):
        await asyncio.sleep(0.002 + random.random() * 0.004)
        back = asyncio.get_running_loop().create_future()
        began = time.perf_counter()
        pair.viewer.send(_SMALL)
        await asyncio.wait_for(back, 10)
        took.append((time.perf_counter() - began) * 1000)
    pair.host.on = pair.viewer.on = None
    took.sort()
    return took[len(took) // 2], took[len(took) * 95 // 100]


async def _flat_out(pairs: list[Pair], seen: Seen, seconds: float) -> Figures:
    running = [asyncio.ensure_future(_stream(pair.host)) for pair in pairs]
    await asyncio.sleep(0.5)
    received, cpu, began = (
        sum(pair.viewer.received for pair in pairs),
        seen.cpu_seconds(),
        time.perf_counter(),
    )
    await asyncio.sleep(seconds)
    carried = sum(pair.viewer.received for pair in pairs) - received
    took, spent = time.perf_counter() - began, seen.cpu_seconds() - cpu
    for one in running:
        one.cancel()
    return {"MB/s": carried / took / 1e6, "CPU s/GB": spent / (carried / 1e9)}


async def _stream(end: Any) -> None:
    send = end.prepare(_MESSAGE)
    while True:
        await end.can.wait()
        send()
        await asyncio.sleep(0)


def _masked_frame(payload: bytes) -> bytes:
    """A binary message in one frame, as a client sends it (RFC 6455 section 5.2)."""
    mask = os.urandom(4)
    size = len(payload)
    words = (mask * (size // 4 + 1))[:size]
    masked = (int.from_bytes(payload, "big") ^ int.from_bytes(words, "big")).to_bytes(size, "big")
    return bytes((0x82, 0x80 | 127)) + size.to_bytes(8, "big") + mask + masked


@contextlib.asynccontextmanager
async def _running(start: Callable[[], Any]) -> AsyncIterator[Any]:
    relay = start()
    try:
        yield relay
    finally:
        relay.stop()


async def _rounds(given: argparse.Namespace) -> dict[str, list[Figures]]:
    found: dict[str, list[Figures]] = {Ours.name: [], Websockify.name: []}
    for _ in range(given.rounds):
        for start in (Ours, lambda: Websockify(given.websockify)):
            async with _running(start) as relay:
                found[relay.name].append(await _measure(relay, given))
                print(
                    relay.name,
                    {what: round(one, 3) for what, one in found[relay.name][-1].items()},
                    flush=True,
                )
    return found


def main() -> None:
    """Run all rounds and print what came out."""
    asking = argparse.ArgumentParser()
    asking.add_argument("--websockify", default="websockify")
    asking.add_argument("--rounds", type=int, default=5)
    asking.add_argument("--seconds", type=float, default=3.0)
    asking.add_argument("--pairs", type=int, default=50)
    asking.add_argument("--idle", type=int, default=100)
    asking.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    given = asking.parse_args()
    if given.serve:
        uvloop.run(_serve(given.serve))
        return
    found = uvloop.run(_rounds(given))
    ours, theirs = found[Ours.name], found[Websockify.name]
    for what in ours[0]:
        ratios = [one[what] / other[what] for one, other in zip(ours, theirs, strict=True)]
        told = {
            "what": what,
            "relay": round(statistics.median(one[what] for one in ours), 3),
            "websockify": round(statistics.median(one[what] for one in theirs), 3),
            "ratio": round(statistics.median(ratios), 3),
            "ratios": [round(ratio, 2) for ratio in ratios],
        }
        print(json.dumps(told))


if __name__ == "__main__":
    main()
