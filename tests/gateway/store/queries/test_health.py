from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.errors import Unavailable
from gateway.store import outbox, session
from gateway.store.outbox import Topic
from gateway.store.queries import health
from gateway.store.session import reading, transaction
from tests.databases import Databases

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


@pytest.fixture
def database(databases: Databases, tmp_path: Path) -> Iterator[None]:
    session.configure(databases.migrated("sqlite", tmp_path))
    yield
    session.dispose()


def test_an_empty_desk_owes_nothing_and_every_count_is_there(database: None) -> None:
    with reading() as db:
        numbers = health.count(db, now=NOON)
    topics = "file deliver scan preview guests act due report export erase certify wipe"
    assert numbers.outbox == dict.fromkeys(topics.split(), 0)
    assert numbers.oldest_due_seconds == 0
    assert set(numbers.offers.values()) == {0}


def test_what_is_owed_has_a_depth_and_an_age(database: None) -> None:
    with transaction() as db:
        for ref_id in (1, 2):
            outbox.put(db, Topic.FILE, ref_id, now=NOON)
    with reading() as db:
        numbers = health.count(db, now=NOON + outbox.TOLD_AGAIN_AFTER + timedelta(seconds=3))
    assert (numbers.outbox["file"], numbers.oldest_due_seconds) == (2, 3.0)


def test_a_database_that_is_away_says_so(database: None, tmp_path: Path) -> None:
    with reading() as db:
        health.ping(db)
    session.configure(f"sqlite:///{tmp_path}/nowhere/at/all.db")
    with pytest.raises(Unavailable), reading() as db:
        health.ping(db)
