"""What an installed system keeps: one file that only its user may read, with the only copy of its keys."""

import contextlib
import json
import os
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from remote_bridge.client.texts import _
from remote_bridge.protocol.errors import Malformed
from remote_bridge.protocol.scopes import NONE, Scope, Scopes, in_order, parse_scopes
from remote_bridge.protocol.secrets import b64u, parse_b64u

_FILE = "system.json"
_VERSION = 1


class Unreadable(Exception):
    """The file is not what this program has written; the text says so in the customer's language."""


@dataclass(frozen=True)
class Enrolment:
    """Whose this computer is, at which desk, and what is granted at it without asking."""

    desk: str
    system: str
    name: str
    business: str
    customer: str
    sign: Ed25519PrivateKey = field(repr=False, compare=False)
    box: X25519PrivateKey = field(repr=False, compare=False)
    unattended: Scopes = NONE


class Keeping:
    """The file in this folder. OSError where it cannot be written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._path = folder / _FILE

    def find(self) -> Enrolment | None:
        """None: this computer has not been enrolled, or forgotten since. Unreadable."""
        try:
            text = self._path.read_text("utf-8")
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise Unreadable(_("%(path)s cannot be read.") % {"path": self._path}) from error
        try:
            return _parsed(json.loads(text))
        except (ValueError, KeyError, TypeError, Malformed) as error:
            raise Unreadable(_("%(path)s is broken.") % {"path": self._path}) from error

    def keep(self, enrolment: Enrolment) -> None:
        """Write it whole or not at all; only this user can read it at any moment (mkstemp: 0600)."""
        self.make_folder()
        handle, name = tempfile.mkstemp(prefix=f".{_FILE}.", dir=self.folder)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(_written(enrolment))
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self._path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise

    def make_folder(self) -> None:
        """The folder, for this user alone."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def forget(self) -> bool:
        """Keys and all; False where there was nothing."""
        try:
            self._path.unlink()
        except FileNotFoundError:
            return False
        return True

    def grant(self, scopes: Scopes) -> None:
        """What is granted without asking from now on, always with `view`. Nothing where it is forgotten."""
        if found := self.find():
            self.keep(replace(found, unattended=scopes | {Scope.VIEW} if scopes else NONE))

    def stamp(self) -> tuple[int, int, int] | None:
        """Another one after each change; None without a file."""
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino, found.st_size

    # -- as a session's grant --------------------------------------------------------------------------

    def scopes(self) -> Scopes:
        """What is granted without asking; a file that cannot be read grants nothing."""
        try:
            found = self.find()
        except Unreadable:
            return NONE
        return found.unattended if found else NONE

    def revoke(self) -> None:
        """Nothing is granted without asking any more."""
        self.grant(NONE)


def _written(enrolment: Enrolment) -> str:
    values = {
        "version": _VERSION,
        "desk": enrolment.desk,
        "system": enrolment.system,
        "name": enrolment.name,
        "business": enrolment.business,
        "customer": enrolment.customer,
        "sign": b64u(enrolment.sign.private_bytes_raw()),
        "box": b64u(enrolment.box.private_bytes_raw()),
        "unattended": in_order(enrolment.unattended),
    }
    return json.dumps(values, ensure_ascii=False, indent=1) + "\n"


def _parsed(values: dict[str, Any]) -> Enrolment:
    if values["version"] != _VERSION:
        raise ValueError(values["version"])
    unattended = parse_scopes(values["unattended"])
    if unattended and Scope.VIEW not in unattended:
        raise Malformed("a grant without view")
    texts = {name: str(values[name]) for name in ("desk", "system", "name", "business", "customer")}
    return Enrolment(
        **texts,
        sign=Ed25519PrivateKey.from_private_bytes(parse_b64u(values["sign"])),
        box=X25519PrivateKey.from_private_bytes(parse_b64u(values["box"])),
        unattended=unattended,
    )
