from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.desk import people
from gateway.errors import Conflict, Invalid
from gateway.store import idempotency, session
from gateway.store.idempotency import ABANDONED_AFTER, KEPT, Claim
from gateway.store.session import transaction
from tests.databases import Databases

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


@pytest.fixture
def account(databases: Databases, tmp_path: Path) -> Iterator[int]:
    session.configure(databases.migrated("sqlite", tmp_path))
    with transaction() as db:
        made = people.create_account(
            db, login="ann", email="a@b.example", name="Ann", password_hash="x", now=NOON
        )
    yield made.id
    session.dispose()


def claim(account: int, body: str = "hash", at: datetime = NOON) -> Claim:
    with transaction() as db:
        return idempotency.claim(db, account, "key", body, now=at)


def complete(held: Claim | None, made: str) -> None:
    with transaction() as db:
        idempotency.complete(db, held, made)


def test_a_completed_claim_answers_the_next(account: int) -> None:
    complete(claim(account), "thing")
    assert claim(account).made == "thing"


def test_a_key_that_is_at_work_is_a_conflict(account: int) -> None:
    claim(account)
    with pytest.raises(Conflict):
        claim(account, at=NOON + ABANDONED_AFTER - timedelta(seconds=1))


def test_a_claim_of_a_dead_process_is_taken_over(account: int) -> None:
    dead = claim(account)
    assert claim(account, at=NOON + ABANDONED_AFTER).made == ""
    with pytest.raises(Conflict):
        complete(dead, "too late")


def test_another_request_under_the_key_is_invalid(account: int) -> None:
    complete(claim(account), "thing")
    with pytest.raises(Invalid):
        claim(account, "other")


def test_a_released_key_is_free(account: int) -> None:
    held = claim(account)
    with transaction() as db:
        idempotency.release(db, held)
    assert claim(account, "other").made == ""


def test_a_released_key_that_is_done_stays_done(account: int) -> None:
    held = claim(account)
    complete(held, "thing")
    with transaction() as db:
        idempotency.release(db, held)
    assert claim(account).made == "thing"


def test_an_answer_is_kept_for_a_day(account: int) -> None:
    complete(claim(account), "thing")
    assert claim(account, at=NOON + KEPT).made == "thing"
    assert claim(account, at=NOON + KEPT + timedelta(seconds=1)).made == ""


def test_without_a_claim_nothing_is_noted(account: int) -> None:
    complete(None, "thing")
    assert claim(account).made == ""
