"""PGP armour inside a text (RFC 4880, 6 and 7): what was signed is read without it."""

import re
from enum import Enum

_ARMOUR = "-----BEGIN PGP "
_SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
_ENCRYPTED = "-----BEGIN PGP MESSAGE-----"
_SIGNATURE = "-----BEGIN PGP SIGNATURE-----"
_END = "-----END PGP SIGNATURE-----"
_ARMOUR_HEADER = re.compile(r"(?:Hash|Charset|Comment|Version|MessageID|NotDashEscaped): ")


class _At(Enum):
    TEXT = "outside"
    HEADER = "between the first line and a blank one"
    SIGNED = "what was signed"
    SIGNATURE = "the signature"


def is_encrypted(text: str) -> bool:
    """Whether it holds an encrypted message."""
    return _ARMOUR in text and any(line.strip() == _ENCRYPTED for line in text.split("\n"))


def without_armour(text: str) -> str | None:
    """The text with signed stretches as they were written; None where nothing in it is signed in full."""
    if _SIGNED not in text or _END not in text:
        return None
    out: list[str] = []
    at, found = _At.TEXT, 0
    for line in text.split("\n"):
        mark = line.rstrip()
        if at is _At.TEXT and mark == _SIGNED:
            at = _At.HEADER
        elif at is _At.HEADER and (not mark or _ARMOUR_HEADER.match(line)):
            at = _At.HEADER if mark else _At.SIGNED
        elif at in (_At.HEADER, _At.SIGNED) and mark == _SIGNATURE:
            at = _At.SIGNATURE
        elif at in (_At.HEADER, _At.SIGNED):
            at = _At.SIGNED
            out.append(line.removeprefix("- "))  # dash-escaped (7.1)
        elif at is _At.SIGNATURE:
            if mark == _END:
                at, found = _At.TEXT, found + 1
        else:
            out.append(line)
    return "\n".join(out) if found and at is _At.TEXT else None
