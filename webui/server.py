"""The web server: granian in front, the pages behind a bridge. On Linux several of them share one port."""

import asyncio
import contextlib
import itertools
import signal
import socket
from collections.abc import Callable
from functools import partial

from granian.constants import HTTPModes, Interfaces
from granian.server.embed import Server

from gateway import log
from gateway.errors import Unavailable
from gateway.settings import Settings
from webui import worker
from webui.live.hearing import Ear
from webui.live.hub import of as hub_of

_GRACE_SECONDS = 8.0  # of the ten that a stop may take
_SWEEP_SECONDS = 5.0
_SWEEPS_A_LOOK = 4  # while nothing is heard, pages look as often as their polls do


def serve(settings: Settings) -> None:
    """Answer until SIGTERM or SIGINT; what is in flight then is answered first.

    Raises Unavailable when the port cannot be had.
    """
    port = settings.web_port or _free_port(settings.web_host)
    asyncio.run(_until_told(settings.with_values(web_port=port)))


async def _until_told(settings: Settings) -> None:
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    bridge = worker.load(settings)
    server = Server(
        bridge,
        address=settings.web_host,
        port=settings.web_port,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        websockets=False,
        log_enabled=False,  # it would set up the standard library's logging anew; we log for ourselves
    )
    sweeping = asyncio.create_task(_pass_on_news(settings))
    serving = asyncio.create_task(server.serve())
    log.get("web").info("web.listening", host=settings.web_host, port=settings.web_port)
    asked = asyncio.create_task(told.wait())
    await asyncio.wait({serving, asked}, return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        asked.cancel()
        raise _why(settings, serving)
    sweeping.cancel()
    bridge.end_feeds()
    server.stop()  # type: ignore[no-untyped-call]  # granian's
    if not (await asyncio.wait({serving}, timeout=_GRACE_SECONDS))[0]:
        log.get("web").warning("web.cut_off")
        serving.cancel()


async def _pass_on_news(settings: Settings) -> None:
    """Let those who listen here hear what every process tells, and notice who has gone without a word."""
    hub, loop = hub_of(worker.application(settings)), asyncio.get_running_loop()

    def at_home(work: Callable[..., object], *what: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens any more
            loop.call_soon_threadsafe(work, *what)

    ear = Ear(settings, hear=partial(at_home, hub.hear), missed=partial(at_home, hub.look_again))
    ear.start()
    for sweep in itertools.count(1):
        await asyncio.sleep(_SWEEP_SECONDS)
        hub.sweep()
        if sweep % _SWEEPS_A_LOOK == 0 and not ear.is_listening.is_set():
            hub.look_again()


def _why(settings: Settings, serving: "asyncio.Task[None]") -> Exception:
    """Why it serves no more, though nobody asked it to stop."""
    error = serving.exception()
    if error is None:
        return Unavailable("The web server ended by itself.")
    reason = str(error).partition("\n")[0]  # what follows are the server's own frames
    return Unavailable(f"Cannot listen on {settings.web_host}:{settings.web_port} (M4A_WEB_PORT): {reason}.")


def _free_port(host: str) -> int:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port
