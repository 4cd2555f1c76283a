import os
import subprocess
import sys

import pytest

PROGRAM = """
import os, signal
from gateway.cli import spawn
from gateway.cli.parts import Part
read, write = os.pipe()
held, other = os.pipe()
pid = spawn.spawn(Part("x", {argv!r}, fds=(write,)), [held, other])
os.close(write)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
{after}
"""


def _run(argv: tuple[str, ...], after: str = "") -> subprocess.CompletedProcess[str]:
    program = PROGRAM.format(argv=argv, after=after)
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=20, check=True
    )


def test_a_child_runs_the_command_and_ends_with_its_status() -> None:
    done = _run(("--version",))
    assert done.stdout.splitlines()[-1] == "0"
    assert "manage4all" in done.stdout


def test_a_wrong_command_is_one_line_and_a_status() -> None:
    done = _run(("no-such-command",))
    assert done.stdout == "2\n"
    assert "Traceback" not in done.stderr


def test_nothing_of_the_parent_goes_on_in_the_child() -> None:
    assert _run(("--version",), "print('parent')").stdout.count("parent") == 1


def test_signalling_a_group_that_is_gone_is_no_fault() -> None:
    done = _run(("--version",), "spawn.kill_group(pid, signal.SIGKILL)")
    assert done.returncode == 0
    assert os.getpid()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a child is a fresh program")
@pytest.mark.parametrize(
    ("main", "status"), [("lambda: None", "0"), ("lambda: 3", "3"), ("fail", "1"), ("lambda: exit(4)", "4")]
)
def test_a_part_with_a_beginning_of_its_own_needs_no_command(main: str, status: str) -> None:
    program = (
        "import os\nfrom gateway.cli import spawn\nfrom gateway.cli.parts import Part\n"
        "from gateway.errors import Unavailable\n"
        "def fail(): raise Unavailable('The disk is away.')\n"
        f"print(spawn.run_once(Part('x', ('no-such-command',), main={main})))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=20, check=True
    )
    assert done.stdout == f"{status}\n"
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("question", "answer"), [("True", "True"), ("False", "False"), ("1 / 0", "False")])
def test_a_question_is_answered_without_a_trace_in_who_asks(question: str, answer: str) -> None:
    program = (
        "import sys\nfrom gateway.cli import spawn\nseen = []\n"
        f"print(spawn.ask(lambda: seen.append(1) or {question}), seen)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=20, check=True
    )
    assert done.stdout == f"{answer} []\n"
