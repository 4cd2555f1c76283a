import numpy as np
import pytest

from remote_bridge.client.picture.motion import Copy, apply, find_scroll, holds
from remote_bridge.client.rects import Rect
from tests.remote_bridge.client.picture.pictures import Words, photo, text


@pytest.mark.parametrize("shift", [1, 40, -7, -100, 230])
def test_scrolled_text_is_found_and_applying_it_makes_it_so(shift: int) -> None:
    old, new = text(400, 300, 1000), text(400, 300, 1000 + shift)
    copy = find_scroll(new, old) if abs(shift) < 200 else None
    if copy is None:
        assert abs(shift) >= 200
        return
    assert copy.source.y - copy.y == shift
    apply(old, copy)
    assert (
        old[copy.y : copy.target.bottom, copy.x : copy.target.right] == new[copy.y : copy.target.bottom]
    ).all()


def test_too_little_that_stays_is_no_scroll() -> None:
    assert find_scroll(text(400, 300, 1280), text(400, 300, 1000)) is None


def test_a_scroll_bar_beside_it_does_not_disturb() -> None:
    old, new = text(400, 300, 1000), text(400, 300, 1032)
    old[20:60, 385:] = new[40:80, 385:] = 0x808080
    old[:, 380:385] = new[:, 380:385] = 0x112233
    copy = find_scroll(new, old)
    assert copy is not None
    assert copy.source.y - copy.y == 32
    assert copy.target.w >= 380


@pytest.mark.parametrize(
    ("new", "old"),
    [
        (photo(200, 200, 1), photo(200, 200, 2)),
        (text(200, 200), text(200, 200)),
        (np.zeros((200, 200), np.uint32), np.ones((200, 200), np.uint32)),
        (text(40, 300, 8), text(40, 300)),
    ],
)
def test_other_changes_are_no_scroll(new: Words, old: Words) -> None:
    assert find_scroll(new, old) is None


def test_an_overlapping_copy_is_applied_as_a_viewer_does() -> None:
    picture = np.arange(20, dtype=np.uint32).reshape(5, 4)
    before = picture.copy()
    apply(picture, Copy(Rect(0, 0, 4, 4), 0, 1))
    assert (picture[1:] == before[:4]).all()


def test_a_window_that_is_mostly_there_is_worth_a_copy() -> None:
    window = photo(200, 100)
    covered = window.copy()
    covered[:40] = 0
    assert holds(covered, window)
    assert not holds(photo(200, 100, 7), window)
    assert not holds(window[:50], window)
