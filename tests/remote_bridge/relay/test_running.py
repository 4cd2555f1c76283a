"""The relay as a process, with a real desk behind it."""

import asyncio
import resource
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from gateway import clock
from gateway.desk import remote, remotewatch
from gateway.desk.remotewatch import Silence
from gateway.rules import remote as rules
from gateway.settings import Settings
from gateway.store import session
from remote_bridge.protocol.errors import CloseCode
from remote_bridge.protocol.frames import Channel
from remote_bridge.protocol.hello import HostHello, ViewerHello, Way
from remote_bridge.protocol.messages import Consent
from remote_bridge.protocol.news import Ended
from remote_bridge.protocol.scopes import Scope
from remote_bridge.protocol.secrets import LinkSecret, parse_b64u
from remote_bridge.protocol.state import State, Why
from remote_bridge.relay import running
from tests import remotes
from tests.remote_bridge.ends import PAGE, Host, Viewer, in_a_loop
from tests.world import World

Start = Callable[[int], subprocess.Popen[str]]
MARK = "marker-no-log-may-have"
VIEW = frozenset({Scope.VIEW})
MINUTE = timedelta(minutes=1)

pytestmark = pytest.mark.journey


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


class Session:
    """A session of the real desk, at a relay on this port."""

    def __init__(self, world: World, port: int) -> None:
        self.by, self.url = world.ours.owner, f"ws://127.0.0.1:{port}/v1"
        self.made = remotes.make(self.by, scopes=(rules.Scope.CONTROL,), now=clock.now())
        self.link = LinkSecret.parse(self.made.secret)
        self.sign_in_id = remotes.sign_in(self.by, now=clock.now())

    async def host(self, key: bytes | None = None) -> Host:
        host = Host(key=key) if key else Host()
        await _connected(host, self.url, {})
        host.say(HostHello(self.link.token(), host.key, Way.CLIENT).text())
        return host

    async def viewer(self) -> Viewer:
        said = remotes.pass_for(self.by, self.made.public_id, self.sign_in_id, now=clock.now())
        viewer = Viewer()
        await _connected(viewer, self.url, {"Origin": PAGE})
        viewer.say(ViewerHello(parse_b64u(said)).text())
        return viewer

    async def live(self) -> tuple[Host, Viewer]:
        host, viewer = await self.host(), await self.viewer()
        await host.welcome()
        await viewer.welcome()
        host.tell(Consent(VIEW))
        await viewer.state("live")
        return host, viewer

    def state(self) -> tuple[str, str | None]:
        with session.reading() as db:
            seen = remote.get(db, self.by, self.made.public_id)
        return seen.state, seen.why


async def _connected(end: Host | Viewer, url: str, headers: dict[str, str]) -> None:
    """Connect, as soon as the relay listens."""
    deadline = time.monotonic() + 60
    while True:
        try:
            await end.connect(url, headers)
            return
        except OSError:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)


async def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


def test_at_sigterm_all_are_told_to_come_again_and_it_ends_soon(world: World, start_relay: Start) -> None:
    port = free_port()
    process = start_relay(port)
    seen = Session(world, port)

    async def test() -> None:
        host, viewer = await seen.live()
        process.send_signal(signal.SIGTERM)
        assert (await host.closed(), await viewer.closed()) == (CloseCode.RESTART, CloseCode.RESTART)

    in_a_loop(test)
    assert process.wait(10) == 0
    assert seen.state() == ("live", None)


def test_a_relay_that_was_killed_goes_on_where_it_was(world: World, start_relay: Start) -> None:
    port = free_port()
    process = start_relay(port)
    seen = Session(world, port)

    async def test() -> None:
        host, viewer = await seen.live()
        await _until(lambda: seen.state()[0] == "live")
        process.kill()
        assert (await host.closed(), await viewer.closed()) == (None, None)
        start_relay(port)
        again = await seen.host(host.key)
        assert (await again.welcome()).state is State.LIVE
        back = await seen.viewer()
        await back.welcome()
        again.frame_to(back.number, Channel.SCREEN, b"still here")
        assert (await back.frame()).endswith(b"still here")
        assert await (await seen.host()).closed() == CloseCode.USED

    in_a_loop(test)


def test_a_relay_that_was_killed_and_never_came_back_ends_what_it_held(
    world: World, start_relay: Start
) -> None:
    port = free_port()
    process = start_relay(port)
    seen = Session(world, port)

    async def test() -> None:
        host, viewer = await seen.live()
        await _until(lambda: seen.state()[0] == "live")
        process.kill()
        assert (await host.closed(), await viewer.closed()) == (None, None)

    in_a_loop(test)
    silence = Silence()
    looks = [clock.now() + minutes * MINUTE for minutes in (4, 6, 7, 8)]
    told = []
    for at in looks:
        with session.transaction() as db:
            lost = silence.look(remotewatch.silent_ids(db, now=at), now=at)
            told.append(remotewatch.end_silent(db, lost, now=at))
    assert told == [0, 0, 0, 1]
    assert seen.state() == ("ended", "relay")


def test_what_the_desk_revokes_ends_and_nothing_of_it_is_in_the_log(world: World, start_relay: Start) -> None:
    port = free_port()
    process = start_relay(port)
    seen = Session(world, port)

    async def test() -> None:
        host, viewer = await seen.live()
        host.frame_to(viewer.number, Channel.SCREEN, MARK.encode())
        viewer.frame_of(Channel.CHAT, MARK.encode())
        assert MARK.encode() in await viewer.frame()
        with session.transaction() as db:
            remote.end_by(db, seen.by, seen.made.public_id, now=clock.now())
        assert await viewer.until(lambda news: isinstance(news, Ended)) == Ended(Why.REVOKED)
        assert await host.closed() == CloseCode.OVER

    in_a_loop(test)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=20)
    assert '"relay.joined"' in said
    for secret in (MARK, seen.made.secret, seen.by.name, "127.0.0.1:", seen.made.public_id):
        assert secret not in said.replace(f"127.0.0.1:{port}", "")


def test_without_uvloop_it_runs_on_what_python_has(monkeypatch: pytest.MonkeyPatch) -> None:
    assert running._loop_factory()().__class__.__module__.startswith("uvloop")
    monkeypatch.setitem(__import__("sys").modules, "uvloop", None)
    assert running._loop_factory() is asyncio.SelectorEventLoop


def test_its_options_are_those_of_the_settings(settings: Settings) -> None:
    options = running.options_of(
        settings.with_values(
            relay_origins="https://other.example", relay_max_per_source=7, trusted_proxies="10.0.0.0/8"
        )
    )
    assert options.origins.allowed == {"https://desk.example", "https://other.example"}
    assert options.most_per_source == 7
    assert options.url == settings.effective_relay_url
    assert options.most_connections < resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    assert [str(one) for one in options.proxies] == ["10.0.0.0/8"]
