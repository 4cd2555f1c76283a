import asyncio
import os
import struct
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from remote_bridge.client import acts
from remote_bridge.client.acts import ChatLine, Line, Phase
from remote_bridge.client.desk import Desk
from remote_bridge.client.screen import ScreenUnavailable
from remote_bridge.client.session import Session
from remote_bridge.protocol import chat, clipboard, files, messages
from remote_bridge.protocol.errors import Misplaced, ProtocolError
from remote_bridge.protocol.frames import Channel, Frame, with_viewer
from remote_bridge.protocol.news import Asked, Ended, Joined, Watching
from remote_bridge.protocol.scopes import Scope
from remote_bridge.protocol.state import State, Why
from tests.remote_bridge.client.meetings import ALL, VIEW, GrabbedScreen, meeting, story
from tests.remote_bridge.client.picture.pictures import text

KEY_DOWN = struct.pack(">BBHI", 4, 1, 0, 0x61)
POINTER = struct.pack(">BBHH", 5, 1, 20, 30)
CONTROL = frozenset({Scope.CONTROL})


def test_before_consent_the_screen_is_not_even_opened_and_nothing_enters(tmp_path: Path) -> None:
    async def told() -> None:
        async with meeting(tmp_path) as met:
            viewer = await met.relay.join(1)
            await met.until(lambda: viewer.end.is_ready)
            for channel, body in (
                (Channel.SCREEN, b"RFB 003.008\n"),
                (Channel.INPUT, KEY_DOWN),
                (Channel.CLIPBOARD, clipboard.Copied("theirs").body()),
                (Channel.CHAT, chat.Said("hello").body()),
                (Channel.FILES, files.body_of(files.Offer(1, "a", 1))),
            ):
                await met.relay.say(1, channel, body)
            await met.relay.stand()
            await met.relay.text(Asked(1, VIEW).text())
            await met.told_all()
            assert met.view.people == (acts.Person(1, "Ann", controls=True, code=viewer.end.code),)
            assert (met.opened, met.input.done, met.view.chat, met.view.transfers) == ([], [], (), ())
            assert met.clipboard.content == "the customer's"
            assert viewer.rfb.bytes_in == 0

    story(told)


def test_the_question_names_who_asks_for_what(tmp_path: Path) -> None:
    async def told() -> None:
        async with meeting(tmp_path, asked=VIEW | CONTROL) as met:
            view = met.view
            assert (view.who, view.business, view.number, view.subject) == ("Ann", "Acme", 42, "Printer")
            assert (view.state, view.line, view.asked) == (State.ASKING, Line.UP, VIEW | CONTROL)
            assert view.granted == frozenset()

    story(told)


def test_no_name_turns_round_what_stands_beside_it(tmp_path: Path) -> None:
    async def told() -> None:
        async with meeting(tmp_path) as met:
            met.relay.watching[1] = Watching(1, "\u202ennA\n", controls=False)
            met.relay.names = ("\u202eknaB", "Acme\u2069", "Printer\r\x1b")
            other: list[acts.View] = []
            session = Session(bytes(32), lambda: met.opened[0], other.append, tmp_path, ThreadPoolExecutor(1))
            session.welcome(met.relay.welcome())
            view = other[-1]
            assert (view.who, view.business, view.subject) == ("knaB", "Acme", "Printer")
            assert [one.name for one in view.people] == ["nnA"]
            session.on_text(Joined(2, "\u202doB").text())
            assert [one.name for one in other[-1].people] == ["nnA", "oB"]
            session.end(None)

    story(told)


def test_consent_shows_the_screen_and_lets_input_in(tmp_path: Path) -> None:
    async def told() -> None:
        async with meeting(tmp_path) as met:
            viewer = await met.shown()
            assert met.relay.told == [messages.Consent(ALL)]
            assert viewer.rfb.name == "Acme"
            await met.relay.say(1, Channel.INPUT, KEY_DOWN + POINTER)
            await met.until(lambda: len(met.input.done) >= 2)
            assert met.input.done[-2:] == [("key", 0x61, 0, True), ("pointer", 20, 30, 1)]

    story(told)


