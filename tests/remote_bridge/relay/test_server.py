"""The relay over real sockets: pairing, consent, control, drops, limits."""

import asyncio
import time

import pytest

from gateway.errors import Unavailable
from remote_bridge.protocol.errors import CloseCode
from remote_bridge.protocol.frames import Channel, header, with_viewer
from remote_bridge.protocol.handshake import Meeting
from remote_bridge.protocol.hello import ViewerHello
from remote_bridge.protocol.link import HostEnd, ViewerEnd
from remote_bridge.protocol.messages import Consent, Control, End, Pause, Refuse, Withdraw
from remote_bridge.protocol.news import Ended, Joined, Left, Stands
from remote_bridge.protocol.scopes import Scope
from remote_bridge.protocol.state import State, Why
from remote_bridge.relay import ledger, server
from remote_bridge.relay.room import Room
from tests.remote_bridge.desk import ALL, VIEW, Made
from tests.remote_bridge.ends import PAGE, PATIENCE_SECONDS, Host, Place, Viewer, at_a_relay, in_a_loop


async def live(place: Place, made: Made) -> tuple[Host, Viewer]:
    """A pair after consent to all."""
    host, viewer = await place.pair(made)
    host.tell(Consent(ALL))
    await viewer.state("live")
    return host, viewer


async def passes_to_host(host: Host, viewer: Viewer, channel: Channel) -> bool:
    """Whether a frame of the viewer arrives: a chat line after it, or a handshake, tells when it has not."""
    body = f"{channel.name}{time.monotonic_ns()}".encode()
    viewer.frame_of(channel, body)
    viewer.frame_of(Channel.HANDSHAKE, b"after " + body)
    first = await host.frame()
    if first.endswith(b"after " + body):
        return False
    assert first == with_viewer(viewer.number, header(channel, 1) + body)
    assert (await host.frame()).endswith(b"after " + body)
    return True


async def passes_to_viewer(host: Host, viewer: Viewer, channel: Channel) -> bool:
    """Likewise a frame of the host."""
    body = f"{channel.name}{time.monotonic_ns()}".encode()
    host.frame_to(viewer.number, channel, body)
    host.frame_to(viewer.number, Channel.HANDSHAKE, b"after " + body)
    first = await viewer.frame()
    if first.endswith(b"after " + body):
        return False
    assert first == header(channel, 1) + body
    assert (await viewer.frame()).endswith(b"after " + body)
    return True


def test_two_ends_meet_shake_hands_and_talk_so_that_the_relay_understands_nothing() -> None:
    async def test(place: Place) -> None:
        made = place.desk.make()
        host, viewer = await place.pair(made)
        meeting = Meeting(made.public_id, viewer.number, made.link.link_key())
        here, there = HostEnd(meeting), ViewerEnd(meeting)
        viewer.send(there.begin())
        while not (here.is_ready and there.is_ready):
            if not here.is_ready:
                for reply in here.receive((await host.frame())[4:]).replies:
                    host.send(with_viewer(viewer.number, reply))
            if not there.is_ready:
                for reply in there.receive(await viewer.frame()).replies:
                    viewer.send(reply)
        assert here.code == there.code is not None
        host.tell(Consent(VIEW))
        await viewer.state("live")
        host.send(with_viewer(viewer.number, here.seal(Channel.SCREEN, b"RFB 003.008\n")))
        assert there.receive(await viewer.frame()).opened == (Channel.SCREEN, b"RFB 003.008\n")
        viewer.send(there.seal(Channel.CHAT, b'{"text":"hello"}'))
        assert here.receive((await host.frame())[4:]).opened == (Channel.CHAT, b'{"text":"hello"}')

    at_a_relay(test)


def test_before_consent_no_channel_passes_but_the_handshake() -> None:
    async def test(place: Place) -> None:
        host, viewer = await place.pair(place.desk.make())
        for channel in (Channel.SCREEN, Channel.INPUT, Channel.CLIPBOARD, Channel.CHAT, Channel.FILES):
            assert not await passes_to_host(host, viewer, channel)
            if channel is not Channel.INPUT:
                assert not await passes_to_viewer(host, viewer, channel)

    at_a_relay(test)


