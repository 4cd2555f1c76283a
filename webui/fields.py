"""Fields of forms that several areas have: a line, a number, a choice, and usual ports of mail servers."""

from enum import StrEnum
from typing import TypeVar

from werkzeug.datastructures import MultiDict

from gateway.errors import Invalid
from gateway.store.servers import Security

E = TypeVar("E", bound=StrEnum)
MAX_CHARS = 1_000
IMAP_PORTS = {Security.TLS: 993, Security.STARTTLS: 143, Security.PLAIN: 143}
SMTP_PORTS = {Security.TLS: 465, Security.STARTTLS: 587, Security.PLAIN: 25}


def one_of(kind: type[E], text: str, field: str) -> E:
    """The choice that a text names; Invalid where it names none."""
    try:
        return kind(text)
    except ValueError:
        raise Invalid("This input cannot be accepted.", field=field) from None


def number(text: str, field: str) -> int:
    """The number that a text says; Invalid where it is none. What it may be is the desk's business."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise Invalid("This number is too small or too large.", field=field)
    return int(text)


def line(form: MultiDict[str, str], name: str) -> str:
    """A field of one line."""
    return " ".join(form.get(name, "").split())[:MAX_CHARS]
