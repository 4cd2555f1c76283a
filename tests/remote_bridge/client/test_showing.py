import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor, ThreadPoolExecutor

import numpy as np
import pytest

from remote_bridge.client.rects import Rect
from remote_bridge.client.rfb.messages import RfbError
from remote_bridge.client.screen import Changes
from remote_bridge.client.showing import CHUNK_BYTES, Showing
from tests.fakes.rfb_viewer import ENCODINGS, RfbViewer
from tests.remote_bridge.client.picture.pictures import StillScreen, Words, far, photo, text

EVERYTHING = Changes((Rect(0, 0, 4000, 4000),))


class Shown:
    """A showing and its viewer, on a line of `trip` seconds there and back and so many bytes a second."""

    def __init__(self, words: Words, *encodings: int, trip: float = 0.0, rate: float = float("inf")) -> None:
        self.rate = rate
        self.screen, self.viewer, self.now, self.trip = (
            StillScreen(words),
            RfbViewer(encodings or ENCODINGS),
            100.0,
            trip,
        )
        self.sent: list[bytes] = []
        self.showing = Showing(
            self.screen, "Acme", self.sent.append, takes_places=True, clock=lambda: self.now
        )
        self.exchange()

    def exchange(self) -> None:
        """Let both say all that they have to say."""
        while self.sent:
            data = b"".join(self.sent)
            self.sent.clear()
            self.viewer.receive(data)
            self.now += self.trip + len(data) / self.rate
            self.showing.receive(self.viewer.take_output())

    async def see(self, pool: Executor, words: Words | None = None) -> None:
        if words is not None:
            self.screen.words = words
            self.showing.note(EVERYTHING)
        while self.showing.may_step() and await self.showing.step(pool):
            self.exchange()

    @property
    def is_exact(self) -> bool:
        return bool((self.viewer.screen == self.screen.words).all())


def shown(words: Words, *encodings: int, trip: float = 0.0, rate: float = float("inf")) -> Shown:
    return Shown(words, *encodings, trip=trip, rate=rate)


def run(one: Callable[[], Shown], *seen: Words) -> Shown:
    async def told() -> Shown:
        with ThreadPoolExecutor(2) as pool:
            it = one()
            await it.see(pool)
            for words in seen:
                await it.see(pool, words)
            return it

    return asyncio.run(told())


def test_the_viewer_has_the_screen_its_name_and_its_pointer() -> None:
    it = run(lambda: shown(text(640, 480)))
    assert it.is_exact
    assert it.viewer.name == "Acme"
    assert [cursor[:2] for cursor in it.viewer.cursors] == [(1, 1)]


def test_large_changes_are_made_in_threads_and_stay_in_order() -> None:
    first, second = text(1600, 1000), text(1600, 1000, 4000)
    second[100:700, 200:1000] = photo(800, 600)
    it = run(lambda: shown(first), second)
    assert far(it.viewer.screen, second) < 1
    beside = it.viewer.screen == second
    beside[100 - 64 : 700 + 64, 200 - 64 : 1000 + 64] = True  # a tile that is a photo in part is sent as one
    assert beside.all()


def test_photos_are_mended_when_it_is_quiet() -> None:
    it = run(lambda: shown(photo(640, 480)))
    before = it.is_exact
    assert it.showing.mend_in() == pytest.approx(0.4)
    it.now += 1

    async def mend() -> None:
        with ThreadPoolExecutor(1) as pool:
            await it.see(pool)

    asyncio.run(mend())
    assert (before, it.is_exact) == (False, True)
    assert it.showing.mend_in() is None


@pytest.mark.parametrize("encodings", [(0,), (1, 0), (7, 1, 0), (7, 0, -26)])
def test_viewers_that_know_less_see_as_well(encodings: tuple[int, ...]) -> None:
    it = run(lambda: shown(text(320, 240, 100), *encodings), text(320, 240, 120))
    assert it.is_exact


def test_only_one_update_is_under_way_until_the_viewer_has_read_it() -> None:
    async def told() -> None:
        it = shown(text(320, 240))
        with ThreadPoolExecutor(1) as pool:
            await it.see(pool)
            it.viewer.answers_fences = False
            it.screen.words = text(320, 240, 50)
            it.showing.note(EVERYTHING)
            assert await it.showing.step(pool)
            it.showing.note(EVERYTHING)
            assert not it.showing.may_step()
            assert not it.showing.takes_changes
            it.now += 11
            assert it.showing.is_stuck()

    asyncio.run(told())


