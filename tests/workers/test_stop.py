import signal
import subprocess
import sys

PROGRAM = """
import sys, time
from rq.exceptions import StopRequested
from workers import stop as module
module.GRACE_SECONDS = 1
stop = module.Stop()
stop.install()
print("up", flush=True)
try:
    {body}
except StopRequested:
    sys.exit(3)
sys.exit(4)
"""


def _status_after_sigterm(body: str) -> int:
    program = PROGRAM.format(body=body)
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        process.send_signal(signal.SIGTERM)
        return process.wait(10)


def test_who_rests_is_stopped_at_once() -> None:
    assert _status_after_sigterm("stop.sleep(60)") == 3


def test_who_is_busy_ends_the_piece_in_hand() -> None:
    assert _status_after_sigterm("while not stop.requested: pass") == 4


def test_who_is_busy_for_too_long_hands_it_back() -> None:
    assert _status_after_sigterm("while True: time.sleep(0.01)") == 0


def test_nobody_begins_to_rest_after_the_request() -> None:
    assert _status_after_sigterm("while not stop.requested: pass\n    stop.sleep(60)") == 3
