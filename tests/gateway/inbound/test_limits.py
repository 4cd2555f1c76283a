"""Limits that depend on each other."""

from gateway.inbound import limits
from gateway.store.session import BUSY_SECONDS


def test_closing_fits_into_ten_seconds() -> None:
    assert limits.GRACE_SECONDS + BUSY_SECONDS < 10
    assert limits.KEEPING_SECONDS > BUSY_SECONDS


def test_a_command_line_fits_the_standard_and_the_buffer() -> None:
    assert 512 <= limits.COMMAND_BYTES < limits.BUFFER_BYTES
