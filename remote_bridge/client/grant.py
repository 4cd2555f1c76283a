"""Unattended access: what is granted at this computer once and for all, so that nobody is asked."""

from typing import Protocol

from remote_bridge.protocol.scopes import NONE, Scopes


class Grant(Protocol):
    """As it is now; it may change at any time."""

    def scopes(self) -> Scopes:
        """To what a session consents by itself; NONE, or with `view`."""
        ...

    def revoke(self) -> None:
        """Grant nothing any more. OSError when that cannot be kept."""
        ...


class NoGrant:
    """Of a link: somebody is always asked."""

    def scopes(self) -> Scopes:
        """Nothing."""
        return NONE

    def revoke(self) -> None:
        """There is nothing to revoke."""
