import os
import subprocess
import sys

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
