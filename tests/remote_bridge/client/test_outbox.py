import asyncio

from remote_bridge.client.outbox import Outbox


def test_everything_leaves_in_its_order() -> None:
    async def run() -> list[str | bytes]:
        outbox = Outbox()
        taking = asyncio.ensure_future(outbox.take())
        await asyncio.sleep(0)
        outbox.put("a")
        outbox.put(b"b")
        first = await taking
        assert not outbox.is_empty
        return [first, await outbox.take()]

    assert asyncio.run(run()) == ["a", b"b"]


def test_it_is_low_until_too_much_waits() -> None:
    async def run() -> None:
        outbox = Outbox()
        outbox.put(bytes(100_000))
        lows = [outbox.is_low]
        outbox.put(bytes(100_000))
        lows.append(outbox.is_low)
        outbox.emptied.clear()
        await outbox.take()
        assert [*lows, outbox.is_low] == [True, False, True]
        assert outbox.emptied.is_set()
        outbox.clear()
        assert outbox.is_empty

    asyncio.run(run())
