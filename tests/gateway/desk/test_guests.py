"""What guests see of a ticket, and what they may do in it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from gateway.desk import forwarding, guests, noting, replying
from gateway.desk.forwarding import Forward
from gateway.desk.guests import Visit
from gateway.desk.replying import Draft
from gateway.errors import Denied, Invalid, NotFound
from gateway.mail.address import Address
from gateway.rules.access import Actor
from gateway.rules.status import ArticleKind, Status
from gateway.store import session
from gateway.store import tickets as rows
from gateway.store.models import Delivery, Invitation
from gateway.store.queries.articles import get_article, get_detail
from gateway.store.queries.tickets import TicketFilter, list_tickets
from tests.admitting import add_guest, group_of, guest
from tests.world import ANN, BOB, NOON, World, mail, office

VENDOR = "vendor@elsewhere.example"


@pytest.fixture
def talk(world: World) -> World:
    """Ticket 1: a mail, an answer that has left, a note, a shared note, one forwarded and what came back."""
    world.receive(mail("It smokes."))
    with session.transaction() as db:
        noting.note(db, world.ours.staff, 1, "She never pays.", now=world.clock.now())
        noting.note(db, world.ours.staff, 1, "Look at the fuse.", is_shared=True, now=world.clock.now())
    world.reply(1, draft=Draft("Please restart it.", bcc=(Address("", BOB),)))
    leave()
    source = world.detail(1).articles[0].public_id
    with session.reading() as db:
        draft = Draft("Do you know this one?", to=(Address("", VENDOR),))
        by, blobs = world.ours.staff, office(world.blobs)
        asked = forwarding.write(db, by, Forward(source), draft, office=blobs, now=world.clock.now())
    with session.transaction() as db:
        replying.reply(db, world.ours.staff, asked, now=world.clock.now())
    leave()
    world.receive(mail("It is known to burn.", sender=VENDOR, subject="Re: [#1]"), mail_from=VENDOR)
    world.receive(mail("Private.", sender=BOB), mail_from=BOB)
    assert [one.kind.value for one in world.detail(1).articles].count("inbound") == 2
    return world


def leave() -> None:
    """What is under way has arrived."""
    with session.transaction() as db:
        db.execute(update(Delivery).values(state="sent"))


def see(world: World, by: Actor, number: int = 1) -> Visit:
    with session.reading() as db:
        return guests.visit(db, by, number, now=world.clock.now())


def texts(world: World, by: Actor, number: int = 1) -> list[str]:
    return [one.reply_text for one in see(world, by, number).detail.articles]


def test_they_see_the_conversation_and_what_was_shared(talk: World) -> None:
    ann = add_guest(talk.ours.account_id, ticket=1)
    assert texts(talk, ann) == ["It smokes.", "Look at the fuse.", "Please restart it."]
    shown = see(talk, ann).detail
    assert shown.events == ()
    assert all((one.bcc, one.deliveries, one.raw_sha256) == ((), (), None) for one in shown.articles)


def test_what_is_not_theirs_is_found_nowhere(talk: World) -> None:
    by = add_guest(talk.ours.account_id, ticket=1)
    hidden = [
        one.public_id
        for one in talk.detail(1).articles
        if one.reply_text not in ("It smokes.", "Look at the fuse.", "Please restart it.")
    ]
    assert len(hidden) == 3
    note = talk.detail(1).articles[1].public_id
    with session.reading() as db:
        for public_id in hidden:
            with pytest.raises(NotFound):
                guests.find_article(db, by, public_id, now=NOON)
        assert guests.list_shared(db, by, query="pays", now=NOON).items == ()
        assert [row.number for row in guests.list_shared(db, by, query="fuse", now=NOON).items] == [1]
        with pytest.raises(NotFound):
            get_article(db, by.sight, note)
        assert note not in {one.public_id for one in get_detail(db, by.sight, 1).articles}
        (row,) = guests.list_shared(db, by, now=NOON).items
        assert (row.snippet, row.tags, row.assignee) == ("", (), None)


def test_an_answer_is_there_when_it_has_left(talk: World) -> None:
    by = add_guest(talk.ours.account_id, ticket=1)
    ref = talk.reply(1, draft=Draft("Take it outside.", to=(Address("", ANN),)))
    assert "Take it outside." not in texts(talk, by)
    leave()
    assert "Take it outside." in texts(talk, by)
    with session.transaction() as db:
        db.execute(update(Delivery).values(state="withdrawn"))
    assert "Take it outside." not in texts(talk, by)
    with session.reading() as db, pytest.raises(NotFound):
        guests.find_article(db, by, ref.public_id, now=NOON)


@pytest.mark.parametrize("what", ["ticket", "customer", "group"])
def test_an_invitation_to_each_kind_of_thing_opens_its_tickets_alone(talk: World, what: str) -> None:
    account, acme = talk.ours.account_id, talk.ours.customer
    key, _ = group_of(talk.ours.owner, "North", acme)
    by = {
        "ticket": lambda: add_guest(account, ticket=1),
        "customer": lambda: add_guest(account, customer=acme),
        "group": lambda: add_guest(account, group=key),
    }[what]()
    with session.reading() as db:
        assert [row.number for row in guests.list_shared(db, by, now=NOON).items] == [1]
    with pytest.raises(NotFound):
        see(talk, by, 2)
    with pytest.raises(NotFound):
        see(talk, by, 99)


@pytest.mark.parametrize("change", [{"revoked_at": NOON}, {"accepted_at": None}, {"until": NOON}])
def test_what_is_over_or_was_never_accepted_opens_nothing(talk: World, change: dict[str, object]) -> None:
    account = talk.ours.account_id
    by = add_guest(account, ticket=1, may=["note", "answer"])
    with session.transaction() as db:
        db.execute(update(Invitation).values(**change))
    late = guest(account, by.staff_id or 0, now=NOON)
    for whoever in (by, late):  # also one whose request began before
        with pytest.raises(NotFound):
            see(talk, whoever)
        with session.transaction() as db, pytest.raises(NotFound):
            guests.note(db, whoever, 1, "Me, too.", now=NOON)


def test_until_is_the_end_and_until_then_it_is_open(talk: World) -> None:
    by = add_guest(talk.ours.account_id, ticket=1, until=talk.clock.now() + timedelta(seconds=1))
    assert see(talk, by).rights.until is not None
    talk.clock.advance(seconds=1)
    with pytest.raises(NotFound):
        see(talk, by)


def test_a_reader_does_nothing_else(talk: World) -> None:
    by = add_guest(talk.ours.account_id, ticket=1)
    verbs: list[Callable[[Session], object]] = [
        lambda db: guests.note(db, by, 1, "Me, too.", now=NOON),
        lambda db: guests.write(db, by, 1, "Me, too.", office=office(talk.blobs), now=NOON),
        lambda db: noting.note(db, by, 1, "Me, too.", now=NOON),
        lambda db: replying.write(db, by, 1, Draft("Me, too."), office=office(talk.blobs), now=NOON),
    ]
    for verb in verbs:
        with session.transaction() as db, pytest.raises(Denied):
            verb(db)


def test_a_right_for_one_ticket_is_none_for_another(talk: World) -> None:
    account = talk.ours.account_id
    by = add_guest(account, ticket=1, may=["note"])
    both = add_guest(account, ticket=2, key=by.staff_id)
    with session.transaction() as db:
        guests.note(db, both, 1, "Seen.", now=NOON)
        with pytest.raises(Denied):
            guests.note(db, both, 2, "Seen.", now=NOON)


def test_a_guests_note_is_shared_and_wakes_a_closed_ticket(talk: World) -> None:
    account = talk.ours.account_id
    by, other = add_guest(account, ticket=1, may=["note"]), add_guest(account, customer=talk.ours.customer)
    ticket_id = talk.detail(1).ticket.id
    with session.transaction() as db:
        rows.change(db, account, ticket_id, {"status": "closed"})
        guests.note(db, by, 1, "The fuse is fine.", now=talk.clock.now())
    assert texts(talk, other)[-1] == "The fuse is fine."
    assert talk.detail(1).ticket.status is Status.OPEN
    assert talk.detail(1).articles[-1].kind is ArticleKind.NOTE


def test_a_guests_answer_goes_to_the_customer_and_to_nobody_else(talk: World) -> None:
    by = add_guest(talk.ours.account_id, ticket=1, may=["answer"])
    with session.reading() as db:
        written = guests.write(db, by, 1, "Is the fuse in?", office=office(talk.blobs), now=talk.clock.now())
    with session.transaction() as db:
        ref = guests.reply(db, by, written, now=talk.clock.now())
    with session.reading() as db:
        owed = select(Delivery.recipient).order_by(Delivery.id.desc()).limit(1)
        assert db.execute(owed).scalar() == ANN
        sent = get_article(db, talk.ours.staff.sight, ref.public_id)[1]
        raw = talk.blobs.read(sent.raw_sha256 or "")
    assert [who.address for who in (*sent.to, *sent.cc, *sent.bcc)] == [ANN]
    assert b"Is the fuse in?" in raw
    assert not any(word in raw for word in (b"pays", b"burn", b"vendor", b"bob@"))
    assert texts(talk, by)[-1] == "Is the fuse in?"  # their own, before it leaves


def test_an_answer_without_words_is_refused(talk: World) -> None:
    by = add_guest(talk.ours.account_id, ticket=1, may=["answer"])
    with session.reading() as db, pytest.raises(Invalid, match="write a text"):
        guests.write(db, by, 1, " ", office=office(talk.blobs), now=NOON)


def test_a_stranger_and_staff_are_no_guests(talk: World) -> None:
    theirs = add_guest(talk.stranger.account_id, customer=talk.stranger.customer)
    with session.reading() as db:
        assert list_tickets(db, theirs.sight, TicketFilter()).items == ()
    for by in (theirs, talk.ours.staff):
        with pytest.raises(NotFound):
            see(talk, by)