def test_each_channel_passes_in_the_states_and_with_the_grants_it_needs() -> None:
    async def test(place: Place) -> None:
        host, viewer = await live(place, place.desk.make())
        steps = (
            (None, set(Channel)),
            (Withdraw(frozenset({Scope.CONTROL})), set(Channel) - {Channel.INPUT}),
            (Pause(), {Channel.HANDSHAKE, Channel.SCREEN, Channel.CHAT}),
        )
        for message, opened in steps:
            if message is not None:
                host.tell(message)
                await viewer.until(lambda news: isinstance(news, Stands))
            for channel in set(Channel) - {Channel.HANDSHAKE}:
                assert await passes_to_host(host, viewer, channel) is (channel in opened), channel
                if channel is not Channel.INPUT:
                    assert await passes_to_viewer(host, viewer, channel) is (channel in opened), channel

    at_a_relay(test)


@pytest.mark.parametrize("is_live", [True, False])
def test_a_channel_from_the_wrong_side_or_off_the_list_closes(*, is_live: bool) -> None:
    async def test(place: Place) -> None:
        for is_host, frame in (
            (True, header(Channel.INPUT, 1) + bytes(20)),
            (True, b"\6" + bytes(30)),
            (True, b"short"),
            (False, b"\6" + bytes(30)),
            (False, b""),
        ):
            made = place.desk.make()
            host, viewer = await (live(place, made) if is_live else place.pair(made))
            if is_host:
                host.send(with_viewer(viewer.number, frame))
            else:
                viewer.send(frame)
            assert await (host if is_host else viewer).closed() == CloseCode.MALFORMED

    at_a_relay(test)


def test_several_viewers_look_on_and_hand_the_control_on() -> None:
    async def test(place: Place) -> None:
        made = place.desk.make()
        host, ann = await live(place, made)
        bo = await place.viewer(made, "Bo")
        assert [one.name for one in (await bo.welcome()).viewers] == ["Ann", "Bo"]
        await host.until(lambda news: isinstance(news, Joined) and news.viewer == bo.number)
        for viewer in (ann, bo):
            assert await passes_to_viewer(host, viewer, Channel.SCREEN)
        assert (
            await passes_to_host(host, ann, Channel.INPUT),
            await passes_to_host(host, bo, Channel.INPUT),
        ) == (
            True,
            False,
        )
        ann.tell(Control(bo.number))
        await bo.until(
            lambda news: isinstance(news, Stands) and [v.controls for v in news.viewers] == [False, True]
        )
        assert (
            await passes_to_host(host, ann, Channel.INPUT),
            await passes_to_host(host, bo, Channel.INPUT),
        ) == (
            False,
            True,
        )
        await bo.drop()
        await host.until(lambda news: news == Left(bo.number, "Bo"))
        assert await passes_to_viewer(host, ann, Channel.SCREEN)

    at_a_relay(test)


def test_the_ninth_viewer_is_turned_away() -> None:
    async def test(place: Place) -> None:
        made = place.desk.make()
        await place.host(made)
        for _ in range(8):
            await (await place.viewer(made)).welcome()
        assert await (await place.viewer(made)).closed() == CloseCode.TOO_MANY

    at_a_relay(test)


def test_a_host_that_dropped_comes_again_with_the_same_key() -> None:
    async def test(place: Place) -> None:
        made = place.desk.make()
        host, viewer = await live(place, made)
        await host.drop()
        assert not (await viewer.state("live")).host
        again = await place.host(made, key=host.key)
        welcome = await again.welcome()
        assert (welcome.state, welcome.granted) == (State.LIVE, ALL)
        assert [one.viewer for one in welcome.viewers] == [viewer.number]
        assert (await viewer.state("live")).host
        assert await passes_to_viewer(again, viewer, Channel.SCREEN)

    at_a_relay(test)


def test_a_host_that_comes_again_before_its_last_socket_is_gone_takes_its_place() -> None:
    async def test(place: Place) -> None:
        made = place.desk.make()
        host, viewer = await live(place, made)
        again = await place.host(made, key=host.key)
        await again.welcome()
        assert await host.closed() == CloseCode.USED
        assert [(await viewer.state("live")).host for _ in range(2)] == [False, True]

    at_a_relay(test)


def test_a_link_that_was_used_is_refused_to_another_host() -> None:
    async def test(place: Place) -> None:
        made = place.desk.make()
        host, viewer = await live(place, made)
        assert await (await place.host(made)).closed() == CloseCode.USED
        assert await passes_to_viewer(host, viewer, Channel.SCREEN)

    at_a_relay(test)


def test_a_pass_lets_in_once() -> None:
    async def test(place: Place) -> None:
        made = place.desk.make()
        raw = place.desk.give_pass(made)
        for expected in (None, CloseCode.PASS_UNKNOWN):
            viewer = await Viewer().connect(place.url, {"Origin": PAGE})
            viewer.say(ViewerHello(raw).text())
            if expected is None:
                await viewer.welcome()
            else:
                assert await viewer.closed() == expected

    at_a_relay(test)