def test_a_drag_is_one_press_for_whose_echo_room_is_made(tmp_path: Path) -> None:
    async def told() -> None:
        async with meeting(tmp_path) as met:
            await met.shown()
            presses: list[int] = []
            showing = met.session._viewers[1].showing
            showing.steered = lambda: presses.append(1)  # type: ignore[method-assign, union-attr]
            for _ in range(3):
                await met.relay.say(1, Channel.INPUT, POINTER)
            await met.until(lambda: len(met.input.done) >= 3)
            assert presses == [1]

    story(told)


def test_only_what_was_ticked_and_asked_is_granted(tmp_path: Path) -> None:
    async def told() -> None:
        async with meeting(tmp_path, asked=VIEW | CONTROL) as met:
            await met.shown(ALL)
            assert met.relay.told == [messages.Consent(VIEW | CONTROL)]
            assert met.view.granted == VIEW | CONTROL

    story(told)


def test_in_view_only_no_input_clipboard_or_file_enters(tmp_path: Path) -> None:
    async def told() -> None:
        async with meeting(tmp_path) as met:
            viewer = await met.shown(VIEW)
            for channel, body in (
                (Channel.INPUT, KEY_DOWN),
                (Channel.CLIPBOARD, clipboard.Copied("theirs").body()),
                (Channel.CLIPBOARD, clipboard.Wanted().body()),
                (Channel.FILES, files.body_of(files.Offer(1, "a", 1))),
                (Channel.CHAT, chat.Said("hello").body()),
            ):
                await met.relay.say(1, channel, body)
            await met.until(lambda: met.view.chat)
            assert ("key", 0x61, 0, True) not in met.input.done
            assert met.clipboard.content == "the customer's"
            assert met.view.transfers == ()
            assert {channel for channel, _ in viewer.opened} == {Channel.CHAT}

    story(told)


def test_who_does_not_control_does_not_steer(tmp_path: Path) -> None:
    async def told() -> None:
        async with meeting(tmp_path) as met:
            await met.shown(controls=False)
            await met.relay.say(1, Channel.INPUT, KEY_DOWN)
            await met.relay.control(1)
            await met.relay.say(1, Channel.INPUT, POINTER)
            await met.until(lambda: ("pointer", 20, 30, 1) in met.input.done)
            assert ("key", 0x61, 0, True) not in met.input.done

    story(told)


@pytest.mark.parametrize("how", ["pause", "withdraw", "hand over", "leave", "drop", "end", "relay ends"])
def test_all_keys_are_released_when_control_stops(tmp_path: Path, how: str) -> None:
    async def told() -> None:
        async with meeting(tmp_path) as met:
            await met.shown()
            await met.relay.say(1, Channel.INPUT, KEY_DOWN)
            await met.until(lambda: met.input.done)
            before = met.input.releases
            match how:
                case "pause":
                    met.session.act(acts.Pause())
                case "withdraw":
                    met.session.act(acts.TakeBack(CONTROL))
                case "hand over":
                    await met.relay.control(None)
                case "leave":
                    await met.relay.leave(1)
                case "drop":
                    await met.relay.sockets[-1].close()
                case "end":
                    met.session.act(acts.End())
                case _:
                    await met.relay.end(Why.STAFF_ENDED)
            await met.until(lambda: met.input.releases > before or ("close",) in met.input.done)

    story(told)


def test_a_pause_stops_picture_and_input_until_it_is_over(tmp_path: Path) -> None:
    async def told() -> None:
        screen = GrabbedScreen(text(320, 240))
        async with meeting(tmp_path, screen=screen) as met:
            viewer = await met.shown()
            met.session.act(acts.Pause())
            await met.until(lambda: messages.Pause() in met.relay.told)
            grabs, updates = screen.grabs, viewer.rfb.updates
            screen.words = text(320, 240, 500)
            await met.relay.say(1, Channel.INPUT, KEY_DOWN)
            viewer.rfb.refresh()
            await met.relay.say(1, Channel.SCREEN, viewer.rfb.take_output())
            await met.relay.say(1, Channel.CHAT, chat.Said("still there?").body())
            await met.until(lambda: met.view.chat)
            await asyncio.sleep(0.1)
            assert (screen.grabs, viewer.rfb.updates) == (grabs, updates)
            assert ("key", 0x61, 0, True) not in met.input.done
            met.session.act(acts.Resume())
            await met.until(lambda: met.same(viewer))

    story(told)


