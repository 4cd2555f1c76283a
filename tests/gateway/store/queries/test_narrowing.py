"""Filters: days are those of the person who looks."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from gateway.desk import noting
from gateway.rules.searching import parse
from gateway.store import session
from gateway.store.queries.found import find
from gateway.store.queries.hits import Span
from gateway.store.queries.narrowing import Viewer, written
from tests.hiring import hire
from tests.world import NOON, World, mail

EAST = Viewer(None, NOON, timezone(timedelta(hours=2)))
START = datetime(2026, 3, 1, 22, tzinfo=UTC)
"""When 2 March begins in the east."""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("alpha", Span()),
        ("before:2026-03-02", Span(until=START)),
        ("after:2026-03-02", Span(since=START)),
        ("-before:2026-03-02", Span(since=START)),
        ("-after:2026-03-02", Span(until=START)),
        ("before:2026-03-02,2026-02-02", Span(until=START)),
        ("after:2026-03-02 after:2026-02-02", Span(since=START)),
        ("after:2026-03-02,2026-04-02", Span(since=START)),
    ],
)
def test_days_begin_where_the_person_is(text: str, expected: Span) -> None:
    assert written(parse(text), EAST) == expected


def test_the_first_and_the_last_day_of_all_are_days() -> None:
    west = Viewer(None, NOON, timezone(timedelta(hours=-5)))
    assert written(parse("after:0001-01-01"), EAST).since.year == 1
    assert written(parse("before:9999-12-31"), west).until.year == 9999


def test_mentions_are_found_of_oneself_and_of_others(world: World) -> None:
    kim, now = hire(world.ours.account_id, "kim", now=NOON), world.clock.now()
    for _ in range(3):
        world.receive(mail())
    with session.transaction() as db:
        noting.note(db, world.ours.owner, 1, "@kim look", now=now)
        noting.note(db, world.ours.owner, 2, "@sam-ours look", now=now)

    def numbers(query: str) -> list[int]:
        with session.reading() as db:
            found = find(db, kim.sight, parse(query), Viewer(kim.staff_id, now))
            return sorted(one.ticket.number for one in found.items)

    asked = ("mentions:me", "erwähnt:ich", "mentions:KIM,sam-ours", "-mentions:me", "mentions:nobody")
    assert [numbers(query) for query in asked] == [[1], [1], [1, 2], [2, 3], []]
    assert numbers("is:mentioned") == numbers("mentions:me")
