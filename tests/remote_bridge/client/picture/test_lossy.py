from remote_bridge.client.picture.lossy import Lossy
from remote_bridge.client.rects import Rect

WHOLE = Rect(0, 0, 640, 360)


def test_what_was_sent_nearly_is_due_when_it_has_been_quiet() -> None:
    lossy = Lossy(640, 360)
    assert lossy.due_at(0.4) is None
    lossy.add(Rect(10, 10, 100, 100), 5.0)
    assert lossy.due_at(0.4) == 5.4
    assert lossy.take_quiet(4.9, 1 << 30) == []
    taken = lossy.take_quiet(5.0, 1 << 30)
    assert all(any(r.clip(Rect(x, y, 1, 1)).area for r in taken) for x, y in ((10, 10), (109, 109)))
    assert lossy.due_at(0.4) is None


def test_what_was_sent_nearly_of_late_has_moved() -> None:
    lossy = Lossy(640, 360)
    lossy.add(Rect(64, 64, 128, 128), 5.0)
    assert lossy.has_moved(Rect(100, 100, 10, 10), 4.9)
    assert not lossy.has_moved(Rect(100, 100, 10, 10), 5.0)
    assert not lossy.has_moved(Rect(300, 100, 10, 10), 4.9)
    lossy.remove(Rect(64, 64, 128, 128))
    assert not lossy.has_moved(Rect(100, 100, 10, 10), 4.9)


def test_no_more_is_taken_at_once_than_allowed_and_all_in_the_end() -> None:
    lossy = Lossy(640, 360)
    lossy.add(WHOLE, 0.0)
    seen = 0
    while lossy.due_at(0) is not None:
        taken = sum(rect.area for rect in lossy.take_quiet(1.0, 50_000))
        assert 0 < taken <= 50_000 + 640 * 64
        seen += taken
    assert seen == WHOLE.area


def test_what_was_sent_exactly_is_right_to_the_edges() -> None:
    lossy = Lossy(640, 360)
    lossy.add(WHOLE, 0.0)
    lossy.remove(Rect(0, 64, 640, 296))
    assert lossy.take_quiet(1.0, 1 << 30) == [Rect(0, 0, 640, 64)]


def test_a_tile_that_is_exact_in_part_is_not_right_yet() -> None:
    lossy = Lossy(640, 360)
    lossy.add(Rect(0, 0, 64, 64), 0.0)
    lossy.remove(Rect(0, 0, 64, 63))
    assert lossy.due_at(0) == 0.0


def test_copied_pixels_are_as_right_as_their_source() -> None:
    lossy = Lossy(640, 360)
    lossy.add(Rect(0, 0, 64, 64), 3.0)
    lossy.copy(Rect(0, 0, 64, 64), Rect(320, 192, 64, 64))
    lossy.remove(Rect(0, 0, 64, 64))
    assert lossy.take_quiet(3.0, 1 << 30) == [Rect(320, 192, 64, 64)]
    lossy.add(Rect(320, 192, 64, 64), 3.0)
    lossy.copy(Rect(0, 0, 64, 64), Rect(320, 192, 64, 64))
    assert lossy.due_at(0) is None