def test_on_a_slow_line_photos_are_smaller() -> None:
    fast = run(lambda: shown(photo(640, 480), trip=0.001), photo(640, 480, 2))
    slow = run(lambda: shown(photo(640, 480), trip=1.0), photo(640, 480, 2), photo(640, 480, 3))
    long = run(lambda: shown(photo(640, 480), trip=0.06), photo(640, 480, 2), photo(640, 480, 3))
    assert (fast.showing.quality.jpeg, fast.showing.quality.subsampling) == (79, "444")
    assert (long.showing.quality.jpeg, long.showing.quality.subsampling) == (42, "420")
    assert (slow.showing.quality.jpeg, slow.showing.quality.subsampling) == (42, "420")


def test_a_new_size_is_followed_and_told_first() -> None:
    it = run(lambda: shown(text(320, 240)))
    it.screen.words = text(400, 300)
    it.showing.note(Changes((Rect(0, 0, 400, 300),), resized=True))

    async def go_on() -> None:
        with ThreadPoolExecutor(1) as pool:
            await it.see(pool)

    asyncio.run(go_on())
    assert it.viewer.screen.shape == (300, 400)
    assert it.is_exact


def test_a_viewer_that_cannot_follow_is_lost() -> None:
    it = run(lambda: shown(text(320, 240), 7, 0))
    it.screen.words = text(400, 300)
    with pytest.raises(RfbError):
        it.showing.note(Changes(resized=True))


def test_updates_leave_in_pieces_while_the_rest_is_made() -> None:
    async def told() -> None:
        it = shown(photo(1600, 1000))
        with ThreadPoolExecutor(2) as pool:
            await it.showing.step(pool)
            it.exchange()
            await it.showing.step(pool)
        assert len(it.sent) > 3
        assert max(map(len, it.sent)) < 30 * CHUNK_BYTES

    asyncio.run(told())


def test_what_is_asked_within_an_update_is_answered_behind_it() -> None:
    it = shown(photo(1600, 1000))

    def send(data: bytes) -> None:
        it.sent.append(data)
        if len(data) >= CHUNK_BYTES:  # there is more of this update to come
            it.viewer.mark(b"asked")
            it.showing.receive(it.viewer.take_output())

    it.showing._send = send
    with ThreadPoolExecutor(2) as pool:
        asyncio.run(it.see(pool))
    assert len(it.viewer.marks) > 1
    assert far(it.viewer.screen, it.screen.words) < 4


VIDEO, LETTER = Rect(640, 256, 640, 360), Rect(100, 100, 10, 20)


def beside_a_video(frame: int, *, is_typed: bool = False) -> Words:
    words = text(1280, 720)
    words[VIDEO.y : VIDEO.bottom, VIDEO.x : VIDEO.right] = photo(VIDEO.w, VIDEO.h, frame)
    if is_typed:
        words[LETTER.y : LETTER.bottom, LETTER.x : LETTER.right] = 0x202020
    return words


def story(told: Callable[[Shown, ThreadPoolExecutor], Awaitable[None]], *, trip: float) -> None:
    """With a viewer of a video, over a line of 5 Mbit/s."""

    async def run_it() -> None:
        with ThreadPoolExecutor(1) as pool:
            it = shown(beside_a_video(1), trip=trip, rate=600e3)
            await it.see(pool)
            for frame in (2, 3, 4):
                it.screen.words = beside_a_video(frame)
                it.showing.note(Changes((VIDEO,)))
                while it.showing.may_step() and await it.showing.step(pool):
                    it.exchange()
            await told(it, pool)

    asyncio.run(run_it())


def test_on_a_long_line_an_echo_does_not_wait_for_what_moves_beside_it() -> None:
    async def told(it: Shown, pool: ThreadPoolExecutor) -> None:
        for frame in range(5, 30):
            it.screen.words = beside_a_video(frame)
            it.showing.note(Changes((VIDEO,)))
            if not it.showing.may_step():
                break
            await it.showing.step(pool)
        before = len(it.sent)
        it.screen.words = beside_a_video(30, is_typed=True)
        it.showing.note(Changes((LETTER, VIDEO)))
        assert it.showing.takes_changes
        assert it.showing.may_step()
        assert await it.showing.step(pool)
        assert sum(map(len, it.sent[before:])) < 200
        assert not it.showing.may_step()
        it.exchange()
        assert (it.viewer.screen[100:120, 100:110] == 0x202020).all()
        await it.see(pool)
        assert far(it.viewer.screen, it.screen.words) < 2

    story(told, trip=0.06)


