"""The stream of a browser: server-sent events of what has changed, for as long as it is signed in."""

import asyncio
from collections.abc import Awaitable, Callable

from flask import Response

from gateway import clock
from gateway.desk.signin import SignedIn
from webui.feeds import Feed, Turns
from webui.live.hub import Hub, Viewer

BEAT_SECONDS = 15.0
"""Between two signs of life: proxies keep what is not silent, and who has gone is found."""

CHECK_SECONDS = 30.0
"""Between two looks whether the browser is signed in still."""

GAP_SECONDS = 0.15
"""Between two chunks: what happens meanwhile is said together."""

_RETRY = b"retry: 3000\n\n"
_BEAT = b"event: beat\ndata:\n\n"
_END = b"event: end\ndata:\n\n"


class TicketFeed(Feed):
    """What is said to one browser. `look_up` finds who is signed in there, or nobody."""

    beginning = _RETRY

    def __init__(self, hub: Hub, person: SignedIn, look_up: Callable[[], SignedIn | None]) -> None:
        self._hub, self._person, self._look_up = hub, person, look_up

    async def run(self, send: Callable[[bytes], Awaitable[None]], turns: Turns) -> None:
        """Say what happens until the sign-in ends."""
        listener = self._hub.join(Viewer.of(self._person))
        checked_at = clock.monotonic()
        try:
            while True:
                await listener.wait(BEAT_SECONDS)
                if listener.is_doubted or clock.monotonic() - checked_at >= CHECK_SECONDS:
                    listener.is_doubted, checked_at = False, clock.monotonic()
                    person = await turns.turn(self._look_up)
                    if person is None or person.owes_factor or person.is_guest:
                        await send(_END)
                        return
                    listener.viewer = Viewer.of(person)
                await send(b"".join(map(_event, listener.take())) or _BEAT)
                await asyncio.sleep(GAP_SECONDS)
        finally:
            self._hub.leave(listener)


def answer(feed: TicketFeed) -> Response:
    """The answer whose body it is; no proxy is to hold it back, pack it or keep it."""
    made = Response(feed, direct_passthrough=True, mimetype="text/event-stream")
    made.headers["Cache-Control"] = "no-store, no-transform"
    made.headers["X-Accel-Buffering"] = "no"
    return made


def _event(said: tuple[str, int]) -> bytes:
    kind, number = said
    return f"event: {kind}\ndata:{number or ''}\n\n".encode()
