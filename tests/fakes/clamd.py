"""Virus scanners for tests: the real clamd where it is installed, and a double that speaks its protocol.

The double is for what the real one does not do on demand (hang, hang up, stumble), and for machines
without clamd; tests that need the real one say so when they are skipped. Its database cannot be fetched
by tests, so the real one gets a database of one signature.
"""

import getpass
import shutil
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

# The harmless file that every scanner knows, in halves, so that none objects to this one.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTI" + b"VIRUS-TEST-FILE!$H+H*"
SIGNATURE = "Test.Eicar"
MAX_STREAM_BYTES = 1024 * 1024
_START_SECONDS = 20.0


def program() -> str | None:
    """Where the real clamd is."""
    return shutil.which("clamd") or shutil.which("clamd", path="/usr/sbin:/usr/local/sbin:/opt/homebrew/sbin")


@contextmanager
def real(folder: Path) -> Iterator[str]:
    """Run the real one on a private socket; its address."""
    path, database = folder / "clamd.sock", folder / "database"
    database.mkdir()
    (database / "test.ndb").write_text(f"{SIGNATURE}:0:0:{EICAR.hex()}\n")
    lines = [
        f"LocalSocket {path}",
        f"DatabaseDirectory {database}",
        f"StreamMaxLength {MAX_STREAM_BYTES}",
        f"User {getpass.getuser()}",
        "Foreground yes",
    ]
    (folder / "clamd.conf").write_text("\n".join(lines))
    clamd = program()
    assert clamd is not None
    log = folder / "log"
    with log.open("wb") as out:
        running = subprocess.Popen([clamd, "-c", folder / "clamd.conf"], stdout=out, stderr=out)
    try:
        deadline = time.monotonic() + _START_SECONDS
        while not path.exists():
            assert running.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        yield f"unix://{path}"
    finally:
        running.terminate()
        running.wait(10)


class Double:
    """Speaks clamd's protocol on a free port of loopback. `says` is its answer to a file, "" none at all.

    None looks for EICAR. `looks` counts the files that it was given.
    """

    def __init__(self, says: str | None = None) -> None:
        self.says, self.looks = says, 0
        self.hangs = False
        self._closing = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.02)
        self.url = f"tcp://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._thread.join(10)
        self._listener.close()

    def _serve(self) -> None:
        while not self._closing.is_set():
            with suppress(TimeoutError):
                line, _ = self._listener.accept()
                with line, suppress(OSError):
                    line.settimeout(10)
                    self._talk(line)

    def _talk(self, line: socket.socket) -> None:
        with line.makefile("rb") as heard:
            command = b""
            while not command.endswith(b"\0"):
                command += heard.read(1)
            if command == b"zPING\0":
                line.sendall(b"PONG\0")
                return
            content = bytearray()
            while size := struct.unpack("!L", heard.read(4))[0]:
                content += heard.read(size)
                if len(content) > MAX_STREAM_BYTES:
                    line.sendall(b"INSTREAM size limit exceeded. ERROR\0")
                    return
            self.looks += 1
            if self.hangs:
                self._closing.wait(10)
            found = f"stream: {SIGNATURE} FOUND" if content.startswith(EICAR) else "stream: OK"
            answer = found if self.says is None else self.says
            line.sendall(answer.encode() + b"\0" if answer else b"")
