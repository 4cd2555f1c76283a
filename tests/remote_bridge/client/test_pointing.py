import numpy as np
import pytest

from remote_bridge.client.pointing import PointedScreen
from remote_bridge.client.rects import Rect
from remote_bridge.client.screen import Changes, CursorShape
from tests.remote_bridge.client.picture.pictures import StillScreen

# Two pixels wide: half-transparent red, and nothing.
ARROW = CursorShape(2, 1, 1, 0, bytes([0, 0, 128, 128, 0, 0, 0, 0]))
WHOLE = Rect(0, 0, 64, 48)


class Desk(StillScreen):
    """White, with a pointer that is put somewhere, and no change of its own."""

    def __init__(self) -> None:
        super().__init__(np.full((48, 64), 0xFFFFFF, np.uint32))
        self.at = (10, 20)
        self.asked = 0
        self.news = Changes()

    def is_dirty(self) -> bool:
        return False

    def changes(self) -> Changes:
        news, self.news = self.news, Changes()
        return news

    def cursor(self) -> CursorShape:
        return ARROW

    def pointer(self) -> tuple[int, int]:
        self.asked += 1
        return self.at


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def pointed(desk: Desk) -> PointedScreen:
    one = PointedScreen(desk, clock=iter(range(1000)).__next__)  # a second later each time
    one.changes()
    return one


def coloured(pointed: PointedScreen, rect: Rect = WHOLE) -> dict[tuple[int, int], list[int]]:
    """The pixels that are not white."""
    pixels = pointed.grab(rect)
    assert (pointed.grab_with(rect, 7)[0] == pixels).all()
    found = np.argwhere((pixels[..., :3] != 255).any(axis=2)).tolist()
    return {(x + rect.x, y + rect.y): pixels[y, x, :3].tolist() for y, x in found}


def test_the_customers_pointer_is_laid_over_the_picture(desk: Desk, pointed: PointedScreen) -> None:
    assert coloured(pointed) == {(9, 20): [127, 127, 255]}
    assert coloured(pointed, Rect(9, 10, 5, 20)) == {(9, 20): [127, 127, 255]}
    assert coloured(pointed, Rect(20, 10, 5, 20)) == {}
    assert (desk.words == 0xFFFFFF).all()


def test_its_way_is_damage_there_and_here(desk: Desk, pointed: PointedScreen) -> None:
    assert not pointed.is_dirty()
    desk.at = (30, 40)
    assert pointed.is_dirty()
    assert pointed.changes().damage == (Rect(9, 20, 2, 1), Rect(29, 40, 2, 1))
    assert list(coloured(pointed)) == [(29, 40)]
    assert not pointed.is_dirty()


def test_where_a_viewer_has_put_it_that_viewer_draws_it(desk: Desk, pointed: PointedScreen) -> None:
    pointed.steered(30, 40)
    desk.at = (30, 40)
    assert pointed.is_dirty()
    assert pointed.changes().damage == (Rect(9, 20, 2, 1),)
    assert coloured(pointed) == {}
    desk.at = (31, 40)
    assert pointed.changes().damage == (Rect(30, 40, 2, 1),)


def test_the_server_is_not_asked_again_and_again_but_at_once_after_a_viewer_moved_it(desk: Desk) -> None:
    now = 5.0
    pointed = PointedScreen(desk, clock=lambda: now)
    for _ in range(5):
        pointed.changes()
        pointed.is_dirty()
    assert desk.asked == 1
    desk.at = (30, 40)
    assert not pointed.is_dirty()
    pointed.steered(30, 40)
    assert pointed.is_dirty()
    assert desk.asked == 2
    now += 0.05
    desk.at = (31, 40)
    assert pointed.changes().damage == (Rect(9, 20, 2, 1), Rect(30, 40, 2, 1))


def test_a_place_that_comes_with_the_changes_is_not_asked_for(desk: Desk, pointed: PointedScreen) -> None:
    asked = desk.asked
    pointed = PointedScreen(desk, clock=lambda: 0.0)
    desk.news = Changes((WHOLE,), pointer=(30, 40))
    assert pointed.changes().damage == (WHOLE, Rect(29, 40, 2, 1))
    assert desk.asked == asked


def test_what_the_server_tells_while_it_is_asked_for_the_pointer_is_seen_at_once() -> None:
    class Telling(Desk):
        has_told = False

        def pointer(self) -> tuple[int, int]:
            self.has_told = True
            return super().pointer()

        def is_dirty(self) -> bool:
            return self.has_told

    desk = Telling()
    pointed = PointedScreen(desk, clock=iter(range(1000)).__next__)
    pointed.changes()
    desk.has_told = False
    assert pointed.is_dirty()


def test_at_the_edge_only_what_is_on_the_screen_counts(desk: Desk, pointed: PointedScreen) -> None:
    desk.at = (0, 0)
    assert pointed.changes().damage[1:] == (Rect(0, 0, 1, 1),)
    assert pointed.grab(WHOLE).shape == (48, 64, 4)
    desk.at = (200, 200)
    assert pointed.changes().damage == (Rect(0, 0, 1, 1),)


def test_another_shape_is_drawn_anew_and_the_rest_is_the_screens(desk: Desk, pointed: PointedScreen) -> None:
    desk.news = Changes((WHOLE,), cursor=True)
    changes = pointed.changes()
    assert (changes.cursor, changes.damage) == (True, (WHOLE, Rect(9, 20, 2, 1), Rect(9, 20, 2, 1)))
    assert (pointed.size(), pointed.fileno(), pointed.pointer()) == ((64, 48), None, (10, 20))
    assert pointed.cursor() == ARROW
    assert len(pointed.monitors()) == 1
    pointed.close()
