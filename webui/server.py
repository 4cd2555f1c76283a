"""The web server: granian in front, the pages behind a bridge, `web_processes` workers on one port."""

import ctypes
import gc
import multiprocessing
import os
import signal
import socket
import sys
from functools import partial

from granian.constants import HTTPModes, Interfaces, Loops
from granian.log import LogLevels
from granian.server.mp import MPServer

from gateway import log
from gateway.settings import Settings
from webui import worker
from webui.bridge import Bridge

_IS_LINUX = sys.platform == "linux"
_PR_SET_PDEATHSIG = 1
_GRACE_SECONDS = 8  # of the ten that a stop may take
_RESPAWN_SECONDS = 0.1  # the server sleeps as long after it replaced a dead worker


def serve(settings: Settings) -> None:
    """Answer until SIGTERM or SIGINT; what is in flight then is answered first."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # until the server listens to it
    port = settings.web_port or _free_port(settings.web_host)
    chosen = settings.with_values(web_port=port)
    if _IS_LINUX:  # workers share the memory of what is imported here; Python 3.14 would not fork by itself
        multiprocessing.set_start_method("fork", force=True)
        worker.application(chosen)
        gc.freeze()
    server = MPServer(
        "webui",
        address=settings.web_host,
        port=port,
        interface=Interfaces.ASGINL,
        workers=settings.web_processes,
        loop=Loops.asyncio,
        http=HTTPModes.http1,
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        respawn_interval=_RESPAWN_SECONDS,
        workers_kill_timeout=_GRACE_SECONDS,
    )
    log.get("web").info("web.listening", host=settings.web_host, port=port)
    server.serve(target_loader=partial(load, chosen, os.getpid()), wrap_loader=False)


def load(settings: Settings, parent: int) -> Bridge:
    """What one worker process serves; called in it."""
    for number in (signal.SIGTERM, signal.SIGINT):  # a fork inherits handlers that would do nothing here
        signal.signal(number, signal.SIG_DFL)
    _die_with(parent)
    return worker.load(settings)


def _die_with(parent: int) -> None:
    """Have the kernel kill this worker when the server's own process is gone: nobody would stop it."""
    if _IS_LINUX:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it went before we could ask
            os._exit(1)


def _free_port(host: str) -> int:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port
