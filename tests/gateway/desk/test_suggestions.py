"""Suggestions: once for each piece of work, tickets of the operator's the day after, as of midnight."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from gateway.desk import operating, suggestions
from gateway.desk.stamps import Work
from gateway.errors import Conflict, DeskError, Gone, Invalid, TooMany
from gateway.rules.proofofwork import is_solved, solve
from gateway.store import session
from gateway.store.models import Article, Notification, Suggestion, Ticket, TicketEvent
from tests.world import NOON, World

KEY = b"key"
MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)
TOMORROW = NOON + timedelta(days=1)


@pytest.fixture(autouse=True)
def easy(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is promised does not hang on how long a browser works."""
    monkeypatch.setattr(suggestions, "BITS", 4)


@pytest.fixture
def read(world: World) -> World:
    """Ours is the operator's account."""
    with session.transaction() as db:
        operating.appoint(db, "ours", now=NOON)
    return world


def work(now: datetime = NOON, key: bytes = KEY) -> Work:
    challenge = suggestions.new_challenge(key, now=now)
    return Work(challenge, solve(challenge, bits=4))


def suggest(text: str = "More colours", done: Work | None = None, *, now: datetime = NOON) -> None:
    with session.transaction() as db:
        suggestions.suggest(db, text, done or work(now), key=KEY, now=now)


def open_due(now: datetime) -> int:
    with session.transaction() as db:
        assert suggestions.are_due(db, now=now) in (True, False)
        return suggestions.open_due(db, now=now)


def kept() -> list[tuple[str, str]]:
    with session.reading() as db:
        return [(day, text) for day, text in db.execute(select(Suggestion.day, Suggestion.text))]


def test_it_is_kept_with_its_day_and_becomes_a_ticket_when_that_is_over(read: World) -> None:
    suggest("More colours\r\nplease ")
    assert kept() == [("2026-03-02", "More colours\nplease")]
    assert open_due(NOON + timedelta(hours=11)) == 0
    assert open_due(TOMORROW) == 1
    assert open_due(TOMORROW) == 0
    with session.reading() as db:
        ticket, article = db.execute(select(Ticket)).scalar_one(), db.execute(select(Article)).scalar_one()
        event = db.execute(select(TicketEvent)).scalar_one()
        assert db.execute(select(Notification.id)).first() is None
        assert ticket.account_id == read.ours.account_id
        assert ticket.subject == "Suggestion: More colours please"
        assert (ticket.requester_name, ticket.requester_address, ticket.contact_id) == ("", "", None)
        assert (article.text, article.from_name, article.from_address) == ("More colours\nplease", "", "")
        times = (ticket.created_at, ticket.updated_at, ticket.queue_at, article.created_at, event.at)
        assert set(times) == {MIDNIGHT}
    assert kept() == [("2026-03-02", "")]
    assert open_due(TOMORROW + timedelta(days=1)) == 0
    assert kept() == []


def test_tickets_stand_in_the_order_of_hashes_not_of_coming(read: World) -> None:
    for number in range(8):
        suggest(f"Idea {number}")
    with session.reading() as db:
        by_hash = db.execute(select(Suggestion.text).order_by(Suggestion.id)).scalars().all()
    open_due(TOMORROW)
    with session.reading() as db:
        assert db.execute(select(Article.text).order_by(Article.id)).scalars().all() == by_hash


def test_the_same_work_is_good_for_one(read: World) -> None:
    done = work()
    suggest("First", done)
    for text in ("First", "Second"):
        with pytest.raises(Conflict):
            suggest(text, done)
    open_due(TOMORROW)
    with pytest.raises(Conflict):
        suggest("Third", done, now=TOMORROW)


def test_work_holds_today_and_tomorrow(read: World) -> None:
    suggest("Late", work(NOON), now=TOMORROW)
    for now in (NOON + timedelta(days=2), NOON - timedelta(days=1)):
        with pytest.raises(Conflict):
            suggest("Too late or early", work(NOON), now=now)


def wrong_works() -> list[Work]:
    good, other = work(), work()
    unsolved = next(str(n) for n in range(99) if not is_solved(good.challenge, str(n), bits=4))
    return [
        Work("", "1"),
        Work("x.y.z", "1"),
        Work(good.challenge, unsolved),
        Work(good.challenge.replace("2026-03-02", "2026-03-03"), good.answer),
        Work(good.challenge.rpartition(".")[0] + "." + other.challenge.rpartition(".")[2], good.answer),
        work(key=b"another"),
    ]


@pytest.mark.parametrize("number", range(6))
def test_work_that_is_none_is_refused(read: World, number: int) -> None:
    with pytest.raises(Invalid):
        suggest("x", wrong_works()[number])
    assert kept() == []


@pytest.mark.parametrize("text", ["", " \n ", "x" * 5_001])
def test_a_text_that_is_none_is_refused(read: World, text: str) -> None:
    with pytest.raises(Invalid) as caught:
        suggest(text)
    assert caught.value.field == "text"


def test_there_are_so_many_a_day_over_all(read: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suggestions, "MOST_A_DAY", 2)
    for _ in range(2):
        suggest()
    with pytest.raises(TooMany):
        suggest()
    suggest(now=TOMORROW)


def test_where_nobody_reads_them_none_is_taken(world: World) -> None:
    error: type[DeskError] = Gone
    with pytest.raises(error):
        suggest()


def test_what_came_stays_while_no_account_is_the_operators(read: World) -> None:
    suggest()
    with session.transaction() as db:
        operating.appoint(db, "stranger", now=NOON)
    assert open_due(TOMORROW) == 1
    with session.reading() as db:
        assert db.execute(select(Ticket.account_id)).scalar_one() == read.stranger.account_id
