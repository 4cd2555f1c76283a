import hashlib
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from remote_bridge.protocol.errors import Malformed, Misplaced, Tampered
from remote_bridge.protocol.frames import Channel, Frame
from remote_bridge.protocol.handshake import (
    Ephemeral,
    HostHandshake,
    Keys,
    Meeting,
    Sealed,
    ViewerHandshake,
    agree,
)
from remote_bridge.protocol.secrets import parse_b64u
from remote_bridge.protocol.state import Side
from tests.remote_bridge.protocol.test_secrets import plain_hkdf
from tests.remote_bridge.vectors import vectors_of

MEETING = Meeting("r7k2m9q4", 3, bytes(range(32)))


def ephemeral_of(said: Any) -> Ephemeral:
    number = int.from_bytes(parse_b64u(said["d"]), "big")
    return Ephemeral(ec.derive_private_key(number, ec.SECP256R1()), bytes.fromhex(said["nonce"]))


def meet(host: HostHandshake, viewer: ViewerHandshake) -> tuple[Sealed, Sealed]:
    second, viewers = viewer.answer(host.take_commitment(viewer.begin()))
    return host.reveal(second), viewers


def keys_by_hand(meeting: Meeting, host: Ephemeral, viewer: Ephemeral) -> Keys:
    """The page's formulas, written out with hashlib and HMAC."""
    session = meeting.session.encode()
    heard = b"m4a remote 1" + bytes([len(session)]) + session + meeting.viewer.to_bytes(4, "big")
    heard += viewer.point + viewer.nonce + host.point + host.nonce
    salt = hashlib.sha256(heard).digest()
    shared = host.key.exchange(ec.ECDH(), viewer.key.public_key()) + meeting.link_key
    both = plain_hkdf(shared, b"m4a remote 1 keys", 64, salt)
    number = int.from_bytes(plain_hkdf(shared, b"m4a remote 1 code", 8, salt), "big") % 1_000_000
    return Keys(both[:32], both[32:], f"{number // 1000:03} {number % 1000:03}")


def test_both_ends_have_the_keys_of_the_page() -> None:
    host, viewer = Ephemeral.make(), Ephemeral.make()
    expected = keys_by_hand(MEETING, host, viewer)
    assert agree(MEETING, host, viewer.message, Side.HOST) == expected
    assert agree(MEETING, viewer, host.message, Side.VIEWER) == expected


def test_handshakes_are_those_of_the_vectors() -> None:
    vectors = vectors_of("handshake")
    for one in vectors:
        meeting = Meeting(one["session"], one["viewer"], bytes.fromhex(one["link_key"]))
        host = HostHandshake(meeting, ephemeral_of(one["host"]))
        viewer = ViewerHandshake(meeting, ephemeral_of(one["viewers"]))
        commit, host_key, viewer_key = (bytes.fromhex(message) for message in one["messages"])
        assert viewer.begin() == commit
        assert host.take_commitment(commit) == host_key
        second, viewers = viewer.answer(host_key)
        assert second == viewer_key
        hosts = host.reveal(viewer_key)
        assert hosts.code == viewers.code == one["code"]
        assert viewers.greeting().hex() == one["viewer_greeting"]
        assert hosts.greeting().hex() == one["host_greeting"]


def test_each_side_sees_that_the_other_has_the_keys() -> None:
    host, viewer = meet(HostHandshake(MEETING), ViewerHandshake(MEETING))
    host.expect_greeting(viewer.greeting())
    viewer.expect_greeting(host.greeting())
    assert host.code == viewer.code


def test_the_directions_have_different_keys() -> None:
    host, _ = meet(HostHandshake(MEETING), ViewerHandshake(MEETING))
    with pytest.raises(Tampered):
        host.expect_greeting(host.greeting())


@pytest.mark.parametrize(
    "other",
    [
        Meeting("r7k2m9q4", 3, bytes(32)),
        Meeting("r7k2m9q4", 4, bytes(range(32))),
        Meeting("r7k2m9q5", 3, bytes(range(32))),
    ],
)
def test_another_key_viewer_or_session_gives_other_keys(other: Meeting) -> None:
    host, viewer = meet(HostHandshake(MEETING), ViewerHandshake(other))
    with pytest.raises(Tampered):
        host.expect_greeting(viewer.greeting())
    assert host.code != viewer.code


def test_a_viewer_is_held_to_the_key_it_committed_to() -> None:
    host, viewer, other = HostHandshake(MEETING), ViewerHandshake(MEETING), ViewerHandshake(MEETING)
    answer = host.take_commitment(viewer.begin())
    with pytest.raises(Tampered):
        host.reveal(other.answer(answer)[0])


def test_steps_come_once_and_in_order() -> None:
    host, viewer = HostHandshake(MEETING), ViewerHandshake(MEETING)
    with pytest.raises(Misplaced):
        host.reveal(bytes(Frame(Channel.HANDSHAKE, 0, b"\x03" + bytes(97))))
    with pytest.raises(Misplaced):
        viewer.answer(viewer.begin())
    host.take_commitment(viewer.begin())
    with pytest.raises(Misplaced):
        host.take_commitment(viewer.begin())


@pytest.mark.parametrize(
    "frame",
    [
        Frame(Channel.HANDSHAKE, 1, b"\x01" + bytes(32)),
        Frame(Channel.SCREEN, 0, b"\x01" + bytes(32)),
        Frame(Channel.HANDSHAKE, 0, b""),
        Frame(Channel.HANDSHAKE, 0, b"\x02" + bytes(32)),
        Frame(Channel.HANDSHAKE, 0, b"\x01" + bytes(31)),
        Frame(Channel.HANDSHAKE, 0, b"\x01" + bytes(33)),
    ],
)
def test_what_is_no_first_step_is_refused(frame: Frame) -> None:
    with pytest.raises((Malformed, Misplaced)):
        HostHandshake(MEETING).take_commitment(bytes(frame))


@pytest.mark.parametrize(
    "point", [bytes(65), b"\x04" + bytes(64), b"\x04" + b"\xff" * 64, b"\x02" + bytes(64)]
)
def test_points_off_the_curve_are_refused(point: bytes) -> None:
    viewer = ViewerHandshake(MEETING)
    with pytest.raises(Malformed):
        viewer.answer(bytes(Frame(Channel.HANDSHAKE, 0, b"\x02" + point + bytes(32))))


def test_the_first_sealed_frame_says_nothing() -> None:
    host, viewer = meet(HostHandshake(MEETING), ViewerHandshake(MEETING))
    with pytest.raises(Misplaced):
        host.expect_greeting(viewer.sealer.seal(Channel.HANDSHAKE, b"x"))
    with pytest.raises(Misplaced):
        viewer.expect_greeting(host.sealer.seal(Channel.SCREEN, b""))


def test_no_secret_is_shown() -> None:
    one = Ephemeral.make()
    keys = agree(MEETING, one, Ephemeral.make().message, Side.HOST)
    shown = f"{one!r} {keys!r} {MEETING!r}"
    assert keys.host_to_viewer.hex() not in shown
    assert "\\x" not in shown
    assert keys.code not in shown
