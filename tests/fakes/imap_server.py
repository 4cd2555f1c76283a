"""A small IMAP server on loopback that can be made to misbehave: the other side of mail that is fetched.

It keeps one user's folders in memory. `cut_after` ends the next connection after so many bytes of its
dialogue, whichever side they come from; `faults` change what it says.
"""

import base64
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self

USER, PASSWORD = "help@ours.example", "imap secret"
HANG_SECONDS = 20.0
CAPABILITIES = ("IMAP4rev1", "IDLE", "UIDPLUS", "MOVE", "AUTH=PLAIN", "AUTH=XOAUTH2")
_LITERAL = re.compile(rb"\{(\d+)\}$")


@dataclass
class Message:
    uid: int
    raw: bytes
    flags: set[str] = field(default_factory=set)
    arrived_at: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass
class Folder:
    uidvalidity: int = 1
    uidnext: int = 1
    messages: list[Message] = field(default_factory=list)

    def add(self, *raws: bytes, at: datetime | None = None) -> None:
        for raw in raws:
            message = Message(self.uidnext, raw)
            message.arrived_at = at or message.arrived_at
            self.messages.append(message)
            self.uidnext += 1

    def pick(self, numbers: str) -> list[Message]:
        """The messages of a UID set."""
        wanted: list[Message] = []
        last = max((message.uid for message in self.messages), default=0)
        for part in numbers.split(","):
            low, _, high = part.partition(":")
            ends = [last if end == "*" else int(end) for end in (low, high or low)]
            wanted += [m for m in self.messages if min(ends) <= m.uid <= max(ends) and m not in wanted]
        return wanted


@dataclass
class Faults:
    """What is said otherwise than it should be. `answer` may give another answer to a command, by its name.

    `literal` may change the size that is announced for a body, `body` the body itself; `size` is what
    RFC822.SIZE says. `stall_in_body` says nothing more after so many bytes of one; `trickle_seconds` lie
    between each two bytes. `news_before_idle` tells of a mail before the go-ahead.
    """

    answer: dict[str, bytes] = field(default_factory=dict)
    literal: Callable[[Message, int], int] = lambda _, size: size
    body: Callable[[Message, bytes], bytes | None] = lambda _, body: body
    size: Callable[[Message], int] = lambda message: len(message.raw)
    stall_in_body: int | None = None
    trickle_seconds: float = 0.0
    news_before_idle: bool = False
    greeting: bytes = b"* OK ready\r\n"


class _Cut(Exception):
    """This connection is over."""


