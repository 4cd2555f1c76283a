"""Scales of plots: round ticks on an axis, and which labels there is room for."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

_MINUTE, _HOUR = 60, 3600
_ROUND_TIMES = (
    *(n * _MINUTE for n in (1, 2, 5, 10, 15, 30)),
    *(n * _HOUR for n in (1, 2, 3, 4, 6, 8, 12, 24, 36, 48)),
)
_TICKS, _TICKS_OF_TWO = 4, 6


@dataclass(frozen=True, slots=True)
class Scale:
    """An axis from `lowest` to `highest`, with a tick every `step`; all three are round."""

    lowest: int
    highest: int
    step: int

    @property
    def ticks(self) -> Sequence[int]:
        """Where there is a tick, from the lowest."""
        return range(self.lowest, self.highest + 1, self.step)

    def share(self, value: float) -> float:
        """How far down from the top a value is, of the whole height."""
        return (self.highest - value) / (self.highest - self.lowest)


def of_counts(highest: int, lowest: int = 0) -> Scale:
    """A scale for numbers of things from zero, or from one below it."""
    ticks = _TICKS if lowest == 0 else _TICKS_OF_TWO
    return _around(lowest, highest, _round_step((highest - lowest) / ticks))


def of_times(highest: int) -> Scale:
    """A scale for seconds, with ticks at minutes and hours as clocks have them."""
    wanted = highest / _TICKS
    step = next((one for one in _ROUND_TIMES if one >= wanted), None)
    return _around(0, highest, step or _HOUR * _round_step(wanted / _HOUR))


def labelled(count: int, most: int) -> frozenset[int]:
    """Which of so many places in a row have a label, at most so many of them and evenly apart."""
    return frozenset(range(0, count, max(1, ceil(count / most))))


def _around(lowest: int, highest: int, step: int) -> Scale:
    return Scale(floor(lowest / step) * step, max(1, ceil(highest / step)) * step, step)


def _round_step(wanted: float) -> int:
    """The next of 1, 2, 5, 10, 20, 50 and so on."""
    if wanted <= 1:
        return 1
    power = 10 ** floor(log10(wanted))
    return int(next(factor * power for factor in (1, 2, 5, 10) if factor * power >= wanted))
