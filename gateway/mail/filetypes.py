"""What a file is, judged by its content: libmagic, the system's or the one that comes as a wheel.

Loaded by hand rather than by python-magic: the wheel's own import changes environment variables that child
processes inherit, and then a system library would be handed the wheel's older database.
"""

import ctypes
import importlib.util
import sys
import threading
from functools import cache
from pathlib import Path

SNIFFED_BYTES = 65_536
SNIFFED_TEXT_BYTES = 4_096  # libmagic takes 60 us a KiB for text and learns nothing after the first lines
_MIME_TYPE = 0x000010
_UNKNOWN = "application/octet-stream"
_SYSTEM = {
    "darwin": ("libmagic.dylib", "/opt/homebrew/lib/libmagic.dylib", "/usr/local/lib/libmagic.dylib"),
    "linux": ("libmagic.so.1",),
}


class FileTypesError(Exception):
    """No libmagic can be loaded, or none with a database that it can read."""


def _open(library: str, database: str | None) -> tuple[ctypes.CDLL, int]:
    """A library and a cookie of it that is ready to judge."""
    lib = ctypes.CDLL(library)
    lib.magic_open.restype = ctypes.c_void_p
    lib.magic_open.argtypes = [ctypes.c_int]
    lib.magic_load.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
    lib.magic_buffer.restype = ctypes.c_char_p
    lib.magic_buffer.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t]
    cookie = lib.magic_open(_MIME_TYPE)
    if not cookie or lib.magic_load(cookie, database.encode() if database else None) != 0:
        raise FileTypesError(f"{library} has no database that it can read")
    return lib, cookie


def _candidates() -> list[tuple[str, str | None]]:
    """Libraries to try in order, each with the database that belongs to it."""
    found: list[tuple[str, str | None]] = [
        (name, None) for name in _SYSTEM.get(sys.platform, ("libmagic.so.1",))
    ]
    wheel = importlib.util.find_spec("pylibmagic")  # finding it does not run it
    for folder in (wheel.submodule_search_locations or ()) if wheel else ():
        suffix = "dylib" if sys.platform == "darwin" else "so"
        found.append((str(Path(folder) / f"libmagic.{suffix}"), str(Path(folder) / "magic.mgc")))
    return found


@cache
def library() -> tuple[str, str | None]:
    """The library that is in use and its database, None for the library's own. Raises FileTypesError."""
    for candidate in _candidates():
        try:
            _open(*candidate)
        except (OSError, FileTypesError):
            continue
        return candidate
    raise FileTypesError("libmagic is missing: install libmagic1 or the package pylibmagic")


class _PerThread(threading.local):
    """libmagic's cookies are not for several threads at once: each thread has its own."""

    def __init__(self) -> None:
        self.lib, self.cookie = _open(*library())


@cache
def _cookies() -> _PerThread:
    return _PerThread()


def detect_type(content: bytes) -> str:
    """The MIME type that the first 64 KiB speak for; `application/octet-stream` where nothing does."""
    if not content:
        return "application/x-empty"
    mine = _cookies()
    is_binary = b"\0" in content[:SNIFFED_TEXT_BYTES]
    head = content[: SNIFFED_BYTES if is_binary else SNIFFED_TEXT_BYTES]
    answer = mine.lib.magic_buffer(mine.cookie, head, len(head))
    return answer.decode("ascii", "replace") if answer else _UNKNOWN
