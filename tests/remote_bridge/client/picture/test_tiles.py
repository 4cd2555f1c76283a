import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from remote_bridge.client.picture.tiles import TILE, Difference, cover, photos
from remote_bridge.client.rects import Rect
from tests.remote_bridge.client.picture.pictures import photo, text


@given(
    st.integers(1, 300), st.integers(1, 300), st.lists(st.tuples(st.integers(0, 299), st.integers(0, 299)))
)
def test_tiles_with_a_difference_are_marked_and_no_other(
    width: int, height: int, points: list[tuple[int, int]]
) -> None:
    old = np.zeros((height, width), np.uint32)
    new = old.copy()
    inside = [(x, y) for x, y in points if x < width and y < height]
    for x, y in inside:
        new[y, x] = 1
    marked = {(int(x), int(y)) for y, x in np.argwhere(Difference(new, old).tiles())}
    assert marked == {(x // TILE, y // TILE) for x, y in inside}


def test_the_frame_is_as_tight_as_can_be() -> None:
    old = np.zeros((200, 200), np.uint32)
    new = old.copy()
    new[50, 60] = new[70, 130] = 1
    difference = Difference(new, old)
    assert difference.frame(Rect(0, 0, 200, 200)) == Rect(60, 50, 71, 21)
    assert difference.frame(Rect(0, 0, 100, 100)) == Rect(60, 50, 1, 1)
    assert difference.frame(Rect(0, 0, 20, 20)).area == 0


@given(st.lists(st.lists(st.booleans(), min_size=4, max_size=4), min_size=1, max_size=5))
def test_the_cover_holds_the_marked_tiles_once_and_no_other(rows: list[list[bool]]) -> None:
    mask = np.array(rows)
    height, width = len(rows) * TILE - 10, 4 * TILE - 20
    seen = np.zeros((len(rows) * TILE, 4 * TILE), int)
    for rect in cover(mask, height, width):
        assert Rect(0, 0, width, height).holds(rect)
        seen[rect.y : rect.bottom, rect.x : rect.right] += 1
    expected = np.kron(mask.astype(int), np.ones((TILE, TILE), int))
    expected[height:] = expected[:, width:] = 0
    assert (seen == expected).all()


@pytest.mark.parametrize(("width", "height"), [(320, 256), (333, 240), (64, 64), (2, 300)])
def test_photos_are_told_from_text(width: int, height: int) -> None:
    assert photos(photo(width, height)).all()
    assert not photos(text(width, height)).any()


def test_a_single_column_is_no_photo() -> None:
    assert photos(photo(1, 200)).shape == (4, 1)
    assert not photos(photo(1, 200)).any()


def test_each_tile_is_looked_at_alone() -> None:
    pixels = text(256, 256)
    pixels[64:192, 128:256] = photo(128, 128)
    expected = np.zeros((4, 4), bool)
    expected[1:3, 2:4] = True
    assert (photos(pixels) == expected).all()
