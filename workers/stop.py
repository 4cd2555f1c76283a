"""Stopping on SIGTERM: at once when idle, after the piece of work in hand when busy, within seconds."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from rq.exceptions import StopRequested

GRACE_SECONDS = 8
"""How long the piece of work in hand may still take. Its row is the truth: who comes next does it again."""


class Stop:
    """Whether this process was asked to stop. One a process; `install` belongs to its main thread."""

    def __init__(self) -> None:
        self.requested = False
        self._is_idle = False

    def install(self) -> None:
        """Listen to SIGTERM and SIGINT from now on."""
        signal.signal(signal.SIGTERM, self._on_signal)
        signal.signal(signal.SIGINT, self._on_signal)

    @contextmanager
    def idle(self) -> Iterator[None]:
        """In here nothing is in hand: a request to stop raises StopRequested at once."""
        self._is_idle = True
        try:
            if self.requested:
                raise StopRequested
            yield
        finally:
            self._is_idle = False

    def sleep(self, seconds: float) -> None:
        """Rest; raises StopRequested when asked to stop."""
        with self.idle():
            time.sleep(seconds)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        if not self.requested:
            self.requested = True
            signal.signal(signal.SIGALRM, self._on_grace_over)
            signal.alarm(GRACE_SECONDS)
        if self._is_idle:
            self._is_idle = False  # raise once: what cleans up after us must not be torn apart
            raise StopRequested

    def _on_grace_over(self, _number: int, _frame: FrameType | None) -> None:
        os._exit(0)
