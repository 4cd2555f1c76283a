import gc
import platform
import subprocess
import sys

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
