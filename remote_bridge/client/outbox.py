"""What is to go to the relay, in its order."""

import asyncio
from collections import deque

_LOW_BYTES = 128 * 1024


class Outbox:
    """Texts and frames that wait for the socket. `is_low`: what is added does not wait here and age."""

    def __init__(self) -> None:
        self._waiting: deque[str | bytes] = deque()
        self._size = 0
        self._some = asyncio.Event()
        self.emptied = asyncio.Event()

    def put(self, message: str | bytes) -> None:
        """To be sent after all before it."""
        self._waiting.append(message)
        self._size += len(message)
        self._some.set()

    @property
    def size(self) -> int:
        """How much waits, in bytes."""
        return self._size

    @property
    def is_low(self) -> bool:
        return self._size < _LOW_BYTES

    async def take(self) -> str | bytes:
        """The next one, as soon as there is one."""
        while not self._waiting:
            self.emptied.set()
            self._some.clear()
            await self._some.wait()
        message = self._waiting.popleft()
        self._size -= len(message)
        if self.is_low:
            self.emptied.set()
        return message

    @property
    def is_empty(self) -> bool:
        return not self._waiting

    def clear(self) -> None:
        """The socket that it was meant for is gone."""
        self._waiting.clear()
        self._size = 0
