"""Plots as numbers that a template draws: across in places, one for each day or week; down in pixels.

Shapes are drawn in a box that is stretched to whatever width there is; words keep their size, so their places
are in shares of that width.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from webui.reports.scales import Scale, labelled, of_counts, of_times

HEIGHT = 190
_WIDE, _NARROW = 8, 4
_BRIDGED = 3
"""From a Friday to a Monday: so many places on, a line goes on."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A round value of the axis and how far down it is."""

    y: float
    label: str
    is_zero: bool


@dataclass(frozen=True, slots=True)
class Label:
    """A word below a place of the axis; `is_minor` goes where there is little room."""

    x: str
    text: str
    is_minor: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar in a place: how far down, how high."""

    at: int
    y: float
    height: float
    kind: str


@dataclass(frozen=True, slots=True)
class Curve:
    """A line, or an area below one, as a path."""

    path: str
    kind: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A value that stands alone, to which no line leads."""

    x: str
    y: float
    kind: str


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot of so many places, everything reckoned."""

    height: int
    ticks: Sequence[Tick]
    labels: Sequence[Label]
    places: int
    bars: Sequence[Bar] = ()
    curves: Sequence[Curve] = ()
    dots: Sequence[Dot] = ()


@dataclass(frozen=True, slots=True)
class Axis:
    """What stands along the lower edge: a name for each place."""

    names: Sequence[str]

    def labels(self) -> list[Label]:
        """The names that there is room for, on a wide screen and on a narrow one."""
        count = len(self.names)
        wide = sorted(labelled(count, _WIDE))
        narrow = {wide[at] for at in labelled(len(wide), _NARROW)}
        return [Label(_across(at, count), self.names[at], at not in narrow) for at in wide]


def mirrored(axis: Axis, above: Sequence[int], below: Sequence[int], *, kinds: tuple[str, str]) -> Plot:
    """Bars that go up from the middle, and others that go down from it."""
    scale = of_counts(max(above, default=0), -max(below, default=0))
    zero = _down(scale, 0)
    up = [_bar(at, _down(scale, n), zero, kinds[0]) for at, n in enumerate(above) if n]
    down = [_bar(at, zero, _down(scale, -n), kinds[1]) for at, n in enumerate(below) if n]
    ticks = _ticks(scale, lambda value: str(abs(value)))
    return Plot(HEIGHT, ticks, axis.labels(), len(axis.names), bars=[*up, *down])


def area(axis: Axis, values: Sequence[int], *, kind: str) -> Plot:
    """A line with what is below it filled."""
    scale = of_counts(max(values, default=0))
    line = _path(scale, list(enumerate(values)))
    curves: list[Curve] = []
    dots: list[Dot] = []
    if len(values) > 1:
        floor = f"L{len(values) - 0.5:g} {HEIGHT}L.5 {HEIGHT}Z"
        curves = [Curve(line + floor, f"{kind} fill"), Curve(line, kind)]
    elif values:
        dots = [Dot(_across(0, 1), _down(scale, values[0]), kind)]
    return Plot(HEIGHT, _ticks(scale, str), axis.labels(), len(axis.names), curves=curves, dots=dots)


def times(axis: Axis, lines: Sequence[tuple[str, Sequence[int | None]]], told: Callable[[int], str]) -> Plot:
    """Lines of how long things took. Over a weekend they go on, over longer gaps they do not."""
    scale = of_times(max((value for _, values in lines for value in values if value is not None), default=0))
    curves: list[Curve] = []
    dots: list[Dot] = []
    for kind, values in lines:
        for run in _runs(values):
            if len(run) > 1:
                curves.append(Curve(_path(scale, run), kind))
            else:
                dots.append(Dot(_across(run[0][0], len(values)), _down(scale, run[0][1]), kind))
    return Plot(HEIGHT, _ticks(scale, told), axis.labels(), len(axis.names), curves=curves, dots=dots)


def levels(rows: Sequence[Sequence[int]], count: int) -> list[list[int]]:
    """For each number how much it is of the highest, from 0 for none to `count`."""
    most = max((value for row in rows for value in row), default=0)
    return [[-(-value * count // most) if most else 0 for value in row] for row in rows]


def shares(values: Iterable[int]) -> list[str]:
    """How long a bar each value has, the longest filling its line."""
    known = list(values)
    most = max(known, default=0)
    return [f"{100 * value / most:.1f}%" if most else "0%" for value in known]


def _runs(values: Sequence[int | None]) -> list[list[tuple[int, int]]]:
    """The values between which no longer gap is, each with its place."""
    runs: list[list[tuple[int, int]]] = []
    for at, value in enumerate(values):
        if value is None:
            continue
        if not runs or at - runs[-1][-1][0] > _BRIDGED:
            runs.append([])
        runs[-1].append((at, value))
    return runs


def _bar(at: int, top: float, bottom: float, kind: str) -> Bar:
    return Bar(at, top, round(bottom - top, 1), kind)


def _path(scale: Scale, points: Sequence[tuple[int, int]]) -> str:
    return "M" + "L".join(f"{at + 0.5:g} {_down(scale, value):g}" for at, value in points)


def _ticks(scale: Scale, told: Callable[[int], str]) -> list[Tick]:
    return [Tick(_down(scale, value), told(value) if value else "0", value == 0) for value in scale.ticks]


def _down(scale: Scale, value: float) -> float:
    return round(HEIGHT * scale.share(value), 1)


def _across(at: int, count: int) -> str:
    """The middle of a place, as a share of the width."""
    return f"{100 * (at + 0.5) / count:.2f}%"
