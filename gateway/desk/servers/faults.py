"""What can go wrong while we talk to a mail server or a token server."""

import re

from gateway.store.servers import Trouble

_UNPRINTABLE = re.compile(r"[^\x20-\x7e\xa0-\U0010ffff]+")
_MOST_CHARACTERS = 300


class ServerFault(Exception):
    """`trouble` says what is wrong, `detail` what the server said about it, if that helps.

    `ends_connection` tells whether the dialogue can go on.
    """

    def __init__(self, trouble: Trouble, detail: str = "", *, ends_connection: bool = True) -> None:
        self.trouble = trouble
        self.detail = _UNPRINTABLE.sub(" ", detail).strip()[:_MOST_CHARACTERS]
        self.ends_connection = ends_connection
        super().__init__(trouble.value)

    @property
    def noted(self) -> str:
        """As an account's row has it."""
        return self.trouble.noted(self.detail)
