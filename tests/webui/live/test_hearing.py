"""The ear before a real queue server."""

import signal
import threading
from collections.abc import Sequence

from gateway.rules.news import Kind, News
from gateway.settings import Settings
from tests.fakes.desk import Server, eventually
from webui.live.hearing import Ear
from workers.wake import make_wake

SOME = News(1, Kind.TICKET, 7)


class Ears:
    def __init__(self, settings: Settings) -> None:
        self.heard: list[News] = []
        self.gaps = 0
        self.ear = Ear(settings, hear=self.hear, missed=self.miss)
        self.ear.start()

    def hear(self, news: Sequence[News]) -> None:
        self.heard += news

    def miss(self) -> None:
        self.gaps += 1


def test_it_hears_what_is_told_and_after_a_gap_says_that_there_was_one(
    settings: Settings, server: Server
) -> None:
    ears, bell = Ears(settings), make_wake(settings)
    assert ears.ear.is_listening.wait(5)
    bell.announce([SOME, SOME])
    assert eventually(lambda: ears.heard == [SOME], within=5)
    server.stop(signal.SIGKILL)
    assert eventually(lambda: not ears.ear.is_listening.is_set(), within=5)
    server.start()
    assert ears.ear.is_listening.wait(10)
    bell.announce([SOME])
    assert eventually(lambda: ears.heard == [SOME, SOME], within=5)
    assert ears.gaps == 2


def test_without_a_server_it_waits_and_harms_nobody(settings: Settings) -> None:
    ears = Ears(settings)
    assert not ears.ear.is_listening.wait(1)
    assert any(thread.name == "ear" for thread in threading.enumerate())
    assert ears.heard == []
