import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from webui.feeds import Feed, Feeds, Turns


class Here(Turns):
    async def turn(self, work: Callable[[], Any]) -> Any:
        return work()


class Counting(Feed):
    """Says a number of things, or goes on for good."""

    beginning = b"0"

    def __init__(self, most: int | None = None) -> None:
        self.most, self.has_left = most, False

    async def run(self, send: Callable[[bytes], Awaitable[None]], turns: Turns) -> None:
        try:
            count = 0
            while self.most is None or count < self.most:
                count += 1
                await send(str(count).encode())
                await asyncio.sleep(0)
        finally:
            self.has_left = True


class Failing(Feed):
    async def run(self, send: Callable[[bytes], Awaitable[None]], turns: Turns) -> None:
        raise ZeroDivisionError


class Reader:
    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.gone = asyncio.Event()

    async def receive(self) -> dict[str, Any]:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        self.sent.append(message)

    @property
    def text(self) -> bytes:
        return b"".join(message["body"] for message in self.sent)


async def served(feed: Feed, feeds: Feeds, reader: Reader) -> None:
    async with asyncio.timeout(5):
        await feeds.serve(feed, reader.receive, reader.send, Here())


def test_a_feed_says_all_it_has_and_ends() -> None:
    async def story() -> None:
        reader = Reader()
        await served(Counting(3), Feeds(), reader)
        assert reader.text == b"0123"
        assert [message.get("more_body", False) for message in reader.sent] == [True] * 4 + [False]

    asyncio.run(story())


def test_whose_reader_has_gone_ends() -> None:
    async def story() -> None:
        reader, feed = Reader(), Counting()
        asyncio.get_running_loop().call_later(0.05, reader.gone.set)
        await served(feed, Feeds(), reader)
        assert feed.has_left

    asyncio.run(story())


def test_all_end_when_the_server_stops_and_none_begins_any_more() -> None:
    async def story() -> None:
        feeds, readers, running = Feeds(), [Reader() for _ in range(3)], [Counting() for _ in range(3)]
        asyncio.get_running_loop().call_later(0.05, feeds.end)
        await asyncio.gather(*map(served, running, [feeds] * 3, readers))
        assert all(feed.has_left for feed in running)
        late = Reader()
        await served(Counting(), feeds, late)
        assert late.text == b"0"

    asyncio.run(story())


def test_a_fault_of_a_feed_is_its_callers() -> None:
    async def story() -> None:
        await served(Failing(), Feeds(), Reader())

    with pytest.raises(ZeroDivisionError):
        asyncio.run(story())


def test_who_knows_nothing_of_feeds_gets_the_beginning() -> None:
    assert list(Counting()) == [b"0"]
