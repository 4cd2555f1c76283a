"""How a set of processes stays small: glibc's allocator told to give memory back, one heap shared by a fork.

Elsewhere (macOS, musl) there is nothing to tell, and nothing happens.
"""

import contextlib
import ctypes
import gc
import re
import sys
from collections.abc import Iterator
from pathlib import Path

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8  # mallopt(3)
_LARGE_BYTES = 256 * 1024
_MADV_DONTNEED = 4  # madvise(2)
_MAPPING = re.compile(
    r"^(?P<start>[0-9a-f]+)-(?P<end>[0-9a-f]+) r-[-x]p \S+ \S+ [1-9]\d* .*\n(?P<counts>(?:[A-Z]\w+: .*\n)+)",
    re.MULTILINE,
)
_COUNT = re.compile(r"^(\w+): +(\d+) kB$", re.MULTILINE)


def return_large_blocks() -> bool:
    """Have whole mails given back to the system as soon as they are freed; whether that could be told.

    By itself glibc raises its threshold to the largest block it ever freed and keeps all below on the heap,
    in as many heaps as there are threads. Children of a fork inherit what is told here.
    """
    with contextlib.suppress(OSError, AttributeError):
        tell = ctypes.CDLL(None).mallopt
        values = ((_M_MMAP_THRESHOLD, _LARGE_BYTES), (_M_TRIM_THRESHOLD, _LARGE_BYTES), (_M_ARENA_MAX, 1))
        return all(tell(name, value) == 1 for name, value in values)
    return False


def settle_before_fork() -> None:
    """Give back what importing left unused; the collector leaves the rest alone, so it stays shared."""
    gc.collect()
    gc.freeze()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
    if sys.platform == "linux":
        _let_go_of_files()


def _let_go_of_files() -> None:
    """Unmap the pages of libraries that were read to import them: a process that waits needs few (15 MB).

    They stay in the system's cache and come back when they are touched.
    """
    advise = ctypes.CDLL(None).madvise
    for start, end in unwritten_mappings(Path("/proc/self/smaps").read_text("utf-8", "replace")):
        advise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), _MADV_DONTNEED)


def unwritten_mappings(smaps: str) -> Iterator[tuple[int, int]]:
    """Start and end of what is mapped from a file, read-only, without a page that was written to.

    `smaps` is as in proc_pid_smaps(5). A page once written to is this process's own, with nothing to
    come back from: relocated addresses lie in mappings that are read-only afterwards.
    """
    for mapping in _MAPPING.finditer(smaps):
        if {"Anonymous": "0", "Swap": "0"}.items() <= dict(_COUNT.findall(mapping["counts"])).items():
            yield int(mapping["start"], 16), int(mapping["end"], 16)
