"""Several threads' writes in one transaction: shared under load, without a wait otherwise."""

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

from gateway.errors import DeskError
from gateway.store.session import transaction

MOST_AT_ONCE = 32

T = TypeVar("T")


class _Write(Generic[T]):
    """One thread's share of a transaction, and what became of it."""

    def __init__(self, statements: Callable[[Session], T]) -> None:
        self.statements = statements
        self.is_over = False
        self.outcome: T | Exception | None = None

    def result(self) -> T:
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome  # type: ignore[return-value]  # over and no error: it is what the statements gave


class SharedCommits(Generic[T]):
    """Writes from many threads; whoever has the turn commits for all that wait."""

    def __init__(self) -> None:
        self._turn = Lock()
        self._guard = Lock()
        self._waiting: list[_Write[T]] = []

    def run(self, statements: Callable[[Session], T]) -> T:
        """What `statements` return, once they are committed; raises what they or the commit raised.

        A failure of the database is everybody's in that transaction; any other one is its author's alone.
        """
        write = _Write(statements)
        with self._guard:
            self._waiting.append(write)
        with self._turn:
            while not write.is_over:
                self._commit(self._next())
        return write.result()

    def _next(self) -> Sequence[_Write[T]]:
        with self._guard:
            batch, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
        return batch

    def _commit(self, batch: Sequence[_Write[T]]) -> None:
        try:
            with transaction() as db:
                outcomes: list[T | Exception] = [write.statements(db) for write in batch]
        except DeskError as error:
            outcomes = [error] * len(batch)
        except Exception as error:  # noqa: BLE001 - raised again where it belongs
            if len(batch) > 1:  # whose fault it was shows when each is alone
                for write in batch:
                    self._commit([write])
                return
            outcomes = [error]
        for write, outcome in zip(batch, outcomes, strict=True):
            write.outcome, write.is_over = outcome, True
