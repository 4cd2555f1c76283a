from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remote_bridge.protocol.errors import Misplaced
from remote_bridge.protocol.frames import Channel
from remote_bridge.protocol.scopes import Scope, Scopes, parse_scopes
from remote_bridge.protocol.state import Side, Standing, State, Verdict, judge
from tests.remote_bridge.vectors import vectors_of

VIEW, ALL = frozenset({Scope.VIEW}), frozenset(Scope)
CONTROL = frozenset({Scope.CONTROL})
WAITING = Standing(State.WAITING, ALL)
LIVE = WAITING.come().consent(VIEW)


def standing_of(said: Any) -> Standing:
    return Standing(State(said["state"]), parse_scopes(said["asked"]), parse_scopes(said["granted"]))


def test_states_follow_each_other_as_the_vectors_say() -> None:
    for one in vectors_of("states"):
        arguments = [parse_scopes(one["scopes"])] if "scopes" in one else []
        verb = getattr(standing_of(one["from"]), one["verb"])
        if one["to"] is None:
            with pytest.raises(Misplaced):
                verb(*arguments)
        else:
            assert verb(*arguments) == standing_of(one["to"]), one


def test_channels_are_open_as_the_vectors_say() -> None:
    for one in vectors_of("channels"):
        standing = Standing(State(one["state"]), ALL, parse_scopes(one["granted"]))
        channel, side, controls = Channel(one["channel"]), Side(one["side"]), one["controls"]
        if one["verdict"] == "close":
            with pytest.raises(Misplaced):
                judge(channel, side, standing, controls=controls)
        else:
            assert judge(channel, side, standing, controls=controls).value == one["verdict"], one


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("state", [State.WAITING, State.ASKING, State.ENDED])
def test_without_consent_nothing_but_the_handshake_passes(side: Side, state: State) -> None:
    standing = Standing(state, ALL)
    passing = set()
    for channel in Channel:
        if (channel, side) == (Channel.INPUT, Side.HOST):
            continue
        if judge(channel, side, standing, controls=True) is Verdict.PASS:
            passing.add(channel)
    assert passing == ({Channel.HANDSHAKE} if state is State.ASKING else set())


def test_the_host_never_sends_input() -> None:
    with pytest.raises(Misplaced):
        judge(Channel.INPUT, Side.HOST, LIVE)


def test_consent_grants_no_more_than_was_asked() -> None:
    with pytest.raises(Misplaced):
        Standing(State.ASKING, VIEW).consent(VIEW | CONTROL)
    with pytest.raises(Misplaced):
        Standing(State.ASKING, ALL).consent(CONTROL)


def test_what_a_viewer_asks_for_may_then_be_granted_or_declined() -> None:
    live = Standing(State.ASKING, VIEW).consent(VIEW).ask(CONTROL)
    assert live.consent(CONTROL).granted == VIEW | CONTROL
    assert live.decline(CONTROL).asked == VIEW


def test_what_was_withdrawn_may_be_granted_again() -> None:
    without = LIVE.consent(CONTROL).withdraw(CONTROL)
    assert without.granted == VIEW
    assert without.consent(CONTROL).granted == VIEW | CONTROL


def test_a_host_that_comes_again_goes_on_where_it_was() -> None:
    assert LIVE.pause().come() == LIVE.pause()


sets = st.frozensets(st.sampled_from(Scope))
verbs = st.tuples(st.sampled_from(("come", "pause", "resume", "refuse", "end")))
scoped = st.tuples(st.sampled_from(("consent", "decline", "withdraw", "ask")), sets)


@given(sets, st.lists(st.one_of(verbs, scoped), max_size=30))
def test_whatever_is_said_the_promises_hold(asked: Scopes, said: list[tuple[Any, ...]]) -> None:
    standing = Standing(State.WAITING, asked | VIEW)
    for verb, *scopes in said:
        before = standing
        try:
            standing = getattr(standing, verb)(*scopes)
        except Misplaced:
            assert standing == before
        assert standing.granted <= standing.asked
        assert (Scope.VIEW in standing.granted) == (standing.state in {State.LIVE, State.PAUSED})
        assert before.state is not State.ENDED or standing.state is State.ENDED
