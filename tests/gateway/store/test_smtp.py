"""Whose turn it is at a mailbox's own server, counted over all processes, on both databases."""

import threading
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from gateway.desk import smtpaccounts
from gateway.desk.smtpaccounts import Outgoing
from gateway.store import deliveries, session, smtp
from gateway.store.models import Article, SmtpAccount, SmtpTurn, Ticket
from gateway.store.servers import FreshTokens
from gateway.store.smtp import MINUTE, REFRESH_LEASE, OutgoingAccount
from tests.world import NOON, World

SECOND = timedelta(seconds=1)
LEASE = timedelta(minutes=10)
WANTED = Outgoing(host="smtp.example.org", username="help", sealed_secret="sealed one")


class Desk:
    """An account with deliveries that want a turn; `smtp_id` is the mailbox's account at its server."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.ours = world.ours
        self.save()
        with session.transaction() as db:
            self.smtp_id: int = db.execute(select(SmtpAccount.id)).scalar_one()

            mine = {"account_id": self.ours.account_id, "created_at": NOON}
            ticket = Ticket(number=1, subject="Printer", status="open", updated_at=NOON, **mine)
            db.add(ticket)
            db.flush()
            article = Article(public_id="a1", ticket_id=ticket.id, kind="outbound", **mine)
            db.add(article)
            db.flush()
            self.ticket_id, self.article_id = ticket.id, article.id

    def save(self, **changes: Any) -> None:
        with session.transaction() as db:
            wanted = replace(WANTED, **changes)
            smtpaccounts.save(db, self.ours.owner, self.ours.mailbox.public_id, wanted, now=NOON)

    def owe(self, count: int) -> list[int]:
        with session.transaction() as db:
            return [
                deliveries.queue(
                    db,
                    deliveries.NewDelivery(
                        self.ours.account_id,
                        self.ticket_id,
                        self.article_id,
                        self.ours.mailbox.id,
                        f"ann{number}@example.org",
                    ),
                    now=NOON,
                )
                for number in range(count)
            ]

    def take(self, delivery_id: int, owner: str = "w1", at: datetime = NOON) -> OutgoingAccount | datetime:
        with session.transaction() as db:
            return smtp.take_turn(db, self.smtp_id, delivery_id, owner=owner, now=at, until=at + LEASE)

    def end(self, delivery_id: int, until: datetime = NOON) -> None:
        with session.transaction() as db:
            smtp.end_turn(db, delivery_id, until=until)

    def account(self) -> OutgoingAccount:
        with session.reading() as db:
            found = smtp.find(db, self.smtp_id)
        assert found is not None
        return found

    def turns(self) -> int:
        with session.reading() as db:
            return db.execute(select(func.count(SmtpTurn.id))).scalar_one()


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def test_an_account_is_found_with_its_mailboxs_address(desk: Desk) -> None:
    found = desk.account()
    assert (found.host, found.address, found.sealed_secret) == (
        "smtp.example.org",
        desk.ours.mailbox.address,
        "sealed one",
    )
    with session.reading() as db:
        mine = smtp.find_of_mailbox(db, desk.ours.account_id, desk.ours.mailbox.public_id)
        foreign = smtp.find_of_mailbox(db, desk.world.stranger.account_id, desk.ours.mailbox.public_id)
        assert (mine, foreign, smtp.find(db, 4711)) == (found, None, None)


def test_more_processes_than_connections_do_not_get_in(desk: Desk) -> None:
    desk.save(max_connections=2)
    first, second, third = desk.owe(3)
    assert isinstance(desk.take(first, "w1"), OutgoingAccount)
    assert isinstance(desk.take(second, "w2"), OutgoingAccount)
    assert desk.take(third, "w3") == NOON + SECOND
    desk.end(second)
    assert isinstance(desk.take(third, "w3"), OutgoingAccount)


def test_a_process_has_one_connection_however_many_mails_it_sends(desk: Desk) -> None:
    desk.save(max_connections=1)
    first, second = desk.owe(2)
    assert isinstance(desk.take(first), OutgoingAccount)
    desk.end(first, until=NOON + 4 * SECOND)
    assert isinstance(desk.take(second), OutgoingAccount)


def test_a_connection_that_is_kept_counts_as_long_as_it_is_kept(desk: Desk) -> None:
    desk.save(max_connections=1)
    first, second = desk.owe(2)
    desk.take(first, "w1")
    desk.end(first, until=NOON + 4 * SECOND)
    assert isinstance(desk.take(second, "w2", NOON + 3 * SECOND), datetime)
    assert isinstance(desk.take(second, "w2", NOON + 4 * SECOND), OutgoingAccount)


def test_the_longer_a_mail_waits_for_a_connection_the_more_seldom_it_asks(desk: Desk) -> None:
    desk.save(max_connections=1)
    first, second = desk.owe(2)
    desk.take(first, "w1", NOON)
    for waited, pause in ((4, 1), (40, 10), (400, 30)):
        at = NOON + waited * SECOND
        assert desk.take(second, "w2", at) == at + pause * SECOND


def test_what_a_dead_process_had_open_is_free_at_once(desk: Desk) -> None:
    desk.save(max_connections=1)
    first, second = desk.owe(2)
    desk.take(first, "dead")
    with session.transaction() as db:
        smtp.release_owner(db, "dead", now=NOON + SECOND)
    assert isinstance(desk.take(second, "w2", NOON + SECOND), OutgoingAccount)


def test_no_more_mails_begin_in_a_minute_than_may(desk: Desk) -> None:
    desk.save(mails_per_minute=2)
    first, second, third, fourth, fifth = desk.owe(5)
    assert isinstance(desk.take(first), OutgoingAccount)
    assert isinstance(desk.take(second, at=NOON + 10 * SECOND), OutgoingAccount)
    late = NOON + 20 * SECOND
    assert desk.take(third, at=late) == NOON + MINUTE
    assert desk.take(fourth, at=late) == NOON + MINUTE + 10 * SECOND
    assert desk.take(fifth, at=late) == NOON + 2 * MINUTE
    assert desk.take(third, at=NOON + MINUTE - SECOND) == NOON + MINUTE
    assert isinstance(desk.take(third, at=NOON + MINUTE), OutgoingAccount)
    assert isinstance(desk.take(fourth, at=NOON + MINUTE + 10 * SECOND), OutgoingAccount)


def test_places_that_came_late_do_not_all_begin_at_once(desk: Desk) -> None:
    desk.save(mails_per_minute=1)
    first, second, third = desk.owe(3)
    desk.take(first)
    assert desk.take(second) == NOON + MINUTE
    assert desk.take(third) == NOON + 2 * MINUTE
    much_later = NOON + 2 * MINUTE + 30 * SECOND
    assert isinstance(desk.take(second, at=much_later), OutgoingAccount)
    assert desk.take(third, at=much_later) == much_later + MINUTE


def test_without_a_limit_any_number_begins(desk: Desk) -> None:
    desk.save(mails_per_minute=0)
    for delivery_id in desk.owe(20):
        assert isinstance(desk.take(delivery_id), OutgoingAccount)


def test_turns_of_long_ago_are_forgotten(desk: Desk) -> None:
    first, second = desk.owe(2)
    desk.take(first)
    desk.end(first)
    desk.take(second, at=NOON + MINUTE - SECOND)
    assert desk.turns() == 2
    desk.end(second, until=NOON + MINUTE)
    desk.take(first, at=NOON + MINUTE)
    assert desk.turns() == 2


def test_of_many_processes_that_ask_together_only_so_many_get_in(desk: Desk) -> None:
    desk.save(max_connections=3)
    owed = desk.owe(12)
    barrier = threading.Barrier(len(owed))
    got: list[OutgoingAccount | datetime] = []

    def ask(number: int, delivery_id: int) -> None:
        barrier.wait(20)
        got.append(desk.take(delivery_id, f"w{number}"))

    threads = [threading.Thread(target=ask, args=each) for each in enumerate(owed)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(got) == 12
    assert sum(isinstance(each, OutgoingAccount) for each in got) == 3


def test_of_many_processes_that_ask_together_no_more_begin_than_may(desk: Desk) -> None:
    desk.save(max_connections=50, mails_per_minute=4)
    owed = desk.owe(12)
    barrier = threading.Barrier(len(owed))
    got: list[OutgoingAccount | datetime] = []

    def ask(number: int, delivery_id: int) -> None:
        barrier.wait(20)
        got.append(desk.take(delivery_id, f"w{number}"))

    threads = [threading.Thread(target=ask, args=each) for each in enumerate(owed)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    waiting = sorted(each for each in got if isinstance(each, datetime))
    assert waiting == [NOON + MINUTE] * 4 + [NOON + 2 * MINUTE] * 4


def test_trouble_is_noted_with_its_beginning_and_nobody_connects_for_a_while(desk: Desk) -> None:
    (first,) = desk.owe(1)
    for minutes in (0, 1):
        at, account = NOON + minutes * MINUTE, desk.account()
        with session.transaction() as db:
            smtp.note_trouble(db, account, "login: no", now=at, resting_until=at + MINUTE)
    found = desk.account()
    assert (found.last_error, found.failing_since) == ("login: no", NOON)
    resting = desk.take(first, at=NOON + MINUTE)
    assert isinstance(resting, OutgoingAccount)
    assert resting.is_resting(NOON + 2 * MINUTE - SECOND)
    assert not resting.is_resting(NOON + 2 * MINUTE)
    assert desk.turns() == 0
    with session.transaction() as db:
        smtp.note_well(db, found, max_message_bytes=1000, now=NOON)
    found = desk.account()
    assert (found.last_error, found.failing_since, found.resting_until) == ("", None, None)
    with session.transaction() as db:
        smtp.note_well(db, found, max_message_bytes=None, now=NOON)
    assert desk.account().max_message_bytes == 1000


def test_trouble_of_an_account_that_was_changed_meanwhile_is_no_news(desk: Desk) -> None:
    before = desk.account()
    desk.save(sealed_secret="sealed two")
    with session.transaction() as db:
        smtp.note_trouble(db, before, "login", now=NOON, resting_until=NOON + MINUTE)
    assert desk.account().last_error == ""


def test_one_process_at_a_time_asks_the_token_server(desk: Desk) -> None:
    def begin(at: datetime) -> OutgoingAccount | None:
        with session.transaction() as db:
            return smtp.begin_refresh(db, desk.smtp_id, now=at)

    assert begin(NOON) == desk.account()
    assert begin(NOON + REFRESH_LEASE - SECOND) is None
    assert begin(NOON + REFRESH_LEASE) is not None
    with session.transaction() as db:
        smtp.end_refresh(db, desk.smtp_id)
    assert begin(NOON) is not None


def test_tokens_are_kept_for_the_refresh_token_that_they_came_for(desk: Desk) -> None:
    before = desk.account()
    with session.transaction() as db:
        smtp.note_token(db, before, FreshTokens("access", NOON + MINUTE, "rotated"))
        smtp.note_token(db, before, FreshTokens("late", NOON + MINUTE, "stale"))
    now = desk.account()
    assert (now.sealed_access_token, now.sealed_secret) == ("access", "rotated")
    with session.transaction() as db:
        smtp.forget_token(db, before)
    assert desk.account().sealed_access_token == "access"
    with session.transaction() as db:
        smtp.forget_token(db, now)
    assert (desk.account().sealed_access_token, desk.account().token_expires_at) == ("", None)


def test_an_account_that_is_gone_has_no_turn(desk: Desk) -> None:
    (first,) = desk.owe(1)
    with session.transaction() as db:
        smtpaccounts.remove(db, desk.ours.owner, desk.ours.mailbox.public_id, now=NOON)
    assert desk.take(first) == NOON
