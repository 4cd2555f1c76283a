"""A conversation with a mail server, byte by byte over a real socket."""

import socket
import ssl
from types import TracebackType
from typing import Self

_PATIENCE_SECONDS = 15.0


class Dialogue:
    """`send` a line, `expect` how the answer begins; `answer` is the last one, all its lines."""

    def __init__(self, address: tuple[str, int], *, from_host: str | None = None) -> None:
        here = (from_host, 0) if from_host else None
        self._socket: socket.socket = socket.create_connection(
            address, timeout=_PATIENCE_SECONDS, source_address=here
        )
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._received = b""
        self.answer = ""

    def send(self, line: str) -> Self:
        return self.send_bytes(line.encode() + b"\r\n")

    def send_bytes(self, data: bytes) -> Self:
        self._socket.sendall(data)
        return self

    def expect(self, start: str) -> Self:
        """Read one answer; an assertion fails if it begins otherwise."""
        self.answer = self._read_answer()
        assert self.answer.startswith(start), f"expected {start!r}, got {self.answer!r}"
        return self

    def greet(self, word: str = "EHLO") -> Self:
        return self.expect("220 ").send(f"{word} client.example").expect("250")

    def begin(self, *rcpt_tos: str, mail_from: str = "ann@example.org") -> Self:
        """MAIL and RCPT for each, all accepted."""
        self.send(f"MAIL FROM:<{mail_from}>").expect("250 2.1.0")
        for rcpt_to in rcpt_tos:
            self.send(f"RCPT TO:<{rcpt_to}>").expect("250 2.1.5")
        return self

    def data(self, content: bytes) -> Self:
        """DATA, and the content as it is, with the final dot."""
        self.send("DATA").expect("354")
        return self.send_bytes(content + b".\r\n")

    def starttls(self) -> Self:
        self.send("STARTTLS").expect("220 2.0.0")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        self._socket = context.wrap_socket(self._socket)
        return self

    def finish_sending(self) -> Self:
        """Close our side; the answers can still be read."""
        self._socket.shutdown(socket.SHUT_WR)
        return self

    def is_closed(self) -> bool:
        """Whether the server ends the connection without saying more."""
        try:
            return not self._received and self._socket.recv(1000) == b""
        except ConnectionResetError:
            return True

    def close(self) -> None:
        self._socket.close()

    def _read_answer(self) -> str:
        lines: list[bytes] = []
        while not lines or lines[-1][3:4] == b"-":
            while b"\n" not in self._received:
                more = self._socket.recv(65536)
                if not more:
                    raise ConnectionError(f"closed after {lines!r} {self._received!r}")
                self._received += more
            line, _, self._received = self._received.partition(b"\n")
            lines.append(line.rstrip(b"\r"))
        return b"\n".join(lines).decode()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
