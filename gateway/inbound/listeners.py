"""Both doors in one event loop, on sockets that several processes may share."""

import asyncio
import signal
import socket
import ssl
from collections.abc import Callable, Sized
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from gateway import log
from gateway.inbound import replies
from gateway.inbound.accept import Acceptor
from gateway.inbound.door import Connected, Door
from gateway.inbound.limits import BACKLOG, GRACE_SECONDS, IDLE_SECONDS, KEEPING_SECONDS, THREADS
from gateway.inbound.lmtp import SpoolingLMTP
from gateway.inbound.smtp import SpoolingSMTP
from gateway.inbound.sources import Sources
from gateway.settings import Settings
from gateway.store.intake import Source

_PAUSE_SECONDS = 0.5
_STEP_SECONDS, _MOST_STEPS = 0.0005, 4
_LOOK_EVERY_SECONDS = 0.02
_log = log.get("inbound")


@dataclass(frozen=True, slots=True)
class Listening:
    """The open sockets; None where there is no such door."""

    smtp: socket.socket | None
    lmtp: socket.socket | None


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=BACKLOG)


def open_from(settings: Settings) -> Listening:
    """The sockets that the settings name."""
    smtp = listen(settings.smtp_host, settings.smtp_port)
    lmtp = None if settings.lmtp_port is None else listen(settings.smtp_host, settings.lmtp_port)
    return Listening(smtp, lmtp)


def run(settings: Settings, acceptor: Acceptor, listening: Listening) -> None:
    """Take mail until SIGTERM or SIGINT, then let what is in flight end (10 s at most)."""
    asyncio.run(_until_told(settings, acceptor, listening))


async def _until_told(settings: Settings, acceptor: Acceptor, listening: Listening) -> None:
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    await serve(settings, acceptor, listening, until=told)


async def serve(
    settings: Settings,
    acceptor: Acceptor,
    listening: Listening,
    *,
    until: asyncio.Event,
    idle_seconds: float = IDLE_SECONDS,
) -> None:
    """Take mail until told; closes the sockets."""
    threads = ThreadPoolExecutor(THREADS, thread_name_prefix="accept")
    tls = _tls(settings)
    sources = Sources(settings)
    smtp = Door(settings, acceptor, threads, Source.SMTP, sources, tls, idle_seconds)
    lmtp = Door(settings, acceptor, threads, Source.LMTP, sources, tls, idle_seconds, sessions=smtp.sessions)
    loop = asyncio.get_running_loop()
    admitting = [
        asyncio.create_task(_admit(listener, make, smtp.sessions))
        for listener, make in (
            (listening.smtp, lambda: SpoolingSMTP(smtp, loop)),
            (listening.lmtp, lambda: SpoolingLMTP(lmtp, loop)),
        )
        if listener is not None
    ]
    await until.wait()
    for task in admitting:
        task.cancel()
    await asyncio.gather(*admitting, return_exceptions=True)
    await _close(smtp, lmtp)
    threads.shutdown(wait=False, cancel_futures=True)


async def _admit(listener: socket.socket, make: Callable[[], SpoolingSMTP], sessions: Sized) -> None:
    """Take callers one at a time, the slower the more are here: who shares the socket gets his part."""
    loop = asyncio.get_running_loop()
    listener.setblocking(False)  # noqa: FBT003
    with listener:
        while True:
            try:
                caller, _ = await loop.sock_accept(listener)
            except OSError as error:  # out of descriptors, or the caller has gone
                _log.warning("inbound.not_admitted", errno=error.errno)
                await asyncio.sleep(_PAUSE_SECONDS)
                continue
            await _receive(loop, caller, make)
            await asyncio.sleep(min(len(sessions), _MOST_STEPS) * _STEP_SECONDS)


async def _receive(
    loop: asyncio.AbstractEventLoop, caller: socket.socket, make: Callable[[], SpoolingSMTP]
) -> None:
    """Begin a session; whatever goes wrong with one caller, the door stays open for the others."""
    try:
        await loop.connect_accepted_socket(make, caller)
    except Exception:  # noqa: BLE001 - the outermost frame of a session's beginning
        _log.exception("inbound.not_received")
        caller.close()


async def _close(*doors: Door) -> None:
    """The idle go at once, who sends a mail may end it, who waits for an answer gets it."""
    for door in doors:
        door.is_closing = True
    sessions = doors[0].sessions
    for session in [session for session in sessions if session.is_idle]:
        session.dismiss(replies.SHUTTING_DOWN)
    await _until_empty(sessions, GRACE_SECONDS)
    for session in list(sessions):
        session.dismiss(replies.SHUTTING_DOWN)
    await _until_empty(sessions, KEEPING_SECONDS)


async def _until_empty(sessions: set[Connected], seconds: float) -> None:
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while sessions and loop.time() < end:  # noqa: ASYNC110 - once in a process's life
        await asyncio.sleep(_LOOK_EVERY_SECONDS)


def _tls(settings: Settings) -> ssl.SSLContext | None:
    if settings.smtp_tls_cert is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(settings.smtp_tls_cert, settings.smtp_tls_key)
    return context