def test_clipboards_go_both_ways_on_request(tmp_path: Path) -> None:
    async def told() -> None:
        async with meeting(tmp_path) as met:
            viewer = await met.shown()
            await met.relay.say(1, Channel.CLIPBOARD, clipboard.Wanted().body())
            await met.until(lambda: viewer.opened)
            assert viewer.opened == [(Channel.CLIPBOARD, clipboard.Copied("the customer's").body())]
            await met.relay.say(1, Channel.CLIPBOARD, clipboard.Copied("theirs").body())
            await met.until(lambda: met.clipboard.content == "theirs")
            met.clipboard.content = "ä" * 200_000
            await met.relay.say(1, Channel.CLIPBOARD, clipboard.Wanted().body())
            await met.until(lambda: len(viewer.opened) == 2)
            assert len(viewer.opened[1][1]) <= 1 + clipboard.MOST_BYTES

    story(told)


def test_chat_goes_to_everybody_with_its_name(tmp_path: Path) -> None:
    async def told() -> None:
        async with meeting(tmp_path) as met:
            first = await met.shown()
            second = await met.relay.join(2, "Ben", controls=False)
            await met.until(lambda: second.end.is_ready)
            await met.relay.say(2, Channel.CHAT, chat.Said("hello").body())
            await met.until(lambda: first.opened and second.opened)
            met.session.act(acts.Say("  "))
            met.session.act(acts.Say("it is the printer"))
            await met.until(lambda: len(first.opened) == 2)
            heard = [chat.Heard.parse(body) for _, body in first.opened]
            assert heard == [chat.Heard("Ben", "hello"), chat.Heard("", "it is the printer")]
            assert met.view.chat == (ChatLine("Ben", "hello"), ChatLine("", "it is the printer"))

    story(told)


def test_a_viewer_that_asks_for_more_than_is_read_is_sent_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("remote_bridge.client.session._MOST_WAITING_BYTES", 1000)

    async def told() -> None:
        async with meeting(tmp_path) as met:
            await met.shown()
            met.session.outbox.put("x" * 900)  # nothing leaves while this test does not wait
            line = met.relay.viewers[1].end.seal(Channel.CHAT, chat.Said("y" * 500).body())
            met.session.on_frame(with_viewer(1, line))
            assert met.session._viewers == {}
            assert met.session.outbox.size < 10_000

    story(told)


def test_a_clipboard_is_read_once_at_a_time(tmp_path: Path) -> None:
    async def told() -> None:
        async with meeting(tmp_path) as met:
            viewer = await met.shown()
            for _ in range(3):
                frame = viewer.end.seal(Channel.CLIPBOARD, clipboard.Wanted().body())
                met.session.on_frame(with_viewer(1, frame))
            await met.until(lambda: viewer.opened)
            await met.relay.say(1, Channel.CLIPBOARD, clipboard.Wanted().body())
            await met.until(lambda: len(viewer.opened) > 1)
            await met.told_all()
            assert len(viewer.opened) == 2

    story(told)


def test_a_file_of_who_has_left_is_not_offered_any_more(tmp_path: Path) -> None:
    async def told() -> None:
        async with meeting(tmp_path) as met:
            await met.shown()
            await met.relay.say(1, Channel.FILES, files.body_of(files.Offer(1, "a.txt", 3)))
            await met.until(lambda: met.view.transfers)
            await met.relay.leave(1)
            await met.until(lambda: not met.view.people)
            assert [one.phase for one in met.view.transfers] == [Phase.BROKEN]

    story(told)


def test_a_second_viewer_sees_as_well_and_the_first_goes_on(tmp_path: Path) -> None:
    async def told() -> None:
        async with meeting(tmp_path) as met:
            first = await met.shown()
            second = await met.relay.join(2, "Ben", controls=False)
            await met.until(lambda: met.same(second))
            assert isinstance(met.screen, GrabbedScreen)
            met.screen.words = text(320, 240, 777)
            await met.until(lambda: met.same(first) and met.same(second))

    story(told)


