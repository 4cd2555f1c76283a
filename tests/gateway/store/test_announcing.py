"""Who looks on hears of every committed change, once, and of nothing else."""

from collections.abc import Callable, Sequence

import pytest
from sqlalchemy.orm import Session

from gateway.rules.news import Kind, News
from gateway.rules.queue import Effect
from gateway.rules.status import Status
from gateway.store import announcing, session, tickets
from gateway.store.tickets import Added, EventKind, NewTicketRow
from tests.world import NOON, World


class Heard:
    """Remembers what was told."""

    def __init__(self) -> None:
        self.news: list[News] = []

    def __call__(self, news: Sequence[News]) -> None:
        self.news += news


@pytest.fixture
def heard(database: str, world: World) -> Heard:
    made = Heard()
    session.configure(database, announce=made)
    return made


def new(db: Session, account_id: int) -> int:
    row = NewTicketRow("Printer", Status.NEW, None, None, None, "", "")
    return tickets.open_ticket(db, account_id, row, now=NOON).id


CHANGES: dict[str, Callable[[Session, int, int], None]] = {
    "touched": lambda db, account, ticket: tickets.touch(
        db, account, ticket, Added(1, "x", 0, Effect.NONE), now=NOON
    ),
    "changed": lambda db, account, ticket: tickets.change(db, account, ticket, {"subject": "x"}),
    "requeued": tickets.requeue,
    "folded": tickets.count_folded,
    "told": lambda db, account, ticket: tickets.add_event(
        db, account, ticket, EventKind.UNREADABLE, now=NOON
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_is_told_by_number_after_the_commit(heard: Heard, world: World, what: str) -> None:
    with session.transaction() as db:
        ticket_id = new(db, world.ours.account_id)
        assert heard.news == []
    told = heard.news.pop()
    with session.transaction() as db:
        CHANGES[what](db, world.ours.account_id, ticket_id)
        CHANGES[what](db, world.ours.account_id, ticket_id)
    assert heard.news == [told]
    assert (told.kind, told.account_id) == (Kind.TICKET, world.ours.account_id)
    assert told.number > 0


def test_what_was_not_kept_is_not_told(heard: Heard, world: World) -> None:
    def fail() -> None:
        with session.transaction() as db:
            new(db, world.ours.account_id)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert heard.news == []


def test_who_changes_many_is_told_of_as_one(heard: Heard, world: World) -> None:
    with session.transaction() as db:
        for _ in range(announcing.MOST_BY_NUMBER + 1):
            new(db, world.ours.account_id)
    assert heard.news == [News(world.ours.account_id, Kind.TICKET)]


def test_ended_sign_ins_are_told_of_by_person(heard: Heard) -> None:
    with session.transaction() as db:
        announcing.tell_of_sessions(db, 5)
    assert heard.news == [News(0, Kind.SESSIONS, staff_id=5)]
