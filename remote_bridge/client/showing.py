"""The picture of one viewer, kept up to date over its channel."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Executor

from remote_bridge.client.pacing import Pacing
from remote_bridge.client.picture.picture import Part, Picture, Quality, Update
from remote_bridge.client.rects import Rect
from remote_bridge.client.rfb.encodings import Encoding
from remote_bridge.client.rfb.messages import RfbError
from remote_bridge.client.rfb.server import RfbServer
from remote_bridge.client.screen import Changes, Screen

CHUNK_BYTES = 64 * 1024
_INLINE_PIXELS = 256 * 1024  # what takes about half a millisecond, for a photo one, is not worth a thread
_JPEG = (15, 29, 41, 42, 62, 77, 79, 86, 92, 100)
"""What the ten levels of quality have come to mean."""
_SLOW_BYTES = 500_000
_SLOW_AFAR_BYTES = 1_500_000
"""A second. On a long line also what one types waits behind what moves: it is made smaller in time."""
_SLOWER_BY = 3
_STEERED_BY = 5
_STEERED_SECONDS = 1.0
"""So long after a key or button the viewer is thought to be about its next one."""
_STEERED_SHARE = 0.2
"""Of a long line, for what moves by itself meanwhile. A packet that is lost holds up all that is sent in the
next sixty milliseconds or so: the fewer there are before an echo, the seldomer it is held up."""
_ECHO_SECONDS = 0.04
_LONGEST_REST_SECONDS = 0.25
_LONGEST_OVERTAKING_SECONDS = 0.25
"""So long what is small goes before what is large: something that spins would keep it off for good."""
_MEND_PIXELS = 256 * 1024
_MEND_SECONDS = 0.1
_LEAST_MEND_PIXELS = 64 * 64 * 4


class Showing:
    """From RFB's version to its end. `send` takes the stream's next bytes."""

    def __init__(
        self,
        screen: Screen,
        name: str,
        send: Callable[[bytes], None],
        *,
        takes_places: bool,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._screen, self._send, self._clock = screen, send, clock
        width, height = screen.size()
        self.rfb = RfbServer(width, height, name, screen.monitors(), takes_places=takes_places)
        self._picture = Picture(width, height)
        self._pacing = Pacing()
        self._cursor_changed = True
        self._is_writing = False
        self._steered_at = self._large_at = float("-inf")
        self._rests_until = float("-inf")
        self._overtaken_at = float("inf")  # when something small first went before the large that waits
        self._flush()

    def receive(self, data: bytes) -> None:
        """The viewer's next bytes. Raises RfbError when it does not keep to the protocol."""
        self.rfb.receive(data)
        now = self._clock()
        for number in self.rfb.take_seen():
            self._pacing.seen(number, now)
        for rect in self.rfb.take_wanted():
            self._picture.want(rect)
        self._flush()

    def note(self, changes: Changes) -> None:
        """What has changed on the screen. Raises RfbError for a viewer that cannot follow its size."""
        if changes.resized:
            self._resize()
        self._picture.note(changes)
        self._cursor_changed = self._cursor_changed or changes.cursor

    def _resize(self) -> None:
        width, height = self._screen.size()
        if (width, height) != (self.rfb.width, self.rfb.height) and not self.rfb.follows_size:
            raise RfbError("the screen has another size now, and this viewer cannot follow")
        self.rfb.set_size(width, height, self._screen.monitors())
        if (width, height) != self._picture.bounds[2:]:
            self._picture = Picture(width, height)

    def may_step(self) -> bool:
        """Whether something is to be sent and may be sent now."""
        if not self.rfb.updates_wanted:
            return False
        now = self._clock()
        if not self._may_send_all(now):
            return not self.rfb.has_notes and self._picture.has_little(now) and self._may_send_little(now)
        return self.rfb.has_notes or self._cursor_changed or self._picture.is_lacking or self._mends(now)

    def _may_send_all(self, now: float) -> bool:
        return now >= self._rests_until and self._pacing.may_send()

    def _may_send_little(self, now: float) -> bool:
        return now - self._overtaken_at < _LONGEST_OVERTAKING_SECONDS and self._pacing.may_send_little()

    @property
    def takes_changes(self) -> bool:
        """Whether it would send at once what changes now, at least if that is little."""
        may_send = self._pacing.may_send() or self._may_send_little(self._clock())
        return self.rfb.updates_wanted and may_send

    def steered(self) -> None:
        """A key or button went down: on a long line what moves by itself waits for the echo."""
        if self._pacing.is_near:
            return
        self._steered_at = now = self._clock()
        rest = min(now + _ECHO_SECONDS, self._large_at + _LONGEST_REST_SECONDS)
        self._rests_until = max(self._rests_until, rest)

    def _is_steered(self, now: float) -> bool:
        return now - self._steered_at < _STEERED_SECONDS

    def rest_in(self) -> float | None:
        """In how many seconds what waits for an echo may go on; None: nothing waits."""
        left = self._rests_until - self._clock()
        waits = self.rfb.has_notes or self._cursor_changed or self._picture.is_lacking
        return left if left > 0 and waits else None

    def _mends(self, now: float) -> bool:
        due = self._picture.mend_at()
        return due is not None and due <= now and not self._is_steered(now)

    def mend_in(self) -> float | None:
        """In how many seconds there will be something to make exact; None: there is nothing."""
        due, now = self._picture.mend_at(), self._clock()
        if due is None:
            return None
        return max(due - now, self._steered_at + _STEERED_SECONDS - now, 0.0)

    def is_stuck(self) -> bool:
        """Whether the viewer has read nothing for so long that it is thought lost."""
        return self._pacing.is_stuck(self._clock())

    @property
    def quality(self) -> Quality:
        """How photos are sent: as the viewer likes them, less on a slow line."""
        level = self.rfb.quality
        if level is None or not self.rfb.reads_tight:
            return Quality(None)
        rate, most = self._pacing.bytes_a_second, _SLOW_BYTES if self._pacing.is_near else _SLOW_AFAR_BYTES
        if rate is not None and rate < most:
            lower = _STEERED_BY if self._is_steered(self._clock()) else _SLOWER_BY
            return Quality(_JPEG[max(level - lower, 0)], "420")
        return Quality(_JPEG[level], "444")

    async def step(self, pool: Executor) -> bool:
        """Send what the viewer lacks now, or some of what is only nearly right; False: it lacked nothing."""
        quality, now = self.quality, self._clock()
        is_little = not self._may_send_all(now)
        if not is_little:
            self._overtaken_at = float("inf")  # the large has its turn
        if self._cursor_changed and not is_little:
            self._cursor_changed = False
            self.rfb.show_cursor(self._screen.cursor())
        if is_little:
            update = self._picture.little(self._screen, quality, now)
        elif self.rfb.has_notes:
            update = Update([], [])  # a new size stands alone: what follows is measured by it
        elif self._picture.is_lacking:
            update = self._picture.update(self._screen, quality, now)
        else:
            update = self._picture.mend(now, self._mend_pixels())
        if not self.rfb.has_notes and not update.copies and not update.parts:
            return False
        self._is_writing = True
        try:
            size = await self._write(update, quality, pool)
        finally:
            self._is_writing = False
        if is_little:
            self._note_overtaking(now)
        else:
            self._rest_after(size)
        self._flush()
        return True

    def _note_overtaking(self, now: float) -> None:
        """Something small has gone; what is still to be sent is large, or has to wait as long."""
        if self._cursor_changed or self._picture.is_lacking or self._mends(now):
            self._overtaken_at = min(self._overtaken_at, now)

    def _rest_after(self, size: int) -> None:
        """While a viewer steers over a long line, what moves by itself takes a share of it only."""
        now, rate = self._clock(), self._pacing.bytes_a_second
        self._large_at = now
        if rate is not None and self._is_steered(now):
            self._rests_until = now + min(size / (rate * _STEERED_SHARE), _LONGEST_REST_SECONDS)

    def _mend_pixels(self) -> int:
        rate = self._pacing.bytes_a_second
        if rate is None:
            return _MEND_PIXELS
        return max(_LEAST_MEND_PIXELS, min(_MEND_PIXELS, int(rate * _MEND_SECONDS)))

    async def _write(self, update: Update, quality: Quality, pool: Executor) -> int:
        """Send it; how many bytes it had."""
        copies = update.copies if self.rfb.speaks(Encoding.COPY_RECT) else []
        spelled = [] if copies else [Part(copy.target, is_photo=False) for copy in update.copies]
        parts = [*spelled, *update.parts]
        out = bytearray(self.rfb.begin_update(len(copies) + len(parts)))
        size = 0
        for copy in copies:
            out += self.rfb.copy(copy.source, copy.x, copy.y)
        is_small = sum(part.rect.area for part in parts) <= _INLINE_PIXELS
        picture, loop = self._picture, asyncio.get_running_loop()
        coming = (
            []
            if is_small
            else [loop.run_in_executor(pool, self._encode, picture, part, quality) for part in parts]
        )
        for place, part in enumerate(parts):
            out += self._encode(picture, part, quality) if is_small else await coming[place]
            if len(out) >= CHUNK_BYTES:
                size += len(out)
                self._send(bytes(out))
                out.clear()
        size += len(out)
        if self.rfb.speaks(Encoding.FENCE):
            out += self.rfb.end_update(self._pacing.sent(size, self._clock()))
        self._send(bytes(out))
        return size

    def _encode(self, picture: Picture, part: Part, quality: Quality) -> bytes:
        if self.rfb.reads_tight:
            return self.rfb.tight(part.rect, picture.encode(part, quality))
        rect: Rect = part.rect
        return self.rfb.raw(rect, picture.words[rect.y : rect.bottom, rect.x : rect.right])

    def _flush(self) -> None:
        """Answers. What a viewer asks while an update goes out is answered behind it, not within."""
        if not self._is_writing and (out := self.rfb.take_output()):
            self._send(out)
