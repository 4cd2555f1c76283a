"""What wakes the workers after a commit: whatever is installed under `manage4all.wakers`."""

from collections.abc import Sequence
from importlib.metadata import entry_points

from gateway.settings import Settings
from gateway.store.session import Wake

GROUP = "manage4all.wakers"
"""Entry points here are functions `make(settings) -> Wake`."""


def load_wake(settings: Settings) -> Wake:
    """One function that tells every installed waker; with none the sweep finds the work."""
    wakes: list[Wake] = [entry.load()(settings) for entry in entry_points(group=GROUP)]

    def wake(topic: str, outbox_ids: Sequence[int]) -> None:
        for each in wakes:
            each(topic, outbox_ids)

    return wake
