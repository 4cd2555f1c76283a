import pytest
from hypothesis import given
from hypothesis import strategies as st

from remote_bridge.protocol.errors import CloseCode, ProtocolError, TooLarge
from remote_bridge.protocol.frames import MOST_FRAME_BYTES, Channel, header, with_viewer
from remote_bridge.protocol.messages import (
    Ask,
    Consent,
    Control,
    Decline,
    Drop,
    End,
    Pause,
    Refuse,
    Resume,
    Withdraw,
)
from remote_bridge.protocol.news import (
    Asked,
    Ended,
    HostWelcome,
    Joined,
    Left,
    Stands,
    ToHost,
    ToViewer,
    ViewerWelcome,
)
from remote_bridge.protocol.scopes import NONE, Scope
from remote_bridge.protocol.state import Standing, State, Why
from remote_bridge.relay.admission import HostSeat
from remote_bridge.relay.room import HOST_AWAY_SECONDS, MOST_BEHIND_BYTES, NOBODY_SECONDS, Room
from remote_bridge.relay.tally import Tally
from tests.remote_bridge.desk import ALL, LATER, VIEW
from tests.remote_bridge.relay.play import Line, Notes, Play, seat_of, viewer_seat, waits

CONTROL = frozenset({Scope.CONTROL})
STEERS, LOOKS_ON = True, False


def of_kind(news: list[ToHost] | list[ToViewer], kind: type) -> list[object]:
    return [one for one in news if isinstance(one, kind)]


def test_a_host_is_told_who_asks_for_what() -> None:
    play = Play(is_live=False)
    room = Room(7, "s7", Standing(State.WAITING, VIEW), notes=play.notes, tally=play.tally)
    line = Line()
    room.welcome_host(line, seat_of(room))
    (welcome,) = line.to_host()
    assert welcome == HostWelcome(
        "s7", VIEW, NONE, "Ann Lee", "Crane & Sons", 17, "Printer", LATER, State.ASKING, ()
    )


def test_long_names_and_subjects_are_cut() -> None:
    play = Play()
    line, long = Line(), "ä" * 2000
    play.room.welcome_host(line, HostSeat(7, "s7", play.room.standing, long, long, 1, long, LATER))
    welcome = line.to_host()[0]
    assert isinstance(welcome, HostWelcome)
    assert (len(welcome.who), len(welcome.business), len(welcome.subject)) == (80, 80, 500)
    assert play.join(long).number


def test_all_are_told_of_a_viewer() -> None:
    play = Play(STEERS)
    viewer = play.join("Bo")
    assert isinstance(play.lines[1].to_viewer()[0], ViewerWelcome)
    told = play.host.to_host()
    assert told[0] == Joined(viewer.number, "Bo")
    stands = play.lines[0].to_viewer()
    assert isinstance(stands[0], Stands)
    assert [one.name for one in stands[0].viewers] == ["Ann", "Bo"]
    play.room.lose_viewer(viewer)
    assert Left(viewer.number, "Bo") in play.host.to_host()
    assert play.notes.visits == [(2, False)]


def test_a_viewers_number_never_comes_again() -> None:
    play = Play()
    numbers = set()
    for _ in range(30):
        viewer = play.join()
        numbers.add(viewer.number)
        play.room.lose_viewer(viewer)
    assert len(numbers) == 30


def test_there_are_eight_viewers_at_most() -> None:
    play = Play(*[True] * 8)
    line = Line()
    assert play.room.welcome_viewer(line, viewer_seat(play.room, 9)) is None
    assert line.code is CloseCode.TOO_MANY


@pytest.mark.parametrize("channel", Channel)
def test_before_consent_nothing_but_the_handshake_passes(channel: Channel) -> None:
    play = Play(STEERS, is_live=False)
    assert play.send(0, channel) is (channel is Channel.HANDSHAKE)
    if channel is not Channel.INPUT:
        assert play.show(0, channel) is (channel is Channel.HANDSHAKE)


@pytest.mark.parametrize("channel", Channel)
def test_while_nobody_is_host_nothing_passes(channel: Channel) -> None:
    play = Play(STEERS)
    play.room.lose_host(play.host)
    assert not play.send(0, channel)
    assert play.tally.dropped == 1


