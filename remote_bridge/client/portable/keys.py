"""Keysyms of X11 as keys of pynput: its named ones, and characters."""

from typing import Any, NamedTuple

_NAMED = {
    0xFF08: "backspace", 0xFF09: "tab", 0xFF0D: "enter", 0xFF8D: "enter", 0xFF13: "pause",
    0xFF14: "scroll_lock", 0xFF1B: "esc", 0xFF50: "home", 0xFF51: "left", 0xFF52: "up", 0xFF53: "right",
    0xFF54: "down", 0xFF55: "page_up", 0xFF56: "page_down", 0xFF57: "end", 0xFF61: "print_screen",
    0xFF63: "insert", 0xFF67: "menu", 0xFF7F: "num_lock", 0xFFFF: "delete", 0xFFE1: "shift",
    0xFFE2: "shift_r", 0xFFE3: "ctrl", 0xFFE4: "ctrl_r", 0xFFE5: "caps_lock", 0xFFE7: "cmd",
    0xFFE8: "cmd_r", 0xFFE9: "alt", 0xFFEA: "alt_r", 0xFFEB: "cmd", 0xFFEC: "cmd_r", 0xFE03: "alt_gr",
    0x20: "space",
}  # fmt: skip
_NAMED |= {0xFFBE + i: f"f{i + 1}" for i in range(20)}
_KEYPAD = {0xFFAA: "*", 0xFFAB: "+", 0xFFAC: ",", 0xFFAD: "-", 0xFFAE: ".", 0xFFAF: "/"}
_KEYPAD |= {0xFFB0 + i: str(i) for i in range(10)}
_KEYPAD_MOVES = {0xFF95: 0xFF50, 0xFF96: 0xFF51, 0xFF97: 0xFF52, 0xFF98: 0xFF53, 0xFF99: 0xFF54}
_KEYPAD_MOVES |= {0xFF9A: 0xFF55, 0xFF9B: 0xFF56, 0xFF9C: 0xFF57, 0xFF9E: 0xFF63, 0xFF9F: 0xFFFF}


class Named(NamedTuple):
    """A key that pynput has a name for."""

    name: str


def key_of(keysym: int) -> Named | str | None:
    """The key for a keysym: a named one, a character, or None if there is none."""
    keysym = _KEYPAD_MOVES.get(keysym, keysym)
    if keysym in _NAMED:
        return Named(_NAMED[keysym])
    if keysym in _KEYPAD:
        return _KEYPAD[keysym]
    if 0x20 < keysym < 0x7F or 0xA0 <= keysym < 0x100:
        return chr(keysym)
    code = keysym - 0x01000000
    is_character = 0x100 <= code < 0x110000 and not 0xD800 <= code < 0xE000
    return chr(code) if is_character else _legacy(keysym)


def _legacy(keysym: int) -> str | None:
    """Characters that X11 knew before Unicode and browsers still send so: the euro sign among few."""
    return {0x20AC: "€", 0x13BC: "Œ", 0x13BD: "œ", 0x13BE: "Ÿ"}.get(keysym)


def resolve(keys: Any, key: Named | str) -> Any:
    """The key as pynput's controller takes it; None where this system has none such."""
    if isinstance(key, str):
        return key
    return getattr(keys, key.name, None)
