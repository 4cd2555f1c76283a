"""A real SMTP server on loopback that does what a test tells it: the other side of outgoing mail.

As a program it keeps mails for a journey: `python tests/fakes/smtp_peer.py PORT FILE` appends each as one
line of JSON, synced before its 250, and prints the port it listens on.
"""

import base64
import json
import os
import socket
import ssl
import sys
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, NoReturn, Self

HANG_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Arrived:
    """A mail that the peer took: its content without dot stuffing, and when (`time.time()`)."""

    mail_from: str
    rcpt_to: str
    options: str
    raw: bytes
    at: float
    session: int


@dataclass(frozen=True, slots=True)
class Answer:
    """Say this line instead of the usual one; `close` hangs up after it."""

    line: str
    close: bool = False


@dataclass(frozen=True, slots=True)
class Drop:
    """Hang up without a word; `keep` takes the mail first (at `content` only)."""

    keep: bool = False


@dataclass(frozen=True, slots=True)
class Hang:
    """Say nothing until the client goes."""


@dataclass(frozen=True, slots=True)
class Raw:
    """Send these bytes again and again, `pause` seconds between, until the client goes."""

    piece: bytes
    pause: float = 0.0


@dataclass(frozen=True, slots=True)
class HalfClose:
    """Send nothing any more, but go on reading until the client goes."""


@dataclass(frozen=True, slots=True)
class Call:
    """Do something, then go on as usual."""

    what: Callable[[], object]


Step = Answer | Drop | Hang | Raw | HalfClose | Call


class _Gone(Exception):
    """This session is over."""


@dataclass
class SmtpPeer:
    """Listens while its `with` block lasts.

    `at(step, action)` scripts what happens the next time a step comes up, in any session: `connect`, `ehlo`,
    `starttls`, `auth` (its end), `mail`, `rcpt`, `data` (the command), `body` (at the content's first line),
    `content` (after the final dot), `rset`, `noop`.
    """

    extensions: tuple[str, ...] = ("SIZE 52428800", "8BITMIME", "SMTPUTF8")
    tls: ssl.SSLContext | None = None
    implicit_tls: bool = False
    login: tuple[str, str] | None = None
    mechanisms: str = "PLAIN LOGIN"
    accepts_token: Callable[[str], bool] = lambda _: False
    port: int = 0
    on_mail: Callable[[Arrived], object] = lambda _: None
    mails: list[Arrived] = field(default_factory=list)
    sessions: int = 0
    commands: list[str] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._script: dict[str, deque[Step]] = defaultdict(deque)
        self._lock = threading.Lock()
        self._open: set[_Session] = set()
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]

    @property
    def url(self) -> str:
        return f"{'smtps' if self.implicit_tls else 'smtp'}://127.0.0.1:{self.port}"

    def at(self, step: str, action: Step, *, times: int = 1) -> None:
        self._script[step].extend([action] * times)

    def hang_up(self) -> None:
        """Close every open session, as a server does with idle ones."""
        with self._lock:
            sessions = list(self._open)
        for session in sessions:
            session.hang_up()

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):  # where closing alone does not end a waiting accept()
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.hang_up()

    def serve(self) -> None:
        """Take connections until the listener is closed."""
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self.sessions += 1
                number = self.sessions
            threading.Thread(target=self._session, args=(connection, number), daemon=True).start()

    def _session(self, connection: socket.socket, number: int) -> None:
        session = _Session(self, connection, number)
        with self._lock:
            self._open.add(session)
        try:
            session.run()
        except (_Gone, OSError, ValueError):
            return
        finally:
            with self._lock:
                self._open.discard(session)
            session.close()

    def take(self, mail: Arrived) -> None:
        with self._lock:
            self.mails.append(mail)
            self.on_mail(mail)

    def scripted(self, step: str) -> Step | None:
        with self._lock:
            actions = self._script[step]
            return actions.popleft() if actions else None


