import numpy as np
import pytest

from remote_bridge.client.picture.picture import QUIET_SECONDS, Picture, Quality, Update
from remote_bridge.client.rects import Rect
from remote_bridge.client.screen import Changes, Move
from tests.remote_bridge.client.picture.pictures import Drawn, StillScreen, Words, photo, photos_in, text


def mixed() -> Words:
    words = text(640, 480)
    words[64:256, 320:576] = photo(256, 192)
    return words


def test_at_first_everything_is_sent_and_nothing_twice() -> None:
    drawn = Drawn(text(640, 480))
    assert drawn.is_exact
    assert drawn.see().parts == []


def test_black_counts_too_where_a_viewer_has_nothing() -> None:
    assert sum(part.rect.area for part in Drawn(np.zeros((100, 200), np.uint32)).see().parts) == 0
    picture = Picture(200, 100)
    parts = picture.update(StillScreen(np.zeros((100, 200), np.uint32)), Quality(79), 0.0).parts
    assert sum(part.rect.area for part in parts) == 200 * 100


def test_a_typed_letter_costs_few_bytes() -> None:
    words = text(640, 480)
    drawn = Drawn(words)
    words = words.copy()
    words[100:115, 200:209] = 0x202020
    update = drawn.see(words, Rect(190, 90, 40, 40))
    assert [part.rect for part in update.parts] == [Rect(200, 100, 9, 15)]
    assert drawn.bytes_out < 60
    assert drawn.is_exact


def test_what_stands_on_a_plain_ground_is_sent_apart_from_it() -> None:
    """The ground is drawn by one order; unpacking all of its pixels held up the browser for milliseconds."""
    desk = text(640, 480)
    drawn = Drawn(desk)
    desk = desk.copy()
    desk[100:340, 200:520] = 0xFF0000
    desk[200:220, 300:312] = np.arange(240, dtype=np.uint32).reshape(20, 12) % 7
    update = drawn.see(desk, Rect(200, 100, 320, 240))
    assert [part.rect for part in update.parts if part.rect.area < 1000] == [Rect(300, 200, 12, 20)]
    assert drawn.bytes_out < 300
    assert drawn.is_exact


def test_what_is_small_can_be_had_before_the_rest() -> None:
    drawn = Drawn(mixed())
    words = text(640, 480)
    words[64:256, 320:576] = photo(256, 192, 2)
    words[400:420, 20:30] = 0x202020
    drawn.screen.words = words
    drawn.picture.note(Changes((Rect(320, 64, 256, 192), Rect(20, 400, 10, 20))))
    assert drawn.picture.has_little(0.0)
    update = drawn.picture.little(drawn.screen, drawn.quality, 0.0)
    assert [part.rect for part in update.parts] == [Rect(20, 400, 10, 20)]
    assert not drawn.picture.has_little(0.5)
    assert drawn.picture.is_lacking
    drawn.draw(update)
    drawn.draw(drawn.picture.update(drawn.screen, drawn.quality, 0.5))
    assert drawn.error() < 2


def test_nothing_is_small_that_moves_again_and_again_or_that_nobody_has_seen() -> None:
    drawn = Drawn(mixed())
    drawn.picture.note(Changes((Rect(400, 100, 20, 20),)))
    assert not drawn.picture.has_little(0.5)
    assert drawn.picture.has_little(1.5)
    drawn.picture.note(Changes((), (Move(1, Rect(0, 0, 50, 50), 10, 10),)))
    assert not drawn.picture.has_little(1.5)
    assert not Picture(20, 20).has_little(1.5)


def test_a_photo_on_a_plain_ground_is_sent_as_one() -> None:
    words = np.full((1000, 1000), 0xC0C0C0, np.uint32)
    words[100:292, 100:356] = photo(256, 192)
    drawn = Drawn(words)
    assert drawn.error() < 2
    update = drawn.see(words ^ np.uint32(0x0F0F0F))
    assert photos_in(update)
    assert drawn.error() < 2


