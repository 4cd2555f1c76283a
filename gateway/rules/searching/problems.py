"""What could not be understood of a search."""

from dataclasses import dataclass
from enum import StrEnum


class ProblemKind(StrEnum):
    """Why a part was left out, or taken as plain words."""

    UNKNOWN_FILTER = "unknown_filter"
    UNKNOWN_VALUE = "unknown_value"
    NO_VALUE = "no_value"
    NO_DATE = "no_date"
    NO_WORD = "no_word"
    TOO_LONG = "too_long"
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True)
class Problem:
    """One part that was not understood: which filter, what stood there, what may stand there."""

    kind: ProblemKind
    key: str = ""
    value: str = ""
    known: tuple[str, ...] = ()
