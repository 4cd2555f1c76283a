"""How far PostgreSQL's index is asked at once: a GIN index gives all of its hits, in no order.

So it is asked for a piece of the articles after the other, newest first. A trigger adds to every article the
words of its stretches, short, long and longest (migration 0026), and a piece is any of some stretches.
What senders are called is in an index of its own behind the number of a stretch (migration 0042), because the
beginning of a word gathers every hit of all stretches before it looks at other words.
"""

from dataclasses import dataclass, field

STRETCHES = (12, 16, 20)
"""A stretch is as many articles as two to the power of this."""

SHORTEST = 1 << STRETCHES[0]
CROWD, GATHERED = SHORTEST + 1, 200_000
"""So many hits of a piece are too many to be read; one of the shortest stretches never has the first number.

The second is for beginnings of words: to gather all that they have takes longer than to read so many hits.
"""

_FIRST, _FIRST_GATHERED = 1 << STRETCHES[1], 1 << STRETCHES[2]
_WIDER, _LONGEST = 16, 64 << STRETCHES[2]
_SPARE = 1.3
"""A piece is so much longer than seems to be needed: a second one costs more."""


@dataclass(slots=True)
class Pace:
    """How long the next piece is: by how far the hits lay apart so far; after none, 16 times the last one.

    Where there was a crowd, half of that is tried, until it lies behind. So a word that is rare and one that
    is everywhere take a few pieces each, and so does a crowd at the far end.
    """

    is_gathered: bool = False
    width: int = field(init=False)
    crowd_from: int | None = None

    def __post_init__(self) -> None:
        """Begin."""
        self.width = _FIRST_GATHERED if self.is_gathered else _FIRST

    @property
    def crowd(self) -> int:
        """So many hits of a piece are too many."""
        return GATHERED if self.is_gathered else CROWD

    def next(self, below: int) -> "Piece":
        """The next piece, which ends before `below`."""
        width = self.width
        if self.crowd_from is not None and self.crowd_from < below:
            width = min(width, (below - self.crowd_from) // 2)
        stretch = max(1 << w for w in STRETCHES if 1 << w <= max(width, SHORTEST))
        rounded_up = -((width - below) // stretch) * stretch
        return Piece(max(0, min(rounded_up, (below - 1) // stretch * stretch)), below, stretch)

    def leap(self) -> None:
        """What lay between is known to have no hit, and where it ends there is one: begin there, narrowly."""
        self.width, self.crowd_from = SHORTEST, None

    def learn(self, hits: int, articles: int, wanted: int) -> None:
        """So many hits were among so many articles, and so many more are wanted."""
        spread = int(_SPARE * wanted * articles / hits) if hits else _WIDER * self.width
        self.width = max(SHORTEST, min(spread, _WIDER * self.width, _LONGEST))

    def learn_of_crowd(self, piece: "Piece") -> None:
        """The piece had too many hits."""
        self.crowd_from = piece.low


@dataclass(frozen=True, slots=True)
class Piece:
    """The articles from one, with which a stretch of this length begins, to before another."""

    low: int
    below: int
    stretch: int

    @property
    def words(self) -> tuple[str, ...]:
        """Of which its articles have one each, and those of the last stretch behind it.

        Few: the index compares each hit with each of them.
        """
        return tuple(stretch_word(self._width, number) for number in self._numbers)

    def senders(self, beginning: str) -> tuple[str, ...]:
        """For each of those, how it stands before the beginning of an account and a sender."""
        return tuple(f"zzf{self._width}x{number}{beginning}" for number in self._numbers)

    @property
    def _width(self) -> int:
        return self.stretch.bit_length() - 1

    @property
    def _numbers(self) -> range:
        return range(self.low >> self._width, ((self.below - 1) >> self._width) + 1)


def stretch_word(width: int, number: int) -> str:
    """The word that every article of a stretch holds, as the trigger adds it."""
    return f"zzb{width}x{number}"
