"""What the customer's keyboard can type: which key, and which modifiers with it, make a keysym."""

from collections.abc import Sequence
from typing import NamedTuple

SHIFT, LOCK, LEVEL3 = 1, 2, 0x80
"""Bits of X11's modifier state: Shift, Caps Lock, and where AltGr is on every PC keyboard of ours (Mod5)."""

_NO_SYMBOL = 0
_LATIN_1 = range(0x20, 0x100)
_UNICODE = 0x01000000
_UPPER_OF = {0xFF: 0x13BE}  # ydiaeresis: the one small letter of Latin-1 whose capital is not in it


class Stroke(NamedTuple):
    """A key, and what must be held with it. None: it does not matter, as every level says the same."""

    keycode: int
    shift: bool | None
    level3: bool | None


class Keymap:
    """`rows`: the keysyms of each keycode from `first` on as the core protocol has them; `group` 0 or 1."""

    def __init__(self, first: int, rows: Sequence[Sequence[int]], group: int = 0) -> None:
        self._levels = {first + i: _levels(row, group) for i, row in enumerate(rows)}
        self._strokes: dict[int, Stroke] = {}
        for code, levels in self._levels.items():
            for place, keysym in enumerate(levels):
                if keysym != _NO_SYMBOL:
                    self._add(keysym, _stroke(code, levels, place))

    def _add(self, keysym: int, stroke: Stroke) -> None:
        """Of several ways the one with the fewest modifiers."""
        known = self._strokes.get(keysym)
        if known is None or _cost(stroke) < _cost(known):
            self._strokes[keysym] = stroke

    def find(self, keysym: int) -> Stroke | None:
        """How to type it; None: this keyboard cannot."""
        found = self._strokes.get(keysym)
        if found is None and keysym in _LATIN_1:
            return self._strokes.get(_UNICODE | keysym)
        if found is None and keysym & ~0xFF == _UNICODE and keysym & 0xFF in _LATIN_1:
            return self._strokes.get(keysym & 0xFF)
        return found

    def at(self, keycode: int, state: int) -> int:
        """What this key types under these modifiers; 0: nothing."""
        levels = self._levels.get(keycode, (0, 0, 0, 0))
        shifted = bool(state & SHIFT) != (bool(state & LOCK) and is_letter(levels[0]))
        if state & LEVEL3:
            return levels[2 + shifted]
        return levels[shifted]

    def unused(self) -> list[int]:
        """Keycodes that type nothing, the highest first: they may be lent."""
        return [code for code in sorted(self._levels, reverse=True) if not any(self._levels[code])]


def is_letter(keysym: int) -> bool:
    """Whether Caps Lock has a say in it."""
    if keysym in _LATIN_1:
        return chr(keysym).isalpha()
    return keysym >= _UNICODE and keysym - _UNICODE < 0x110000 and chr(keysym - _UNICODE).isalpha()


def _levels(row: Sequence[int], group: int) -> tuple[int, int, int, int]:
    """Plain, Shift, AltGr, AltGr and Shift. The row: two of group 1, two of group 2, then their AltGr."""
    padded = [*row, *[_NO_SYMBOL] * 8]
    chosen = 2 * group if any(padded[2 * group : 2 * group + 2]) else 0
    plain, shifted = padded[chosen], padded[chosen + 1]
    if not shifted:
        shifted = _capital(plain)
    third, fourth = (padded[4 + chosen], padded[5 + chosen]) if len(row) > 4 else (_NO_SYMBOL, _NO_SYMBOL)
    return plain, shifted, third, fourth


def _capital(keysym: int) -> int:
    """A row of one letter stands for both its cases (X11 protocol, chapter 5)."""
    if not is_letter(keysym) or keysym not in _LATIN_1:
        return keysym
    upper = chr(keysym).upper()
    return ord(upper) if len(upper) == 1 and ord(upper) in _LATIN_1 else _UPPER_OF.get(keysym, keysym)


def _stroke(code: int, levels: tuple[int, int, int, int], place: int) -> Stroke:
    keysym = levels[place]
    same_shifted = levels[place ^ 1] in (keysym, _NO_SYMBOL)
    same_level3 = levels[place ^ 2] in (keysym, _NO_SYMBOL)
    return Stroke(code, None if same_shifted else bool(place & 1), None if same_level3 else bool(place & 2))


def _cost(stroke: Stroke) -> int:
    return 2 * bool(stroke.level3) + bool(stroke.shift)
