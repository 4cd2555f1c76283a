import subprocess
import sys
import threading
from pathlib import Path

import pytest

from remote_bridge.client.system.alone import Alone, Busy, is_held

_HOLD = """
import sys
from pathlib import Path
from remote_bridge.client.system.alone import Alone
with Alone(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_one_program_has_it_until_it_is_gone_however_that_happens(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    assert not is_held(path)
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        assert is_held(path)
        with pytest.raises(Busy), Alone(path):
            pass
        other.kill()
        other.wait(10)
    assert not is_held(path)


def test_who_only_looks_keeps_nobody_out(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    looking = Alone(path)
    with looking:
        timer = threading.Timer(0.1, looking.__exit__)
        timer.start()
        with Alone(path, tries=200):
            timer.join()


def test_it_is_given_back_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    for _ in range(2):
        with Alone(path), pytest.raises(Busy), Alone(path):
            pass


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"), Alone(tmp_path / "no" / "lock"):
        pass
