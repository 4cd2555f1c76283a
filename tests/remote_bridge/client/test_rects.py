import itertools
import random

from hypothesis import given
from hypothesis import strategies as st

from remote_bridge.client.rects import Rect, Region

small = st.builds(Rect, *[st.integers(0, 12)] * 2, *[st.integers(0, 8)] * 2)


def pixels(*rects: Rect) -> set[tuple[int, int]]:
    return {p for r in rects for p in itertools.product(range(r.x, r.right), range(r.y, r.bottom))}


@given(small, small)
def test_clipping_and_cutting_out_make_up_the_whole(a: Rect, b: Rect) -> None:
    rest = a.without(b)
    common = a.clip(b)
    assert pixels(*rest) == pixels(a) - pixels(b)
    assert sum(r.area for r in rest) + common.area == a.area
    assert (pixels(common) if common.area else set()) == pixels(a) & pixels(b)


@given(small, small)
def test_a_frame_holds_both(a: Rect, b: Rect) -> None:
    assert a.around(b).holds(a)
    assert a.around(b).holds(b)


@given(st.lists(small, max_size=10))
def test_a_region_holds_what_was_added_once(rects: list[Rect]) -> None:
    region = Region(rects)
    assert pixels(*region) == pixels(*rects)
    assert region.area == len(pixels(*rects))


def test_a_region_of_many_rectangles_becomes_few_and_forgets_none() -> None:
    picks = random.Random(1)
    rects = [Rect(picks.randrange(1800), picks.randrange(1000), 5, 5) for _ in range(300)]
    region = Region(rects)
    assert len(list(region)) <= 24
    assert pixels(*rects) <= pixels(*region)


def test_what_is_removed_is_gone_and_what_is_taken_leaves_nothing() -> None:
    region = Region([Rect(0, 0, 10, 10)])
    region.remove(Rect(2, 2, 3, 3))
    assert pixels(*region) == pixels(Rect(0, 0, 10, 10)) - pixels(Rect(2, 2, 3, 3))
    assert pixels(*region.clipped(Rect(0, 0, 3, 3))) == pixels(Rect(0, 0, 3, 3)) - {(2, 2)}
    assert pixels(*region.take()) != set()
    assert not region


def test_moving_keeps_the_size() -> None:
    assert Rect(1, 2, 3, 4).moved(10, -2) == Rect(11, 0, 3, 4)
