"""Where the windows are: one that was moved as a whole is worth a hint, its pixels need not be sent again."""

from typing import Any

import xcffib
import xcffib.xproto

from remote_bridge.client.rects import Rect
from remote_bridge.client.screen import Move
from remote_bridge.client.x11.connection import Connection

_SMALLEST = 64 * 64


class Windows:
    """The top-level windows of a display; frames of the window manager are such."""

    def __init__(self, connection: Connection) -> None:
        self._root = connection.root
        self._places: dict[int, Rect] = {}
        self._told: dict[int, Rect] = {}
        for window in connection.core.QueryTree(connection.root).reply().children:
            try:
                found = connection.core.GetGeometry(window).reply()
            except xcffib.Error:
                continue  # closed meanwhile
            self._places[window] = _outer(found)

    def note(self, event: Any) -> None:
        """Take in an event of the root window; others are passed over."""
        match event:
            case xcffib.xproto.ConfigureNotifyEvent(event=self._root):
                self._move(event.window, _outer(event))
            case xcffib.xproto.CreateNotifyEvent(parent=self._root):
                self._places[event.window] = _outer(event)
            case xcffib.xproto.ReparentNotifyEvent(event=self._root, parent=self._root):
                self._places.pop(event.window, None)
            case xcffib.xproto.UnmapNotifyEvent():
                self._told.pop(event.window, None)
            case xcffib.xproto.DestroyNotifyEvent():
                self._told.pop(event.window, None)
                self._places.pop(event.window, None)
            case _:
                pass

    def _move(self, window: int, place: Rect) -> None:
        before, self._places[window] = self._places.get(window), place
        if before is None or (before.w, before.h) != (place.w, place.h):
            self._told.pop(window, None)
        elif (before.x, before.y) != (place.x, place.y) and place.area >= _SMALLEST:
            self._told.setdefault(window, before)

    def moves(self) -> tuple[Move, ...]:
        """What has moved since the last call, from where it was then to where it is now."""
        told, self._told = self._told, {}
        found = [(window, source, self._places[window]) for window, source in told.items()]
        return tuple(
            Move(window, source, now.x, now.y) for window, source, now in found if source[:2] != now[:2]
        )


def _outer(place: Any) -> Rect:
    border = 2 * place.border_width
    return Rect(place.x, place.y, place.width + border, place.height + border)
