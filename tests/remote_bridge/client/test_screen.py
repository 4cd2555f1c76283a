from remote_bridge.client.screen import Changes, Screen
from tests.remote_bridge.client.picture.pictures import StillScreen, text


def test_nothing_has_changed_unless_it_is_said() -> None:
    assert Changes() == ((), (), False, False, None)


def test_a_screen_is_whatever_answers_as_one() -> None:
    screen: Screen = StillScreen(text(64, 48))
    assert screen.size() == (64, 48)
