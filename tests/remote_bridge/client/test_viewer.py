from pathlib import Path

import pytest

from remote_bridge.client.rfb.inputs import Key, Pointer
from remote_bridge.client.viewer import Viewer
from remote_bridge.protocol import files
from remote_bridge.protocol.errors import ProtocolError, TooLarge
from remote_bridge.protocol.frames import Channel, split_viewer
from remote_bridge.protocol.handshake import Meeting
from remote_bridge.protocol.link import ViewerEnd

MEETING = Meeting("s1", 7, bytes(32))


class Pair:
    """A viewer as the client knows it, and the viewer's own end."""

    def __init__(self, folder: Path) -> None:
        self.open = {Channel.SCREEN, Channel.CHAT, Channel.FILES}
        self.put: list[bytes] = []
        self.viewer = Viewer(MEETING, "Ann", folder, self.put.append, lambda channel: channel in self.open)
        self.theirs = ViewerEnd(MEETING)

    def meet(self) -> None:
        self.viewer.receive(self.theirs.begin())
        while self.put:
            for reply in self.theirs.receive(bytes(split_viewer(self.put.pop(0))[1])).replies:
                self.viewer.receive(reply)

    def heard(self) -> list[tuple[Channel, bytes]]:
        found = [self.theirs.receive(bytes(split_viewer(frame)[1])).opened for frame in self.put]
        self.put.clear()
        return [one for one in found if one is not None]


class Steered:
    """In place of a picture: how often it made room for an echo."""

    def __init__(self) -> None:
        self.times = 0

    def steered(self) -> None:
        self.times += 1


def presses(viewer: Viewer, *inputs: Key | Pointer) -> int:
    """Which of these, each by itself, the picture was told of."""
    showing = Steered()
    viewer.showing = showing  # type: ignore[assignment]
    for one in inputs:
        viewer.steers([one])
    return showing.times


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    one = Pair(tmp_path)
    one.meet()
    return one


def test_nothing_is_said_before_both_have_their_keys(tmp_path: Path) -> None:
    pair = Pair(tmp_path)
    assert pair.viewer.person().code is None
    assert not pair.viewer.say(Channel.CHAT, b"x")
    pair.meet()
    assert pair.viewer.person().code == pair.theirs.code
    assert pair.viewer.say(Channel.CHAT, b"x")
    assert pair.heard() == [(Channel.CHAT, b"x")]


def test_what_would_be_dropped_is_not_sealed_so_that_no_counter_is_missing(pair: Pair) -> None:
    assert not pair.viewer.say(Channel.CLIPBOARD, b"x")
    assert pair.viewer.say(Channel.CHAT, b"y")
    assert pair.heard() == [(Channel.CHAT, b"y")]


def test_nothing_is_said_to_a_viewer_that_is_gone(pair: Pair) -> None:
    pair.viewer.close()
    assert not pair.viewer.say(Channel.CHAT, b"x")
    assert pair.put == []


def test_a_long_stream_is_cut_into_frames(pair: Pair) -> None:
    pair.viewer.say_of_screen(bytes(200_000))
    heard = pair.heard()
    assert len(heard) == 4
    assert b"".join(body for _, body in heard) == bytes(200_000)


def test_words_about_files_wait_in_their_order_and_not_without_end(pair: Pair) -> None:
    pair.open.discard(Channel.FILES)
    for id_ in (1, 3):
        pair.viewer.say_of_file(files.Reject(id_))
    pair.open.add(Channel.FILES)
    pair.viewer.say_of_file(files.Reject(5))
    assert pair.heard() == []
    pair.viewer.say_held()
    assert [files.parse(body) for _, body in pair.heard()] == [files.Reject(n) for n in (1, 3, 5)]
    pair.open.discard(Channel.FILES)
    for _ in range(64):
        pair.viewer.say_of_file(files.Reject(1))
    with pytest.raises(TooLarge):
        pair.viewer.say_of_file(files.Reject(1))
    pair.viewer.forget_files()
    pair.open.add(Channel.FILES)
    pair.viewer.say_held()
    assert pair.heard() == []


def test_a_frame_that_does_not_open_is_an_error(pair: Pair) -> None:
    frame = bytearray(pair.theirs.seal(Channel.CHAT, b"hello"))
    frame[-1] ^= 1
    with pytest.raises(ProtocolError):
        pair.viewer.receive(bytes(frame))


def test_closing_ends_what_was_under_way(pair: Pair) -> None:
    pair.viewer.close()
    assert (pair.viewer.task, pair.viewer.showing) == (None, None)


def test_a_key_and_a_button_that_go_down_make_room_for_an_echo_and_no_movement_does(pair: Pair) -> None:
    drag = [Pointer(x, 10, 1) for x in range(60)]
    assert presses(pair.viewer, *drag) == 1
    assert presses(pair.viewer, Pointer(60, 10, 3), Pointer(61, 10, 1), Pointer(61, 10, 0)) == 1
    assert presses(pair.viewer, Pointer(61, 10, 8), Pointer(61, 10, 0), Pointer(61, 10, 8)) == 2, "a wheel"
    assert presses(pair.viewer, Key(0x61, 0, is_down=True), Key(0x61, 0, is_down=False)) == 1


def test_a_button_that_was_released_for_the_viewer_goes_down_anew(pair: Pair) -> None:
    assert presses(pair.viewer, Pointer(1, 1, 1)) == 1
    pair.viewer.released()
    assert presses(pair.viewer, Pointer(2, 1, 1), Pointer(3, 1, 1)) == 1


def test_who_is_shown_nothing_yet_may_steer(pair: Pair) -> None:
    pair.viewer.steers([Pointer(1, 1, 1)])
    assert presses(pair.viewer, Pointer(2, 1, 1)) == 0
