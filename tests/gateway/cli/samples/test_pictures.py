"""The pictures of the sample mails."""

import zlib
from collections.abc import Callable

import pytest

from gateway.cli.samples.pictures import Canvas, printer_display, speed_test
from gateway.store.filetypes import detect_type


@pytest.mark.parametrize("draw", [printer_display, speed_test])
def test_it_is_a_png_and_always_the_same(draw: Callable[[], bytes]) -> None:
    assert detect_type(draw()) == "image/png"
    assert draw() == draw()


def test_what_is_drawn_stands_in_the_pixels() -> None:
    canvas = Canvas(2, 1)
    canvas.box(1, 0, 9, 9, (1, 2, 3))
    data = canvas.png()
    start = data.index(b"IDAT") + 4
    assert zlib.decompress(data[start : data.index(b"IEND") - 8]) == b"\0\xff\xff\xff\1\2\3"
