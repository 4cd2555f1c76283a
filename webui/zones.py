"""By whose clock a page tells times: that of the time zone its reader has chosen, else the server's."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from gateway.rules.hours import zone_named

_current: ContextVar[ZoneInfo | None] = ContextVar("zone", default=None)


def zone_of_reader() -> ZoneInfo | None:
    """The zone whose clock counts at this moment; None is the server's."""
    return _current.get()


def set_zone(name: str) -> None:
    """Read by this zone's clock for the rest of this context; by the server's for "" and an unknown one."""
    _current.set(zone_named(name))


@contextmanager
def reading_by(name: str) -> Iterator[None]:
    """Read by this zone's clock inside the block."""
    token = _current.set(zone_named(name))
    try:
        yield
    finally:
        _current.reset(token)


def local(at: datetime) -> datetime:
    """A moment by the reader's clock."""
    return at.astimezone(_current.get())


def read(typed: str) -> datetime:
    """A moment as it was typed, by the reader's clock unless it says by which; ValueError for none."""
    found = datetime.fromisoformat(typed)
    return found if found.tzinfo else found.replace(tzinfo=_current.get()).astimezone()


@cache
def names() -> tuple[str, ...]:
    """All zones there are to choose from, by name."""
    return tuple(sorted(name for name in available_timezones() if name != "localtime"))
