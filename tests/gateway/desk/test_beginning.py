"""Conversations that staff begin: a ticket with its mail or its note, or nothing at all."""

import pytest
from sqlalchemy import func, select

from gateway.desk import beginning
from gateway.desk.beginning import Opening
from gateway.desk.replying import Draft
from gateway.errors import Invalid, TooLarge
from gateway.mail.address import Address
from gateway.mail.parse import parse
from gateway.rules.access import Sight
from gateway.rules.status import ArticleKind, Status
from gateway.store import session
from gateway.store.filetypes import detect_type
from gateway.store.models import Contact, Delivery, Outbox, Ticket
from gateway.store.queries.articles import TicketDetail, get_raw
from tests.world import ANN, BOB, SUPPORT, World, mail, office, ticket_row

TO = Address("Ann Acme", ANN)


def opening(subject: str = "Your offer", mailbox: str | None = None, **draft: object) -> Opening:
    return Opening(subject, Draft(**({"text": "Dear Ann", "to": (TO,)} | draft)), mailbox)  # type: ignore[arg-type]


def write_to(world: World, wanted: Opening, *, most: int = 10**7) -> TicketDetail:
    with session.transaction() as db:
        post = office(world.blobs, most=most)
        ref = beginning.write_to(db, world.ours.staff, wanted, office=post, now=world.clock.now())
    world.clock.advance(minutes=1)
    return world.detail(ref.number)


def note_down(world: World, wanted: Opening, requester: Address | None = None) -> TicketDetail:
    with session.transaction() as db:
        now = world.clock.now()
        ref = beginning.note_down(db, world.ours.staff, wanted, requester=requester, now=now)
    return world.detail(ref.number)


def count(*tables: type) -> list[int]:
    with session.reading() as db:
        return [db.execute(select(func.count()).select_from(one)).scalar_one() for one in tables]


def test_the_first_recipient_becomes_the_requester_with_their_customer(world: World) -> None:
    ticket = write_to(world, opening(cc=(Address("", BOB),))).ticket
    assert (ticket.requester_name, ticket.requester_address) == ("Ann Acme", ANN)
    assert ticket.customer is not None
    assert ticket.customer.public_id == world.ours.customer
    assert (ticket.status, ticket.article_count) == (Status.OPEN, 1)
    assert count(Delivery, Outbox) == [2, 2]


def test_the_mail_carries_the_tickets_tag_and_reply_address(world: World) -> None:
    (article,) = write_to(world, opening()).articles
    with session.reading() as db:
        raw = world.blobs.read(get_raw(db, Sight(world.ours.account_id), article.public_id)[0])
    found = parse(raw, detect_type=detect_type)
    assert found.subject == "Your offer [#1]"
    assert (found.from_, found.in_reply_to) == (Address("Ours", SUPPORT), ())
    assert [who.address for who in found.reply_to] == [world.ours.reply_address(ticket_row(1).id)]


def test_what_comes_back_joins_the_ticket(world: World) -> None:
    (article,) = write_to(world, opening()).articles
    assert world.receive(mail(in_reply_to=article.message_id or "")).number == 1


def test_a_note_opens_a_ticket_and_sends_nothing(world: World) -> None:
    found = note_down(world, opening(to=None), TO)
    assert [one.kind for one in found.articles] == [ArticleKind.NOTE]
    assert (found.ticket.status, found.ticket.requester_address) == (Status.NEW, ANN)
    assert count(Delivery, Outbox) == [0, 0]


def test_a_note_may_be_about_nobody(world: World) -> None:
    found = note_down(world, opening(to=None, status=Status.CLOSED)).ticket
    assert (found.status, found.requester_address) == (Status.CLOSED, "")


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (opening(subject=" "), "subject"),
        (opening(subject="x" * 501), "subject"),
        (opening(text=" "), "text"),
        (opening(to=()), "to"),
        (opening(to=(Address("", "nobody"),)), "to"),
        (opening(to=(Address("", "new@new.example"), Address("", "nobody"))), "to"),
        (opening(status=Status.NEW), "status"),
        (opening(mailbox="none"), "mailbox"),
    ],
)
def test_what_cannot_be_sent_leaves_nothing(world: World, wanted: Opening, field: str) -> None:
    before = count(Contact, Ticket)
    with pytest.raises(Invalid) as caught:
        write_to(world, wanted)
    assert caught.value.field == field
    assert count(Contact, Ticket) == before


def test_a_mail_too_large_leaves_nothing(world: World) -> None:
    with pytest.raises(TooLarge):
        write_to(world, opening(), most=100)
    assert count(Ticket) == [0]


def test_a_strangers_mailbox_is_none(world: World) -> None:
    wanted = opening(mailbox=world.stranger.mailbox.public_id)
    with pytest.raises(Invalid):
        write_to(world, wanted)
    with pytest.raises(Invalid):
        note_down(world, wanted)
    assert count(Ticket) == [0]


def test_a_requester_without_an_address_is_refused(world: World) -> None:
    with pytest.raises(Invalid) as caught:
        note_down(world, opening(), Address("Ann", "nowhere"))
    assert caught.value.field == "requester"
