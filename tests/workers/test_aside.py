"""Long work beside the jobs."""

from threading import Event

import pytest
import structlog
from structlog.testing import LogCapture

from gateway import log
from workers.aside import Aside


def test_one_piece_of_work_at_a_time() -> None:
    began, goes_on = Event(), Event()

    def work() -> None:
        began.set()
        goes_on.wait(10)

    with Aside() as aside:
        assert aside.do(work)
        assert began.wait(10)
        assert not aside.do(work)
        goes_on.set()
        aside.wait(10)
        assert aside.do(lambda: None)


def test_at_the_end_it_is_asked_to_stop_and_waited_for() -> None:
    left = Event()

    with Aside() as aside:

        def work() -> None:
            while not aside.is_stopping():
                pass
            left.set()

        assert aside.do(work)
    assert left.is_set()
    assert not aside.do(lambda: None)


def test_work_that_fails_is_logged_and_the_next_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    told = LogCapture()
    monkeypatch.setattr(log, "get", lambda _: structlog.wrap_logger(None, processors=[told]))

    def fail() -> None:
        raise RuntimeError

    with Aside() as aside:
        aside.do(fail)
        aside.wait(10)
        assert aside.do(lambda: None)
    assert [entry["event"] for entry in told.entries] == ["aside.failed"]
