import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import supervised
from tests.fakes.desk import eventually

PROGRAM = Path(__file__).parents[2] / "fakes" / "supervised.py"


class Run:
    """A supervisor at work, and what it and its parts noted."""

    def __init__(self, log: Path, *parts: str) -> None:
        self._log = log
        log.touch()
        root = PROGRAM.parents[2]
        self.process = subprocess.Popen(
            [sys.executable, PROGRAM, log, *parts], cwd=root, env={"PYTHONPATH": str(root)}
        )

    @property
    def notes(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._log.read_text().splitlines()]

    @property
    def pids(self) -> dict[str, list[int]]:
        changes: list[dict[str, list[int]]] = [note["pids"] for note in self.notes if "pids" in note]
        return changes[-1] if changes else {}

    def has_noted(self, what: str) -> bool:
        return any(what in note for note in self.notes)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(12)


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[..., Run]]:
    running: list[Run] = []

    def start(*parts: str) -> Run:
        running.append(Run(tmp_path / "log", *parts))
        return running[-1]

    yield start
    for one in running:
        one.process.kill()
        one.process.wait()


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_parts_are_stopped_door_first_and_queue_last(run: Callable[..., Run]) -> None:
    started = run("queue", "worker", "web", "door")
    assert eventually(lambda: started.has_noted("ready"), within=10)
    time.sleep(0.3)
    assert started.stop() == 0
    assert [note["stopped"] for note in started.notes if "stopped" in note] == [
        "door",
        "web",
        "worker",
        "queue",
    ]


def test_a_killed_part_is_started_again_at_once(run: Callable[..., Run]) -> None:
    started = run("worker", "queue")
    assert eventually(lambda: started.has_noted("ready"), within=10)
    (before,) = started.pids["worker"]
    os.kill(before, signal.SIGKILL)
    assert eventually(lambda: started.pids["worker"] not in ([before], []), within=1)
    assert started.stop() == 0


def test_a_part_that_cannot_live_ends_everything(run: Callable[..., Run]) -> None:
    started = run("die", "worker")
    assert started.process.wait(20) == 1
    assert {"stopped": "worker"} in started.notes


def test_who_does_not_listen_is_killed_within_ten_seconds(run: Callable[..., Run]) -> None:
    started = run("stubborn")
    assert eventually(lambda: started.has_noted("stubborn"), within=10)
    began = time.monotonic()
    assert started.stop() == 0
    assert time.monotonic() - began < 10
    assert not _is_alive(started.pids["stubborn"][0])


def test_the_parts_go_when_the_supervisor_is_killed(run: Callable[..., Run]) -> None:
    started = run("worker", "door")
    assert eventually(lambda: started.has_noted("ready"), within=10)
    time.sleep(0.3)
    started.process.kill()
    pids = [*started.pids["worker"], *started.pids["door"]]
    assert eventually(lambda: not any(map(_is_alive, pids)), within=3)


def test_the_made_up_parts_know_their_stages() -> None:
    assert supervised.part("door").stage < supervised.part("worker").stage < supervised.part("queue").stage


def test_a_part_is_started_once_it_is_wanted(run: Callable[..., Run], tmp_path: Path) -> None:
    started = run("worker", "wished")
    assert eventually(lambda: started.has_noted("ready"), within=10)
    assert started.pids["wished"] == []
    (tmp_path / "wish").touch()
    assert eventually(lambda: len(started.pids["wished"]) == 1, within=10)
    assert started.stop() == 0
