"""Files to and from one viewer (docs/remote-protocol.md, 6): consent first, bounded, checked at the end."""

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

from remote_bridge.client.acts import Phase, Transfer
from remote_bridge.client.file_names import free_path, safe_name
from remote_bridge.protocol import files
from remote_bridge.protocol.errors import Misplaced
from remote_bridge.protocol.files import MOST_AT_ONCE, MOST_FILE_BYTES, MOST_UNDER_WAY_BYTES, FileMessage

_PIECE_BYTES = 64 * 1024
_TOLD = 20
"""So many files that are over are still shown."""


class _Incoming:
    """A file that a viewer offers: it is written beside its place and gets its name when it is whole."""

    def __init__(self, name: str, size: int) -> None:
        self.name, self.size, self.moved = safe_name(name), size, 0
        self.phase = Phase.OFFERED
        self.saved_as = ""
        self._digest = hashlib.sha256()
        self._file: IO[bytes] | None = None

    def open(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder, prefix=".m4a-", suffix=".part")
        self._file, self._path, self._folder = os.fdopen(handle, "wb"), Path(name), folder
        self.phase = Phase.MOVING

    def write(self, data: bytes) -> None:
        """Misplaced for more than was offered."""
        if self._file is None or self.moved + len(data) > self.size:
            raise Misplaced("more of a file than was accepted")
        self._file.write(data)
        self._digest.update(data)
        self.moved += len(data)

    def finish(self, digest: bytes) -> bool:
        """Whether it is what was sent; then it stands under its name, never in another file's place."""
        if self._file is None or self.moved != self.size or self._digest.digest() != digest:
            self.close(Phase.BROKEN)
            return False
        self._file.close()
        target = free_path(self._folder, self.name)
        self._path.rename(target)
        self._file, self.saved_as, self.phase = None, str(target), Phase.DONE
        return True

    def close(self, phase: Phase) -> None:
        """Over: what was written of it is removed."""
        self.phase = phase
        if self._file is not None:
            self._file.close()
            self._path.unlink(missing_ok=True)
            self._file = None


class _Outgoing:
    """A file of the customer's."""

    saved_as = ""

    def __init__(self, path: Path) -> None:
        self._file: IO[bytes] | None = path.open("rb")
        self.size = os.fstat(self._file.fileno()).st_size
        self.name = (safe_name(path.name))[: files.MOST_NAME_CHARS]
        self.moved = self.sent = 0
        self.phase = Phase.OFFERED
        self._digest = hashlib.sha256()

    def next(self) -> bytes:
        """The next piece; b"" when all of what was offered is sent, or the file has become shorter."""
        if self._file is None or self.sent - self.moved >= MOST_UNDER_WAY_BYTES - _PIECE_BYTES:
            return b""
        data = self._file.read(min(_PIECE_BYTES, self.size - self.sent))
        self._digest.update(data)
        self.sent += len(data)
        return data

    def digest(self) -> bytes:
        return self._digest.digest()

    def close(self, phase: Phase) -> None:
        self.phase = phase
        if self._file is not None:
            self._file.close()
            self._file = None


