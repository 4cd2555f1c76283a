import pytest
import xcffib.randr
import xcffib.shm
import xcffib.xtest
from xcffib import dri3

from remote_bridge.client.screen import ScreenUnavailable
from remote_bridge.client.x11.connection import Connection
from tests.fakes.x_server import x_server


def test_no_server_is_said_in_words() -> None:
    with pytest.raises(ScreenUnavailable, match="X server"):
        Connection(":64321")


def test_an_extension_that_is_missing_is_named(display: str) -> None:
    with Connection(display) as connection:
        connection.extension(xcffib.randr, 1, 5)
        connection.extension(xcffib.xtest, 2, 2)
        with pytest.raises(ScreenUnavailable, match="DRI3"):
            connection.extension(dri3, 1, 0)


def test_a_question_about_something_gone_is_passed_over(display: str) -> None:
    with Connection(display) as connection:
        connection.core.UnmapWindow(0x7FFFFFF)
        connection.core.GetInputFocus().reply()
        assert list(connection.events()) == []
        assert connection.atom("CLIPBOARD") == connection.atom("CLIPBOARD") > 0
        assert connection.fileno() > 0


def test_a_server_that_dies_is_said_in_words() -> None:
    with x_server() as name:
        connection = Connection(name)
    with pytest.raises(ScreenUnavailable, match="gone"), connection.asking():
        connection.core.GetInputFocus().reply()
    with pytest.raises(ScreenUnavailable, match="gone"):
        list(connection.events())
