import pytest

from remote_bridge.client.x11.scancodes import keycode


@pytest.mark.parametrize(
    ("scancode", "expected"),
    [
        (0x01, 9),  # Esc
        (0x1E, 38),  # A
        (0x2A, 50),  # left Shift
        (0x53, 91),  # the keypad's point
        (0x56, 94),  # beside the left Shift, where there is one
        (0x57, 95),  # F11
        (0x80 | 0x1C, 104),  # Enter of the keypad
        (0x80 | 0x38, 108),  # AltGr
        (0x80 | 0x48, 111),  # up
        (0x80 | 0x5B, 133),  # the left Windows key
    ],
)
def test_places_are_those_of_evdev(scancode: int, expected: int) -> None:
    assert keycode(scancode) == expected


@pytest.mark.parametrize("scancode", [0, 0x55, 0x7F, 0xFF, 0x1E00])
def test_what_is_no_place_has_no_keycode(scancode: int) -> None:
    assert keycode(scancode) is None
