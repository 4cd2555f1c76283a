"""The queue: who waits longest comes first, and an answer ends it."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.rules.queue import ANSWERED, DONE, Effect, effect_of, place, waiting_since
from gateway.rules.status import ArticleKind

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("kind", "effect"),
    [
        (ArticleKind.INBOUND, Effect.WAITS),
        (ArticleKind.OUTBOUND, Effect.ANSWERS),
        (ArticleKind.NOTE, Effect.NONE),
        (ArticleKind.AUTOMATIC, Effect.NONE),
    ],
)
def test_mail_waits_and_an_answer_ends_that(kind: ArticleKind, effect: Effect) -> None:
    assert effect_of(kind, is_automatic=False, is_forward=False) is effect
    assert effect_of(kind, is_automatic=True, is_forward=False) is Effect.NONE
    assert effect_of(kind, is_automatic=False, is_forward=True) is Effect.NONE


def test_who_writes_twice_waits_since_the_first_time() -> None:
    assert place([(NOON, Effect.WAITS), (NOON + HOUR, Effect.WAITS)]) == NOON


def test_who_writes_again_after_an_answer_waits_since_then() -> None:
    told = [(NOON, Effect.WAITS), (NOON + HOUR, Effect.ANSWERS), (NOON + 2 * HOUR, Effect.WAITS)]
    assert place(told) == NOON + 2 * HOUR


def test_nobody_waits_after_an_answer_or_without_any_mail() -> None:
    assert place([(NOON, Effect.WAITS), (NOON, Effect.ANSWERS), (NOON, Effect.NONE)]) == ANSWERED
    assert place([]) == ANSWERED


def test_the_place_of_an_open_ticket_says_since_when_somebody_waits() -> None:
    assert waiting_since(NOON) == NOON
    assert waiting_since(ANSWERED) is None
    assert waiting_since(DONE) is None
