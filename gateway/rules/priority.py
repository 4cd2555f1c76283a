"""How pressing a ticket is."""

from enum import IntEnum


class Priority(IntEnum):
    """From what can wait to what cannot."""

    LOW = 0
    NORMAL = 1
    HIGH = 2
    URGENT = 3
