"""A browser's end of an event stream."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from typing import Self


class Listening:
    """Reads a stream from its own thread; `heard` are its events with the moment of each."""

    def __init__(self, port: int, cookie: str, path: str = "/live") -> None:
        self._peer = socket.create_connection(("127.0.0.1", port), timeout=30)
        head = f"GET {path} HTTP/1.1", "Host: localhost", f"Cookie: session={cookie}", "Accept-Encoding: gzip"
        self._peer.sendall("\r\n".join((*head, "", "")).encode())
        self.text = b""
        self.heard: list[tuple[str, str, float]] = []
        self.has_ended = threading.Event()
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()

    def __enter__(self) -> Self:
        assert self.waits_for(lambda: b"retry:" in self.text), self.text
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def said(self) -> list[tuple[str, str]]:
        """Kinds and numbers of all events but the signs of life."""
        return [(kind, data) for kind, data, _ in self.heard if kind not in ("beat", "look")]

    def hears(self, kind: str, data: str = "", *, within: float = 5.0) -> bool:
        return self.waits_for(lambda: any((kind, data) == one[:2] for one in self.heard), within=within)

    def waits_for(self, holds: Callable[[], bool], *, within: float = 5.0) -> bool:
        deadline = time.monotonic() + within
        while not holds() and time.monotonic() < deadline:
            time.sleep(0.005)
        return holds()

    def close(self) -> None:
        with contextlib.suppress(OSError):  # the server has hung up first
            self._peer.shutdown(socket.SHUT_RDWR)
        self._reading.join(5)
        self._peer.close()

    def _read(self) -> None:
        kind = ""
        try:
            with self._peer.makefile("rb") as lines:
                for line in lines:
                    self.text += line
                    name, _, value = line.decode().rstrip("\r\n").partition(":")
                    if name == "event":
                        kind = value.strip()
                    elif name == "data":
                        self.heard.append((kind, value.strip(), time.monotonic()))
        except (OSError, ValueError):
            pass
        self.has_ended.set()
