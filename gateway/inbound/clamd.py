"""The virus scanner: clamd, asked over its own socket by its INSTREAM command (clamd(8)).

Whatever goes wrong between it and us is no fault of the file, which then waits for another look.
"""

import contextlib
import socket
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from gateway import clock, log
from gateway.rules.scans import Scan

CONNECT_SECONDS = 2.0
SCAN_SECONDS = 30.0
"""The scanner's silence after which it counts as away."""

MAIL_SECONDS = 20.0
"""What scanning may take while a mail is filed; files left by then wait for a later look."""

_AWAY_SECONDS = 5.0  # so long nobody asks again: a mail must not wait for a scanner that is not there
_BLOCK_BYTES = 128 * 1024
_MAX_ANSWER_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Scanned:
    """What became of a look at a file, and the name of what was found in it."""

    scan: Scan
    found: str = ""


class Clamd:
    """One scanner, at tcp://host:port or unix:///path. Nothing is connected before the first look."""

    def __init__(self, url: str, *, scan_seconds: float = SCAN_SECONDS) -> None:
        self._url, self._scan_seconds = url, scan_seconds
        self._away_until = float("-inf")

    def answers(self) -> bool:
        """Whether it says PONG to a PING."""
        with contextlib.suppress(OSError), self._connected() as line:
            line.sendall(b"zPING\0")
            return _answer(line) == "PONG"
        return False

    def scan(self, content: bytes) -> Scanned:
        """Look at a file. Pending when the scanner is away, or was a moment ago."""
        if not content:
            return Scanned(Scan.CLEAN)
        if clock.monotonic() < self._away_until:
            return Scanned(Scan.PENDING)
        try:
            with self._connected() as line:
                _send(line, content)
                verdict = _verdict(_answer(line))
        except OSError as error:
            log.get("scan").warning("scan.away", error=type(error).__name__)
            verdict = Scanned(Scan.PENDING)
            self._away_until = clock.monotonic() + _AWAY_SECONDS
        return verdict

    def scan_all(self, contents: Iterable[bytes]) -> list[Scanned]:
        """Look at the files of a mail; those that it has no time for are pending."""
        until = clock.monotonic() + MAIL_SECONDS
        return [self.scan(one) if clock.monotonic() < until else Scanned(Scan.PENDING) for one in contents]

    def _connected(self) -> socket.socket:
        parts = urlsplit(self._url)
        if parts.scheme == "unix":
            line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            line.settimeout(CONNECT_SECONDS)
            try:
                line.connect(unquote(parts.path))
            except OSError:
                line.close()
                raise
        else:
            line = socket.create_connection((parts.hostname or "", parts.port or 3310), CONNECT_SECONDS)
        line.settimeout(self._scan_seconds)
        return line


def _send(line: socket.socket, content: bytes) -> None:
    """The content in blocks with their length in front; one of no length ends it.

    A scanner that has had enough says so and hangs up while we still talk: its answer counts.
    """
    with contextlib.suppress(BrokenPipeError, ConnectionResetError), memoryview(content) as whole:
        line.sendall(b"zINSTREAM\0")
        for start in range(0, len(whole), _BLOCK_BYTES):
            block = whole[start : start + _BLOCK_BYTES]
            line.sendall(struct.pack("!L", len(block)) + block)
        line.sendall(struct.pack("!L", 0))


def _answer(line: socket.socket) -> str:
    """What it says up to the zero byte; ConnectionError when it hangs up without a word."""
    said = b""
    while b"\0" not in said and len(said) < _MAX_ANSWER_BYTES:
        more = line.recv(_MAX_ANSWER_BYTES)
        if not more:
            break
        said += more
    if not said:
        raise ConnectionError("no answer")
    return said.partition(b"\0")[0].decode("utf-8", "replace").strip()


def _verdict(answer: str) -> Scanned:
    if answer.endswith(" FOUND"):
        return Scanned(Scan.INFECTED, answer.removesuffix(" FOUND").removeprefix("stream: "))
    if answer.endswith(": OK"):
        return Scanned(Scan.CLEAN)
    if "size limit exceeded" in answer:
        return Scanned(Scan.REFUSED)
    log.get("scan").warning("scan.failed", answer=answer[:200])
    return Scanned(Scan.PENDING)