def test_who_comes_too_late_is_told_so() -> None:
    async def test(place: Place) -> None:
        made = place.desk.make()
        made.why = Why.EXPIRED
        assert await (await place.host(made)).closed() == CloseCode.OVER
        assert await (await place.viewer(made)).closed() == CloseCode.OVER

    at_a_relay(test)


def test_viewers_may_be_there_before_the_host() -> None:
    async def test(place: Place) -> None:
        made = place.desk.make()
        viewer = await place.viewer(made)
        welcome = await viewer.welcome()
        assert (welcome.state, welcome.host) == (State.WAITING, False)
        host = await place.host(made)
        assert [one.name for one in (await host.welcome()).viewers] == ["Ann"]
        assert (await viewer.state("asking")).host

    at_a_relay(test)


@pytest.mark.parametrize(("message", "why"), [(Refuse(), Why.REFUSED), (End(), Why.HOST_ENDED)])
def test_an_end_is_told_to_all_and_to_the_desk(message: Refuse | End, why: Why) -> None:
    async def test(place: Place) -> None:
        made = place.desk.make()
        host, viewer = await place.pair(made)
        host.tell(message)
        for end in (host, viewer):
            assert await end.until(lambda news: isinstance(news, Ended)) == Ended(why)
            assert await end.closed() == CloseCode.OVER
        assert await (await place.host(made, key=host.key)).closed() == CloseCode.OVER
        await place.until(lambda: made.why is not None and bool(place.desk.left))
        assert made.why is why

    at_a_relay(test)


def test_a_text_that_is_none_closes_its_sender_alone() -> None:
    async def test(place: Place) -> None:
        made = place.desk.make()
        host, viewer = await live(place, made)
        other = await place.viewer(made)
        await other.welcome()
        other.say('{"type":"consent","scopes":["view"]}')
        assert await other.closed() == CloseCode.MALFORMED
        assert await passes_to_viewer(host, viewer, Channel.SCREEN)
        host.say('{"type":"resume"}')
        assert await host.closed() == CloseCode.MALFORMED
        await viewer.until(lambda news: isinstance(news, Stands) and not news.host)
        await (await place.host(made, key=host.key)).welcome()

    at_a_relay(test)


def test_what_the_desk_ends_ends_within_a_second() -> None:
    async def test(place: Place) -> None:
        made = place.desk.make()
        host, viewer = await live(place, made)
        looks = place.desk.asked
        made.why = Why.REVOKED
        assert await viewer.until(lambda news: isinstance(news, Ended)) == Ended(Why.REVOKED)
        assert await host.closed() == CloseCode.OVER
        assert place.desk.asked <= looks + 2, "two looks, half a second apart"

    at_a_relay(test)


def test_who_signs_out_is_out_and_the_last_one_ends_it() -> None:
    async def test(place: Place) -> None:
        made = place.desk.make()
        host, ann = await place.pair(made)
        bo = await place.viewer(made, "Bo", sign_in_id=7)
        await bo.welcome()
        place.desk.signed_out.add(7)
        assert await bo.closed() == CloseCode.PASS_UNKNOWN
        place.desk.signed_out.add(place.desk.visits[1].sign_in_id)
        assert await ann.until(lambda news: isinstance(news, Ended)) == Ended(Why.SIGNED_OUT)
        assert await host.closed() == CloseCode.OVER

    at_a_relay(test)


def test_who_may_not_be_in_one_session_stays_in_another() -> None:
    async def test(place: Place) -> None:
        one, other = place.desk.make(), place.desk.make()
        lost, kept = await place.viewer(one, sign_in_id=7), await place.viewer(other, sign_in_id=7)
        await lost.welcome()
        await kept.welcome()
        place.desk.astray.add((one.id, 7))
        assert await lost.until(lambda news: isinstance(news, Ended)) == Ended(Why.SIGNED_OUT)
        looks = place.desk.asked
        await place.until(lambda: place.desk.asked >= looks + 2)
        assert not kept.gone.is_set()

    at_a_relay(test)


def test_while_too_much_waits_to_be_noted_nobody_else_is_let_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "MOST_LINES", 0)

    async def test(place: Place) -> None:
        made = place.desk.make()
        assert await (await place.host(made)).closed() == CloseCode.RESTART
        assert made.key_hash is None, "the link is as good as before"
        monkeypatch.setattr(ledger, "MOST_LINES", 1)
        await (await place.host(made)).welcome()

    at_a_relay(test)


