"""The web server: granian in front, the pages behind a bridge. On Linux several of them share one port."""

import asyncio
import signal
import socket

from granian.constants import HTTPModes, Interfaces
from granian.server.embed import Server

from gateway import log
from gateway.errors import Unavailable
from gateway.settings import Settings
from webui import worker

_GRACE_SECONDS = 8.0  # of the ten that a stop may take


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
    server = Server(
        worker.load(settings),
        address=settings.web_host,
        port=settings.web_port,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        websockets=False,
        log_enabled=False,  # it would set up the standard library's logging anew; we log for ourselves
    )
    serving = asyncio.create_task(server.serve())
    log.get("web").info("web.listening", host=settings.web_host, port=settings.web_port)
    asked = asyncio.create_task(told.wait())
    await asyncio.wait({serving, asked}, return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        asked.cancel()
        raise _why(settings, serving)
    server.stop()  # type: ignore[no-untyped-call]  # granian's
    if not (await asyncio.wait({serving}, timeout=_GRACE_SECONDS))[0]:
        log.get("web").warning("web.cut_off")
        serving.cancel()


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