def test_what_moves_rests_for_an_echo_and_takes_a_share_of_a_long_line_while_one_types() -> None:
    async def told(it: Shown, pool: ThreadPoolExecutor) -> None:
        assert it.showing.quality.jpeg == 42
        it.showing.steered()
        it.screen.words = beside_a_video(5)
        it.showing.note(Changes((VIDEO,)))
        assert not it.showing.may_step()
        assert it.showing.rest_in() == pytest.approx(0.04)
        assert it.showing.quality.jpeg == 29
        it.now += 0.05
        assert it.showing.rest_in() is None
        assert await it.showing.step(pool)
        it.exchange()
        it.showing.note(Changes((VIDEO,)))
        rest = it.showing.rest_in()
        assert rest is not None
        assert 0.05 < rest <= 0.25
        for _ in range(20):
            it.now += 0.02
            it.showing.steered()
        assert it.showing.may_step()  # whoever types without a pause sees the rest now and then as well

    story(told, trip=0.06)


@pytest.mark.parametrize("what", ["cursor", "size"])
def test_a_cursor_or_a_size_that_came_within_a_rest_goes_out_at_its_end(what: str) -> None:
    async def told(it: Shown, pool: ThreadPoolExecutor) -> None:
        it.showing.steered()
        if what == "cursor":
            it.showing.note(Changes(cursor=True))
        else:
            it.showing.note(Changes(resized=True))
        assert not it.showing.may_step()
        rest = it.showing.rest_in()
        assert rest == pytest.approx(0.04)
        it.now += 0.04
        assert it.showing.may_step()
        await it.see(pool)
        assert it.showing.rest_in() is None

    story(told, trip=0.06)


def test_nothing_is_mended_over_a_long_line_while_one_types() -> None:
    async def told(it: Shown, _pool: ThreadPoolExecutor) -> None:
        it.now += 0.5
        assert it.showing.may_step()
        it.showing.steered()
        it.now += 0.5
        assert not it.showing.may_step()
        assert it.showing.mend_in() == pytest.approx(0.5)
        it.now += 0.5
        assert it.showing.may_step()

    story(told, trip=0.06)


SPINNER, WINDOW = Rect(100, 600, 44, 44), Rect(300, 50, 500, 400)


class Line:
    """Between a showing and its viewer: what is said arrives after its time, one behind the other."""

    def __init__(self, it: Shown, trip: float, rate: float) -> None:
        self._it, self._trip, self._rate = it, trip, rate
        self._coming: deque[tuple[float, bytes]] = deque()
        self._free_at = it.now

    def say(self) -> None:
        """What was said by now is on its way."""
        data = b"".join(self._it.sent)
        self._it.sent.clear()
        if data:
            self._free_at = max(self._free_at, self._it.now) + len(data) / self._rate
            self._coming.append((self._free_at + self._trip, data))

    def pass_on(self, seconds: float) -> None:
        """So much time goes by."""
        self._it.now += seconds
        while self._coming and self._coming[0][0] <= self._it.now:
            self._it.viewer.receive(self._coming.popleft()[1])
            self._it.showing.receive(self._it.viewer.take_output())


@pytest.mark.parametrize(("way", "opens_after"), [(0.06, 3), (0.12, 15)])
def test_what_is_small_and_never_stops_does_not_keep_off_what_is_large(way: float, opens_after: int) -> None:
    """It fills the line; in one of the two that has become longer, and is measured anew."""

    async def told(it: Shown, pool: ThreadPoolExecutor) -> None:
        line, dice = Line(it, way, 300e3), np.random.default_rng(1)
        words = it.screen.words = beside_a_video(4)
        opened_at = it.now + opens_after
        for tick in range((opens_after + 5) * 60):
            changes = [SPINNER]
            noise = dice.integers(0, 1 << 24, (SPINNER.h, SPINNER.w), np.uint32)
            words[SPINNER.y : SPINNER.bottom, SPINNER.x : SPINNER.right] = noise
            if tick == opens_after * 60:
                words[WINDOW.y : WINDOW.bottom, WINDOW.x : WINDOW.right] = 0x203040
                changes.append(WINDOW)
            it.showing.note(Changes(tuple(changes)))
            while it.showing.may_step() and await it.showing.step(pool):
                line.say()
            line.pass_on(1 / 60)
            if (it.viewer.screen[60:440, 310:790] == 0x203040).all():
                break
        assert it.now - opened_at < 1.0

    story(told, trip=0.06)


def test_near_by_nothing_rests() -> None:
    async def told(it: Shown, _pool: ThreadPoolExecutor) -> None:
        it.showing.steered()
        it.showing.note(Changes((VIDEO,)))
        assert it.showing.may_step()
        assert it.showing.rest_in() is None

    story(told, trip=0.0)
