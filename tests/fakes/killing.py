"""Kills processes of a running desk at random, and tells what can be blamed on that."""

import random
import signal
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from os import kill
from typing import Self

from tests.fakes.serving import RunningDesk

SEED = 4
JUST_AFTER_SECONDS = 2.0


@dataclass
class Killer:
    """Kills one process of the desk every so often, and remembers which and when."""

    desk: RunningDesk
    victims: Sequence[str]
    every_seconds: float
    kills: list[tuple[float, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._over = threading.Event()
        self._choice = random.Random(SEED)
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(self.every_seconds):
            part = self._choice.choice(self.victims)
            pids = self.desk.pids(part)
            if pids:
                self.kills.append((time.time(), part))
                try:
                    kill(self._choice.choice(pids), signal.SIGKILL)
                except ProcessLookupError:
                    self.kills.pop()

    def excuses(self, arrived_at: Sequence[float]) -> bool:
        """Whether a sender was killed right after the first arrival, before the second.

        That is between the server's 250 and the note of it, where no program can know.
        """
        first, second = sorted(arrived_at)[:2]
        return any(
            part == "worker-deliver" and first - 0.1 <= at <= min(second, first + JUST_AFTER_SECONDS)
            for at, part in self.kills
        )