def test_a_viewer_that_does_not_keep_to_the_protocol_is_dropped_alone(tmp_path: Path) -> None:
    async def told() -> None:
        async with meeting(tmp_path) as met:
            first = await met.shown()
            second = await met.relay.join(2, "Eve", controls=False)
            await met.until(lambda: met.same(second))
            await met.relay.say(2, Channel.SCREEN, b"\x05" + bytes(5))
            await met.until(lambda: messages.Drop(2) in met.relay.told)
            third = await met.relay.join(3, "Mal", controls=False)
            await met.until(lambda: third.end.is_ready)
            await met.relay.send_frame(3, bytes(Frame(Channel.CHAT, 99, bytes(40))))
            await met.until(lambda: messages.Drop(3) in met.relay.told)
            assert [person.name for person in met.view.people] == ["Ann"]
            assert isinstance(met.screen, GrabbedScreen)
            met.screen.words = text(320, 240, 100)
            await met.until(lambda: met.same(first))

    story(told)


def test_what_is_asked_for_later_is_a_question_of_its_own(tmp_path: Path) -> None:
    async def told() -> None:
        async with meeting(tmp_path, asked=VIEW) as met:
            await met.shown(VIEW)
            assert met.view.questions == frozenset()
            await met.relay.ask(1, CONTROL | {Scope.FILES})
            await met.until(lambda: met.view.questions)
            await met.relay.say(1, Channel.INPUT, KEY_DOWN)
            await met.told_all()
            met.session.act(acts.Deny(frozenset({Scope.FILES})))
            met.session.act(acts.Allow(CONTROL))
            await met.until(lambda: messages.Consent(CONTROL) in met.relay.told)
            assert (met.view.questions, met.view.granted) == (frozenset(), VIEW | CONTROL)
            assert ("key", 0x61, 0, True) not in met.input.done
            await met.relay.say(1, Channel.INPUT, POINTER)
            await met.until(lambda: ("pointer", 20, 30, 1) in met.input.done)

    story(told)


def test_refusing_ends_it_and_nothing_was_seen(tmp_path: Path) -> None:
    async def told() -> None:
        async with meeting(tmp_path) as met:
            met.session.act(acts.Refuse())
            await met.running
            await met.until(lambda: met.relay.told)
            assert met.relay.told == [messages.Refuse()]
            assert (met.view.state, met.view.why, met.opened) == (State.ENDED, Why.REFUSED, [])

    story(told)


@pytest.mark.parametrize("by_relay", [True, False])
def test_the_end_closes_everything_at_once(tmp_path: Path, *, by_relay: bool) -> None:
    async def told() -> None:
        async with meeting(tmp_path) as met:
            await met.shown()
            if by_relay:
                await met.relay.end(Why.STAFF_ENDED)
            else:
                met.session.act(acts.End())
                assert met.view.state is State.ENDED
            await met.running
            assert met.input.done[-1] == ("close",)
            assert met.view.why is (Why.STAFF_ENDED if by_relay else Why.HOST_ENDED)
            if not by_relay:
                await met.until(lambda: messages.End() in met.relay.told)
            met.session.act(acts.Say("too late"))
            assert met.view.chat == ()

    story(told)


def test_a_file_is_taken_after_consent(tmp_path: Path) -> None:
    async def told() -> None:
        async with meeting(tmp_path) as met:
            viewer = await met.shown()
            await met.relay.say(1, Channel.FILES, files.body_of(files.Offer(1, "a.txt", 3)))
            await met.until(lambda: met.view.transfers)
            phases = [met.view.transfers[0].phase]
            met.session.act(acts.AcceptFile(1, 1))
            await met.until(lambda: viewer.opened)
            assert files.parse(viewer.opened[0][1]) == files.Accept(1)
            await met.relay.say(1, Channel.FILES, files.body_of(files.Piece(1, b"abc")))
            await met.until(lambda: len(viewer.opened) == 2)
            met.session.act(acts.TakeBack(frozenset({Scope.FILES})))
            phases.append(met.view.transfers[0].phase)
            assert phases == [Phase.OFFERED, Phase.BROKEN]
            assert os.listdir(tmp_path) == []  # noqa: PTH208 - iterdir would count as blocking here

    story(told)


