import pytest

from remote_bridge.protocol.frames import Channel
from remote_bridge.protocol.scopes import Scope
from remote_bridge.protocol.state import Standing, State
from remote_bridge.relay.gates import Gates
from tests.remote_bridge.vectors import vectors_of

ALL = frozenset(Scope)


def test_gates_are_those_of_the_vectors() -> None:
    for one in vectors_of("channels"):
        gates = Gates(Standing(State(one["state"]), ALL, frozenset(map(Scope, one["granted"]))))
        side = gates.host if one["side"] == "host" else gates.steering if one["controls"] else gates.other
        assert side[one["channel"]] == {"pass": True, "drop": False, "close": None}[one["verdict"]], one


@pytest.mark.parametrize("state", State)
def test_every_channel_has_a_gate(state: State) -> None:
    gates = Gates(Standing(state, ALL))
    assert {len(side) for side in (gates.host, gates.steering, gates.other)} == {len(Channel)}
