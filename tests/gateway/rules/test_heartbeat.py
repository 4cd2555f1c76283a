"""When trouble with a mailbox is worth a mail."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.rules.heartbeat import FAILING_FOR, TOLD_AGAIN_AFTER, Pulse, Trouble, find_trouble, should_tell

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
DAY = timedelta(days=1)
TICK = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("pulse", "trouble"),
    [
        (Pulse(NOW - 99 * DAY, None, None), None),
        (Pulse(NOW - DAY + TICK, DAY, None), None),
        (Pulse(NOW - DAY, DAY, None), Trouble.SILENT),
        (Pulse(NOW, None, NOW - FAILING_FOR + TICK), None),
        (Pulse(NOW, None, NOW - FAILING_FOR), Trouble.FAILING),
        (Pulse(NOW - 2 * DAY, DAY, NOW - DAY), Trouble.FAILING),
        (Pulse(NOW - 2 * DAY, DAY, NOW), Trouble.SILENT),
        (Pulse(NOW, None, None, NOW - FAILING_FOR + TICK), None),
        (Pulse(NOW, None, None, NOW - FAILING_FOR), Trouble.UNSENT),
        (Pulse(NOW, None, NOW - FAILING_FOR, NOW - FAILING_FOR), Trouble.FAILING),
        (Pulse(NOW - 2 * DAY, DAY, None, NOW - DAY), Trouble.UNSENT),
    ],
)
def test_silence_and_errors_are_trouble_when_they_last(pulse: Pulse, trouble: Trouble | None) -> None:
    assert find_trouble(pulse, now=NOW) is trouble


@pytest.mark.parametrize(
    ("trouble", "alarmed_at", "told"),
    [
        (None, None, False),
        (None, NOW - 9 * DAY, False),
        (Trouble.SILENT, None, True),
        (Trouble.SILENT, NOW - TOLD_AGAIN_AFTER + TICK, False),
        (Trouble.SILENT, NOW - TOLD_AGAIN_AFTER, True),
    ],
)
def test_it_is_told_at_once_and_then_once_a_day(
    trouble: Trouble | None, alarmed_at: datetime | None, *, told: bool
) -> None:
    assert should_tell(trouble, alarmed_at, now=NOW) is told
