"""What can go wrong while we talk to an IMAP or token server."""

import re

from gateway.store.imap import Trouble

_UNPRINTABLE = re.compile(r"[^\x20-\x7e\xa0-\U0010ffff]+")
_MOST_CHARACTERS = 300


class ImapFault(Exception):
    """`trouble` says what is wrong, `detail` what the server said about it, if that helps.

    `ends_connection` tells whether the dialogue can go on.
    """

    def __init__(self, trouble: Trouble, detail: str = "", *, ends_connection: bool = True) -> None:
        self.trouble = trouble
        self.detail = _UNPRINTABLE.sub(" ", detail).strip()[:_MOST_CHARACTERS]
        self.ends_connection = ends_connection
        super().__init__(trouble.value)


class Stopped(Exception):
    """We were told to stop, or the source was taken from us."""
