"""A message about something else becomes a ticket of its own, and its mails find it there."""

import pytest

from gateway.desk import noting, splitting
from gateway.desk.splitting import Split
from gateway.errors import Conflict, Denied, Invalid, NotFound
from gateway.rules.access import Actor, Role
from gateway.rules.queue import ANSWERED
from gateway.rules.status import Status
from gateway.store import links, session
from gateway.store.intake import Fate
from tests.world import ANN, BOB, NOON, World, mail, ticket_row


@pytest.fixture
def mixed(world: World) -> World:
    """Ticket 1 of Ann's, answered, in which Bob, who got a copy, writes about something else."""
    world.receive(mail("First.", headers=[f"Cc: {BOB}"]))
    world.reply(1)
    world.receive(
        mail("Else.", sender=f"Bob <{BOB}>", subject="[#1] Scanner", message_id="else@elsewhere.example"),
        mail_from=BOB,
    )
    return world


def split(world: World, place: int = -1, subject: str = "Scanner", by: Actor | None = None) -> Split:
    article = world.detail(1).articles[place].public_id
    with session.transaction() as db:
        return splitting.split(db, by or world.ours.staff, article, subject, now=world.clock.now())


def test_the_message_moves_and_both_tickets_say_so(mixed: World) -> None:
    assert split(mixed) == Split(2, 1)
    old, new = mixed.detail(1), mixed.detail(2)
    assert [len(old.articles), len(new.articles)] == [2, 1]
    assert (new.ticket.subject, new.ticket.requester_address) == ("Scanner", BOB)
    assert (new.ticket.article_count, old.ticket.article_count) == (1, 2)
    assert (new.ticket.snippet, old.ticket.snippet) == ("Else.", "Please restart it.")
    assert ("split", 2) in [(event.kind, event.data.get("number")) for event in old.events]
    assert ("split_from", 1) in [(event.kind, event.data.get("number")) for event in new.events]


def test_each_of_them_waits_as_its_own_messages_say(mixed: World) -> None:
    assert ticket_row(1).queue_at < ANSWERED
    split(mixed)
    assert ticket_row(1).queue_at == ANSWERED
    assert ticket_row(2).queue_at == mixed.detail(2).articles[0].created_at


def test_they_are_linked(mixed: World) -> None:
    split(mixed)
    for number, other in ((1, 2), (2, 1)):
        ticket_id = ticket_row(number).id
        with session.reading() as db:
            found = links.linked_to(db, mixed.ours.staff.sight, ticket_id)
        assert [one.number for one in found] == [other]


def test_a_mail_that_answers_the_message_goes_to_its_new_ticket(mixed: World) -> None:
    split(mixed)
    came = mixed.receive(
        mail(sender=BOB, subject="Re: Scanner", in_reply_to="else@elsewhere.example"), mail_from=BOB
    )
    assert (came.fate, came.number) == (Fate.FOLLOW_UP, 2)


def test_who_split_it_has_read_it(mixed: World) -> None:
    split(mixed)
    assert ticket_row(2).last_article_id > 0
    assert ticket_row(2).status == Status.NEW


def test_a_note_is_split_for_who_asked_in_the_old_ticket(mixed: World) -> None:
    with session.transaction() as db:
        noting.note(db, mixed.ours.staff, 1, "They want a scanner, too.", now=NOON)
    split(mixed)
    assert mixed.detail(2).ticket.requester_address == ANN
    assert mixed.detail(2).ticket.status is Status.OPEN


def test_what_was_sent_and_an_only_message_stay(mixed: World) -> None:
    with pytest.raises(Conflict):
        split(mixed, place=1)
    mixed.receive(mail(sender="eve@evil.example"), mail_from="eve@evil.example")
    only = mixed.detail(2).articles[0].public_id
    with session.transaction() as db, pytest.raises(Conflict):
        splitting.split(db, mixed.ours.staff, only, "Else", now=NOON)


@pytest.mark.parametrize("subject", ["", " ", "x" * 501])
def test_a_new_ticket_needs_a_subject(mixed: World, subject: str) -> None:
    with pytest.raises(Invalid):
        split(mixed, subject=subject)


def test_strangers_and_guests_split_nothing(mixed: World) -> None:
    with pytest.raises(NotFound):
        split(mixed, by=mixed.stranger.owner)
    with pytest.raises(Denied):
        split(mixed, by=Actor(mixed.ours.account_id, Role.GUEST, mixed.ours.staff.staff_id))
