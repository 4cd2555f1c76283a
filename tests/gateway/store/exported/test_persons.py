"""An export of a contact or customer: all about them, nothing of anybody else; every text bears a mark."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from gateway.desk import contactmerging, contacts, customers, noting, tickets
from gateway.desk.replying import Draft
from gateway.desk.tickets import TicketChange
from gateway.mail.address import Address
from gateway.rules.exporting import Scope
from gateway.store import session
from gateway.store.exported import persons
from gateway.store.models import Contact, ContactAddress, Customer, RemoteSystem, Ticket
from tests import world as cast
from tests.databases import Databases, configured
from tests.exporting import Opened, exported
from tests.furnished import with_file
from tests.world import ANN, BOB, FOREIGN, NOON, World, mail

OWN, CARAS, OTHER, NOTED = "ownmark", "caramark", "othermark", "notedmark"
CARA = "cara@acme.example"


def by_token(world: World, number: int) -> str:
    with session.reading() as db:
        key = db.execute(
            select(Ticket.id).where(Ticket.account_id == 1, Ticket.number == number)
        ).scalar_one()
    return world.ours.reply_address(key)


@pytest.fixture
def world(settled: None, db_url: str, databases: Databases, tmp_path: Path) -> Iterator[World]:
    """Ann and Cara of Acme, Bob of Beta: each has a ticket; all write in Ann's, and Ann in Bob's."""
    with configured(db_url):
        made = cast.build(tmp_path, databases.given(db_url))
        _write(made)
        yield made


def _write(made: World) -> None:
    by, owner = made.ours.staff, made.ours.owner
    with session.transaction() as db:
        customers.create(db, owner, name=f"Beta {OTHER}", domains=["beta.example"], now=NOON)
    made.receive(with_file(f"{OWN} request", subject=f"{OWN} subject"))
    made.receive(with_file(f"{OTHER} request", sender=f"Bob <{BOB}>", subject=OTHER), mail_from=BOB)
    made.receive(with_file(f"{CARAS} request", sender=f"Cara <{CARA}>", subject=CARAS), mail_from=CARA)
    made.reply(1, draft=Draft(f"{OWN} first answer", to=(Address("", ANN),), bcc=(Address("", BOB),)))
    for sender, text in ((BOB, OTHER), (CARA, CARAS)):
        raw = with_file(f"{text} in between", sender=sender, subject=f"Re: {OWN} subject")
        made.receive(raw, by_token(made, 1), mail_from=sender)
    made.receive(with_file(f"{OWN} elsewhere"), by_token(made, 2))
    made.receive(with_file(f"{OTHER} of another business"), FOREIGN)
    made.reply(1, draft=Draft(f"{OWN} answer", to=(Address("", ANN),), bcc=(Address("", BOB),)))
    made.reply(1, draft=Draft(f"{OTHER} answer", to=(Address("", BOB),)))
    made.reply(2, draft=Draft(f"{OTHER} answer", to=(Address("", BOB),)))
    with session.transaction() as db:
        noting.note(db, by, 1, f"{NOTED} in the ticket", now=NOON)
        tickets.patch(db, by, 1, TicketChange(tags=(NOTED,)), now=NOON)
        db.execute(update(Contact).where(Contact.public_id == contact_in(db, ANN)).values(note=NOTED))
        db.execute(update(Customer).where(Customer.public_id == made.ours.customer).values(note=NOTED))
        db.execute(update(Ticket).where(Ticket.number == 1).values(snippet=OTHER))


def contact_in(db: Session, address: str) -> str:
    wanted = select(Contact.public_id).join(ContactAddress, ContactAddress.contact_id == Contact.id)
    mine = ContactAddress.account_id == 1, ContactAddress.address == address
    return db.execute(wanted.where(*mine)).scalar_one()


def of_contact(world: World, address: str, *, with_notes: bool = False) -> Opened:
    with session.reading() as db:
        public_id = contact_in(db, address)
    return exported(world, world.ours.owner, Scope.CONTACT, public_id, with_notes=with_notes)


def of_customer(world: World, *, with_notes: bool = False) -> Opened:
    return exported(world, world.ours.owner, Scope.CUSTOMER, world.ours.customer, with_notes=with_notes)


def texts(found: Opened) -> list[str]:
    return [row["text"].strip() for row in found.rows("article")]


def test_a_contact_has_their_own_mails_and_what_was_sent_to_them(world: World) -> None:
    found = of_contact(world, ANN)
    own = [f"{OWN} request", f"{OWN} first answer", f"{OWN} elsewhere", f"{OWN} answer"]
    assert texts(found) == own
    assert [row["number"] for row in found.rows("ticket")] == [1]
    assert [row["address"] for row in found.rows("contact_address")] == [ANN]
    assert [row["recipient"] for row in found.rows("delivery")] == [ANN, ANN]
    whole = [row["raw_sha256"] is not None for row in found.rows("article")]
    assert whole == [True, True, True, False]  # the last answer may quote what others had written
    assert len([name for name in found.names if name.startswith("mail/")]) == 3
    files = {name.rpartition("/")[2]: found.files[name] for name in found.names if "attachments/" in name}
    assert set(files) == {"Übersicht.txt"}
    assert found.json("manifest.json")["missing"] == []


@pytest.mark.parametrize("with_notes", [False, True])
def test_nothing_of_anybody_else_is_in_it(world: World, *, with_notes: bool) -> None:
    ann = of_contact(world, ANN, with_notes=with_notes)
    for mark in (OTHER, CARAS, BOB, CARA, "stranger"):
        assert ann.holds(mark) == []
    acme = of_customer(world, with_notes=with_notes)
    for mark in (OTHER, BOB, "stranger"):
        assert acme.holds(mark) == []


def test_what_was_noted_is_in_it_only_where_it_is_wanted(world: World) -> None:
    assert of_contact(world, ANN).holds(NOTED) == []
    assert of_customer(world).holds(NOTED) == []
    told = ["data/customer.jsonl", "data/contact.jsonl", "data/ticket.jsonl", "data/article.jsonl"]
    assert of_contact(world, ANN, with_notes=True).holds(NOTED) == told
    assert of_customer(world, with_notes=True).holds(NOTED) == told


def test_a_customer_has_what_all_of_its_contacts_have(world: World) -> None:
    found = of_customer(world)
    assert {row["address"] for row in found.rows("contact_address")} == {ANN, CARA}
    assert [row["number"] for row in found.rows("ticket")] == [1, 3]
    assert texts(found) == [
        f"{OWN} request",
        f"{CARAS} request",
        f"{OWN} first answer",
        f"{CARAS} in between",
        f"{OWN} elsewhere",
        f"{OWN} answer",
    ]


def test_a_customer_has_its_computers_and_a_contact_has_none(world: World) -> None:
    with session.transaction() as db:
        acme = db.scalar(select(Customer.id).where(Customer.public_id == world.ours.customer))
        beta = db.scalar(select(Customer.id).where(Customer.name.contains(OTHER)))
        for customer, name in ((acme, f"{OWN} computer"), (beta, f"{OTHER} computer")):
            values = {"public_id": name, "account_id": 1, "customer_id": customer, "name": name}
            keys = {"platform": "Linux", "sign_key": b"1", "box_key": b"2", "unattended": []}
            db.execute(insert(RemoteSystem), values | keys | {"enrolled_at": NOON})
    assert [row["name"] for row in of_customer(world).rows("remote_system")] == [f"{OWN} computer"]
    assert of_contact(world, ANN).rows("remote_system") == []


def test_a_ticket_that_somebody_else_asked_for_is_not_the_customers(world: World) -> None:
    with session.transaction() as db:
        bob = db.execute(select(Ticket.contact_id).where(Ticket.account_id == 1, Ticket.number == 2)).scalar()
        beta = select(Customer.id).where(Customer.name.contains(OTHER)).scalar_subquery()
        acme = select(Customer.id).where(Customer.public_id == world.ours.customer).scalar_subquery()
        db.execute(update(Contact).where(Contact.id == bob).values(customer_id=beta))
        db.execute(update(Ticket).where(Ticket.number == 2).values(customer_id=acme))
    assert [row["number"] for row in of_customer(world).rows("ticket")] == [1, 3]


def test_who_became_part_of_a_contact_is_in_it(world: World) -> None:
    with session.transaction() as db:
        cara, ann = contact_in(db, CARA), contact_in(db, ANN)
        contactmerging.merge(db, world.ours.owner, cara, ann, now=NOON)
    found = of_contact(world, ANN)
    assert {row["address"] for row in found.rows("contact_address")} == {ANN, CARA}
    assert f"{CARAS} request" in texts(found)


def test_a_domain_may_be_spelt_in_its_own_letters(world: World) -> None:
    with session.transaction() as db:
        by = world.ours.owner
        contacts.create(db, by, name="Uwe", addresses=["uwe@xn--mller-kva.example"], customer=None, now=NOON)
    world.receive(mail("Grüße", sender="Uwe <Uwe@müller.example>"), mail_from=BOB)
    assert texts(of_contact(world, "uwe@xn--mller-kva.example")) == ["Grüße"]


def test_one_who_is_gone_is_not_there(world: World) -> None:
    with session.reading() as db:
        ann = contact_in(db, ANN)
        assert persons.is_there(db, 1, Scope.CONTACT, ann)
        assert not persons.is_there(db, 1, Scope.CUSTOMER, ann)
        assert not persons.is_there(db, world.stranger.account_id, Scope.CONTACT, ann)
        gone = persons.of_person(db, 1, Scope.CONTACT, "gone", with_notes=True)
        assert [db.execute(select(one.table.c.id).where(*one.where)).first() for one in gone] == [None] * len(
            gone
        )
