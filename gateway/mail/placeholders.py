"""Placeholders in texts that people keep: `{{ticket.number}}` and its like, filled when a mail is written."""

import re
from collections.abc import Mapping
from enum import StrEnum


class Placeholder(StrEnum):
    """What can be named between two pairs of braces."""

    STAFF_NAME = "staff.name"
    STAFF_FIRST_NAME = "staff.first_name"
    MAILBOX_NAME = "mailbox.name"
    MAILBOX_ADDRESS = "mailbox.address"
    TICKET_NUMBER = "ticket.number"
    CUSTOMER_NAME = "customer.name"
    CONTACT_NAME = "contact.name"


_NAMED = re.compile(r"\{\{([^{}\n]{1,60})\}\}")


def find_unknown(text: str) -> str | None:
    """The first name between braces that is none of ours, or None."""
    names = (found[1].strip() for found in _NAMED.finditer(text))
    return next((name for name in names if name not in set(Placeholder)), None)


def fill(text: str, values: Mapping[Placeholder, str]) -> str:
    """The text with every placeholder of ours replaced, once: what is filled in is never looked at again.

    A line that held nothing but placeholders without a value goes.
    """
    lines = ((line, _NAMED.sub(lambda found: _value(found, values), line)) for line in text.split("\n"))
    return "\n".join(filled for line, filled in lines if filled.strip() or filled == line)


def _value(found: re.Match[str], values: Mapping[Placeholder, str]) -> str:
    name = found[1].strip()
    if name not in set(Placeholder):
        return found[0]
    return " ".join(values.get(Placeholder(name), "").split())
