"""Whom a note calls: logins behind an @."""

import re
from collections.abc import Collection, Iterator

_MENTION = re.compile(r"(?<![\w@.+/-])@([A-Za-z0-9][\w.@+-]*)")
_END = "._-+@"
"""What a login seldom ends with and a sentence often does."""


def mentioned(text: str, logins: Collection[str]) -> tuple[str, ...]:
    """Those of these logins that the text names, each once, in their order.

    An e-mail address names nobody, nor does what merely begins like a login.
    """
    return tuple(dict.fromkeys(login for _start, _end, login in places(text, logins)))


def places(text: str, logins: Collection[str]) -> Iterator[tuple[int, int, str]]:
    """Where the text names somebody: from the @ to the login's end, and the login."""
    for found in _MENTION.finditer(text):
        typed = found[1].lower()
        for login in (typed, typed.rstrip(_END)):
            if login in logins:
                yield found.start(), found.start(1) + len(login), login
                break
