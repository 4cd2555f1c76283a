import asyncio
from datetime import timedelta
from itertools import islice
from pathlib import Path

import pytest

from remote_bridge.client import acts
from remote_bridge.client.acts import Line
from remote_bridge.client.transport import Refused, pauses
from remote_bridge.protocol import messages
from remote_bridge.protocol.errors import CloseCode
from remote_bridge.protocol.hello import Way
from remote_bridge.protocol.scopes import Scope
from remote_bridge.protocol.state import State
from tests.remote_bridge.client.meetings import ALL, Met, meeting, story

CONTROL = frozenset({Scope.CONTROL})


async def drop(met: Met) -> None:
    """The connection breaks, and the client has come again."""
    before = len(met.relay.sockets)
    met.relay.sockets[-1].transport.abort()
    await met.until(lambda: len(met.relay.sockets) > before)
    await met.until(lambda: met.view.line is Line.UP)


def test_it_comes_again_with_the_same_key_and_new_keys_for_viewers(tmp_path: Path) -> None:
    async def told() -> None:
        async with meeting(tmp_path) as met:
            viewer = await met.shown()
            met.relay.state, met.relay.granted = State.LIVE, ALL
            code = viewer.end.code
            await drop(met)
            await met.until(lambda: met.same(viewer))
            first, second = met.relay.hellos
            assert (first.key, first.token) == (second.key, second.token)
            assert (first.token, first.way) == (met.relay.secret.token(), Way.CLIENT)
            assert viewer.end.code != code
            assert Line.LOST in [view.line for view in met.views]
            assert met.relay.told == [messages.Consent(ALL)]

    story(told)


def test_a_relay_that_missed_something_is_told_again(tmp_path: Path) -> None:
    async def told() -> None:
        async with meeting(tmp_path) as met:
            await met.shown()
            met.session.act(acts.TakeBack(CONTROL))
            met.session.act(acts.Pause())
            await met.until(lambda: len(met.relay.told) == 3)
            met.relay.told.clear()
            await drop(met)  # the relay says that it is still asking
            await met.until(lambda: len(met.relay.told) == 2)
            assert met.relay.told == [messages.Consent(ALL - CONTROL), messages.Pause()]
            met.relay.told.clear()
            met.relay.state, met.relay.granted = State.LIVE, ALL
            await drop(met)
            await met.until(lambda: len(met.relay.told) == 2)
            assert met.relay.told == [messages.Withdraw(CONTROL), messages.Pause()]
            met.session.act(acts.Resume())
            await met.until(lambda: len(met.relay.told) == 3)
            met.relay.told.clear()
            met.relay.state, met.relay.granted = State.PAUSED, ALL - CONTROL
            await drop(met)
            await met.until(lambda: met.relay.told)
            assert met.relay.told == [messages.Resume()]

    story(told)


def test_what_a_new_relay_does_not_know_to_have_been_asked_is_granted_no_more(tmp_path: Path) -> None:
    async def told() -> None:
        async with meeting(tmp_path) as met:
            await met.shown()
            met.relay.told.clear()
            met.relay.state, met.relay.asked = State.LIVE, ALL - CONTROL
            met.relay.granted = ALL - CONTROL - {Scope.FILES}
            await drop(met)
            await met.until(lambda: met.relay.told)
            assert met.relay.told == [messages.Consent(ALL - CONTROL)]
            assert (met.view.granted, met.view.asked) == (ALL - CONTROL, ALL - CONTROL)

    story(told)


def test_what_was_asked_while_it_was_away_is_a_question(tmp_path: Path) -> None:
    async def told() -> None:
        async with meeting(tmp_path, asked=ALL - CONTROL) as met:
            await met.shown(ALL - CONTROL)
            met.relay.state, met.relay.granted, met.relay.asked = State.LIVE, ALL - CONTROL, ALL
            await drop(met)
            assert met.view.questions == CONTROL

    story(told)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (CloseCode.TOKEN_UNKNOWN, "not known"),
        (CloseCode.USED, "used already"),
        (CloseCode.OVER, "over"),
        (CloseCode.ORIGIN, "not let this program in"),
    ],
)
def test_a_final_word_of_the_relay_is_said_in_words(tmp_path: Path, code: int, words: str) -> None:
    async def told() -> None:
        async with meeting(tmp_path) as met:
            met.relay.refuse_with = code
            met.relay.sockets[-1].transport.abort()
            with pytest.raises(Refused, match=words):
                await met.running

    story(told)


@pytest.mark.parametrize(("act", "word"), [(acts.End(), messages.End()), (acts.Refuse(), messages.Refuse())])
def test_an_end_while_it_is_away_is_the_end_at_once_and_said_when_it_is_back(
    tmp_path: Path, act: acts.Act, word: messages.FromHost
) -> None:
    async def told() -> None:
        async with meeting(tmp_path) as met:
            met.relay.refuse_with = CloseCode.RESTART
            met.relay.sockets[-1].transport.abort()
            await met.until(lambda: met.view.line is Line.LOST)
            met.session.act(act)
            assert met.view.state is State.ENDED
            tries = len(met.relay.hellos)
            await met.until(lambda: len(met.relay.hellos) > tries + 2)
            assert met.relay.told == []
            met.relay.refuse_with = None
            await met.running
            assert met.relay.told == [word]
            assert met.view.line is Line.LOST, "nothing begins again"

    story(told)


