"""Where a page of a search was left, as a cursor says it."""

import base64
from dataclasses import dataclass

from gateway.errors import Invalid
from gateway.store.types import MOST


@dataclass(frozen=True, slots=True)
class Place:
    """In which of a search's matches, below which article; articles newer than `newest` came later."""

    match: int
    below: int
    newest: int

    @classmethod
    def start(cls, newest: int) -> "Place":
        """Before everything."""
        return cls(0, newest + 1, newest)

    @property
    def is_start(self) -> bool:
        """Whether nothing was shown yet."""
        return self == Place.start(self.newest)

    def next_match(self) -> "Place":
        """The start of the next match."""
        return Place(self.match + 1, self.newest + 1, self.newest)

    def __str__(self) -> str:
        """An opaque text."""
        told = f"{self.match}.{self.below}.{self.newest}"
        return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")


def place(text: str, matches: int) -> Place:
    """The place that a cursor stands for; Invalid if it is none of a search with so many matches."""
    try:
        decoded = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii")
        found = Place(*(int(part) for part in decoded.split(".")))
        if not (0 <= found.match < matches and 0 <= found.below <= found.newest + 1 <= MOST):
            raise ValueError
    except (ValueError, TypeError):
        raise Invalid("This cursor is not valid.", field="cursor") from None
    return found
