from remote_bridge.client.desk import Desk
from tests.remote_bridge.client.meetings import NotedClipboard, NotedInput
from tests.remote_bridge.client.picture.pictures import StillScreen, text


def test_closing_gives_everything_back_and_the_keys_first() -> None:
    closed: list[str] = []

    class Noting(NotedInput):
        def close(self) -> None:
            closed.append("input")

    class Screen(StillScreen):
        def close(self) -> None:
            closed.append("screen")

    Desk(Screen(text(64, 48)), Noting(), NotedClipboard()).close()
    assert closed == ["input", "screen"]