def test_after_consent_all_passes_both_ways() -> None:
    play = Play(STEERS)
    assert all(play.send(0, channel) for channel in Channel)
    assert all(play.show(0, channel) for channel in Channel if channel is not Channel.INPUT)
    assert play.tally.dropped == 0


def test_what_was_not_granted_does_not_pass() -> None:
    play = Play(STEERS, asked=VIEW)
    passing = {channel for channel in Channel if play.send(0, channel)}
    assert passing == {Channel.HANDSHAKE, Channel.SCREEN, Channel.CHAT}


def test_a_pause_holds_hands_off_and_keeps_talking() -> None:
    play = Play(STEERS)
    play.say(Pause())
    assert {channel for channel in Channel if play.send(0, channel)} == {
        Channel.HANDSHAKE,
        Channel.SCREEN,
        Channel.CHAT,
    }
    play.say(Resume())
    assert play.send(0, Channel.INPUT)
    assert [state for state, _ in play.notes.states[-2:]] == [State.PAUSED, State.LIVE]


def test_control_that_is_withdrawn_ends_at_once() -> None:
    play = Play(STEERS)
    play.say(Withdraw(CONTROL))
    assert not play.send(0, Channel.INPUT)
    assert play.send(0, Channel.FILES)
    play.say(Consent(CONTROL))
    assert play.send(0, Channel.INPUT)


def test_only_who_has_the_control_steers() -> None:
    play = Play(STEERS, STEERS)
    assert (play.send(0, Channel.INPUT), play.send(1, Channel.INPUT)) == (True, False)
    play.hear(0, Control(play.viewers[1].number))
    assert (play.send(0, Channel.INPUT), play.send(1, Channel.INPUT)) == (False, True)
    for channel in (Channel.CLIPBOARD, Channel.FILES):
        assert (play.send(0, channel), play.send(1, channel)) == (False, True)
        assert play.show(0, channel), "a gap in the host's counters would end the connection"


def test_a_viewer_takes_the_control() -> None:
    play = Play(STEERS, STEERS)
    play.hear(1, Control(play.viewers[1].number))
    assert play.controls() == [False, True]
    play.room.lose_viewer(play.viewers[1])
    assert play.controls() == [False]
    assert (2, True) in play.notes.visits
    play.join()
    assert play.controls() == [False, True]


def test_who_only_looks_on_neither_steers_nor_ends() -> None:
    play = Play(STEERS, LOOKS_ON)
    for message in (Control(play.viewers[1].number), Control(play.viewers[0].number), End()):
        with pytest.raises(ProtocolError):
            play.hear(1, message)
    play.hear(0, Control(play.viewers[1].number))
    assert play.controls() == [True, False]
    assert not play.room.is_over


def test_a_guest_may_steer_and_ends_nothing() -> None:
    play = Play(STEERS)
    guest = play.join("Guest", is_guest=True)
    play.hear(1, Control(guest.number))
    assert play.controls() == [False, True]
    with pytest.raises(ProtocolError):
        play.hear(1, End())
    assert not play.room.is_over


def test_to_hand_on_what_one_does_not_have_changes_nothing() -> None:
    play = Play(STEERS, STEERS, STEERS)
    play.hear(1, Control(play.viewers[2].number))
    play.hear(0, Control(12345))
    assert play.controls() == [True, False, False]


def test_a_viewer_asks_for_more_and_the_host_is_asked() -> None:
    play = Play(STEERS, asked=VIEW)
    play.hear(0, Ask(CONTROL))
    assert Asked(play.viewers[0].number, CONTROL) in play.host.to_host()
    assert play.room.standing.asked == VIEW | CONTROL
    play.say(Decline(CONTROL))
    (stands,) = of_kind(play.lines[0].to_viewer()[-1:], Stands)
    assert isinstance(stands, Stands)
    assert stands.asked == VIEW
    play.hear(0, Ask(CONTROL))
    play.say(Consent(CONTROL))
    assert play.send(0, Channel.INPUT)


