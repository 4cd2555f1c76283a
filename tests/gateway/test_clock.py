"""The time."""

from datetime import UTC

from gateway import clock


def test_the_present_is_aware_and_in_utc() -> None:
    assert clock.now().tzinfo is clock.SystemClock().now().tzinfo is UTC


def test_the_systems_clock_goes_on() -> None:
    assert clock.now() <= clock.SystemClock().now() <= clock.now()


def test_durations_never_go_back() -> None:
    assert clock.monotonic() <= clock.monotonic()
