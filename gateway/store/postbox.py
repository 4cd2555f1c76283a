"""Where the outgoing mail of the demo ends: a Maildir for each recipient, on this machine."""

import hashlib
import mailbox
import os
from dataclasses import dataclass
from pathlib import Path

from gateway.errors import NotFound


@dataclass(frozen=True, slots=True)
class PostboxMail:
    """One mail in a postbox: its name there and its bytes."""

    key: str
    raw: bytes


class Postbox:
    """The postboxes below one directory. Whose is whose goes by the address, in any case."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def keep(self, rcpt_to: str, raw: bytes) -> str:
        """Put a mail into its recipient's postbox; it is on disk when this returns its key."""
        path = self._path(rcpt_to)
        path.parent.mkdir(parents=True, exist_ok=True)
        key: str = mailbox.Maildir(path).add(raw)
        _sync(path / "new")
        return key

    def list_mails(self, address: str, *, limit: int) -> tuple[PostboxMail, ...]:
        """The newest mails that came for an address, newest first."""
        path = self._path(address)
        if not path.is_dir():
            return ()
        box = mailbox.Maildir(path, create=False)
        newest = sorted(box.keys(), key=_came_at, reverse=True)[:limit]
        return tuple(PostboxMail(key, box.get_bytes(key)) for key in newest)

    def get_mail(self, address: str, key: str) -> PostboxMail:
        """One mail; NotFound when it is not in the postbox of that address."""
        path = self._path(address)
        box = mailbox.Maildir(path, create=False) if path.is_dir() else None
        if box is None or key not in box.keys():  # noqa: SIM118 - `in box` would look at any path
            raise NotFound("There is no such message.")
        return PostboxMail(key, box.get_bytes(key))

    def _path(self, address: str) -> Path:
        return self._root / hashlib.sha256(address.strip().lower().encode()).hexdigest()


def _came_at(key: str) -> tuple[int, int, int]:
    """When a mail came: second, microsecond and count, as the standard library names its files."""
    second, middle, _ = [*key.split(".", 2), "", ""][:3]
    micro, _, count = middle.partition("M")[2].partition("P")
    number = count.partition("Q")[2]
    return _number(second), _number(micro), _number(number)


def _number(digits: str) -> int:
    return int(digits) if digits.isdigit() else 0


def _sync(directory: Path) -> None:
    """Make a new name in a directory durable."""
    fd = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
