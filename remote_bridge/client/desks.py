"""Which desk is opened on which system, and which systems cannot be shown."""

import asyncio
import sys
from collections.abc import Callable, Mapping
from typing import Protocol

from remote_bridge.client.desk import Desk, OpenDesk
from remote_bridge.client.environment import Desktop, desktop
from remote_bridge.client.screen import ScreenUnavailable
from remote_bridge.client.texts import _


class StopKey(Protocol):
    """Taken from the whole desk for as long as it is not closed."""

    def close(self) -> None:
        """Give it back."""


TakeStopKey = Callable[[Callable[[], None]], StopKey | None]


def desk_of(env: Mapping[str, str], platform: str = sys.platform) -> tuple[OpenDesk, TakeStopKey]:
    """How to open the desk and how to take the stop key. ScreenUnavailable where there is nothing to show."""
    match desktop(env, platform):
        case Desktop.X11:
            return open_x11, take_x11_stop_key
        case Desktop.WINDOWS | Desktop.MACOS:
            return open_portable, take_portable_stop_key
        case Desktop.WAYLAND:
            raise ScreenUnavailable(
                _(
                    "This desktop runs on Wayland, which lets no program see the screen. Please sign out "
                    "and in again with the kind of session that is called Xorg or X11, or share the screen "
                    "in the browser."
                )
            )
        case Desktop.NONE:
            raise ScreenUnavailable(_("There is no screen here: DISPLAY is not set."))


def open_x11() -> Desk:
    """The screen, input and clipboard of DISPLAY. ScreenUnavailable."""
    from remote_bridge.client.x11.capture import X11Screen
    from remote_bridge.client.x11.clipboard import X11Clipboard
    from remote_bridge.client.x11.input import X11Input

    screen = X11Screen()
    try:
        return Desk(screen, X11Input(), X11Clipboard())
    except ScreenUnavailable:
        screen.close()
        raise


def take_x11_stop_key(pressed: Callable[[], None]) -> StopKey | None:
    """On the running loop; None when another program has it."""
    from remote_bridge.client.x11.stop_key import X11StopKey

    key = X11StopKey(pressed)
    if not key.is_taken:
        key.close()
        return None
    key.watch()
    return key


def open_portable() -> Desk:
    """What mss and pynput reach. ScreenUnavailable."""
    from remote_bridge.client.portable.capture import PortableScreen
    from remote_bridge.client.portable.clipboard import ProgramClipboard
    from remote_bridge.client.portable.input import PortableInput

    hands = PortableInput()
    return Desk(PortableScreen(hands.where), hands, ProgramClipboard())


def take_portable_stop_key(pressed: Callable[[], None]) -> StopKey | None:
    """By pynput's listener, a thread that watches the keyboard; None where the system does not allow it."""
    from remote_bridge.client.portable.stop_key import PortableStopKey

    try:
        return PortableStopKey(pressed, asyncio.get_running_loop())
    except (ImportError, OSError):
        return None
