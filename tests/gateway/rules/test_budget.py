"""Which counts a mail needs a place in."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.rules.budget import LONGEST, Bound, Budget, Over, Window, windows

AT = datetime(2026, 3, 2, 12, 34, 56, 789, tzinfo=UTC)
HOUR, DAY = datetime(2026, 3, 2, 12, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)


def test_a_mail_counts_for_its_accounts_day_and_hour_and_for_its_recipient() -> None:
    assert list(windows(Budget(30, 20, 10), "Ann@Example.org", now=AT)) == [
        Window(Bound.ACCOUNT_DAY, "", DAY, 30),
        Window(Bound.ACCOUNT_HOUR, "", HOUR, 20),
        Window(Bound.RECIPIENT_HOUR, "ann@example.org", HOUR, 10),
    ]


@pytest.mark.parametrize(
    ("budget", "bounds"),
    [
        (Budget(), []),
        (Budget(account_day=1), [Bound.ACCOUNT_DAY]),
        (Budget(account_hour=1), [Bound.ACCOUNT_HOUR]),
        (Budget(recipient_hour=1), [Bound.RECIPIENT_HOUR]),
    ],
)
def test_nought_is_no_bound(budget: Budget, bounds: list[Bound]) -> None:
    assert [window.bound for window in windows(budget, "a@b.example", now=AT)] == bounds


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_window_holds_its_moment_and_lasts_a_day_at_most(now: datetime) -> None:
    for window in windows(Budget(1, 1, 1), "a", now=now):
        lasts = LONGEST if window.bound is Bound.ACCOUNT_DAY else timedelta(hours=1)
        assert window.at <= now < window.at + lasts


@given(st.sampled_from(Bound), st.integers(1, 10**6))
def test_a_reason_survives_its_row(bound: Bound, most: int) -> None:
    assert Over.from_stored(Over(bound, most).as_stored()) == Over(bound, most)


@pytest.mark.parametrize("text", ["", "450 later", "account_day:", "elsewhere:3"])
def test_what_is_no_reason_is_told_apart(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a valid Bound|invalid literal"):
        Over.from_stored(text)
