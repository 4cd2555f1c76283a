from remote_bridge.client.acts import Allow, View
from remote_bridge.protocol.scopes import Scope
from remote_bridge.protocol.state import State


def test_a_view_of_nothing_shows_nothing_and_grants_nothing() -> None:
    view = View()
    assert (view.state, view.granted, view.people, view.why) == (State.WAITING, frozenset(), (), None)


def test_acts_are_what_they_say() -> None:
    assert Allow(frozenset({Scope.VIEW})) == Allow(frozenset({Scope.VIEW}))
