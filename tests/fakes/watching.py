"""Whom programs reach: by strace, every address that a process or its children connect or send to.

It is asked at the kernel's door, so no library and no language goes past it; the kernel's other door, a ring
to put calls in (io_uring), stays shut for them. A question to a name server is a way to somebody as well,
and is seen like any other.
"""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

ALL = ("connect", "sendto", "sendmsg", "sendmmsg")
CHROMIUMS = tuple(call for call in ALL if call != "sendmsg")
"""Its datagrams go out by `sendto`; `sendmsg` is how its processes talk, thousands of times a second."""
_ADDRESS = re.compile(
    r'sa_family=AF_INET6?, sin6?_port=htons\((\d+)\).*?(?:inet_addr\(|inet_pton\(AF_INET6, )"([^"]+)"'
)
_RING = "io_uring_setup"


def require_watch() -> None:
    """Skip where programs cannot be watched, unless the run insists on it."""
    if _can_watch():
        return
    if os.environ.get("M4A_REQUIRE_STRACE"):
        pytest.fail("M4A_REQUIRE_STRACE is set and strace does not work")
    pytest.skip("there is no strace that may trace: nobody sees whom programs reach")


@dataclass(frozen=True, slots=True)
class Watch:
    """What programs run `under` it reach; each of their threads has a file in `folder`, which is made."""

    folder: Path
    calls: tuple[str, ...] = ALL

    def __post_init__(self) -> None:
        self.folder.mkdir()

    @property
    def under(self) -> tuple[str, ...]:
        """The words before a program's own. It keeps its process id, its signals and its open files."""
        written = str(self.folder / "thread")
        seen = f"--trace={','.join((*self.calls, _RING))}"
        how = ("-D", "-f", "-ff", "-q", "-A", "-s", "0", "--seccomp-bpf", "--signal=none")
        return ("strace", *how, seen, f"--inject={_RING}:error=ENOSYS", "-o", written, "--")

    def reached(self) -> set[str]:
        """The addresses so far, as host:port; a call is written down before its caller goes on."""
        return {address for path in self.folder.iterdir() for address in addresses(path.read_text())}


def addresses(traced: str) -> set[str]:
    """Whom the calls of a trace name, IPv6 hosts in brackets; Unix sockets do not leave the machine."""
    return {
        f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for port, host in _ADDRESS.findall(traced)
    }


def _can_watch() -> bool:
    if shutil.which("strace") is None:
        return False
    tried = ["strace", "--seccomp-bpf", "-f", "-qq", "-A", "-o", "/dev/null", "true"]
    return subprocess.run(tried, capture_output=True, check=False, timeout=60).returncode == 0
