"""Keys and mouse by XTEST: as the customer's own, whatever keyboard the far side has."""

import contextlib
from typing import Any

import xcffib
import xcffib.xproto
import xcffib.xtest

from remote_bridge.client.x11.connection import Connection
from remote_bridge.client.x11.keymap import LEVEL3, LOCK, SHIFT, Keymap, Stroke, is_letter
from remote_bridge.client.x11.scancodes import keycode

_PRESS, _RELEASE, _BUTTON_PRESS, _BUTTON_RELEASE, _MOTION = 2, 3, 4, 5, 6
_SHIFT_KEYS = (0xFFE1, 0xFFE2)
_LEVEL3_KEYS = (0xFE03, 0xFF7E)
_MODIFIERS = range(0xFFE1, 0xFFEF)
_MORE_MODIFIERS = range(0xFE01, 0xFE14)
_UP, _EVDEV_UP = 0xFF52, 111
_BUTTONS = 9
_MOST_LENT = 8
_FARTHEST = 0x7FFF
"""Places on a screen of X11 have 15 bits, those of RFB 16: what lies beyond is at its edge."""


class X11Input:
    """XTEST. A key that the customer's keyboard lacks is lent to an unused keycode until `close`."""

    def __init__(self, display: str | None = None) -> None:
        self._c = Connection(display)
        self._test: Any = self._c.extension(xcffib.xtest, 2, 2)
        setup = self._c.x.get_setup()
        self._first, self._count = setup.min_keycode, setup.max_keycode - setup.min_keycode + 1
        self._keys_down: dict[tuple[int, int], int] = {}  # keysym and scancode as they came -> keycode
        self._buttons = 0
        self._lent: dict[int, int] = {}  # keysym -> keycode
        self._read_keymap()

    def _read_keymap(self) -> None:
        answer = self._c.core.GetKeyboardMapping(self._first, self._count).reply()
        per, symbols = answer.keysyms_per_keycode, list(answer.keysyms)
        rows = [symbols[i * per : (i + 1) * per] for i in range(self._count)]
        group = self._state() >> 13 & 1
        self._map = Keymap(self._first, rows, group)
        self._per = per
        # Only where the arrows lie as Linux has them do codes of places mean what they say.
        self.knows_places = self._map.at(_EVDEV_UP, 0) == _UP
        self._group = group

    def _state(self) -> int:
        with self._c.asking():
            mask: int = self._c.core.QueryPointer(self._c.root).reply().mask
        return mask

    def _follow_keymap(self) -> int:
        """What is held down now. The customer may change the keyboard's layout while we look."""
        state = self._state()
        changed = [e for e in self._c.events() if isinstance(e, xcffib.xproto.MappingNotifyEvent)]
        if changed or state >> 13 & 1 != self._group:
            self._read_keymap()
        return state

    def key(self, keysym: int, scancode: int, *, down: bool) -> None:
        name = (keysym, scancode)
        with self._c.asking():
            if not down:
                self._release_key(name)
            elif name not in self._keys_down:  # the customer's own keyboard repeats
                self._press_key(name)
            self._c.flush()

    def _release_key(self, name: tuple[int, int]) -> None:
        code = self._keys_down.pop(name, None)
        if code is None and name[1]:
            # With Shift let go first, the same place has another keysym when it is released.
            name = next((known for known in self._keys_down if known[1] == name[1]), name)
            code = self._keys_down.pop(name, None)
        if code is not None and code not in self._keys_down.values():
            self._fake(_RELEASE, code)

    def _press_key(self, name: tuple[int, int]) -> None:
        keysym, scancode = name
        state = self._follow_keymap()
        place = keycode(scancode) if self.knows_places else None
        if place is not None and (
            keysym == 0 or _is_modifier(keysym) or self._map.at(place, state) == keysym
        ):
            self._down(name, place)
            return
        stroke = self._map.find(keysym) or self._lend(keysym)
        if stroke is None:
            if place is not None:
                self._down(name, place)
            return
        if _is_modifier(keysym):
            self._down(name, stroke.keycode)
            return
        self._type(name, stroke, state)

    def _down(self, name: tuple[int, int], code: int) -> None:
        self._keys_down[name] = code
        self._fake(_PRESS, code)

    def _type(self, name: tuple[int, int], stroke: Stroke, state: int) -> None:
        """Press with the modifiers that it takes here, then leave those as they were."""
        shift = stroke.shift
        if shift is not None and state & LOCK and is_letter(name[0]):
            shift = not shift
        undo = self._hold(_SHIFT_KEYS, wanted=shift, held=bool(state & SHIFT))
        undo += self._hold(_LEVEL3_KEYS, wanted=stroke.level3, held=bool(state & LEVEL3))
        self._down(name, stroke.keycode)
        for kind, code in reversed(undo):
            self._fake(kind, code)

    def _hold(self, keysyms: tuple[int, ...], *, wanted: bool | None, held: bool) -> list[tuple[int, int]]:
        """Have a modifier as it is wanted for one stroke; what puts it back."""
        if wanted is None or wanted == held:
            return []
        if not wanted:
            codes = {stroke.keycode for keysym in keysyms if (stroke := self._map.find(keysym))}
            pressed = [code for code in codes if self._is_down(code)]
            for code in pressed:
                self._fake(_RELEASE, code)
            return [(_PRESS, code) for code in pressed]
        key = next((stroke for keysym in keysyms if (stroke := self._map.find(keysym))), None)
        if key is None:
            return []
        self._fake(_PRESS, key.keycode)
        return [(_RELEASE, key.keycode)]

    def _is_down(self, code: int) -> bool:
        with self._c.asking():
            keys = self._c.core.QueryKeymap().reply().keys
        return bool(keys[code // 8] >> code % 8 & 1)

    def _lend(self, keysym: int) -> Stroke | None:
        """Let an unused key type it; None when none is left, or it is no keysym."""
        if not 0 < keysym < 1 << 29:
            return None
        if keysym not in self._lent:
            spare = [code for code in self._map.unused() if code not in self._lent.values()]
            if len(self._lent) >= _MOST_LENT or not spare:
                oldest = next((k for k, c in self._lent.items() if c not in self._keys_down.values()), None)
                if oldest is None:
                    return None
                spare = [self._lent.pop(oldest)]
            self._lent[keysym] = spare[0]
            self._change_key(spare[0], keysym)
        return Stroke(self._lent[keysym], None, None)

    def _change_key(self, code: int, keysym: int) -> None:
        self._c.core.ChangeKeyboardMapping(1, code, self._per, [keysym] * self._per)
        self._c.flush()

    def pointer(self, x: int, y: int, buttons: int) -> None:
        with self._c.asking():
            self._point(x, y, buttons)

    def _point(self, x: int, y: int, buttons: int) -> None:
        place = min(x, _FARTHEST), min(y, _FARTHEST)
        self._test.FakeInput(_MOTION, 0, 0, self._c.root, *place, 0)
        for number in range(_BUTTONS):
            changed = (self._buttons ^ buttons) >> number & 1
            if changed:
                is_down = buttons >> number & 1
                self._fake(_BUTTON_PRESS if is_down else _BUTTON_RELEASE, number + 1)
        self._buttons = buttons & (1 << _BUTTONS) - 1
        self._c.flush()

    def _fake(self, kind: int, detail: int) -> None:
        self._test.FakeInput(kind, detail, 0, 0, 0, 0, 0)

    def release_all(self) -> None:
        with contextlib.suppress(xcffib.ConnectionException):  # a server that is gone holds no key down
            self._release_all()

    def _release_all(self) -> None:
        for code in set(self._keys_down.values()):
            self._fake(_RELEASE, code)
        self._keys_down.clear()
        for number in range(_BUTTONS):
            if self._buttons >> number & 1:
                self._fake(_BUTTON_RELEASE, number + 1)
        self._buttons = 0
        self._c.flush()

    def close(self) -> None:
        """Keys up, and each lent key is unused again."""
        with contextlib.suppress(xcffib.ConnectionException):
            self._release_all()
            for code in self._lent.values():
                self._change_key(code, 0)
            self._c.core.GetInputFocus().reply()  # all of it has arrived
        self._c.close()


def _is_modifier(keysym: int) -> bool:
    return keysym in _MODIFIERS or keysym in _MORE_MODIFIERS or keysym in (0xFF7E, 0xFF7F)
