"""What is kept by somebody's addresses."""

from datetime import timedelta

from sqlalchemy import insert, select, update

from gateway.desk import views
from gateway.desk.replying import Draft
from gateway.desk.views import NewView
from gateway.mail.address import Address
from gateway.rules.erasure import ErasureKind, Scope
from gateway.store import session
from gateway.store.erased import people
from gateway.store.models import AutomaticMail, Delivery, OutgoingTally, SenderTally, Ticket, table
from tests.erasing import ask, contact_of, erased, key_of, rows_with
from tests.world import ANN, BOB, NOON, World, mail

CID = "cid@copied.example"


def test_who_was_copied_in_the_ticket_of_another_is_in_no_row_but_in_the_messages(world: World) -> None:
    world.receive(mail(sender=f"Cid <{CID}>"), mail_from=CID)
    world.receive(mail(sender=f"Bob <{BOB}>"), mail_from=BOB)
    world.reply(2, draft=Draft("See.", cc=(Address("Cid", CID),)))
    assert {"delivery", "participant"} <= {name for name, _ in rows_with(CID)}
    erased(world, ErasureKind.CONTACT, contact_of(CID))
    assert {name for name, _ in rows_with(CID)} <= {"article"}
    with session.reading() as db:
        assert {one for one in db.execute(select(Delivery.recipient)).scalars() if one} == {BOB}


def test_counts_and_searches_that_name_them_go(world: World) -> None:
    world.receive(mail(sender=f"Ann <{ANN}>"))
    now, mine = world.clock.now(), {"account_id": world.ours.account_id}
    with session.transaction() as db:
        db.execute(insert(SenderTally), mine | {"address": ANN, "window_at": now, "mails": 1})
        tally = {"bound": "x", "recipient": ANN, "window_at": now, "mails": 1}
        db.execute(insert(OutgoingTally), mine | tally)
        for who in (ANN, BOB):
            db.execute(
                insert(AutomaticMail),
                mine | {"address_hash": f"hash of {who}", "kind": "x", "sent_at": NOON},
            )
            views.create(db, world.ours.staff, NewView(who[:3], f"from:{who}"), now=now)
    made = key_of(ask(world, Scope(ErasureKind.ACCOUNT)))
    with session.transaction() as db:
        people.remove_traces(
            db, made, world.ours.account_id, [ANN], digest=lambda one: f"hash of {one}", before=None
        )
        hashes = db.execute(select(AutomaticMail.address_hash)).scalars().all()
    assert hashes == [f"hash of {BOB}"]
    assert not {"sender_tally", "outgoing_tally", "saved_view"} & {name for name, _ in rows_with(ANN)}
    assert rows_with(f"from:{BOB}")


def test_what_came_later_is_spared_where_a_backup_is_erased_again(world: World) -> None:
    world.receive(mail(sender=f"Ann <{ANN}>"))
    world.reply(1)
    made, since = key_of(ask(world, Scope(ErasureKind.ACCOUNT))), world.clock.now()
    later = since + timedelta(hours=1)
    with session.transaction() as db:
        db.execute(update(table(Delivery)).values(created_at=later))
        db.execute(update(table(Ticket)).values(created_at=later))
        people.remove_traces(db, made, world.ours.account_id, [ANN], digest=str, before=since)
        assert db.execute(select(Delivery.recipient)).scalar_one() == ANN
        assert db.execute(select(Ticket.requester_address)).scalar_one() == ANN
        people.remove_traces(db, made, world.ours.account_id, [ANN], digest=str, before=None)
        assert db.execute(select(Ticket.requester_address)).scalar_one() == ""


def test_a_line_that_names_a_customer_goes_with_it(world: World) -> None:
    from gateway.desk import tickets
    from gateway.desk.tickets import TicketChange

    world.receive(mail(sender=f"Bob <{BOB}>"), mail_from=BOB)
    with session.transaction() as db:
        change = TicketChange(customer=world.ours.customer)
        tickets.patch(db, world.ours.owner, 1, change, now=world.clock.now())
        tickets.patch(db, world.ours.owner, 1, TicketChange(customer=None), now=world.clock.now())
    erased(world, ErasureKind.CUSTOMER, world.ours.customer)
    assert "ticket_event" not in {name for name, _ in rows_with("acme")}
