"""The screen by X11: XDamage tells what changed, MIT-SHM fetches it, RandR and XFixes tell of the rest."""

from typing import Any

import numpy as np
import xcffib
import xcffib.damage
import xcffib.randr
import xcffib.shm
import xcffib.xfixes
import xcffib.xproto

from remote_bridge.client.rects import Rect
from remote_bridge.client.screen import Changes, CursorShape, Monitor, Pixels, ScreenUnavailable
from remote_bridge.client.texts import _
from remote_bridge.client.x11.connection import Connection
from remote_bridge.client.x11.shared_memory import SharedMemory
from remote_bridge.client.x11.windows import Windows

_ALL_PLANES = 0xFFFFFFFF
_Z_PIXMAP = 2
_GEOMETRY_EVENTS = xcffib.xproto.EventMask.SubstructureNotify | xcffib.xproto.EventMask.StructureNotify


class X11Screen:
    """The root window of a display, all its monitors together."""

    def __init__(self, display: str | None = None) -> None:
        self._c = Connection(display)
        try:
            self._must_be_known_pixels()
            self._shm = self._c.x(xcffib.shm.key)
            self._randr = self._c.extension(xcffib.randr, 1, 5)
            self._fixes = self._c.extension(xcffib.xfixes, 4, 0)
            self._damages = self._c.extension(xcffib.damage, 1, 1)
            self._segment, self._memory = self._attach(*self._geometry())
        except (ScreenUnavailable, xcffib.XcffibException, KeyError) as error:
            self._c.close()
            if isinstance(error, ScreenUnavailable):
                raise
            raise ScreenUnavailable(_("The X server does not share its screen's memory with us.")) from error
        self._windows = Windows(self._c)
        self._listen()
        self._dirty, self._resized, self._cursor_changed = True, False, True
        self._everything = True

    def _must_be_known_pixels(self) -> None:
        """32 bits a pixel, blue first: what every PC has shown for twenty years."""
        setup = self._c.x.get_setup()
        bits = {f.depth: f.bits_per_pixel for f in setup.pixmap_formats}
        depth = self._c.screen.root_depth
        visuals = [v for d in self._c.screen.allowed_depths for v in d.visuals]
        visual = next(v for v in visuals if v.visual_id == self._c.screen.root_visual)
        is_known = depth in (24, 32) and bits[depth] == 32 and visual.red_mask == 0xFF0000
        if not is_known or setup.image_byte_order != 0:
            raise ScreenUnavailable(_("The screen has another number of colours than 24 bits."))

    def _geometry(self) -> tuple[int, int]:
        geometry = self._c.core.GetGeometry(self._c.root).reply()
        return geometry.width, geometry.height

    def _attach(self, width: int, height: int) -> tuple[int, SharedMemory]:
        memory = SharedMemory(width * height * 4)
        segment = self._c.x.generate_id()
        self._width, self._height = width, height
        try:
            self._shm.AttachChecked(segment, memory.id, False).check()  # noqa: FBT003
        except xcffib.XcffibException:
            memory.close()
            raise
        finally:
            memory.forget()
        return segment, memory

    def _listen(self) -> None:
        root, core = self._c.root, self._c.core
        core.ChangeWindowAttributes(root, xcffib.xproto.CW.EventMask, [_GEOMETRY_EVENTS])
        self._randr.SelectInput(
            root, xcffib.randr.NotifyMask.ScreenChange | xcffib.randr.NotifyMask.CrtcChange
        )
        self._fixes.SelectCursorInput(root, xcffib.xfixes.CursorNotifyMask.DisplayCursor)
        self._damage, self._told = self._c.x.generate_id(), self._c.x.generate_id()
        self._damages.Create(self._damage, root, xcffib.damage.ReportLevel.NonEmpty)
        self._fixes.CreateRegion(self._told, 0, [])
        self._c.flush()

    def size(self) -> tuple[int, int]:
        return self._width, self._height

    def monitors(self) -> tuple[Monitor, ...]:
        whole = Rect(0, 0, self._width, self._height)
        answer = self._randr.GetMonitors(self._c.root, True).reply()  # noqa: FBT003
        found = sorted((not m.primary, m.x, m.y, m.width, m.height) for m in answer.monitors)
        rects = [r for _, *place in found if (r := Rect(*place).clip(whole)).area]
        return tuple(Monitor(i, rect) for i, rect in enumerate(rects or [whole]))

    def fileno(self) -> int:
        return self._c.fileno()

    def is_dirty(self) -> bool:
        self._read_events()
        return self._dirty or self._resized or self._cursor_changed

    def _read_events(self) -> None:
        for event in self._c.events():
            match event:
                case xcffib.damage.NotifyEvent():
                    self._dirty = True
                case xcffib.xfixes.CursorNotifyEvent():
                    self._cursor_changed = True
                case xcffib.randr.ScreenChangeNotifyEvent() | xcffib.randr.NotifyEvent():
                    self._resized = True
                case xcffib.xproto.ConfigureNotifyEvent(window=self._c.root):
                    self._resized = True
                case _:
                    self._windows.note(event)

    def changes(self) -> Changes:
        with self._c.asking():
            return self._changes()

    def _changes(self) -> Changes:
        self._read_events()
        damage, pointer = self._fetch_damage() if self._dirty else ([], None)
        self._read_events()
        resized = self._resized and self._follow_size()
        if resized or self._everything:
            damage, self._everything = [Rect(0, 0, self._width, self._height)], False
        told = Changes(tuple(damage), self._windows.moves(), resized, self._cursor_changed, pointer)
        self._cursor_changed = False
        return told

    def _fetch_damage(self) -> tuple[list[Rect], tuple[int, int]]:
        """What is damaged, and where the pointer is: one way to the server and back for both."""
        self._damages.Subtract(self._damage, 0, self._told)
        self._dirty = False
        whole = Rect(0, 0, self._width, self._height)
        region, place = self._fixes.FetchRegion(self._told), self._c.core.QueryPointer(self._c.root)
        found, pointer = region.reply().rectangles, place.reply()
        rects = [r for one in found if (r := Rect(one.x, one.y, one.width, one.height).clip(whole)).area]
        return rects, (pointer.root_x, pointer.root_y)

    def _follow_size(self) -> bool:
        """Whether the screen is of another size now, or its monitors may lie otherwise."""
        self._resized = False
        size = self._geometry()
        if size != self.size():
            self._shm.Detach(self._segment)
            self._memory.close()
            self._segment, self._memory = self._attach(*size)
        return True

    def grab(self, rect: Rect) -> Pixels:
        try:
            with self._c.asking():
                self._shm.GetImage(self._c.root, *rect, _ALL_PLANES, _Z_PIXMAP, self._segment, 0).reply()
        except xcffib.Error:
            # The screen became smaller after we last looked: black, until the size has been told.
            self._resized = True
            return np.zeros((rect.h, rect.w, 4), np.uint8)
        return self._memory.pixels(rect.w, rect.h)

    def grab_with(self, rect: Rect, window: int) -> tuple[Pixels, tuple[int, int] | None]:
        # All three go out together, and what came together the server answers without a pause between: a
        # window that is dragged would be elsewhere a moment later.
        with self._c.asking():
            before = self._c.core.GetGeometry(window)
            image = self._shm.GetImage(self._c.root, *rect, _ALL_PLANES, _Z_PIXMAP, self._segment, 0)
            after = self._c.core.GetGeometry(window)
            self._c.flush()
            try:
                one, _, other = before.reply(), image.reply(), after.reply()
            except xcffib.Error:
                return self.grab(rect), None  # it was closed
        place = (one.x, one.y) if (one.x, one.y) == (other.x, other.y) else None
        return self._memory.pixels(rect.w, rect.h), place

    def cursor(self) -> CursorShape:
        with self._c.asking():
            image: Any = self._fixes.GetCursorImage().reply()
        pixels = np.array(image.cursor_image, dtype="<u4").tobytes()
        return CursorShape(image.width, image.height, image.xhot, image.yhot, pixels)

    def pointer(self) -> tuple[int, int]:
        with self._c.asking():
            answer = self._c.core.QueryPointer(self._c.root).reply()
        return answer.root_x, answer.root_y

    def close(self) -> None:
        self._c.close()
        self._memory.close()
