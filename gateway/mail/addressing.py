"""Addresses as they are written into a header or an SMTP command: checked, and with the domain in ASCII."""

import re
import unicodedata

from gateway.errors import Invalid

_DOT_STRING = r"[^\s\"(),:;<>@\[\]\\\x00-\x1f\x7f-\x9f]+"
_QUOTED = r"\"(?:[^\"\\\x00-\x1f\x7f]|\\[\x20-\x7e])*\""
_LITERAL = r"\[[0-9A-Za-z.:]+\]"
_ADDR_SPEC = re.compile(rf"({_QUOTED}|{_DOT_STRING})@({_LITERAL}|{_DOT_STRING})")
_LONGEST_LABEL = 63
_DOTS = re.compile("[.\u3002\uff0e\uff61]")  # those that people type in Japan and China count (RFC 3490, 3.1)
MAX_OCTETS = 320
"""64 of the local part, an @, 255 of the domain (RFC 5321, 4.5.3.1); it keeps header lines below 998."""


def writable_address(address: str) -> str:
    """The addr-spec with its domain in ASCII; Invalid if it would break a header or a command.

    The local part stays as it is: one that is not ASCII needs SMTPUTF8 (RFC 6531).
    """
    found = _ADDR_SPEC.fullmatch(address)
    if found is not None and _is_encodable(address):
        domain = domain_to_ascii(found[2])
        written = f"{found[1]}@{domain}"
        if domain.isascii() and len(written.encode()) <= MAX_OCTETS:
            return written
    raise Invalid("This is not a valid e-mail address.", field="address")


def domain_to_ascii(domain: str) -> str:
    """The domain with A-labels in place of U-labels (RFC 5891, 4.4), nothing else changed.

    Python's own codec follows IDNA 2003, which turns the domain `straße.de` into another one. A label that
    no DNS can hold stays as it is: to encode it costs quadratic time.
    """
    return ".".join(_to_a_label(label) for label in _DOTS.split(domain))


def domain_to_unicode(domain: str) -> str:
    """The domain with U-labels in place of A-labels; what is no A-label stays as it is."""
    return ".".join(_to_u_label(label) for label in domain.split("."))


def _to_u_label(label: str) -> str:
    if not label.startswith("xn--") or len(label) > _LONGEST_LABEL:
        return label
    try:
        return label.removeprefix("xn--").encode("ascii").decode("punycode")
    except UnicodeError:
        return label


def _to_a_label(label: str) -> str:
    if label.isascii() or len(label) > _LONGEST_LABEL:
        return label
    normal = unicodedata.normalize("NFC", label.lower())
    return normal if normal.isascii() else "xn--" + normal.encode("punycode").decode("ascii")


def _is_encodable(text: str) -> bool:
    return not any("\ud800" <= char <= "\udfff" for char in text)
