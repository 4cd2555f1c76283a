"""The path of MAIL FROM and RCPT TO (RFC 5321, 4.1.2), read in linear time.

aiosmtpd reads it with the header parser of the standard library, which is slow, fails on some broken
paths with an exception, and gives `<>` no name.
"""

import re

from gateway.mail.envelope import strip_path

NULL_PATH = "<>"
"""How a null reverse-path is held while a command is obeyed: aiosmtpd takes "" for "no MAIL yet"."""

_ATOMS = r'[^\s<>"@,\x00-\x1f\x7f]+'
_QUOTED = r'"(?:[^"\\\x00-\x1f\x7f]|\\[^\x00-\x1f\x7f])*"'
_DOMAIN = r"(?:\[[^\[\]\s<>]+\]|[^\s<>\"@,\[\]\x00-\x1f\x7f]+)"
_SPEC = rf"(?:{_QUOTED}|{_ATOMS})(?:@{_DOMAIN})?"
_PATH = re.compile(rf"(?:<(?:@[^\s<>\":]+:)?{_SPEC}>|{_SPEC}|<>)(?= |$)")
_NEEDLESSLY_QUOTED = re.compile(r'"([\w!#$%&\'*+/=?^`{|}~-]+(?:\.[\w!#$%&\'*+/=?^`{|}~-]+)*)"(?=@|$)')


def read_path(text: str) -> tuple[str | None, str]:
    """The address and what follows it; `NULL_PATH` for `<>`, None where there is no path to be read.

    A source route is dropped and needless quotes are taken off, so that equal mailboxes look equal.
    """
    match = _PATH.match(text)
    rest = text[match.end() :] if match else text
    if match is None or not rest.isascii() or not _is_unicode(match[0]):
        return None, rest
    if match[0] == NULL_PATH:
        return NULL_PATH, rest
    return _NEEDLESSLY_QUOTED.sub(r"\1", strip_path(match[0])), rest


def _is_unicode(text: str) -> bool:
    """Whether the bytes were UTF-8: others come as lone surrogates."""
    return not any("\ud800" <= char <= "\udfff" for char in text)
