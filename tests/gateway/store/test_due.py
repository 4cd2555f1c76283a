"""When tickets are due and how long they took: true after whatever happens to them, on both databases."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from gateway.desk import contacts, customers, groups, merging, noting, replying
from gateway.desk.contacts import Along
from gateway.rules.due import NOT_DUE, Targets
from gateway.rules.hours import Hours
from gateway.rules.priority import Priority
from gateway.rules.queue import DONE
from gateway.rules.status import Status
from gateway.store import due, session, tickets
from gateway.store.due import Look
from gateway.store.models import Contact, Ticket
from tests.promising import HOURS, OFFICE, promise, promise_group
from tests.world import BOB, NOON, World, mail, ticket_row

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def promised(world: World) -> World:
    """Our mailbox promises an answer in four hours, the next in two, the end in two days of eight hours."""
    promise(world)
    return world


def facts(number: int = 1) -> tuple[str, datetime]:
    row = ticket_row(number)
    return row.due_for, row.due_at


def group_of(world: World, name: str = "North") -> str:
    with session.transaction() as db:
        made = groups.create(db, world.ours.owner, name=name, now=NOON)
        groups.put_in(db, world.ours.owner, made, customer=world.ours.customer)
    return made


def test_a_new_mail_is_due_within_working_time(promised: World) -> None:
    promised.receive(mail())
    assert facts() == ("first_answer", NOON + 4 * HOUR)
    assert ticket_row(1).remind_at == NOON + 3.5 * HOUR


def test_without_targets_nothing_is_due_and_reports_have_their_numbers(world: World) -> None:
    world.receive(mail(), minutes=90)
    assert facts() == ("", NOT_DUE)
    world.reply(1)
    row = ticket_row(1)
    assert (row.first_answered_at, row.answer_seconds) == (NOON + 90 * MINUTE, 5400)
    world.move(1, Status.CLOSED)
    assert (ticket_row(1).due_at, ticket_row(1).resolution_seconds) == (DONE, 91 * 60)


def test_an_answer_leaves_the_end_to_be_due_and_a_mail_the_next_answer(promised: World) -> None:
    promised.receive(mail(message_id="one@acme.example"))
    promised.reply(1)
    assert facts() == ("resolution", NOON + 48 * HOUR)
    promised.receive(mail(in_reply_to="one@acme.example"))
    assert facts() == ("next_answer", NOON + 2 * MINUTE + 2 * HOUR)
    assert ticket_row(1).first_answered_at == NOON + MINUTE


def test_an_answer_taken_back_was_none(promised: World) -> None:
    promised.receive(mail())
    sent = promised.reply(1)
    with session.transaction() as db:
        replying.withdraw(db, promised.ours.staff, sent.public_id, now=NOON + MINUTE)
    row = ticket_row(1)
    assert (row.first_answered_at, row.answer_seconds) == (None, None)
    assert facts() == ("first_answer", NOON + 4 * HOUR)


def test_of_two_answers_the_second_stays_when_the_first_is_taken_back(promised: World) -> None:
    promised.receive(mail())
    sent = promised.reply(1)
    promised.reply(1, "And this.")
    with session.transaction() as db:
        replying.withdraw(db, promised.ours.staff, sent.public_id, now=NOON + 2 * MINUTE)
    assert ticket_row(1).first_answered_at == NOON + 2 * MINUTE


def test_a_note_and_a_forward_answer_nobody(promised: World) -> None:
    promised.receive(mail())
    with session.transaction() as db:
        noting.note(db, promised.ours.staff, 1, "Hm.", (), status=None, is_shared=False, now=NOON + MINUTE)
    assert facts() == ("first_answer", NOON + 4 * HOUR)


@pytest.mark.parametrize("status", [Status.PENDING, Status.CLOSED, Status.SPAM])
def test_what_is_not_to_be_worked_on_owes_nothing(promised: World, status: Status) -> None:
    promised.receive(mail())
    promised.move(1, status)
    assert facts() == ("", DONE)
    assert ticket_row(1).remind_at is None


def test_rest_puts_the_end_off_and_is_not_counted(promised: World) -> None:
    promised.receive(mail())
    promised.reply(1)
    promised.move(1, Status.PENDING)
    promised.clock.at = NOON + 2 * HOUR
    promised.move(1, Status.OPEN)
    row = ticket_row(1)
    assert (row.rests_since, row.rest_seconds) == (None, (2 * HOUR - 2 * MINUTE).total_seconds())
    assert row.due_at == NOON + 50 * HOUR - 2 * MINUTE
    promised.clock.at = NOON + 3 * HOUR
    promised.move(1, Status.CLOSED)
    assert ticket_row(1).resolution_seconds == 3600 + 120


def test_one_that_waited_when_it_was_closed_took_until_it_waited(promised: World) -> None:
    promised.receive(mail(), minutes=60)
    promised.move(1, Status.PENDING)
    promised.clock.advance(hours=1)
    promised.move(1, Status.CLOSED)
    assert ticket_row(1).resolution_seconds == 3600


def test_a_reopened_one_took_as_long_as_it_was_worked_on(promised: World) -> None:
    promised.receive(mail(message_id="one@acme.example"), minutes=60)
    promised.move(1, Status.CLOSED)
    promised.clock.advance(hours=2)
    promised.receive(mail(in_reply_to="one@acme.example"))
    row = ticket_row(1)
    assert (row.status, row.resolution_seconds, row.rest_seconds) == ("open", None, 7200)
    assert row.due_for == "first_answer"
    promised.clock.at = NOON + 3.5 * HOUR
    promised.move(1, Status.CLOSED)
    assert ticket_row(1).resolution_seconds == 1.5 * 3600


def test_priority_changes_when_it_is_due(world: World) -> None:
    promise(world, Targets(first_answer=HOURS(2), by_priority=True))
    world.receive(mail())
    ticket_id = ticket_row(1).id
    for priority, within in ((Priority.URGENT, HOUR / 2), (Priority.LOW, 4 * HOUR)):
        with session.transaction() as db:
            tickets.change(db, world.ours.account_id, ticket_id, {"priority": priority.value})
        assert ticket_row(1).due_at == NOON + within


def test_a_merged_ticket_owes_nothing_and_comes_back_as_it_was(promised: World) -> None:
    promised.receive(mail(), minutes=30)
    promised.receive(mail(sender=BOB), mail_from=BOB)
    promised.reply(2)
    before = facts(2), ticket_row(2).first_answered_at
    with session.transaction() as db:
        merging.merge(db, promised.ours.staff, 2, 1, now=promised.clock.now())
    assert facts(2) == ("", DONE)
    assert ticket_row(2).resolution_seconds is None
    assert ticket_row(1).first_answered_at == NOON + 31 * MINUTE
    with session.transaction() as db:
        merging.unmerge(db, promised.ours.staff, 2, now=promised.clock.now())
    assert (facts(2), ticket_row(2).first_answered_at) == before
    assert facts(1) == ("first_answer", NOON + 4 * HOUR)
    assert ticket_row(1).first_answered_at is None


def test_a_groups_promise_and_hours_take_the_place_of_the_mailboxs(promised: World) -> None:
    group = group_of(promised)
    promise_group(promised, group, Targets(first_answer=HOURS(12)), hours=Hours())
    promised.receive(mail())
    assert facts() == ("first_answer", NOON + 12 * HOUR)
    promised.clock.at = NOON + 10 * HOUR
    promised.reply(1)
    assert ticket_row(1).answer_seconds == 10 * 3600


def test_coming_into_a_group_and_leaving_it_moves_the_due_time(promised: World) -> None:
    promised.receive(mail())
    group = group_of(promised)
    promise_group(promised, group, Targets(first_answer=HOURS(1)))
    with session.transaction() as db:
        groups.take_out(db, promised.ours.owner, group, customer=promised.ours.customer)
    assert ticket_row(1).due_at == NOON + 4 * HOUR
    with session.transaction() as db:
        groups.set_groups(db, promised.ours.owner, promised.ours.customer, [group])
    assert ticket_row(1).due_at == NOON + HOUR
    with session.transaction() as db:
        groups.remove(db, promised.ours.owner, group)
    assert ticket_row(1).due_at == NOON + 4 * HOUR


def test_another_customer_has_other_promises(promised: World) -> None:
    group = group_of(promised)
    promise_group(promised, group, Targets(first_answer=HOURS(1)))
    promised.receive(mail(sender=BOB), mail_from=BOB)
    with session.transaction() as db:
        customers.add_contact(
            db, promised.ours.owner, promised.ours.customer, name="Bob", address=BOB, now=NOON
        )
    assert ticket_row(1).due_at == NOON + HOUR
    with session.transaction() as db:
        customers.remove(db, promised.ours.owner, promised.ours.customer, now=NOON)
    assert ticket_row(1).due_at == NOON + 4 * HOUR


def test_a_contacts_tickets_follow_it_to_another_customer(promised: World) -> None:
    group = group_of(promised)
    promise_group(promised, group, Targets(first_answer=HOURS(1)))
    promised.receive(mail())
    with session.reading() as db:
        (contact,) = db.execute(select(Contact.public_id)).scalars()
    with session.transaction() as db:
        contacts.move(db, promised.ours.owner, contact, customer=None, along=Along.OPEN, now=NOON)
    assert ticket_row(1).due_at == NOON + 4 * HOUR


def test_a_strangers_mark_changes_nothing(promised: World) -> None:
    promised.receive(mail())
    ticket_id = ticket_row(1).id
    with session.transaction() as db:
        due.mark(db, promised.stranger.account_id, ticket_id, Look.ANEW, now=NOON + HOUR)
    assert facts() == ("first_answer", NOON + 4 * HOUR)


def test_an_old_mail_is_due_at_once_and_calls_for_no_reminder(promised: World) -> None:
    promised.receive(mail())
    ticket_id = ticket_row(1).id
    with session.transaction() as db:
        db.get_one(Ticket, ticket_id).due_at = NOT_DUE
        db.flush()
        due.settle(db, promised.ours.account_id, ticket_id, now=NOON + 5 * HOUR)
    row = ticket_row(1)
    assert (row.due_at, row.remind_at) == (NOON + 4 * HOUR, None)


def test_targets_taken_away_leave_nothing_due(promised: World) -> None:
    promised.receive(mail())
    promise(promised, Targets(), hours=OFFICE)
    ticket_id = ticket_row(1).id
    with session.transaction() as db:
        due.settle(db, promised.ours.account_id, ticket_id, now=NOON)
    assert facts() == ("", NOT_DUE)


def looks_at(world: World) -> int:
    """How many statements ask when a ticket is due, while a mail comes in."""
    asked: list[str] = []

    def note(*told: Any) -> None:
        asked.append(told[2])

    event.listen(session.engine(), "before_cursor_execute", note)
    world.receive(mail())
    event.remove(session.engine(), "before_cursor_execute", note)
    assert asked
    return sum("rest_seconds" in statement and statement.startswith("SELECT") for statement in asked)


def test_a_mail_costs_no_statement_more_where_nothing_is_promised(world: World) -> None:
    assert looks_at(world) == 0
    promise(world)
    assert looks_at(world) == 1