def test_a_file_of_ours_goes_to_who_controls(tmp_path: Path) -> None:
    async def told() -> None:
        (tmp_path / "big.bin").write_bytes(bytes(range(256)) * 4000)
        async with meeting(tmp_path) as met:
            viewer = await met.shown()
            met.session.act(acts.SendFile(tmp_path / "none"))
            assert met.view.trouble
            met.session.act(acts.SendFile(tmp_path / "big.bin"))
            await met.until(lambda: viewer.opened)
            await met.relay.say(1, Channel.FILES, files.body_of(files.Accept(2)))
            got, seen = b"", 1
            while len(got) < 1_024_000:
                await met.until(lambda: len(viewer.opened) > seen)  # noqa: B023 - awaited at once
                for _, body in viewer.opened[seen:]:
                    if isinstance(piece := files.parse(body), files.Piece):
                        got += piece.data
                seen = len(viewer.opened)
                await met.relay.say(1, Channel.FILES, files.body_of(files.Arrived(2, len(got))))
            assert got == bytes(range(256)) * 4000
            await met.until(lambda: met.view.transfers[0].phase is Phase.DONE)
            assert met.view.trouble == ""

    story(told)


def test_without_somebody_who_controls_no_file_leaves(tmp_path: Path) -> None:
    async def told() -> None:
        (tmp_path / "a").write_bytes(b"x")
        async with meeting(tmp_path) as met:
            await met.shown(controls=False)
            met.session.act(acts.SendFile(tmp_path / "a"))
            met.session.act(acts.AcceptFile(9, 9))
            met.session.act(acts.DropFile(9, 9))
            assert met.view.transfers == ()

    story(told)


def test_what_is_said_of_files_waits_for_the_end_of_a_pause(tmp_path: Path) -> None:
    async def told() -> None:
        async with meeting(tmp_path) as met:
            viewer = await met.shown()
            await met.relay.say(1, Channel.FILES, files.body_of(files.Offer(1, "a.txt", 3)))
            await met.until(lambda: met.view.transfers)
            met.session.act(acts.Pause())
            met.session.act(acts.AcceptFile(1, 1))
            met.session.act(acts.Resume())
            await met.until(lambda: viewer.opened)
            told = [type(message) for message in met.relay.told]
            assert told == [messages.Consent, messages.Pause, messages.Resume]

    story(told)


def test_a_screen_that_cannot_be_opened_is_said_and_may_be_tried_again(tmp_path: Path) -> None:
    def no_desk() -> Desk:
        raise ScreenUnavailable("No screen.")

    async def told() -> None:
        async with meeting(tmp_path, open_desk=no_desk) as met:
            met.session.act(acts.Allow(ALL))
            assert (met.view.trouble, met.view.state) == ("No screen.", State.ASKING)
            assert met.relay.told == []

    story(told)


def test_a_screen_that_goes_away_ends_it(tmp_path: Path) -> None:
    async def told() -> None:
        screen = GrabbedScreen(text(320, 240))
        async with meeting(tmp_path, screen=screen) as met:
            await met.shown()
            screen.is_gone = True
            screen.words = text(320, 240, 5)
            await met.running
            assert (met.view.state, met.view.trouble) == (State.ENDED, "The screen is gone.")
            await met.until(lambda: messages.End() in met.relay.told)

    story(told)


def test_an_input_that_goes_away_ends_it(tmp_path: Path) -> None:
    async def told() -> None:
        async with meeting(tmp_path) as met:
            await met.shown()
            met.input.broken = True
            await met.relay.say(1, Channel.INPUT, KEY_DOWN)
            await met.running
            assert met.view.state is State.ENDED

    story(told)


def test_a_second_welcome_and_nonsense_of_the_relay_are_refused(tmp_path: Path) -> None:
    async def told() -> None:
        async with meeting(tmp_path) as met:
            with pytest.raises(Misplaced):
                met.session.on_text(met.relay.welcome().text())
            with pytest.raises(ProtocolError):
                met.session.on_text("{}")
            with pytest.raises(ProtocolError):
                met.session.on_frame(b"xx")
            met.relay.session = "another"
            with pytest.raises(Misplaced):
                met.session.welcome(met.relay.welcome())
            met.session.on_text(Ended(Why.EXPIRED).text())
            assert met.view.why is Why.EXPIRED

    story(told)