def test_a_desk_that_does_not_answer_ends_nothing_and_lets_nobody_in() -> None:
    async def test(place: Place) -> None:
        made = place.desk.make()
        host, viewer = await live(place, made)

        def fail() -> None:
            raise Unavailable

        place.desk.before = fail
        assert await (await place.viewer(made)).closed() == CloseCode.RESTART
        await asyncio.sleep(2 * server.LOOK_SECONDS)
        assert await passes_to_viewer(host, viewer, Channel.SCREEN)
        place.desk.before = lambda: None
        made.why = Why.REVOKED
        assert await viewer.until(lambda news: isinstance(news, Ended)) == Ended(Why.REVOKED)

    at_a_relay(test)


def test_the_desk_is_told_what_lives_and_not_at_every_look() -> None:
    async def test(place: Place) -> None:
        made = place.desk.make()
        await live(place, made)
        await place.until(lambda: place.desk.alive != [])
        asked = place.desk.asked
        await place.until(lambda: place.desk.asked > asked + 2)
        assert place.desk.alive == [frozenset({made.id})]

    at_a_relay(test)


def test_a_desk_that_did_not_hear_it_is_told_at_the_next_look() -> None:
    async def test(place: Place) -> None:
        made = place.desk.make()
        host, viewer = await live(place, made)
        place.desk.deaf_for = 2
        place.relay._noting_at = 0.0  # its minute has passed
        await place.until(lambda: place.desk.deaf_for == 0)
        await place.until(lambda: place.desk.alive[-1:] == [frozenset({made.id})])
        assert await passes_to_viewer(host, viewer, Channel.SCREEN)

    at_a_relay(test)


def test_who_waits_where_the_session_is_not_any_more_is_told_to_come_again() -> None:
    async def test(place: Place) -> None:
        made = place.desk.make()
        place.desk.elsewhere.add(made.id)
        viewer = await place.viewer(made)
        await viewer.welcome()
        assert await viewer.closed() == CloseCode.RESTART
        assert made.why is None

    at_a_relay(test)


def test_a_relay_that_stops_tells_all_to_come_again_and_the_desk_who_left() -> None:
    async def run() -> None:
        async with Place() as place:
            made = place.desk.make()
            host, viewer = await live(place, made)
        assert (await host.closed(), await viewer.closed()) == (CloseCode.RESTART, CloseCode.RESTART)
        assert made.why is None
        assert place.desk.left == {1: True}
        assert place.desk.notes[-1] == (made.id, State.LIVE, ALL)

    in_a_loop(run)


def test_after_a_relay_died_the_session_goes_on_at_the_next_one() -> None:
    async def run() -> None:
        async with Place() as place:
            made = place.desk.make()
            host, _ = await live(place, made)
            await place.until(lambda: bool(place.desk.notes))
        async with Place() as second:
            second.desk = place.desk
            second.relay._admission = place.desk
            viewer = await second.viewer(made)
            welcome = await viewer.welcome()
            assert (welcome.state, welcome.host, welcome.granted) == (State.LIVE, False, ALL)
            again = await second.host(made, key=host.key)
            assert (await again.welcome()).state is State.LIVE
            assert await passes_to_viewer(again, viewer, Channel.SCREEN)

    in_a_loop(run)


def test_a_host_that_is_gone_before_it_is_in_is_away_from_then_on() -> None:
    async def test(place: Place) -> None:
        made = place.desk.make()
        place.desk.before = lambda: time.sleep(0.2)
        host = await place.host(made)
        await host.drop()
        await place.until(lambda: made.key_hash is not None)
        place.desk.before = lambda: None
        viewer = await place.viewer(made)
        welcome = await viewer.welcome()
        assert (welcome.state, welcome.host) == (State.ASKING, False)

    at_a_relay(test)


def test_a_viewer_that_is_gone_before_it_is_in_has_left() -> None:
    async def test(place: Place) -> None:
        made = place.desk.make()
        place.desk.before = lambda: time.sleep(0.2)
        viewer = await place.viewer(made)
        await viewer.drop()
        await place.until(lambda: 1 in place.desk.left)

    at_a_relay(test)


def test_a_relay_that_can_no_longer_look_after_its_sessions_fails_as_a_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def test(place: Place) -> None:
        await (await place.host(place.desk.make())).welcome()

        def fail(_room: Room, _now: float) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr(Room, "overdue", fail)
        with pytest.raises(ZeroDivisionError):
            await asyncio.wait_for(place.relay.failed(), PATIENCE_SECONDS)

    at_a_relay(test)
