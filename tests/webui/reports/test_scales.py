"""Scales: round, and never shorter than what they are for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webui.reports.scales import Scale, labelled, of_counts, of_times

HOUR = 3600


@pytest.mark.parametrize(
    ("highest", "ticks"),
    [(0, [0, 1]), (3, [0, 1, 2, 3]), (9, [0, 5, 10]), (21, [0, 10, 20, 30]), (117, [0, 50, 100, 150])],
)
def test_counts_have_round_ticks(highest: int, ticks: list[int]) -> None:
    assert list(of_counts(highest).ticks) == ticks


def test_what_goes_down_has_its_part_of_the_axis() -> None:
    assert list(of_counts(21, -20).ticks) == [-20, -10, 0, 10, 20, 30]


@pytest.mark.parametrize(
    ("highest", "step"),
    [
        (0, 60),
        (100, 60),
        (50 * 60, 15 * 60),
        (5 * HOUR, 2 * HOUR),
        (70 * HOUR, 24 * HOUR),
        (900 * HOUR, 500 * HOUR),
    ],
)
def test_times_have_ticks_as_clocks_have_them(highest: int, step: int) -> None:
    assert of_times(highest).step == step


@given(st.integers(0, 10**7), st.integers(0, 10**7))
def test_nothing_sticks_out_and_few_ticks_do(above: int, below: int) -> None:
    for scale in (of_counts(above, -below), of_times(above)):
        assert scale.highest >= above
        assert scale.lowest <= (0 if scale.lowest == 0 else -below)
        assert 2 <= len(scale.ticks) <= 10
        assert 0 in scale.ticks


def test_the_top_of_the_axis_is_up() -> None:
    assert Scale(0, 10, 5).share(10) == 0
    assert Scale(0, 10, 5).share(0) == 1


@given(st.integers(0, 1000), st.integers(1, 12))
def test_no_more_places_are_labelled_than_there_is_room_for(count: int, most: int) -> None:
    assert len(labelled(count, most)) <= most
    assert not count or 0 in labelled(count, most)
