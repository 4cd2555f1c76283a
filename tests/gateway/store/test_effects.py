"""What the articles of a ticket do to those who wait."""

from gateway.desk import replying
from gateway.rules.queue import Effect
from gateway.store import effects, session
from tests.world import World, mail, ticket_row


def seen() -> list[Effect]:
    ticket_id = ticket_row(1).id
    with session.reading() as db:
        return [effect for _, effect in effects.of_ticket(db, ticket_id)]


def test_a_mail_waits_an_answer_ends_that_and_one_taken_back_is_none(world: World) -> None:
    world.receive(mail())
    sent = world.reply(1)
    assert seen() == [Effect.WAITS, Effect.ANSWERS]
    with session.transaction() as db:
        replying.withdraw(db, world.ours.staff, sent.public_id, now=world.clock.now())
    assert seen() == [Effect.WAITS]


def test_what_a_machine_begins_waits_and_what_it_adds_does_not(world: World) -> None:
    world.receive(mail(headers=["Auto-Submitted: auto-generated"], message_id="one@acme.example"))
    world.receive(mail(headers=["Auto-Submitted: auto-generated"], in_reply_to="one@acme.example"))
    assert seen() == [Effect.WAITS, Effect.NONE]
