"""What the virus scanner said about a file, and whether anybody may open it."""

from enum import StrEnum


class Scan(StrEnum):
    """How a file was judged. `UNSCANNED` is one that came while no scanner was set."""

    UNSCANNED = ""
    PENDING = "pending"
    CLEAN = "clean"
    INFECTED = "infected"
    REFUSED = "refused"
    """The scanner will never look at it: it is too large for it, or makes it stumble."""


_OPEN = frozenset({Scan.UNSCANNED, Scan.CLEAN})


def may_open(scan: Scan) -> bool:
    """Whether a file so judged may leave the store, in whole or as a picture."""
    return scan in _OPEN