class Transfers:
    """All files with one viewer. `send` takes what is to be said; ids of ours are even, the viewer's odd."""

    def __init__(self, viewer: int, folder: Path, send: Callable[[FileMessage], None]) -> None:
        self._viewer, self._folder, self._send = viewer, folder, send
        self._files: dict[int, _Incoming | _Outgoing] = {}
        self._next_id = 2

    def told(self) -> list[Transfer]:
        """As the customer is shown them."""
        return [
            Transfer(
                self._viewer,
                id_,
                one.name,
                one.size,
                one.moved,
                isinstance(one, _Incoming),
                one.phase,
                one.saved_as,
            )
            for id_, one in self._files.items()
        ]

    def receive(self, message: FileMessage) -> None:
        """What the viewer said. Misplaced when it does not keep to the protocol."""
        match message:
            case files.Offer(id_, name, size):
                self._take_offer(id_, name, size)
            case files.Accept(id_):
                if (
                    (one := self._files.get(id_))
                    and isinstance(one, _Outgoing)
                    and one.phase is Phase.OFFERED
                ):
                    one.phase = Phase.MOVING
            case files.Reject(id_):
                self._over(id_, Phase.REFUSED)
            case files.Cancel(id_):
                self._over(id_, Phase.BROKEN)
            case files.Piece(id_, data):
                self._take_piece(id_, data)
            case files.Done(id_, digest):
                self._take_end(id_, digest)
            case files.Arrived(id_, received):
                self._take_arrived(id_, received)

    def _take_offer(self, id_: int, name: str, size: int) -> None:
        if id_ % 2 == 0 or id_ in self._files:
            raise Misplaced("an id that is not the viewer's to give")
        if len(self._open()) >= MOST_AT_ONCE:
            self._send(files.Reject(id_))
            return
        self._files[id_] = _Incoming(name, size)

    def _take_piece(self, id_: int, data: bytes) -> None:
        one = self._files.get(id_)
        if isinstance(one, _Incoming) and one.phase is Phase.OFFERED:
            raise Misplaced("a file that nobody accepted")
        if not isinstance(one, _Incoming) or one.phase is not Phase.MOVING:
            return  # it was on its way when we cancelled
        try:
            one.write(data)
        except OSError:
            self.drop(id_)
            return
        self._send(files.Arrived(id_, one.moved))

    def _take_end(self, id_: int, digest: bytes) -> None:
        one = self._files.get(id_)
        if not isinstance(one, _Incoming) or one.phase is not Phase.MOVING:
            return
        try:
            is_whole = one.finish(digest)
        except OSError:
            one.close(Phase.BROKEN)
            is_whole = False
        if not is_whole:
            self._send(files.Cancel(id_))
        self._forget_some()

    def _take_arrived(self, id_: int, received: int) -> None:
        one = self._files.get(id_)
        if not isinstance(one, _Outgoing) or one.phase is not Phase.MOVING:
            return
        if received > one.sent:
            raise Misplaced("more of a file arrived than was sent")
        one.moved = max(one.moved, received)
        if one.moved == one.size:
            one.close(Phase.DONE)
            self._forget_some()

    def offer(self, path: Path) -> None:
        """Offer a file of ours. OSError when it cannot be read, Misplaced for too many or too large."""
        if len(self._open()) >= MOST_AT_ONCE:
            raise Misplaced("too many files at once")
        one = _Outgoing(path)
        if one.size > MOST_FILE_BYTES:
            one.close(Phase.BROKEN)
            raise Misplaced("a file over 4 GiB")
        self._files[self._next_id] = one
        self._send(files.Offer(self._next_id, one.name, one.size))
        self._next_id += 2

    def accept(self, id_: int) -> None:
        """The customer takes it. OSError when there is no place for it."""
        one = self._files.get(id_)
        if not isinstance(one, _Incoming) or one.phase is not Phase.OFFERED:
            return
        try:
            one.open(self._folder)
        except OSError:
            self.drop(id_)
            raise
        self._send(files.Accept(id_))

    def drop(self, id_: int) -> None:
        """The customer does not want it, or no more of it."""
        one = self._files.get(id_)
        if one is None or one.phase not in (Phase.OFFERED, Phase.MOVING):
            return
        is_answer = isinstance(one, _Incoming) and one.phase is Phase.OFFERED
        self._over(id_, Phase.REFUSED if is_answer else Phase.BROKEN)
        self._send(files.Reject(id_) if is_answer else files.Cancel(id_))

    def drop_all(self) -> None:
        """The viewer has no longer the control: what is on its way is over."""
        for id_ in list(self._files):
            self.drop(id_)

    def pump(self) -> bool:
        """Send the next piece of each file of ours that may; whether there may be more at once."""
        is_moving = False
        for id_, one in list(self._files.items()):
            if not isinstance(one, _Outgoing) or one.phase is not Phase.MOVING or one.sent == one.size > 0:
                continue
            try:
                data = one.next()
            except OSError:
                self.drop(id_)
                continue
            if data:
                self._send(files.Piece(id_, data))
                is_moving = True
            if one.sent == one.size:
                self._send(files.Done(id_, one.digest()))
                if one.size == 0:
                    one.close(Phase.DONE)
            elif not data and one.sent - one.moved == 0:
                self.drop(id_)  # it has become shorter than it was
        return is_moving

    def close(self) -> None:
        """The viewer is gone or may no longer: what is not whole is removed."""
        for one in self._open():
            with contextlib.suppress(OSError):
                one.close(Phase.BROKEN)

    def _open(self) -> list[_Incoming | _Outgoing]:
        return [one for one in self._files.values() if one.phase in (Phase.OFFERED, Phase.MOVING)]

    def _over(self, id_: int, phase: Phase) -> None:
        one = self._files.get(id_)
        if one is not None and one.phase in (Phase.OFFERED, Phase.MOVING):
            one.close(phase)
            self._forget_some()

    def _forget_some(self) -> None:
        over = [id_ for id_, one in self._files.items() if one.phase not in (Phase.OFFERED, Phase.MOVING)]
        for id_ in over[:-_TOLD]:
            del self._files[id_]
