"""Moments of the sample conversations."""

from datetime import UTC, datetime, timedelta

from gateway.cli.samples.steps import When

NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)


def test_a_day_and_a_time_are_those_of_the_machine() -> None:
    moment = When(2, "09:30").before(NOON)
    local = moment.astimezone()
    assert (local.hour, local.minute) == (9, 30)
    assert (NOON.astimezone().date() - local.date()).days == 2
    assert moment.utcoffset() == timedelta(0)


def test_minutes_count_from_the_start() -> None:
    assert When(minutes=38).before(NOON) == NOON - timedelta(minutes=38)
