"""The words of the inventory: each is used, and those that name a time keep to it."""

from datetime import timedelta
from typing import Any

import pytest

from gateway.desk import mailedlinks, signin
from gateway.rules import invitations, loops, undoing
from gateway.rules.privacy import Lasts, Privacy, Purpose, Whom
from gateway.store import idempotency, notifications, reports
from gateway.store.models import Record

TABLES = Record.metadata.sorted_tables


@pytest.mark.parametrize(
    ("said", "used"),
    [
        (Privacy, {column.info["privacy"] for one in TABLES for column in one.columns}),
        (Purpose, {column.info["purpose"] for one in TABLES for column in one.columns}),
        (Whom, {one.info["whom"] for one in TABLES}),
        (Lasts, {one.info["lasts"] for one in TABLES}),
    ],
)
def test_no_word_stands_for_nothing(said: Any, used: set[Any]) -> None:
    assert set(said) == used


def test_a_time_that_is_told_is_the_time_that_is_kept_to() -> None:
    assert notifications.KEPT == invitations.KEPT == signin.SESSION_LASTS == timedelta(days=30)
    assert max(mailedlinks.LASTS.values()) <= timedelta(weeks=1)
    assert timedelta(days=2) == 2 * loops.ONCE_IN
    assert timedelta(days=2) >= idempotency.KEPT
    assert timedelta(weeks=1) == reports._KEPT_FOR
    assert timedelta(minutes=10) > undoing.UNDONE_WITHIN
