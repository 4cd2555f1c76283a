"""What a file is by its content, asked of libmagic.

The system's library comes first, because it gets security updates; the one in the wheel is for machines
without. They must not meet: the wheel's package points `MAGIC` at its own database, which a newer system
library refuses, so it is imported only where there is no other, and leaves no trace in the environment.
"""

import threading
from importlib import import_module
from pathlib import Path
from typing import Any

from gateway.settings import environment_kept

_LOOK_AT_BYTES = 64 * 1024
_LOOK_AT_TEXT_BYTES = 4 * 1024  # libmagic takes 60 µs a KiB for text and learns nothing after the first lines
_UNKNOWN = "application/octet-stream"
_per_thread = threading.local()


def detect_type(content: bytes) -> str:
    """The MIME type that the first 64 KiB speak for; `application/octet-stream` where nothing does."""
    if not content:
        return "application/x-empty"
    judge = getattr(_per_thread, "judge", None)
    if judge is None:
        judge = _per_thread.judge = _magic()
    is_text = b"\0" not in content[:_LOOK_AT_TEXT_BYTES]
    found: str = judge.from_buffer(content[: _LOOK_AT_TEXT_BYTES if is_text else _LOOK_AT_BYTES])
    return found if "/" in found else _UNKNOWN


def libmagic() -> str:
    """Which libmagic is in use, for `doctor`."""
    return str(_module().libmagic._name)  # noqa: SLF001 - ctypes gives a library's name nowhere else


def _magic() -> Any:
    module, database = _module(), _bundled_database()
    return module.Magic(mime=True, magic_file=database)


def _module() -> Any:
    try:
        import magic
    except ImportError:
        return _bundled_module()
    return magic


def _bundled_module() -> Any:
    with environment_kept():  # children must not inherit what the wheel's package sets
        import_module("pylibmagic")  # first: it makes its library known
        return import_module("magic")


def _bundled_database() -> str | None:
    """The database that belongs to the wheel's library, if that is the one in use."""
    name = Path(libmagic())
    database = name.parent / "magic.mgc"
    return str(database) if database.is_file() else None
