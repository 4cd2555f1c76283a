import io

from remote_bridge.client.acts import Act
from remote_bridge.client.face.face import Face
from remote_bridge.client.face.terminal import TerminalFace, Typing


def test_a_terminal_is_a_face() -> None:
    done: list[Act] = []
    face: Face = TerminalFace(done.append, Typing(io.StringIO()), io.StringIO())
    face.fail("No.")
    face.run()
    assert done == []
