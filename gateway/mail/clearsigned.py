"""PGP armour inside a text (RFC 4880, 6 and 7): what was signed is read without it."""

import re

_ARMOUR = "-----BEGIN PGP "
_ENCRYPTED = re.compile(r"^[^\S\n]*+-----BEGIN PGP MESSAGE-----[^\S\n]*+$", re.MULTILINE)
_SIGNED, _SIGNATURE, _END = "BEGIN PGP SIGNED MESSAGE", "BEGIN PGP SIGNATURE", "END PGP SIGNATURE"
_MARK = re.compile(
    rf"^-----({_SIGNED}|{_SIGNATURE}|{_END})-----[^\S\n]*+(?:\n|\Z)",
    re.MULTILINE,
)
_HEADER = re.compile(
    r"(?:(?:Hash|Charset|Comment|Version|MessageID|NotDashEscaped): [^\n]*+\n)*+(?:[^\S\n]*+\n)?"
)
_NEXT = {_SIGNED: _SIGNATURE, _SIGNATURE: _END, _END: _SIGNED}


def is_encrypted(text: str) -> bool:
    """Whether it holds an encrypted message."""
    return _ARMOUR in text and _ENCRYPTED.search(text) is not None


def without_armour(text: str) -> str | None:
    """The text with signed stretches as they were written; None where nothing in it is signed in full."""
    if _SIGNED not in text or _END not in text:
        return None
    out: list[str] = []
    wanted, begin = _SIGNED, 0
    for mark in _MARK.finditer(text):
        if mark[1] != wanted:
            continue
        if wanted != _END:
            stretch = text[begin : mark.start()]
            out.append(stretch if wanted == _SIGNED else _without_escapes(stretch))
        wanted, begin = _NEXT[wanted], mark.end()
    return "".join([*out, text[begin:]]) if out and wanted == _SIGNED else None


def _without_escapes(signed: str) -> str:
    """What stands below the armour's own header, without the dashes that escape others (7.1)."""
    header = _HEADER.match(signed)
    words = signed[header.end() :] if header else signed
    return words.removeprefix("- ").replace("\n- ", "\n")
