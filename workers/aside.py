"""Long work beside the jobs: a worker goes on with mail while it makes something that takes minutes."""

from collections.abc import Callable
from threading import Event, Thread
from types import TracebackType
from typing import Self

from gateway import log


class Aside:
    """One piece of work at a time, in a thread of its own; at the end it is asked to stop and waited for."""

    def __init__(self) -> None:
        self._stops = Event()
        self._thread: Thread | None = None

    def is_stopping(self) -> bool:
        """Whether the work shall leave off."""
        return self._stops.is_set()

    def do(self, work: Callable[[], object]) -> bool:
        """Begin a piece of work; False while another one goes on, or at the end."""
        if self._stops.is_set() or (self._thread is not None and self._thread.is_alive()):
            return False
        self._thread = Thread(target=_whole, args=(work,), name="aside", daemon=True)
        self._thread.start()
        return True

    def wait(self, seconds: float | None = None) -> None:
        """Until nothing goes on, or the time is over."""
        if self._thread is not None:
            self._thread.join(seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._stops.set()
        self.wait()


def _whole(work: Callable[[], object]) -> None:
    try:
        work()
    except Exception:  # noqa: BLE001 - the outermost frame of a piece of work; the sweep gives it again
        log.get("worker").exception("aside.failed")
