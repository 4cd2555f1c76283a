"""How a set of processes stays small: glibc's allocator told to give memory back, one heap shared by a fork.

Elsewhere (macOS, musl) there is nothing to tell, and nothing happens.
"""

import contextlib
import ctypes
import gc

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8  # mallopt(3)
_LARGE_BYTES = 256 * 1024


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
