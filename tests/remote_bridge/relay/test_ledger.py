import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from gateway.errors import NotFound, Unavailable
from remote_bridge.protocol.state import State, Why
from remote_bridge.relay import ledger
from remote_bridge.relay.ledger import Ledger
from tests.remote_bridge.desk import ALL, VIEW, Desk


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


def test_while_the_desk_is_away_what_waits_is_bounded(
    executor: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "MOST_LINES", 10)
    desk = Desk()
    is_back = threading.Event()
    desk.before = is_back.wait  # type: ignore[assignment]

    async def write() -> None:
        book = Ledger(desk, executor)
        for visit in range(50):
            book.left(visit, controlled=False)
        is_back.set()
        await _written(book)

    asyncio.run(write())
    assert set(desk.left) == set(range(40, 50))