def test_text_is_no_ground_with_something_on_it() -> None:
    drawn = Drawn(text(640, 480))
    update = drawn.see(text(640, 480, 5000))
    assert len(update.parts) == 1
    assert drawn.is_exact


def test_text_beside_a_photo_stays_exact() -> None:
    drawn = Drawn(text(640, 480))
    update = drawn.see(mixed())
    assert photos_in(update)
    assert drawn.error() < 2
    beside = np.ones((480, 640), bool)
    beside[64:256, 320:576] = False
    assert (drawn.viewer.screen == drawn.screen.words)[beside].all()


def test_a_photo_becomes_exact_when_nothing_moves() -> None:
    drawn = Drawn(mixed())
    assert not drawn.is_exact
    assert drawn.picture.mend_at() == pytest.approx(QUIET_SECONDS)
    assert drawn.mend().parts == []
    drawn.now = QUIET_SECONDS
    while drawn.picture.mend_at() is not None:
        drawn.mend(30_000)
    assert drawn.is_exact


def test_without_jpeg_everything_is_exact() -> None:
    drawn = Drawn(mixed(), Quality(None))
    assert drawn.is_exact


def test_scrolling_sends_what_is_new() -> None:
    drawn = Drawn(text(640, 480, 1000))
    update = drawn.see(text(640, 480, 1032))
    assert len(update.copies) == 1
    assert sum(part.rect.area for part in update.parts) < 640 * 80
    assert drawn.is_exact


def test_what_is_new_beside_a_scroll_is_sent_too() -> None:
    before, after = text(640, 480, 1000), text(640, 480, 1032)
    after[:, 600:] = text(40, 480, 77)
    after[300:310, 20:40] = 0x123456
    drawn = Drawn(before)
    assert len(drawn.see(after).copies) == 1
    assert drawn.is_exact


def test_a_moved_window_is_copied_and_its_old_place_filled() -> None:
    desk, window = text(640, 480), photo(200, 150)
    before, after = desk.copy(), desk.copy()
    before[100:250, 100:300] = window
    after[120:270, 130:330] = window
    drawn = Drawn(before)
    drawn.now = 1.0
    drawn.mend()
    drawn.picture.note(Changes(moves=(Move(7, Rect(100, 100, 200, 150), 130, 120),)))
    update = drawn.see(after, Rect(100, 100, 230, 170))
    assert [copy.target for copy in update.copies][:1] == [Rect(130, 120, 200, 150)]
    assert sum(part.rect.area for part in update.parts) < 200 * 150
    assert drawn.error() < 0.5


def test_moves_add_up_until_an_update() -> None:
    drawn = Drawn(text(640, 480))
    words = text(640, 480)
    window = photo(200, 150)
    words[0:150, 0:200] = window
    drawn.see(words)
    after = text(640, 480)
    after[40:190, 50:250] = window
    for move in (Move(7, Rect(0, 0, 200, 150), 20, 20), Move(7, Rect(20, 20, 200, 150), 50, 40)):
        drawn.picture.note(Changes(moves=(move,)))
    update = drawn.see(after)
    assert (update.copies[0].source, update.copies[0].target[:2]) == (Rect(0, 0, 200, 150), (50, 40))


def test_a_window_that_has_gone_on_since_the_hint_is_followed_to_where_it_is() -> None:
    desk, window = text(640, 480), photo(200, 150)

    def shown(x: int, y: int) -> Words:
        words = desk.copy()
        words[y : y + 150, x : x + 200] = window
        return words

    drawn = Drawn(shown(100, 100))
    drawn.now = 1.0
    drawn.mend()
    # What is said of it is behind what is seen, time and again.
    said, seen = [(100, 100), (110, 110), (150, 130), (160, 140)], [(100, 100), (130, 120), (160, 140)]
    for turn in (0, 1):
        drawn.picture.note(Changes(moves=(Move(7, Rect(*said[turn], 200, 150), *said[turn + 1]),)))
        drawn.screen.places[7] = seen[turn + 1]
        update = drawn.see(shown(*seen[turn + 1]), Rect(90, 90, 300, 220))
        [copy] = update.copies
        assert (copy.target.x - copy.source.x, copy.target.y - copy.source.y) == (30, 20)
        assert sum(part.rect.area for part in update.parts) < 200 * 150
        assert drawn.error() < 0.5
    # Now the hint has come to where it is: nothing is left to be copied.
    drawn.picture.note(Changes(moves=(Move(7, Rect(*said[2], 200, 150), *said[3]),)))
    assert drawn.see(shown(160, 140), Rect(150, 130, 210, 160)) == Update([], [])


