"""Cursors stand for one position exactly, and nothing else is one."""

import base64
import contextlib
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import Invalid
from gateway.store.queries.paging import MAX_LIMIT, Position, check_limit, cursor, position
from gateway.store.types import MOST

MOMENTS = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=2))]))


@given(MOMENTS, st.integers(0, MOST))
def test_a_cursor_stands_for_its_position_to_the_microsecond(at: datetime, row: int) -> None:
    assert position(cursor(Position(at, row))) == Position(at, row)


@given(MOMENTS)
def test_a_cursor_is_safe_in_an_address(at: datetime) -> None:
    assert set(cursor(Position(at, 1))) <= set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    )


def encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "text",
    [
        "", "x", "!!!", "ä", "\0", "a" * 100_000, encoded("1"), encoded("1.2.3"), encoded("a.b"),
        encoded("1.-1"),
        encoded(f"1.{MOST + 1}"), encoded(f"{10**30}.1"), encoded(f"-{10**18}.1"), encoded("1" * 5000 + ".1"),
    ],
)  # fmt: skip
def test_anything_else_is_invalid(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        position(text)
    assert caught.value.field == "cursor"


@given(st.text(max_size=40))
def test_any_text_is_a_cursor_or_invalid(text: str) -> None:
    with contextlib.suppress(Invalid):
        assert isinstance(position(text), Position)


@pytest.mark.parametrize("limit", [1, 2, MAX_LIMIT - 1, MAX_LIMIT])
def test_a_limit_within_its_bounds_is_taken(limit: int) -> None:
    assert check_limit(limit) == limit


@pytest.mark.parametrize("limit", [-1, 0, MAX_LIMIT + 1, 10**30])
def test_a_limit_beyond_its_bounds_is_invalid(limit: int) -> None:
    with pytest.raises(Invalid):
        check_limit(limit)
