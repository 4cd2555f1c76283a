"""Plots: every shape in its place, whatever the numbers."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from webui.reports.plots import HEIGHT, Axis, area, levels, mirrored, shares, times

numbers = st.lists(st.integers(0, 10_000), min_size=1, max_size=92)


def axis(count: int) -> Axis:
    return Axis([str(n) for n in range(count)])


def lines(values: Sequence[int | None]) -> tuple[list[str], int]:
    plot = times(axis(len(values)), [("a", values)], str)
    return [curve.path for curve in plot.curves], len(plot.dots)


def test_bars_go_up_and_down_from_one_line() -> None:
    plot = mirrored(axis(2), [10, 0], [5, 10], kinds=("a", "b"))
    zero = next(tick.y for tick in plot.ticks if tick.is_zero)
    up, *down = plot.bars
    assert (up.kind, up.at, up.y + up.height) == ("a", 0, zero)
    assert [(bar.kind, bar.at, bar.y) for bar in down] == [("b", 0, zero), ("b", 1, zero)]
    assert [tick.label for tick in plot.ticks] == ["10", "5", "0", "5", "10"]


@given(numbers, numbers)
def test_no_bar_leaves_the_plot(above: list[int], below: list[int]) -> None:
    for bar in mirrored(axis(len(above)), above, below, kinds=("a", "b")).bars:
        assert -0.1 <= bar.y <= HEIGHT + 0.1
        assert bar.height >= 0
        assert bar.y + bar.height <= HEIGHT + 0.2


def test_an_area_stands_on_the_lower_edge() -> None:
    fill, line = area(axis(3), [1, 3, 2], kind="a").curves
    assert line.path == f"M0.5 {2 * HEIGHT / 3:.1f}L1.5 0L2.5 {HEIGHT / 3:.1f}"
    assert fill.path == f"{line.path}L2.5 {HEIGHT}L.5 {HEIGHT}Z"


def test_a_day_alone_is_a_dot() -> None:
    plot = area(axis(1), [4], kind="a")
    assert (list(plot.curves), [dot.x for dot in plot.dots]) == ([], ["50.00%"])


def test_a_line_goes_on_over_a_weekend_and_no_longer_gap() -> None:
    assert lines([60, None, None, 60]) == (["M0.5 0L3.5 0"], 0)
    assert lines([60, None, None, None, 60]) == ([], 2)
    assert lines([None, None]) == ([], 0)


def test_there_are_fewer_labels_where_there_is_less_room() -> None:
    labels = area(axis(90), [1] * 90, kind="a").labels
    assert len(labels) <= 8
    assert sum(not label.is_minor for label in labels) <= 4
    assert labels[0].x == "0.56%"


def test_the_highest_has_the_strongest_colour_and_the_longest_bar() -> None:
    assert levels([[0, 1], [3, 6]], 6) == [[0, 1], [3, 6]]
    assert levels([[0]], 6) == [[0]]
    assert shares([4, 2, 0]) == ["100.0%", "50.0%", "0.0%"]
    assert shares([]) == []
    assert shares([0]) == ["0%"]
