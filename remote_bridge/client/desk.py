"""The customer's machine as a session gets it: only after consent, and only as far as it goes."""

from typing import NamedTuple, Protocol

from remote_bridge.client.screen import Clipboard, Input, Screen


class Desk(NamedTuple):
    """A screen that was opened, and what can be done on it."""

    screen: Screen
    input: Input
    clipboard: Clipboard

    def close(self) -> None:
        """Release every key, give the screen back."""
        self.input.close()
        self.clipboard.close()
        self.screen.close()


class OpenDesk(Protocol):
    """Opens the desk. Raises ScreenUnavailable."""

    def __call__(self) -> Desk: ...
