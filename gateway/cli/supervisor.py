"""Keeps the parts of `serve` running: starts them, starts them again when they die, stops them in order."""

import os
import select
import signal
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from types import FrameType

from gateway import clock, log
from gateway.cli.parts import Part, Stage
from gateway.cli.spawn import ask, kill_group, spawn

MAX_QUICK_DEATHS = 10
"""After so many deaths in a row, each within a second of its start, a part cannot live."""

_QUICK_SECONDS = 1.0
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.05, 1.0
_LOOK_SECONDS = 0.05
_REST_SECONDS = 5.0
_ASK_SECONDS = 2.0
"""How often a part that was not wanted is asked for again."""
_STOP_SECONDS = 9.0
_HEAD_START_SECONDS = {Stage.DOOR: 2.0, Stage.WEB: 1.5, Stage.WORK: 4.5, Stage.QUEUE: 0.0}
"""How long the next stage waits for one to be gone before it is told to stop as well."""


@dataclass(slots=True)
class _Child:
    """One process that should run; `pid` is 0 while it does not."""

    part: Part
    pid: int = 0
    started_at: float = 0.0
    start_at: float = 0.0
    quick_deaths: int = 0
    is_ready: bool = False


class Supervisor:
    """Runs the parts until it is told to stop.

    It must have no thread and no open connection: its children are forked from it. `on_ready` is
    called once, when every part answers; `on_change` whenever the processes changed.
    """

    def __init__(
        self,
        parts: Iterable[Part],
        *,
        own_fds: Sequence[int],
        on_ready: Callable[[], None],
        on_change: Callable[[dict[str, list[int]]], None],
    ) -> None:
        ordered = sorted(parts, key=lambda part: -part.stage)
        self._children = [_Child(part) for part in ordered for _ in range(part.count)]
        self._own_fds = tuple(own_fds)
        self._on_ready, self._on_change = on_ready, on_change
        self._is_stopping = False
        self._was_ready = False
        self._bell: tuple[int, int] = (-1, -1)

    def run(self) -> int:
        """Until SIGTERM or SIGINT: 0; or until a part cannot live: 1. All children are gone then."""
        self._listen()
        try:
            while not self._is_stopping and not self._hopeless():
                self._tend()
                self._rest(self._pause())
            return int(not self._is_stopping)
        finally:
            self._stop_all()

    def _listen(self) -> None:
        self._bell = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC) if hasattr(os, "pipe2") else os.pipe()
        for end in self._bell:
            os.set_blocking(end, False)
        signal.set_wakeup_fd(self._bell[1], warn_on_full_buffer=False)
        signal.signal(signal.SIGTERM, self._on_stop)
        signal.signal(signal.SIGINT, self._on_stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # only to be woken

    def _on_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._is_stopping = True

    def _rest(self, seconds: float) -> None:
        if select.select([self._bell[0]], [], [], seconds)[0]:
            os.read(self._bell[0], 4096)

    def _pause(self) -> float:
        if not all(child.is_ready or _is_unwanted(child) for child in self._children):
            return _LOOK_SECONDS
        return _ASK_SECONDS if any(_is_unwanted(child) for child in self._children) else _REST_SECONDS

    def _tend(self) -> None:
        changed = self._reap()
        now = clock.monotonic()
        for child in self._children:
            if not child.pid and child.start_at <= now and child.part.wanted():
                self._start(child)
                changed = True
        if changed:
            self._on_change(self._pids())
        self._look_who_is_ready()

    def _start(self, child: _Child) -> None:
        others = {fd for other in self._children for fd in other.part.fds} - set(child.part.fds)
        child.pid = spawn(child.part, {*self._own_fds, *self._bell, *others})
        child.started_at = clock.monotonic()
        child.is_ready = False

    def _look_who_is_ready(self) -> None:
        for child in self._children:
            if child.pid and not child.is_ready:
                child.is_ready = ask(child.part.ready)
        if not self._was_ready and all(child.is_ready or _is_unwanted(child) for child in self._children):
            self._was_ready = True
            self._on_ready()

    def _reap(self) -> bool:
        """Notice who has died; whether anybody has."""
        dead = False
        while (found := _wait_for_any()) is not None:
            pid, status = found
            kill_group(pid, signal.SIGKILL)  # what it had started itself
            for child in self._children:
                if child.pid == pid:
                    self._note_death(child, status)
                    dead = True
        return dead

    def _note_death(self, child: _Child, status: int) -> None:
        now = clock.monotonic()
        is_quick = now - child.started_at < _QUICK_SECONDS
        child.quick_deaths = child.quick_deaths + 1 if is_quick else 0
        child.pid, child.is_ready = 0, False
        pause = _FIRST_PAUSE_SECONDS * 2 ** (child.quick_deaths - 2) if child.quick_deaths > 1 else 0.0
        child.start_at = now + min(pause, _LONGEST_PAUSE_SECONDS)
        if not self._is_stopping:
            code = os.waitstatus_to_exitcode(status)
            log.get("serve").warning("part.died", part_name=child.part.name, status=code)

    def _hopeless(self) -> bool:
        names = {child.part.name for child in self._children if child.quick_deaths >= MAX_QUICK_DEATHS}
        if names:
            log.get("serve").error("part.cannot_live", parts=sorted(names))
        return bool(names)

    def _pids(self) -> dict[str, list[int]]:
        pids: dict[str, list[int]] = {"serve": [os.getpid()]}
        for child in self._children:
            pids.setdefault(child.part.name, []).extend([child.pid] if child.pid else [])
        return pids

    def _stop_all(self) -> None:
        """Stage by stage; whoever is still there at the end is killed."""
        self._is_stopping = True
        end = clock.monotonic() + _STOP_SECONDS
        for stage in sorted(Stage):
            for child in self._living(stage):
                os.kill(child.pid, signal.SIGTERM)
            self._wait_until_gone(clock.monotonic() + _HEAD_START_SECONDS[stage], stage)
        self._wait_until_gone(end, *Stage)
        for child in self._living(*Stage):
            log.get("serve").warning("part.killed", part_name=child.part.name)
            kill_group(child.pid, signal.SIGKILL)
        self._wait_until_gone(clock.monotonic() + 1.0, *Stage)
        signal.set_wakeup_fd(-1)
        for fd in self._bell:
            os.close(fd)

    def _wait_until_gone(self, deadline: float, *stages: Stage) -> None:
        self._reap()
        while self._living(*stages) and clock.monotonic() < deadline:
            self._rest(_LOOK_SECONDS)
            self._reap()

    def _living(self, *stages: Stage) -> list[_Child]:
        return [child for child in self._children if child.pid and child.part.stage in stages]


def _is_unwanted(child: _Child) -> bool:
    return not child.pid and not child.part.wanted()


def _wait_for_any() -> tuple[int, int] | None:
    try:
        pid, status = os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return None
    return (pid, status) if pid else None
