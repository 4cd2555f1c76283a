"""A piece of System V shared memory, into which the X server draws: no pixel is copied on its way here."""

import ctypes
import ctypes.util
from typing import Self

import numpy as np

from remote_bridge.client.screen import Pixels, ScreenUnavailable
from remote_bridge.client.texts import _

_PRIVATE, _CREATE, _REMOVE, _MODE = 0, 0o1000, 0, 0o600


class SharedMemory:
    """`size_bytes` of it, seen by nobody else; the kernel frees it when both sides have let go."""

    def __init__(self, size_bytes: int) -> None:
        self._libc = ctypes.CDLL(ctypes.util.find_library("c"), use_errno=True)
        self._libc.shmat.restype = ctypes.c_void_p
        self._libc.shmat.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_int]
        self._libc.shmdt.argtypes = [ctypes.c_void_p]
        self.id: int = self._libc.shmget(_PRIVATE, ctypes.c_size_t(size_bytes), _CREATE | _MODE)
        if self.id < 0:
            raise ScreenUnavailable(_("No shared memory is left for the screen."))
        self._address = self._libc.shmat(self.id, None, 0)
        if self._address in (None, ctypes.c_void_p(-1).value):
            self.forget()
            raise ScreenUnavailable(_("No shared memory is left for the screen."))
        self._bytes = np.ctypeslib.as_array((ctypes.c_uint8 * size_bytes).from_address(self._address))

    def pixels(self, width: int, height: int) -> Pixels:
        """The first of it as a picture."""
        return self._bytes[: width * height * 4].reshape(height, width, 4)

    def forget(self) -> None:
        """Nobody else may attach from now on; called once the X server has."""
        self._libc.shmctl(self.id, _REMOVE, None)

    def close(self) -> None:
        """Let go; what `pixels` gave must not be read any more."""
        self._libc.shmdt(self._address)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()
