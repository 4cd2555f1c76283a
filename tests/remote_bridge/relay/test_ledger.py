import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from gateway.errors import NotFound, Unavailable
from remote_bridge.protocol.state import State, Why
from remote_bridge.relay import ledger
from remote_bridge.relay.ledger import Ledger
from tests.remote_bridge.desk import ALL, VIEW, Desk
from tests.world import NOON


@pytest.fixture
def executor() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as made:
        yield made


async def _written(book: Ledger) -> None:
    running = asyncio.create_task(book.run())
    await asyncio.wait_for(book.written(), 20)
    running.cancel()


def test_notes_are_written_in_order(executor: ThreadPoolExecutor) -> None:
    desk = Desk()
    made = desk.make()

    async def write() -> None:
        book = Ledger(desk, executor)
        book.state(made.id, made.standing.come())
        book.left(5, controlled=True)
        book.ended(made.id, Why.REFUSED)
        await _written(book)

    asyncio.run(write())
    assert desk.notes == [(made.id, State.ASKING, frozenset())]
    assert desk.left == {5: True}
    assert made.why is Why.REFUSED


def test_the_newest_state_takes_the_place_of_one_that_waits(executor: ThreadPoolExecutor) -> None:
    desk = Desk()
    made = desk.make()
    live = made.standing.come().consent(VIEW)

    async def write() -> None:
        book = Ledger(desk, executor)
        for standing in (made.standing.come(), live, live.pause(), live.consent(ALL)):
            book.state(made.id, standing)
        await _written(book)

    asyncio.run(write())
    assert desk.notes == [(made.id, State.LIVE, ALL)]


def test_what_the_desk_could_not_take_is_told_again(
    executor: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "_FIRST_PAUSE_SECONDS", 0.001)
    desk = Desk()
    made = desk.make()
    tries = iter([Unavailable(), Unavailable(), Unavailable()])

    def fail() -> None:
        if (error := next(tries, None)) is not None:
            raise error

    desk.before = fail

    async def write() -> None:
        book = Ledger(desk, executor)
        book.state(made.id, made.standing.come())
        book.ended(made.id, Why.NOBODY)
        await _written(book)

    asyncio.run(write())
    assert desk.notes == [(made.id, State.ASKING, frozenset())]
    assert made.why is Why.NOBODY


def test_what_the_desk_refuses_holds_up_nothing(executor: ThreadPoolExecutor) -> None:
    desk = Desk()
    made = desk.make()
    errors = iter([NotFound(), ValueError("odd")])

    def fail() -> None:
        if (error := next(errors, None)) is not None:
            raise error

    desk.before = fail

    async def write() -> None:
        book = Ledger(desk, executor)
        book.left(1, controlled=False)
        book.left(2, controlled=False)
        book.ended(made.id, Why.NOBODY)
        await _written(book)

    asyncio.run(write())
    assert desk.left == {}
    assert made.why is Why.NOBODY


def test_what_is_noted_keeps_its_moment_and_a_consent_its_own(executor: ThreadPoolExecutor) -> None:
    """The newest state stands for those before it: when the customer agreed is told all the same."""
    desk = Desk()
    made = desk.make()
    live = made.standing.come().consent(VIEW)
    clock = iter([NOON + timedelta(minutes=minute) for minute in range(9)])

    async def write() -> None:
        book = Ledger(desk, executor, now=lambda: next(clock))
        for standing in (made.standing.come(), live, live.pause()):
            book.state(made.id, standing)
        book.left(5, controlled=False)
        book.ended(made.id, Why.HOST_ENDED)
        await _written(book)

    asyncio.run(write())
    assert desk.notes == [(made.id, State.PAUSED, VIEW)]
    assert desk.moments == [NOON + timedelta(minutes=minute) for minute in (1, 2, 3)]


def test_a_state_that_comes_while_another_cannot_be_written_is_told_with_the_moment_of_consent(
    executor: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "_FIRST_PAUSE_SECONDS", 0.001)
    desk = Desk()
    made = desk.make()
    live = made.standing.come().consent(VIEW)
    is_asked, may_answer = threading.Event(), threading.Event()

    def fail_once() -> None:
        if not is_asked.is_set():
            is_asked.set()
            may_answer.wait(20)
            raise Unavailable

    desk.before = fail_once
    clock = iter([NOON, NOON + timedelta(hours=1)])

    async def write() -> None:
        book = Ledger(desk, executor, now=lambda: next(clock))
        running = asyncio.create_task(book.run())
        book.state(made.id, live)
        await asyncio.to_thread(is_asked.wait, 20)
        book.state(made.id, live.pause())
        may_answer.set()
        await asyncio.wait_for(book.written(), 20)
        running.cancel()

    asyncio.run(write())
    assert (desk.notes, desk.moments) == ([(made.id, State.PAUSED, VIEW)], [NOON])


def test_while_the_desk_is_away_nothing_is_lost_and_it_is_said_that_the_book_is_full(
    executor: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "MOST_LINES", 10)
    desk = Desk()
    made = desk.make()
    live = made.standing.come().consent(VIEW)
    is_back = threading.Event()
    desk.before = is_back.wait  # type: ignore[assignment]

    async def write() -> None:
        book = Ledger(desk, executor)
        book.state(made.id, made.standing.come())
        for visit in range(50):
            assert book.is_full == (visit >= 9)
            book.left(visit, controlled=visit % 2 == 0)
        book.state(made.id, live)
        book.ended(made.id, Why.HOST_ENDED)
        assert book.waiting == 52
        is_back.set()
        await _written(book)
        assert not book.is_full

    with capture_logs() as logged:
        asyncio.run(write())
    assert desk.left == {visit: visit % 2 == 0 for visit in range(50)}
    assert desk.notes == [(made.id, State.LIVE, VIEW)]
    assert made.why is Why.HOST_ENDED
    assert [(one["event"], one["waiting"]) for one in logged] == [("relay.notes_waiting", 10)]
