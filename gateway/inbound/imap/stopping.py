"""Being told to stop while we wait: a flag that a socket's wait notices."""

import contextlib
import select
import socket
from collections.abc import Sequence


class Stopped(Exception):
    """We were told to stop, or the source was taken from us."""


class Stopper:
    """Set from any thread or a signal's handler; whoever waits by it is woken with Stopped."""

    def __init__(self) -> None:
        self.is_set = False
        self._bell, self._hammer = socket.socketpair()
        self._hammer.setblocking(False)  # noqa: FBT003 - the standard library's signature

    def set(self) -> None:
        """Stop, for good."""
        self.is_set = True
        with contextlib.suppress(OSError):  # closed, or rung already
            self._hammer.send(b"!")

    def check(self) -> None:
        """Raises Stopped if we were told to."""
        if self.is_set:
            raise Stopped

    def wait(self, sockets: Sequence[socket.socket], seconds: float) -> bool:
        """Whether one of the sockets has something to read in time; raises Stopped."""
        poller = select.poll()
        for one in (self._bell, *sockets):
            poller.register(one.fileno(), select.POLLIN)
        ready = poller.poll(max(0.0, seconds) * 1000)
        self.check()
        return bool(ready)

    def close(self) -> None:
        """Give the two sockets back."""
        self._bell.close()
        self._hammer.close()
