"""One child process of `serve`: forked from the loaded supervisor on Linux, a fresh program elsewhere.

A fork shares the memory of everything imported before it. It is safe because the supervisor has
no thread and no open connection. Elsewhere (macOS) system libraries do not survive a fork.
"""

import contextlib
import ctypes
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterable
from typing import NoReturn

from gateway.cli.main import run, status_of
from gateway.cli.parts import Part

_IS_LINUX = sys.platform == "linux"
_PR_SET_PDEATHSIG = 1


def spawn(part: Part, close: Iterable[int]) -> int:
    """Start one process of the part, in a process group of its own; its number.

    `close` are the supervisor's own files, which the child has no business with.
    """
    parent = os.getpid()
    _flush()
    pid = os.fork()
    if pid:
        with contextlib.suppress(OSError):  # done on both sides: neither may run ahead of it
            os.setpgid(pid, pid)
        return pid
    try:
        _become(part, parent, close)
    except BaseException:  # noqa: BLE001 - the supervisor's own frames above must never go on in the child
        traceback.print_exc()
        os._exit(1)


def run_once(part: Part) -> int:
    """Run a part to its end; its exit status."""
    return os.waitstatus_to_exitcode(os.waitpid(spawn(part, ()), 0)[1])


def ask(question: Callable[[], bool]) -> bool:
    """The answer of a question that is asked in a fork; False when it raises.

    What an answer takes (6 MB for a page, a greeting and a ping) is then no memory of the supervisor, whose
    own would no longer be shared with its children.
    """
    if not _IS_LINUX:
        return question()
    pid = os.fork()
    if pid:
        return os.waitpid(pid, 0)[1] == 0
    status = 1
    try:
        _reset_signals()
        status = int(not question())
    finally:
        os._exit(status)


def kill_group(pid: int, number: signal.Signals) -> None:
    """Signal what is left of a child's process group, if anything is."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def _become(part: Part, parent: int, close: Iterable[int]) -> NoReturn:
    _reset_signals()
    os.setpgid(0, 0)  # Ctrl-C reaches the supervisor alone, which stops the parts in order
    _die_with(parent)
    for fd in close:
        os.close(fd)
    for fd in part.fds:
        os.set_inheritable(fd, True)  # noqa: FBT003 - the standard library's signature
    if not _IS_LINUX:
        os.execv(sys.executable, [sys.executable, "-m", "gateway.cli.main", *part.argv])  # noqa: S606
    _exit_with(part)


def _reset_signals() -> None:
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def _die_with(parent: int) -> None:
    """Have the kernel send SIGTERM when the supervisor is gone, however it went."""
    if _IS_LINUX:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it went before we could ask
            os._exit(0)


def _exit_with(part: Part) -> NoReturn:
    try:
        status = status_of(part.main) if part.main else run(part.argv)
    except SystemExit as leaving:
        status = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    _flush()
    os._exit(status)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
