import pytest
from hypothesis import given
from hypothesis import strategies as st

from remote_bridge.protocol.errors import Misplaced, ProtocolError, Tampered
from remote_bridge.protocol.frames import Channel, Frame
from remote_bridge.protocol.handshake import Meeting
from remote_bridge.protocol.link import HostEnd, ViewerEnd

MEETING = Meeting("r7k2m9q4", 3, bytes(range(32)))


def pair(meeting: Meeting = MEETING) -> tuple[HostEnd, ViewerEnd]:
    return HostEnd(MEETING), ViewerEnd(meeting)


def shake(host: HostEnd, viewer: ViewerEnd) -> None:
    """Carry every frame to the other side until nobody says more."""
    to_host, to_viewer = [viewer.begin()], list[bytes]()
    while to_host or to_viewer:
        if to_host:
            to_viewer += host.receive(to_host.pop(0)).replies
        else:
            to_host += viewer.receive(to_viewer.pop(0)).replies


def test_after_the_handshake_both_speak() -> None:
    host, viewer = pair()
    assert (host.is_ready, viewer.is_ready, host.code) == (False, False, None)
    shake(host, viewer)
    assert host.is_ready
    assert viewer.is_ready
    assert host.code == viewer.code is not None
    assert viewer.receive(host.seal(Channel.SCREEN, b"RFB")).opened == (Channel.SCREEN, b"RFB")
    assert host.receive(viewer.seal(Channel.INPUT, b"key")).opened == (Channel.INPUT, b"key")


def test_nobody_speaks_before() -> None:
    host, viewer = pair()
    for end in (host, viewer):
        with pytest.raises(Misplaced):
            end.seal(Channel.CHAT, b"x")
    (answer,) = host.receive(viewer.begin()).replies
    viewer.receive(answer)
    with pytest.raises(Misplaced):  # it has keys, but has not seen that the host has them
        viewer.seal(Channel.CHAT, b"x")


def test_a_wrong_link_key_ends_it_on_both_sides() -> None:
    host, viewer = pair(Meeting("r7k2m9q4", 3, bytes(32)))
    (answer,) = host.receive(viewer.begin()).replies
    reveal, greeting = viewer.receive(answer).replies
    (hosts_greeting,) = host.receive(reveal).replies
    with pytest.raises(Tampered):
        host.receive(greeting)
    with pytest.raises(Tampered):
        viewer.receive(hosts_greeting)
    assert not host.is_ready
    assert not viewer.is_ready


def test_what_was_meant_for_the_hosts_last_connection_is_passed_over() -> None:
    before, viewer = pair()
    shake(before, viewer)
    again, fresh = pair()
    assert again.receive(viewer.seal(Channel.INPUT, b"key")).opened is None
    assert again.receive(bytes(Frame(Channel.HANDSHAKE, 0, b"\x03" + bytes(97)))).replies == ()
    shake(again, fresh)
    assert again.is_ready


def test_a_second_commitment_begins_anew() -> None:
    host, stale = pair()
    host.receive(stale.begin())
    fresh = ViewerEnd(MEETING)
    shake(host, fresh)
    assert host.is_ready


def test_each_commitment_is_answered_by_another_key_and_not_without_end() -> None:
    host, _ = pair()
    answers = {host.receive(ViewerEnd(MEETING).begin()).replies[0] for _ in range(3)}
    assert len(answers) == 3
    with pytest.raises(Misplaced):
        host.receive(ViewerEnd(MEETING).begin())


def test_the_host_is_asked_before_it_answers_another_commitment() -> None:
    asked: list[bool] = [True, False]
    host = HostEnd(MEETING, begins=lambda: asked.pop(0))
    assert host.receive(ViewerEnd(MEETING).begin()).replies
    with pytest.raises(Misplaced):
        host.receive(ViewerEnd(MEETING).begin())
    assert asked == []


def test_the_handshake_does_not_come_again() -> None:
    host, viewer = pair()
    shake(host, viewer)
    with pytest.raises(ProtocolError):
        host.receive(ViewerEnd(MEETING).begin())
    with pytest.raises(Misplaced):
        viewer.receive(host.seal(Channel.HANDSHAKE, b"x"))


@given(st.lists(st.binary(max_size=120), max_size=8), st.lists(st.binary(max_size=120), max_size=8))
def test_no_bytes_make_an_end_ready(to_host: list[bytes], to_viewer: list[bytes]) -> None:
    host, viewer = pair()
    for end, said in ((host, to_host), (viewer, to_viewer)):
        for data in said:
            try:
                received = end.receive(data)
            except ProtocolError:
                break
            assert received.opened is None
    assert not host.is_ready
    assert not viewer.is_ready
