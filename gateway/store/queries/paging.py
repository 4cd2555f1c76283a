"""Keyset pages: a cursor says where the next one begins, however much has come in between."""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

from gateway.errors import Invalid
from gateway.store.types import MOST

T = TypeVar("T")
MAX_LIMIT = 200
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some items and the cursor of the next page, None on the last."""

    items: tuple[T, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class Position:
    """The last item seen: its time and its row."""

    at: datetime
    id: int


def cursor(position: Position) -> str:
    """An opaque text for a position."""
    micros = (position.at - _EPOCH) // _MICROSECOND  # a float would be one microsecond off now and then
    return base64.urlsafe_b64encode(f"{micros}.{position.id}".encode()).decode().rstrip("=")


def position(text: str) -> Position:
    """The position a cursor stands for; Invalid if it is none of ours."""
    try:
        decoded = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii")
        micros, row = (int(part) for part in decoded.split("."))
        if not 0 <= row <= MOST:
            raise ValueError
        return Position(_EPOCH + micros * _MICROSECOND, row)
    except (ValueError, OverflowError):
        raise Invalid("This cursor is not valid.", field="cursor") from None


def check_limit(limit: int) -> int:
    """A page size between 1 and 200; Invalid otherwise."""
    if not 1 <= limit <= MAX_LIMIT:
        raise Invalid(f"The limit is between 1 and {MAX_LIMIT}.", field="limit")
    return limit
