"""The relay as a process: from settings to SIGTERM."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable

from gateway import log
from gateway.clock import SystemClock
from gateway.errors import Unavailable
from gateway.inbound import networks
from gateway.settings import Settings
from remote_bridge.relay.admission import Admission
from remote_bridge.relay.desk import Desk
from remote_bridge.relay.server import Options, Relay
from remote_bridge.relay.upgrade import Origins

_FILES_BESIDES = 128
"""Open files that are no connections: database, log, libraries."""


def run(settings: Settings) -> None:
    """Relay until SIGTERM or SIGINT; the database is configured before.

    Raises Unavailable when the port cannot be had, Invalid for a setting that cannot be read.
    """
    port = settings.relay_port or _free_port(settings.relay_host)
    settings = settings.with_values(relay_port=port)
    admission = Desk(settings.effective_relay_url, SystemClock())
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(_until_told(settings, admission))


def options_of(settings: Settings) -> Options:
    """What of the settings is the relay's."""
    return Options(
        host=settings.relay_host,
        port=settings.relay_port,
        url=settings.effective_relay_url,
        origins=Origins.of(settings.effective_base_url, settings.relay_origins),
        proxies=networks.parse(settings.trusted_proxies, setting="M4A_TRUSTED_PROXIES"),
        most_connections=min(settings.relay_max_connections, _most_files() - _FILES_BESIDES),
        most_per_source=settings.relay_max_per_source,
        metrics_token=settings.metrics_token.get_secret_value(),
    )


async def _until_told(settings: Settings, admission: Admission) -> None:
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):  # on Windows, Ctrl-C raises KeyboardInterrupt
            loop.add_signal_handler(number, told.set)
    relay = Relay(options_of(settings), admission)
    try:
        port = await relay.start()
    except OSError as error:
        reason = error.strerror or error
        where = f"{settings.relay_host}:{settings.relay_port}"
        raise Unavailable(f"Cannot listen on {where} (M4A_RELAY_PORT): {reason}.") from None
    log.get("relay").info("relay.listening", host=settings.relay_host, port=port)
    ends = asyncio.ensure_future(told.wait()), asyncio.ensure_future(relay.failed())
    try:
        done, _ = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for one in done:
            one.result()
    finally:
        for one in ends:
            one.cancel()
        await relay.stop()


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    """With uvloop where there is one; else one that watches sockets, on which the transports build."""
    try:
        import uvloop
    except ImportError:
        return asyncio.SelectorEventLoop
    return uvloop.new_event_loop


def _most_files() -> int:
    """As many open files as the system allows; the soft limit is often 1024."""
    try:
        import resource
    except ImportError:
        return 512  # of Windows' select()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def _free_port(host: str) -> int:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port
