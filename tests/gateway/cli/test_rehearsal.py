"""A rehearsal leaves nothing behind: no row, no connection, no thread."""

import os
import threading
from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from gateway.cli.parts import Part
from gateway.cli.rehearsal import rehearse
from gateway.errors import Unavailable
from gateway.settings import Settings
from gateway.store import session
from gateway.store.models import Record


def rows() -> int:
    with session.reading() as db:
        return sum(
            db.execute(select(func.count()).select_from(table)).scalar_one()
            for table in Record.metadata.sorted_tables
        )


def test_nothing_of_the_mail_that_was_filed_is_kept(database: str) -> None:
    before = rows()
    rehearse(Settings(), ())
    assert rows() == before


def test_no_connection_and_no_thread_is_left_to_a_fork(database: str) -> None:
    before = threading.active_count()
    rehearse(Settings(), ())
    assert session.engine().pool.status().startswith("Pool size: 5  Connections in pool: 0")
    assert threading.active_count() == before


def test_every_part_rehearses_in_this_very_process(database: str) -> None:
    seen: list[int] = []
    note: Callable[[], None] = lambda: seen.append(os.getpid())  # noqa: E731
    rehearse(Settings(), (Part("a", ("smtp",), rehearse=note), Part("b", ("smtp",), rehearse=note)))
    assert seen == [os.getpid()] * 2


def test_without_a_database_it_says_so(database: str) -> None:
    session.configure("sqlite:////nowhere/at/all.db")
    with pytest.raises(Unavailable):
        rehearse(Settings(), ())
