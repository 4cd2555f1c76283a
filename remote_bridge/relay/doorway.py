"""The listening socket of the relay, which takes no more connections than it may hold."""

import socket
import weakref
from typing import Any, Self

from gateway.inbound.networks import Network, contain, plain
from remote_bridge.relay.limits import Crowd, source_of
from remote_bridge.relay.tally import Tally

RECEIVE_BYTES = 256 * 1024
"""Of the kernel's, for each connection: as much comes at once, and picows' buffer, which never shrinks, grows
to hold it (seen: 20 MB a pair with the kernel's own choice)."""


class Doorway(socket.socket):
    """Closes at once what comes beyond the limits: before a byte is read, and before memory is spent.

    Those behind a proxy of one's own are counted by source when their request names it.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        crowd: Crowd,
        tally: Tally,
        proxies: tuple[Network, ...],
        backlog: int = 512,
    ) -> None:
        """OSError when the address cannot be had."""
        super().__init__(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
        self._crowd, self._tally, self._proxies = crowd, tally, proxies
        self._inside: weakref.WeakValueDictionary[int, _Counted] = weakref.WeakValueDictionary()
        try:
            self.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
            self.settimeout(0.0)
            self.bind((host, port))
            self.listen(backlog)
        except OSError:
            self.close()
            raise

    @property
    def port(self) -> int:
        """The port it listens on."""
        port: int = self.getsockname()[1]
        return port

    def accept(self) -> tuple[socket.socket, Any]:
        """The next caller within the limits; ConnectionAbortedError for one beyond them."""
        caller, address = super().accept()
        peer = plain(address[0])
        source = "" if contain(self._proxies, peer) else source_of(peer)
        if not self._crowd.has_room() or (source and not self._crowd.come(source)):
            self._tally.turned_away += 1
            caller.close()
            raise ConnectionAbortedError
        self._crowd.total += 1
        counted = _Counted.of(caller, self._crowd, source)
        self._inside[counted.fileno()] = counted
        return counted, address

    def excuse(self, fileno: int) -> None:
        """From now on this connection counts in all, and no more for its source."""
        if counted := self._inside.get(fileno):
            counted.excuse()


class _Counted(socket.socket):
    """A connection that is counted until it is closed, or forgotten."""

    _gone: "weakref.finalize[..., Any]"
    _crowd: Crowd

    @classmethod
    def of(cls, caller: socket.socket, crowd: Crowd, source: str) -> Self:
        """The same connection."""
        made = cls(caller.family, caller.type, caller.proto, fileno=caller.detach())
        made._crowd = crowd
        made._gone = weakref.finalize(made, _leave, crowd, source)
        return made

    def excuse(self) -> None:
        """Count it in all only."""
        if told := self._gone.detach():
            _object, _function, (_crowd, source), _named = told
            if source:
                self._crowd.go(source)
            self._gone = weakref.finalize(self, _leave, self._crowd, "")

    def close(self) -> None:
        """Close it, and count it no more."""
        super().close()
        self._gone()


def _leave(crowd: Crowd, source: str) -> None:
    crowd.total -= 1
    if source:
        crowd.go(source)
