"""Answers that go on for as long as their reader stays; they hold no thread and end when the server does."""

import asyncio
import contextlib
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, TypeVar

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
T = TypeVar("T")


class Turns(ABC):
    """Gives pieces of work their turn among the pages."""

    @abstractmethod
    async def turn(self, work: Callable[[], T]) -> T:
        """The work's result, done in the page thread."""


class Feed(ABC):
    """The body of such an answer. To a server that knows nothing of feeds it is its beginning alone."""

    beginning: bytes = b""

    def __iter__(self) -> Iterator[bytes]:
        yield self.beginning

    @abstractmethod
    async def run(self, send: Callable[[bytes], Awaitable[None]], turns: Turns) -> None:
        """Send what there is to say until it is over; cancelled when the reader has gone."""


class Feeds:
    """The feeds of a process."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()
        self._is_over = False

    async def serve(self, feed: Feed, receive: Receive, send: Send, turns: Turns) -> None:
        """Let a feed run, behind an answer's head, until it or its reader ends, or all do."""

        async def chunk(words: bytes) -> None:
            await send({"type": "http.response.body", "body": words, "more_body": True})

        await chunk(feed.beginning)
        if not self._is_over:
            running = asyncio.create_task(feed.run(chunk, turns))
            self._running.add(running)
            gone = asyncio.create_task(_hung_up(receive))
            try:
                await asyncio.wait({running, gone}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                self._running.discard(running)
                await _ended(running)
                await _ended(gone)
        with contextlib.suppress(Exception):  # who has gone needs no end
            await send({"type": "http.response.body", "body": b""})

    def end(self) -> None:
        """End them all, and whatever begins from now on: the server stops."""
        self._is_over = True
        for running in self._running:
            running.cancel()


async def _hung_up(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _ended(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.wait({task})
    if not task.cancelled() and (error := task.exception()) is not None:
        raise error