@dataclass
class ImapServer:
    """Listens while its `with` block lasts; `on_store` is told the UIDs before they are marked or moved.

    With `is_silent` it knows IDLE and tells nothing.
    """

    capabilities: tuple[str, ...] = CAPABILITIES
    folders: dict[str, Folder] = field(default_factory=lambda: {"INBOX": Folder()})
    faults: Faults = field(default_factory=Faults)
    tls: ssl.SSLContext | None = None
    accepts_token: Callable[[str], bool] = lambda _: False
    on_store: Callable[[list[int]], object] = lambda _: None
    cut_after: int | None = None
    is_silent: bool = False
    commands: list[str] = field(default_factory=list)
    spoken: int = 0
    """Bytes of the last connection's dialogue, both ways."""

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._threads: list[threading.Thread] = []
        self._open: list[socket.socket] = []
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.hang_up()
        for thread in [self._acceptor, *self._threads]:
            thread.join(5)

    @property
    def inbox(self) -> Folder:
        return self.folders["INBOX"]

    def deliver(self, *raws: bytes, folder: str = "INBOX") -> None:
        """New mails, told to whoever idles."""
        self.folders[folder].add(*raws)

    def hang_up(self) -> None:
        """End every connection without a word."""
        for one in self._open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._open.append(client)
            thread = threading.Thread(target=self._serve, args=(client,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, client: socket.socket) -> None:
        cut, self.cut_after = self.cut_after, None
        with suppress(_Cut, OSError):
            _Session(self, client, cut).run()
        client.close()


class _Session:
    """One connection."""

    def __init__(self, server: ImapServer, client: socket.socket, cut: int | None) -> None:
        self.server, self.client = server, client
        self._cut = cut
        self._unread = b""
        self._folder: Folder | None = None
        self._told = 0
        server.spoken = 0

    def run(self) -> None:
        if self.server.tls is not None:
            self.client = self.server.tls.wrap_socket(self.client, server_side=True)
        self.say(self.server.faults.greeting)
        while True:
            tag, _, rest = self.read_line().partition(b" ")
            words = rest.decode()
            self.server.commands.append(words)
            name = words.upper().split(" ")[0]
            if name == "UID":
                name = " ".join(words.upper().split(" ")[:2])
            other = self.server.faults.answer.get(name)
            if other is not None:
                self.say(other.replace(b"TAG", tag))
                continue
            handler = getattr(self, f"_{name.lower().replace(' ', '_')}", None)
            answer = handler(words, tag) if handler else "BAD what?"
            self._tell_news()
            self.say(f"{tag.decode()} {answer}\r\n".encode())
            if name == "LOGOUT":
                return

    def _tell_news(self) -> None:
        """RFC 9051, 7: the client learns of new mails with whatever command comes next."""
        if self._folder is not None and not self.server.is_silent:
            count, before = len(self._folder.messages), self._told
            self._told = count
            if count > before:
                self.say(f"* {count} EXISTS\r\n".encode())

    def say(self, data: bytes) -> None:
        """Send, as far as the connection is to live."""
        if self._cut is not None:
            data = data[: max(0, self._cut - self.server.spoken)]
        self.client.sendall(data)
        self._spend(len(data))

    def read_line(self) -> bytes:
        while b"\r\n" not in self._unread:
            most = 4096 if self._cut is None else max(1, self._cut - self.server.spoken)
            received = self.client.recv(min(most, 4096))
            if not received:
                raise _Cut
            self._spend(len(received))
            self._unread += received
        line, _, self._unread = self._unread.partition(b"\r\n")
        return line

    def _spend(self, size: int) -> None:
        self.server.spoken += size
        if self._cut is not None and self.server.spoken >= self._cut:
            raise _Cut

    def _capability(self, words: str, tag: bytes) -> str:
        self.say(f"* CAPABILITY {' '.join(self.server.capabilities)}\r\n".encode())
        return "OK done"

    def _login(self, words: str, tag: bytes) -> str:
        good = words.partition(" ")[2] in (f'{USER} "{PASSWORD}"', f'"{USER}" "{PASSWORD}"')
        return "OK welcome" if good else "NO [AUTHENTICATIONFAILED] wrong user or password"

    def _authenticate(self, words: str, tag: bytes) -> str:
        mechanism = words.split(" ")[1].upper()
        self.say(b"+ \r\n")
        said = base64.b64decode(self.read_line()).decode()
        if mechanism == "PLAIN":
            return "OK welcome" if said == f"\0{USER}\0{PASSWORD}" else "NO wrong user or password"
        match = re.fullmatch(r"user=([^\x01]+)\x01auth=Bearer ([^\x01]+)\x01\x01", said)
        if match and match[1] == USER and self.server.accepts_token(match[2]):
            return "OK welcome"
        self.say(b"+ " + base64.b64encode(b'{"status":"400"}') + b"\r\n")
        self.server.commands.append(f"after refusal: {self.read_line()!r}")
        return "NO [AUTHENTICATIONFAILED] token is not valid"

    def _select(self, words: str, tag: bytes) -> str:
        name = words.partition(" ")[2].strip('"')
        folder = self.server.folders.get(name)
        if folder is None:
            return "NO [NONEXISTENT] no such folder"
        self._folder = folder
        self._told = len(folder.messages)
        self.say(
            f"* FLAGS (\\Seen \\Deleted)\r\n* {len(folder.messages)} EXISTS\r\n* 0 RECENT\r\n"
            f"* OK [UIDVALIDITY {folder.uidvalidity}] it\r\n* OK [UIDNEXT {folder.uidnext}] it\r\n".encode()
        )
        return "OK [READ-WRITE] open"

    def _examine(self, words: str, tag: bytes) -> str:
        return self._select(words, tag).replace("READ-WRITE", "READ-ONLY")

    def _status(self, words: str, tag: bytes) -> str:
        name = words.split('"')[1]
        folder = self.server.folders.get(name)
        if folder is None:
            return "NO [NONEXISTENT] no such folder"
        self.say(
            f'* STATUS "{name}" (MESSAGES {len(folder.messages)} UIDNEXT {folder.uidnext} '
            f"UIDVALIDITY {folder.uidvalidity})\r\n".encode()
        )
        return "OK done"

    def _noop(self, words: str, tag: bytes) -> str:
        return "OK done"

    def _logout(self, words: str, tag: bytes) -> str:
        self.say(b"* BYE bye\r\n")
        return "OK done"

    def _create(self, words: str, tag: bytes) -> str:
        self.server.folders[words.partition(" ")[2].strip('"')] = Folder()
        return "OK done"

    def _uid_search(self, words: str, tag: bytes) -> str:
        match = re.search(r"UID SEARCH UID (\S+)(?: SINCE (\S+))?", words)
        assert match, words
        found = self.folder.pick(match[1])
        if match[2]:
            since = datetime.strptime(match[2], "%d-%b-%Y").replace(tzinfo=UTC)
            found = [message for message in found if message.arrived_at >= since]
        self.say(f"* SEARCH{''.join(f' {m.uid}' for m in found)}\r\n".encode())
        return "OK done"

    @property
    def folder(self) -> Folder:
        assert self._folder is not None
        return self._folder

    def _uid_fetch(self, words: str, tag: bytes) -> str:
        _, _, numbers, items = words.split(" ", 3)
        partial = re.search(r"BODY\.PEEK\[(.*?)\]<(\d+)\.(\d+)>", items)
        for message in self.folder.pick(numbers):
            number = self.folder.messages.index(message) + 1
            if partial is None:
                date = message.arrived_at.strftime("%d-%b-%Y %H:%M:%S +0000")
                size = self.server.faults.size(message)
                facts = f'UID {message.uid} RFC822.SIZE {size} INTERNALDATE "{date}"'
                self.say(f"* {number} FETCH ({facts})\r\n".encode())
            else:
                start, count = int(partial[2]), int(partial[3])
                whole = message.raw if not partial[1] else _fields(message.raw)
                self._say_body(number, message, partial[1], start, whole[start : start + count])
        return "OK done"

    def _say_body(self, number: int, message: Message, section: str, start: int, piece: bytes) -> None:
        faults = Faults() if section else self.server.faults
        body = faults.body(message, piece)
        if body is None:
            return
        size = faults.literal(message, len(body))
        self.say(f"* {number} FETCH (UID {message.uid} BODY[{section}]<{start}> {{{size}}}\r\n".encode())
        if faults.stall_in_body is not None and len(body) > faults.stall_in_body:
            self.say(body[: faults.stall_in_body])
            self._hang()
        for piece_ in _pieces(body, faults.trickle_seconds):
            self.say(piece_)
            time.sleep(faults.trickle_seconds)
        self.say(b")\r\n")

    def _hang(self) -> None:
        """Say nothing until the client goes."""
        self.client.settimeout(HANG_SECONDS)
        with suppress(TimeoutError):
            while self.client.recv(1024):
                pass
        raise _Cut

    def _uid_store(self, words: str, tag: bytes) -> str:
        match = re.fullmatch(r"UID STORE (\S+) \+FLAGS\.SILENT \((.*)\)", words, re.IGNORECASE)
        assert match, words
        found = self.folder.pick(match[1])
        self.server.on_store([message.uid for message in found])
        for message in found:
            message.flags |= set(match[2].split())
        return "OK done"

    def _uid_expunge(self, words: str, tag: bytes) -> str:
        gone = [m for m in self.folder.pick(words.split(" ")[2]) if "\\Deleted" in m.flags]
        self.folder.messages = [m for m in self.folder.messages if m not in gone]
        return "OK done"

    def _uid_copy(self, words: str, tag: bytes) -> str:
        _, _, numbers, name = words.split(" ", 3)
        target = self.server.folders.get(name.strip('"'))
        if target is None:
            return "NO [TRYCREATE] no such folder"
        found = self.folder.pick(numbers)
        self.server.on_store([message.uid for message in found])
        target.add(*(message.raw for message in found))
        return "OK done"

    def _uid_move(self, words: str, tag: bytes) -> str:
        answer = self._uid_copy(words, tag)
        if answer.startswith("OK"):
            gone = self.folder.pick(words.split(" ")[2])
            self.folder.messages = [m for m in self.folder.messages if m not in gone]
        return answer

    def _idle(self, words: str, tag: bytes) -> str:
        if self.server.faults.news_before_idle:
            self.say(f"* {self._told} EXISTS\r\n".encode())
        self.say(b"+ idling\r\n")
        self.client.settimeout(0.02)
        while True:
            with suppress(TimeoutError):
                if self.read_line() == b"DONE":
                    self.client.settimeout(None)
                    return "OK done"
            self._tell_news()


def _fields(raw: bytes) -> bytes:
    """The fields of a header by which mails hang together."""
    lines = raw.partition(b"\r\n\r\n")[0].split(b"\r\n")
    wanted = (b"message-id:", b"in-reply-to:", b"references:")
    return b"\r\n".join([*(line for line in lines if line.lower().startswith(wanted)), b"", b""])


def _pieces(body: bytes, trickle_seconds: float) -> Iterator[bytes]:
    if not trickle_seconds:
        yield body
        return
    for start in range(len(body)):
        yield body[start : start + 1]
