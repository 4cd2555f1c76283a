import subprocess
import sys
from pathlib import Path

import pytest

from remote_bridge.client.screen import ScreenUnavailable
from remote_bridge.client.x11.shared_memory import SharedMemory


def segments() -> str:
    return Path("/proc/sysvipc/shm").read_text() if Path("/proc/sysvipc/shm").exists() else ""


def test_pixels_are_seen_in_place_and_the_kernel_frees_them() -> None:
    with SharedMemory(4 * 6) as memory:
        pixels = memory.pixels(3, 2)
        assert pixels.shape == (2, 3, 4)
        pixels[1, 2] = (1, 2, 3, 4)
        assert memory.pixels(6, 1)[0, 5].tolist() == [1, 2, 3, 4]
        id_ = memory.id
        memory.forget()
    assert f" {id_} " not in segments()


def test_more_than_there_is_is_said_in_words() -> None:
    with pytest.raises(ScreenUnavailable, match="memory"):
        SharedMemory(1 << 62)


def test_nothing_is_left_behind_when_the_process_dies() -> None:
    code = (
        "import os; from remote_bridge.client.x11.shared_memory import SharedMemory as S;"
        "m = S(4096); m.forget(); print(m.id, flush=True); os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert f" {done.stdout.strip()} " not in segments()
