"""A mail that was attached to another, read when somebody wants to see it, in a process of its own."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from gateway import log
from gateway.errors import DeskError
from gateway.mail.address import Address

MAX_BYTES = 10 * 1024 * 1024
"""A larger mail is not read for showing; it can be downloaded."""

MAX_TEXT_CHARS = 200_000
MAX_FILES = 100
SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class EnclosedMail:
    """What is shown of it. `is_cut` says that the text goes on; `files` are the names of its attachments."""

    subject: str
    from_: Address | None
    to: tuple[Address, ...]
    date: datetime | None
    text: str
    is_cut: bool
    files: tuple[str, ...]


def read_enclosed(open_mail: Callable[[], BinaryIO]) -> EnclosedMail | None:
    """The mail in a file; None when it is too large, gone, or not read in time. Takes a third of a second."""
    try:
        with open_mail() as file:
            raw = file.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            return None
        done = subprocess.run(
            [sys.executable, "-I", "-m", "gateway.cli.main", "parse", "/dev/stdin"],
            input=raw,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},  # no settings, no secrets
            timeout=SECONDS,
            check=True,
        )
        return _of(json.loads(done.stdout))
    except (DeskError, OSError, subprocess.SubprocessError, ValueError, KeyError) as error:
        log.get("enclosed").warning("enclosed.unreadable", error=type(error).__name__)
        return None


def _of(read: dict[str, Any]) -> EnclosedMail:
    """From what `manage4all parse` prints (SPEC 3.3)."""
    text, files = read["text"], read["attachments"]
    return EnclosedMail(
        subject=read["subject"],
        from_=_address(read["from"]) if read["from"] else None,
        to=tuple(_address(one) for one in read["to"][:MAX_FILES]),
        date=datetime.fromisoformat(read["date"]) if read["date"] else None,
        text=text[:MAX_TEXT_CHARS],
        is_cut=len(text) > MAX_TEXT_CHARS,
        files=tuple(file["filename"] for file in files[:MAX_FILES]),
    )


def _address(said: dict[str, str]) -> Address:
    return Address(said["name"], said["address"])
