import gc
import platform
import subprocess
import sys

import pytest

from gateway.cli import memory

# Frees one large block, then sees whether the process became smaller by it.
LARGE = """
from pathlib import Path
from gateway.cli import memory

def pages():
    return int(Path("/proc/self/statm").read_text().split()[1])

memory.return_large_blocks()
for size in (40, 20, 30):
    block = bytearray(b"x" * (size << 20))
    full = pages()
    del block
    assert full - pages() > (size << 20) * 0.9 / 4096, size
"""


def test_a_large_block_goes_back_to_the_system_at_once() -> None:
    if platform.libc_ver()[0] == "glibc":
        subprocess.run([sys.executable, "-c", LARGE], check=True)


def test_elsewhere_there_is_nothing_to_tell() -> None:
    assert memory.return_large_blocks() is (platform.libc_ver()[0] == "glibc")


def test_what_is_settled_is_no_longer_looked_through() -> None:
    before = gc.get_freeze_count()
    memory.settle_before_fork()
    assert gc.get_freeze_count() > before
    gc.unfreeze()


def _mapping(where: str, access: str, inode: int, path: str, **counts: int) -> str:
    shown = "".join(f"{name + ':':<16}{count:>8} kB\n" for name, count in counts.items())
    head = f"{where} {access} 00000000 fe:00 {inode} {path:>30}\n"
    return f"{head}{shown}THPeligible:           0\nVmFlags: rd mr mw me \n"


def test_only_the_files_pages_that_nobody_wrote_to_are_let_go_of() -> None:
    untouched = {"Anonymous": 0, "Swap": 0}
    smaps = (
        _mapping("1000-3000", "r-xp", 7, "/usr/lib/libx.so.1", **untouched)
        + _mapping("3000-4000", "r--p", 7, "/usr/lib/libx.so.1", **untouched)
        + _mapping("4000-5000", "r--p", 7, "/usr/lib/libx.so.1", Anonymous=4, Swap=0)  # relocated
        + _mapping("5000-6000", "r--p", 7, "/usr/lib/libx.so.1", Anonymous=0, Swap=4)  # and swapped out
        + _mapping("6000-7000", "rw-p", 7, "/usr/lib/libx.so.1", **untouched)
        + _mapping("7000-8000", "r--s", 8, "/dev/shm/shared", **untouched)
        + _mapping("8000-9000", "r--p", 0, "", **untouched)
    )
    assert list(memory.unwritten_mappings(smaps)) == [(0x1000, 0x3000), (0x3000, 0x4000)]


SETTLED = """
import sys
from gateway.cli import memory, serve

def of_files():
    with open("/proc/self/smaps_rollup") as file:
        return int(next(line for line in file if line.startswith("Pss_File:")).split()[1])

before = of_files()
memory.settle_before_fork()
assert of_files() < before / 2, (before, of_files())
import decimal, sqlite3  # all of it is still there
assert sqlite3.connect(":memory:").execute("select 1").fetchone() == (1,)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists its mappings in /proc")
def test_a_settled_process_holds_few_pages_of_files_and_works_on() -> None:
    subprocess.run([sys.executable, "-c", SETTLED], check=True)
