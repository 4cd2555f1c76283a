from datetime import UTC, datetime, timedelta

import pytest

from gateway.rules.storms import WINDOW, Counts, Storm, decide_storm, window_of

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_windows_follow_each_other_without_a_gap() -> None:
    assert window_of(NOON) == NOON
    assert window_of(NOON + timedelta(minutes=9, seconds=59)) == NOON
    assert window_of(NOON + WINDOW) == NOON + WINDOW


@pytest.mark.parametrize(
    ("present", "storm"),
    [(1, Storm.NONE), (30, Storm.NONE), (31, Storm.FOLD), (300, Storm.FOLD), (301, Storm.HOLD)],
)
def test_more_than_the_most_fold_and_ten_times_more_wait(present: int, storm: Storm) -> None:
    assert decide_storm(Counts(present, 0), at=NOON, most=30) is storm


@pytest.mark.parametrize(
    ("minutes", "storm"), [(0, Storm.HOLD), (5, Storm.FOLD), (9, Storm.FOLD), (9.5, Storm.NONE)]
)
def test_a_storm_does_not_end_where_a_window_does(minutes: float, storm: Storm) -> None:
    at = NOON + timedelta(minutes=minutes)
    assert decide_storm(Counts(1, 400), at=at, most=30) is storm
