"""What somebody has seen of a ticket when they begin to answer it, so that nothing is answered unseen."""

from dataclasses import dataclass

_MOST_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Seen:
    """How many articles and how many lines of the timeline were there."""

    articles: int
    events: int

    def __str__(self) -> str:
        return f"{self.articles}.{self.events}"


def read_seen(text: str) -> Seen | None:
    """As `str` wrote it; None for anything else."""
    parts = text.split(".")
    if len(parts) != 2 or not all(p.isascii() and p.isdecimal() and len(p) <= _MOST_DIGITS for p in parts):
        return None
    return Seen(int(parts[0]), int(parts[1]))