def test_an_end_while_it_comes_again_is_all_that_is_said(tmp_path: Path) -> None:
    async def told() -> None:
        async with meeting(tmp_path) as met:
            await met.shown()
            met.relay.told.clear()
            met.relay.gate.clear()
            met.relay.sockets[-1].transport.abort()
            await met.until(lambda: len(met.relay.hellos) == 2)
            met.session.act(acts.End())
            met.relay.gate.set()
            await met.running
            assert met.relay.told == [messages.End()]

    story(told)


def test_an_end_that_the_relay_has_not_confirmed_is_said_again(tmp_path: Path) -> None:
    async def told() -> None:
        async with meeting(tmp_path) as met:
            await met.shown()
            met.relay.is_deaf = True
            met.session.act(acts.End())
            await met.until(lambda: len(met.relay.hellos) > 1)
            met.relay.is_deaf = False
            await met.running
            assert met.relay.told == [messages.Consent(ALL), messages.End()]

    story(told)


def test_an_end_is_not_told_for_ever(tmp_path: Path) -> None:
    async def told() -> None:
        async with meeting(tmp_path, away=timedelta(seconds=0.5)) as met:
            met.relay.refuse_with = CloseCode.RESTART
            met.relay.sockets[-1].transport.abort()
            await met.until(lambda: met.view.line is Line.LOST)
            met.session.act(acts.End())
            await met.running
            assert met.relay.told == []

    story(told)


def test_it_does_not_try_for_ever(tmp_path: Path) -> None:
    async def told() -> None:
        async with meeting(tmp_path, away=timedelta(seconds=0.2)) as met:
            met.relay.refuse_with = CloseCode.RESTART
            met.relay.sockets[-1].transport.abort()
            with pytest.raises(Refused, match="too long"):
                await met.running

    story(told)


def test_a_relay_that_is_not_there_is_said_after_few_tries(tmp_path: Path) -> None:
    async def told() -> None:
        async with meeting(tmp_path, address="ws://127.0.0.1:9") as met:
            with pytest.raises(Refused, match="reached"):
                await met.running

    story(told)


def test_until_it_was_let_in_it_asks_each_time_where_and_then_comes_again_there(tmp_path: Path) -> None:
    nobody = "ws://127.0.0.1:9"

    async def told() -> None:
        async with meeting(tmp_path, wrong=[nobody, nobody]) as met:
            await met.shown()
            await drop(met)
            assert met.found == [nobody, nobody, met.relay.address]

    story(told)


def test_after_a_drop_it_asks_where_again_when_its_relay_lets_it_in_no_more(tmp_path: Path) -> None:
    """What the desk has ended meanwhile any other relay knows to be over."""

    async def told() -> None:
        async with meeting(tmp_path) as met:
            await met.shown()
            await drop(met)
            assert len(met.found) == 1
            met.relay.refuse_with = CloseCode.RESTART
            met.relay.sockets[-1].transport.abort()
            await met.until(lambda: len(met.found) > 1)
            met.relay.refuse_with = CloseCode.OVER
            with pytest.raises(Refused, match="over"):
                await met.running

    story(told)


def test_a_desk_that_is_away_while_it_comes_again_ends_nothing(tmp_path: Path) -> None:
    async def told() -> None:
        async with meeting(tmp_path) as met:
            await met.shown()
            met.relay.is_desk_away = True
            met.relay.refuse_with = CloseCode.RESTART
            before = len(met.relay.hellos)
            met.relay.sockets[-1].transport.abort()
            await met.until(lambda: len(met.relay.hellos) > before + 3)
            met.relay.refuse_with = None
            await met.until(lambda: met.view.line is Line.UP)
            assert len(met.found) == 1

    story(told)


def test_an_address_that_is_none_is_refused(tmp_path: Path) -> None:
    async def told() -> None:
        async with meeting(tmp_path, address="http://127.0.0.1:9") as met:
            with pytest.raises(Refused, match="protected"):
                await met.running

    story(told)


def test_whoever_is_no_relay_is_not_believed(tmp_path: Path) -> None:
    async def told() -> None:
        async with meeting(tmp_path) as met:
            met.session.act(acts.Allow(ALL))
            met.relay.session = "another"
            await drop_to_nothing(met)
            met.relay.session = "s7k2m9q4"
            await met.until(lambda: met.view.line is Line.UP)
            assert met.view.state is State.LIVE

    async def drop_to_nothing(met: Met) -> None:
        before = len(met.relay.hellos)
        met.relay.sockets[-1].transport.abort()
        await met.until(lambda: len(met.relay.hellos) > before + 1)

    story(told)


def test_pauses_grow_and_stay_bearable() -> None:
    told = list(islice(pauses(), 12))
    assert told == sorted(told)
    assert (told[0] < 1, told[-1]) == (True, 15.0)


def test_a_frame_at_the_wrong_moment_ends_no_session(tmp_path: Path) -> None:
    async def told() -> None:
        async with meeting(tmp_path) as met:
            viewer = await met.shown()
            await met.relay.sockets[-1].send(b"\x00\x00\x00\x09" + bytes(9))
            await met.relay.sockets[-1].send("nonsense")
            await met.until(lambda: len(met.relay.sockets) == 2)
            await asyncio.sleep(0)
            await met.until(lambda: met.same(viewer))

    story(told)