def test_a_host_that_refuses_ends_it() -> None:
    play = Play(STEERS, is_live=False)
    play.say(Refuse())
    assert play.lines[0].to_viewer() == [Ended(Why.REFUSED)]
    assert (play.lines[0].code, play.host.code) == (CloseCode.OVER, CloseCode.OVER)
    assert (play.notes.ends, play.notes.visits) == ([Why.REFUSED], [(1, True)])
    assert play.room.why is Why.REFUSED


@pytest.mark.parametrize(("is_host", "why"), [(True, Why.HOST_ENDED), (False, Why.STAFF_ENDED)])
def test_both_sides_may_end_it(*, is_host: bool, why: Why) -> None:
    play = Play(STEERS)
    if is_host:
        play.say(End())
    else:
        play.hear(0, End())
    assert play.host.to_host() == [Ended(why)]
    assert play.notes.ends == [why]
    play.room.lose_host(play.host)
    play.room.lose_viewer(play.viewers[0])
    assert play.notes.visits == [(1, True)], "left once"


def test_what_the_desk_ended_is_not_told_to_the_desk() -> None:
    play = Play(STEERS)
    play.room.end(Why.REVOKED, is_known=True)
    play.room.end(Why.NOBODY)
    assert play.notes.ends == []
    assert play.host.to_host() == [Ended(Why.REVOKED)]


def test_a_host_may_show_a_viewer_out() -> None:
    play = Play(STEERS, STEERS)
    play.say(Drop(play.viewers[0].number))
    play.say(Drop(4711))
    assert play.lines[0].code is CloseCode.MALFORMED
    assert len(play.room.viewers) == 1


def test_a_host_that_comes_again_takes_its_own_place() -> None:
    play, again = Play(STEERS), Line()
    play.room.welcome_host(again, seat_of(play.room))
    assert play.host.code is CloseCode.USED
    stands = of_kind(play.lines[0].to_viewer(), Stands)
    assert [one.host for one in stands if isinstance(one, Stands)] == [False, True]
    play.room.lose_host(play.host)
    assert play.room.has_host
    assert play.room.standing.state is State.LIVE


def test_a_host_that_drops_keeps_what_it_granted() -> None:
    play = Play(STEERS)
    play.room.lose_host(play.host)
    (stands,) = play.lines[0].to_viewer()
    assert isinstance(stands, Stands)
    assert (stands.host, stands.state, stands.granted) == (False, State.LIVE, ALL)


def test_it_ends_when_the_host_stays_away() -> None:
    play = Play(STEERS)
    play.room.lose_host(play.host)
    assert play.room.overdue(100.0) is None
    assert play.room.overdue(99.9 + HOST_AWAY_SECONDS) is None
    play.room.welcome_host(Line(), seat_of(play.room))
    assert play.room.overdue(100.0 + HOST_AWAY_SECONDS) is None
    play.room.lose_host(play.room._host or Line())
    assert play.room.overdue(1000.0) is None
    assert play.room.overdue(1000.0 + HOST_AWAY_SECONDS) is Why.HOST_LOST


def test_it_ends_when_nobody_looks_on() -> None:
    play = Play()
    assert play.room.overdue(10.0) is None
    play.room.lose_viewer(play.join())
    assert play.room.overdue(10.0 + NOBODY_SECONDS) is Why.NOBODY


def test_a_session_without_a_host_waits_for_its_link_to_expire() -> None:
    room = Room(7, "s7", Standing(State.WAITING, VIEW), notes=Notes(), tally=Tally())
    assert room.overdue(0.0) is None
    assert room.overdue(1e9) is None


def test_with_the_last_sign_in_the_session_ends() -> None:
    play = Play(STEERS, STEERS)
    play.room.sign_out(frozenset({1001}))
    assert play.lines[0].code is CloseCode.PASS_UNKNOWN
    assert not play.room.is_over
    play.room.sign_out(frozenset({1001}))
    play.room.sign_out(frozenset({1002}))
    assert play.notes.ends == [Why.SIGNED_OUT]


