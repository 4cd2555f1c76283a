"""What shows a session to the customer and takes the customer's acts; a window, or a terminal."""

from typing import Protocol

from remote_bridge.client.acts import View


class Face(Protocol):
    """Made with a function that takes acts from any thread."""

    def show(self, view: View) -> None:
        """Show this from now on. May be called from any thread."""

    def fail(self, text: str) -> None:
        """There will be no session, for this reason. May be called from any thread."""

    def run(self) -> None:
        """Show until the session is over and has been seen to be. Called by the main thread."""