class _Session:
    """One connection, in the order that RFC 5321 gives."""

    def __init__(self, peer: SmtpPeer, connection: socket.socket, number: int) -> None:
        self._peer = peer
        self._number = number
        self._is_tls = False
        self._use(connection)
        self._mail_from = self._rcpt_to = self._options = ""

    def _use(self, connection: socket.socket) -> None:
        self._connection = connection
        self._connection.settimeout(HANG_SECONDS)
        self._file: BinaryIO = connection.makefile("rb")

    def hang_up(self) -> None:
        with suppress(OSError):  # the client was faster
            self._connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._file.close()
        self._connection.close()

    def run(self) -> None:
        if self._peer.implicit_tls:
            self._encrypt()
        self._step("connect", "220 peer.example ESMTP")
        while line := self._file.readline():
            self._obey(line.decode("utf-8").rstrip("\r\n"))

    def _obey(self, line: str) -> None:
        verb, _, rest = line.partition(" ")
        self._peer.commands.append(line)
        known: dict[str, Callable[[str], object]] = {
            "EHLO": self._ehlo,
            "STARTTLS": self._starttls,
            "AUTH": self._auth,
            "MAIL": self._mail,
            "RCPT": self._rcpt,
            "DATA": self._data,
            "RSET": lambda _: self._step("rset", "250 2.0.0 flushed"),
            "NOOP": lambda _: self._step("noop", "250 2.0.0 ok"),
            "QUIT": self._quit,
        }
        if verb.upper() in known:
            known[verb.upper()](rest)
        else:
            self._say("500 5.5.1 what?")

    def _ehlo(self, _: str) -> None:
        offered = ["peer.example", *self._peer.extensions]
        if self._peer.tls and not self._is_tls:
            offered.append("STARTTLS")
        if self._peer.login:
            offered.append(f"AUTH {self._peer.mechanisms}")
        lines = [f"250-{word}" for word in offered[:-1]] + [f"250 {offered[-1]}"]
        self._step("ehlo", "\r\n".join(lines))

    def _starttls(self, _: str) -> None:
        if self._step("starttls", "220 2.0.0 go ahead"):
            self._encrypt()

    def _encrypt(self) -> None:
        context = self._peer.tls
        if context is None:
            raise _Gone
        self._use(context.wrap_socket(self._connection, server_side=True))
        self._is_tls = True

    def _auth(self, rest: str) -> None:
        """PLAIN, LOGIN or XOAUTH2; a refused token is refused by a challenge first, as Google does."""
        mechanism, _, first = rest.partition(" ")
        if mechanism.upper() == "XOAUTH2":
            self._by_token(first)
            return
        if mechanism.upper() == "LOGIN":
            said = [self._asked("VXNlcm5hbWU6"), self._asked("UGFzc3dvcmQ6")]
        else:
            said = base64.b64decode(first).decode("utf-8").split("\0")[1:]
        self._peer.secrets.append(said[-1])
        good = self._peer.login is not None and tuple(said) == self._peer.login
        self._step("auth", "235 2.7.0 welcome" if good else "535 5.7.8 wrong password")

    def _by_token(self, first: str) -> None:
        user, bearer, *_ = base64.b64decode(first).decode("utf-8").split("\1")
        token = bearer.removeprefix("auth=Bearer ")
        self._peer.secrets.append(token)
        is_user = self._peer.login is not None and user == f"user={self._peer.login[0]}"
        if is_user and self._peer.accepts_token(token):
            self._step("auth", "235 2.7.0 welcome")
        elif self._asked("eyJzdGF0dXMiOiI0MDAifQ==") == "":
            self._step("auth", "535 5.7.8 bad token")
        else:
            self._say("501 5.5.2 that was no empty line")

    def _asked(self, challenge: str) -> str:
        self._say(f"334 {challenge}")
        line = self._file.readline().decode("ascii").rstrip("\r\n")
        return base64.b64decode(line).decode("utf-8")

    def _mail(self, rest: str) -> None:
        path, _, self._options = rest.partition("> ")
        self._mail_from, self._rcpt_to = path.removeprefix("FROM:<").rstrip(">"), ""
        self._step("mail", "250 2.1.0 ok")

    def _rcpt(self, rest: str) -> None:
        if self._step("rcpt", "250 2.1.5 ok"):
            self._rcpt_to = rest.removeprefix("TO:<").rstrip(">")

    def _data(self, _: str) -> None:
        if not self._rcpt_to:
            self._say("503 5.5.1 no recipient")
        elif self._step("data", "354 go ahead"):
            self._content()

    def _content(self) -> None:
        lines: list[bytes] = []
        while (line := self._file.readline()) != b".\r\n":
            if not line:
                raise _Gone
            if not lines:
                self._step("body", "")
            lines.append(line.removeprefix(b"."))
        mail = self._arrived(b"".join(lines))
        self._step("content", f"250 2.0.0 queued as {len(self._peer.mails) + 1}", mail)
        self._rcpt_to = ""

    def _arrived(self, raw: bytes) -> Arrived:
        return Arrived(self._mail_from, self._rcpt_to, self._options, raw, time.time(), self._number)

    def _quit(self, _: str) -> None:
        self._say("221 2.0.0 bye")
        raise _Gone

    def _step(self, step: str, usual: str, mail: Arrived | None = None) -> bool:
        """Do what the script says for this step, or the usual; whether it went well."""
        match self._peer.scripted(step):
            case Answer(line, close):
                self._say(line)
                if close:
                    raise _Gone
                return False
            case Call(what):
                what()
            case None:
                pass
            case worse:
                self._misbehave(worse, mail)
        if mail:
            self._peer.take(mail)
        if usual:
            self._say(usual)
        return True

    def _misbehave(self, action: Drop | Hang | Raw | HalfClose, mail: Arrived | None) -> NoReturn:
        match action:
            case Drop(keep):
                if keep and mail:
                    self._peer.take(mail)
            case Hang():
                self._file.readline()
            case Raw(piece, pause):
                self._pour(piece, pause)
            case HalfClose():
                self._connection.shutdown(socket.SHUT_WR)
                while self._file.readline():
                    pass
        raise _Gone

    def _pour(self, piece: bytes, pause: float) -> None:
        give_up_at = time.monotonic() + HANG_SECONDS
        while time.monotonic() < give_up_at:
            self._connection.sendall(piece)
            time.sleep(pause)

    def _say(self, line: str) -> None:
        self._connection.sendall(f"{line}\r\n".encode())


def main(port: int, path: Path) -> None:
    """Keep every mail that comes in `path`, a JSON object a line."""
    with path.open("ab", buffering=0) as file:

        def keep(mail: Arrived) -> None:
            line: dict[str, Any] = {
                "mail_from": mail.mail_from,
                "rcpt_to": mail.rcpt_to,
                "at": mail.at,
                "raw": base64.b64encode(mail.raw).decode("ascii"),
            }
            file.write(json.dumps(line).encode() + b"\n")
            os.fsync(file.fileno())

        peer = SmtpPeer(port=port, on_mail=keep)
        print(peer.port, flush=True)
        peer.serve()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