def test_the_host_waits_when_all_viewers_are_full_and_for_no_single_one() -> None:
    play = Play(STEERS, STEERS)
    play.room.fill_viewer(play.viewers[0], is_full=True)
    assert not waits(play.host)
    play.room.fill_viewer(play.viewers[1], is_full=True)
    assert waits(play.host)
    play.room.fill_viewer(play.viewers[0], is_full=False)
    assert not waits(play.host)
    play.room.lose_viewer(play.viewers[0])
    assert waits(play.host)
    third = play.join()
    assert not waits(play.host)
    play.room.lose_viewer(third)
    assert waits(play.host)
    play.room.lose_viewer(play.viewers[1])
    assert not waits(play.host)


def test_a_viewer_too_far_behind_is_let_go() -> None:
    play = Play(STEERS, STEERS)
    slow = play.lines[0]
    play.room.fill_viewer(play.viewers[0], is_full=True)
    slow.waiting_bytes = MOST_BEHIND_BYTES
    assert play.show(0, Channel.SCREEN)
    assert [line.code for line in play.lines] == [None, None]
    slow.waiting_bytes = MOST_BEHIND_BYTES + 1
    assert play.show(0, Channel.SCREEN)
    assert [line.code for line in play.lines] == [CloseCode.TOO_MANY, None]
    assert play.notes.visits == [(1, True)]
    assert play.tally.outrun == 1
    assert [one.number for one in play.room.viewers] == [play.viewers[1].number]


def test_a_full_host_holds_the_viewers() -> None:
    play = Play(STEERS)
    play.room.fill_host(play.host, is_full=True)
    late = play.join()
    assert waits(play.lines[0])
    assert waits(play.lines[1])
    play.room.fill_host(Line(), is_full=False)
    assert waits(play.lines[0])
    play.room.fill_host(play.host, is_full=False)
    assert not waits(play.lines[0])
    play.room.fill_host(play.host, is_full=True)
    play.room.lose_host(play.host)
    assert not waits(play.lines[1])
    assert late.number


def test_a_host_that_comes_again_waits_for_a_full_viewer() -> None:
    play, again = Play(STEERS), Line()
    play.room.fill_viewer(play.viewers[0], is_full=True)
    play.room.lose_host(play.host)
    play.room.welcome_host(again, seat_of(play.room))
    assert waits(again)


def test_bounds_of_frames_are_kept() -> None:
    play = Play(STEERS)
    most = header(Channel.SCREEN, 1) + bytes(MOST_FRAME_BYTES - 9)
    play.room.carry_from_viewer(play.viewers[0], most)
    play.room.carry_from_host(with_viewer(play.viewers[0].number, most))
    with pytest.raises(TooLarge):
        play.room.carry_from_viewer(play.viewers[0], most + b"x")
    with pytest.raises(TooLarge):
        play.room.carry_from_host(with_viewer(play.viewers[0].number, most) + b"x")


@pytest.mark.parametrize(
    "data", [b"", bytes(12), bytes(13), b"\0\0\0\1\6" + bytes(8), b"\0\0\0\1\2" + bytes(8)]
)
def test_what_is_no_frame_of_a_host_is_refused(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        Play(STEERS).room.carry_from_host(data)


@given(st.lists(st.tuples(st.booleans(), st.binary(max_size=40) | st.text(max_size=40)), max_size=20))
def test_nothing_that_is_sent_breaks_a_room(said: list[tuple[bool, bytes | str]]) -> None:
    play = Play(STEERS, is_live=False)
    for is_host, data in said:
        try:
            if isinstance(data, str):
                text = data.encode("utf-8", "surrogatepass")
                play.room.hear_host(text) if is_host else play.room.hear_viewer(play.viewers[0], text)
            elif is_host:
                play.room.carry_from_host(data)
            else:
                play.room.carry_from_viewer(play.viewers[0], data)
        except ProtocolError:
            continue
    assert play.room.standing.state is State.ASKING
    frames = [*play.host.frames, *(frame[0:] for line in play.lines for frame in line.frames)]
    assert all(frame[4 if frame in play.host.frames else 0] == Channel.HANDSHAKE for frame in frames)
