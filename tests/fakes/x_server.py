"""Real X servers without a screen (Xvfb), and a program that draws on them."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import xcffib
import xcffib.xproto

MISSING = "there is no Xvfb (Debian: xvfb), so nothing is shown"
_PIECE_ROWS = 200_000


def require(*programs: str) -> None:
    """Skip where a program is missing, unless the run insists on it."""
    for program in programs:
        if shutil.which(program) is None:
            if os.environ.get("M4A_REQUIRE_X"):
                pytest.fail(f"M4A_REQUIRE_X is set and there is no {program}")
            pytest.skip(f"there is no {program}: the test shows a real screen")


@contextmanager
def x_server(width: int = 640, height: int = 480, depth: int = 24) -> Iterator[str]:
    """The name of a display of this size, gone afterwards."""
    require("Xvfb")
    read, write = os.pipe()
    command = [
        "Xvfb",
        "-displayfd",
        str(write),
        "-screen",
        "0",
        f"{width}x{height}x{depth}",
        "-ac",
        "-noreset",
    ]
    program = subprocess.Popen(
        [*command, "-nolisten", "tcp"], pass_fds=[write], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    os.close(write)
    with os.fdopen(read) as answer:
        number = answer.readline().strip()
    try:
        yield f":{number}"
    finally:
        program.terminate()
        program.wait(10)


@contextmanager
def program(*command: str, display: str) -> Iterator[None]:
    """A program of the customer's on this display, gone afterwards."""
    environment = {**os.environ, "DISPLAY": display, "LC_ALL": "C.UTF-8"}
    running = subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        running.terminate()
        running.wait(20)


class Painter:
    """A program of the customer's: windows that show arrays of 0x00RRGGBB, and what they are told."""

    def __init__(self, display: str) -> None:
        connect: Any = xcffib.connect  # its types end here
        self.x: Any = connect(display)
        self.core: Any = self.x.core
        self.screen: Any = self.x.get_setup().roots[0]
        self.gc: int = self.x.generate_id()
        self.core.CreateGC(self.gc, self.screen.root, 0, [])
        self._windows: list[int] = []

    def window(
        self, x: int, y: int, w: int, h: int, colour: int = 0, *, listens: bool = False, managed: bool = False
    ) -> int:
        window: int = self.x.generate_id()
        self._windows.append(window)
        mask = xcffib.xproto.CW.BackPixel | xcffib.xproto.CW.OverrideRedirect | xcffib.xproto.CW.EventMask
        events = xcffib.xproto.EventMask
        wanted = (
            events.KeyPress | events.KeyRelease | events.ButtonPress | events.ButtonRelease if listens else 0
        )
        self.core.CreateWindow(
            24,
            window,
            self.screen.root,
            x,
            y,
            w,
            h,
            0,
            1,
            self.screen.root_visual,
            mask,
            [colour, not managed, wanted],
        )
        self.core.MapWindow(window)
        if listens:
            self.core.SetInputFocus(1, window, 0)
        self.sync()
        return window

    def paint(self, window: int, x: int, y: int, pixels: npt.NDArray[np.uint32]) -> None:
        height, width = pixels.shape
        rows = max(1, _PIECE_ROWS // (width * 4))
        for top in range(0, height, rows):
            part = np.ascontiguousarray(pixels[top : top + rows])
            data = part.tobytes()
            self.core.PutImage(2, window, self.gc, width, len(part), x, y + top, 0, 24, len(data), data)
        self.sync()

    def move(self, window: int, x: int, y: int) -> None:
        self.core.ConfigureWindow(window, xcffib.xproto.ConfigWindow.X | xcffib.xproto.ConfigWindow.Y, [x, y])
        self.sync()

    def sync(self) -> None:
        self.core.GetInputFocus().reply()

    def events(self, count: int, seconds: float = 10) -> list[Any]:
        """The next so many events of keys and buttons."""
        found: list[Any] = []
        until = time.monotonic() + seconds
        while len(found) < count and time.monotonic() < until:
            event = self.x.poll_for_event()
            if event is None:
                time.sleep(0.005)
            elif isinstance(
                event,
                xcffib.xproto.KeyPressEvent
                | xcffib.xproto.ButtonPressEvent
                | (xcffib.xproto.KeyReleaseEvent | xcffib.xproto.ButtonReleaseEvent),
            ):
                found.append(event)
        return found

    def close(self) -> None:
        """Its windows are gone afterwards, not some time later in another test."""
        for window in self._windows:
            self.core.DestroyWindow(window)
        self.sync()
        self.x.disconnect()
