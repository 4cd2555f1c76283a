"""Each handshake is a try at the code that customer and staff compare: how many there may be."""

from functools import partial
from pathlib import Path

from remote_bridge.client import acts
from remote_bridge.protocol import messages
from remote_bridge.protocol.link import MOST_HANDSHAKES
from remote_bridge.protocol.state import State
from tests.remote_bridge.client.meetings import ALL, Granted, Met, meeting, story


async def come_and_go(met: Met, first: int, count: int) -> None:
    for number in range(first, first + count):
        viewer = await met.relay.join(number, controls=False)
        await met.until(partial(getattr, viewer.end, "is_ready"))
        await met.relay.leave(number)


def test_after_many_handshakes_nothing_goes_on_before_the_customer_says_so(tmp_path: Path) -> None:
    async def told() -> None:
        async with meeting(tmp_path) as met:
            await come_and_go(met, 100, MOST_HANDSHAKES - 2)
            await met.shown()
            await come_and_go(met, 200, MOST_HANDSHAKES - 1)
            await met.told_all()
            assert (met.view.state, met.view.trouble) == (State.LIVE, "")
            await come_and_go(met, 300, 1)
            await met.until(lambda: met.relay.told[-1:] == [messages.Pause()])
            assert met.view.state is State.PAUSED
            assert "compare the codes" in met.view.trouble
            late = await met.relay.join(400)
            await met.until(lambda: met.relay.told[-1:] == [messages.Drop(400)])
            assert late.end.code is None, "its key was not answered"
            met.session.act(acts.Resume())
            assert (met.view.state, met.view.trouble) == (State.LIVE, "")
            await come_and_go(met, 500, 1)

    story(told)


def test_before_the_first_yes_no_more_handshakes_are_answered_either(tmp_path: Path) -> None:
    async def told() -> None:
        async with meeting(tmp_path) as met:
            await come_and_go(met, 100, MOST_HANDSHAKES)
            await met.relay.join(200)
            await met.until(lambda: met.relay.told == [messages.Drop(200)])
            assert met.view.granted == frozenset()
            met.session.act(acts.Allow(ALL))
            await come_and_go(met, 300, 1)
            assert met.view.state is State.LIVE

    story(told)


def test_where_nobody_was_asked_nobody_compares(tmp_path: Path) -> None:
    async def told() -> None:
        async with meeting(tmp_path, grant=Granted(ALL)) as met:
            await come_and_go(met, 100, MOST_HANDSHAKES + 1)
            await met.told_all()
            assert met.view.state is State.LIVE

    story(told)