def test_windows_that_move_over_each_other_are_copied_in_their_order() -> None:
    drawn = Drawn(text(640, 480))
    words = text(640, 480)
    words[0:150, 0:200], words[200:350, 300:500] = photo(200, 150), photo(200, 150, 2)
    drawn.see(words)
    after = text(640, 480)
    after[200:350, 280:480], after[300:450, 420:620] = photo(200, 150, 2), photo(200, 150)
    moves = (Move(8, Rect(300, 200, 200, 150), 280, 200), Move(7, Rect(0, 0, 200, 150), 420, 300))
    drawn.picture.note(Changes(moves=moves))
    assert len(drawn.see(after).copies) == 2
    assert drawn.error() < 1


def test_a_hint_that_pixels_do_not_bear_out_is_no_copy() -> None:
    drawn = Drawn(photo(640, 480))
    drawn.picture.note(
        Changes(moves=(Move(7, Rect(0, 0, 200, 150), 200, 200), Move(8, Rect(-300, 0, 200, 9), 0, 0)))
    )
    assert drawn.see(photo(640, 480, 2)).copies == []


def test_many_changes_over_time_leave_the_viewer_with_the_screen() -> None:
    picks = np.random.default_rng(5)
    drawn = Drawn(text(640, 480))
    for _ in range(60):
        words = drawn.screen.words.copy()
        x, y = int(picks.integers(0, 500)), int(picks.integers(0, 400))
        match int(picks.integers(0, 4)):
            case 0:
                words[y : y + 70, x : x + 130] = photo(130, 70, int(picks.integers(99)))
            case 1:
                words[y : y + 20, x : x + 60] = int(picks.integers(1 << 24))
            case 2:
                words[0:448] = words[32:480].copy()
            case _:
                words[y : y + 60, x : x + 100] = text(100, 60, y)
        drawn.now += 0.1
        drawn.see(words)
        assert (drawn.picture.words == words).all()
        assert drawn.error() < 3
    drawn.now += 1
    while drawn.picture.mend_at() is not None:
        drawn.mend()
    assert drawn.is_exact


def test_what_the_viewer_asks_for_anew_is_sent_anew() -> None:
    drawn = Drawn(text(640, 480))
    drawn.picture.want(Rect(100, 100, 50, 40))
    update = drawn.picture.update(drawn.screen, drawn.quality, 0.0)
    assert sum(part.rect.area for part in update.parts) == 50 * 40


def test_large_rectangles_are_cut_into_strips() -> None:
    parts = Drawn(photo(2400, 600)).picture.update(StillScreen(photo(2400, 600, 2)), Quality(79), 0.0).parts
    assert parts == []
    drawn = Drawn(photo(2400, 600))
    update = drawn.see(photo(2400, 600, 2))
    assert all(part.rect.w <= 2048 and part.rect.area <= 256 * 1024 for part in update.parts)
    assert sum(part.rect.area for part in update.parts) == 2400 * 600


def test_where_nothing_ever_scrolls_a_scroll_is_still_found_a_little_later() -> None:
    drawn = Drawn(photo(320, 240))
    for seed in range(2, 20):
        assert drawn.see(photo(320, 240, seed)).copies == []
    drawn.see(text(320, 240, 1000))
    found = [bool(drawn.see(text(320, 240, 1000 + 8 * step)).copies) for step in range(1, 20)]
    assert any(found[:9])
    assert all(found[9:])
