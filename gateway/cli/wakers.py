"""What wakes the workers after a commit: whatever is installed under `manage4all.wakers`."""

from collections.abc import Sequence
from functools import cache
from importlib.metadata import entry_points

from gateway.settings import Settings
from gateway.store.session import Wake

GROUP = "manage4all.wakers"
"""Entry points here are functions `make(settings) -> Wake`."""


def load_wake(settings: Settings) -> Wake:
    """One function that tells every installed waker; they are loaded when there is something to tell."""

    @cache
    def installed() -> tuple[Wake, ...]:
        return tuple(entry.load()(settings) for entry in entry_points(group=GROUP))

    def wake(topic: str, outbox_ids: Sequence[int]) -> None:
        for each in installed():
            each(topic, outbox_ids)

    return wake
