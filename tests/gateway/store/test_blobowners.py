"""Who has a blob: by every row that names one, in whatever account."""

from hashlib import sha256

import pytest
from sqlalchemy import select, update

from gateway.store import attachments, deliveries, drafts, session
from gateway.store.blobowners import common_owner, owners_of
from gateway.store.drafts import Drafted, DraftedFile
from gateway.store.keyring import Owner
from gateway.store.models import Contact, ContactAddress, Quarantined, Record
from tests.world import ANN, BOB, EVE, FOREIGN, NOON, SUPPORT, Business, World, mail

CONTENT = b"the same offer\n"
A, B = Owner("a1", "ann"), Owner("a1", "bob")


def of(sha: str) -> set[Owner] | None:
    with session.reading() as db:
        found = owners_of(db, {sha, "0" * 64}).get(sha)
    return None if found is None else set(found)


def person(business: Business, address: str) -> Owner:
    """Whoever has the address in the account."""
    with session.reading() as db:
        found = select(Contact.public_id).join(ContactAddress, ContactAddress.contact_id == Contact.id)
        mine = found.where(
            ContactAddress.account_id == business.account_id, ContactAddress.address == address
        )
        return Owner(business.public_id, db.execute(mine).scalar_one())


def named(raw: bytes) -> str:
    return sha256(raw).hexdigest()


def with_file(sender: str, content: bytes = CONTENT) -> bytes:
    head = f"From: {sender}\r\nSubject: offer of {sender}\r\n".encode()
    return (
        head
        + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nSee the file.\r\n--b\r\n"
        + b"Content-Type: text/plain\r\nContent-Disposition: attachment; filename=o.txt\r\n\r\n"
        + content
        + b"\r\n--b--\r\n"
    )


def test_a_mail_and_its_files_are_their_writers(world: World) -> None:
    raw = with_file(f"Ann <{ANN.upper()}>")
    world.receive(raw)
    ann = person(world.ours, ANN)
    (file,) = world.detail().articles[0].attachments
    assert of(named(raw)) == of(file.sha256) == {ann}


def test_what_we_answer_is_of_the_tickets_contact(world: World) -> None:
    world.receive(mail())
    world.reply(1)
    sha = world.detail().articles[1].raw_sha256
    assert sha is not None
    assert of(sha) == {person(world.ours, ANN)}


def test_what_another_person_writes_into_a_ticket_is_theirs(world: World) -> None:
    world.receive(mail())
    raw = mail(sender=BOB)
    world.receive(raw, world.ours.reply_address(world.detail().ticket.id), mail_from=BOB)
    world.receive(mail(sender=BOB), mail_from=BOB)  # now they are a contact in any case
    assert of(named(raw)) == {person(world.ours, BOB)}


def test_a_file_of_two_people_is_both_theirs(world: World) -> None:
    for who in (ANN, BOB):
        world.receive(with_file(who), mail_from=who)
    (file,) = world.detail(1).articles[0].attachments
    both = {person(world.ours, ANN), person(world.ours, BOB)}
    assert of(file.sha256) == both
    assert common_owner(both) == Owner(world.ours.public_id)


def test_a_mail_to_two_accounts_is_of_a_person_in_each(world: World) -> None:
    raw = mail(to=f"{SUPPORT}, {FOREIGN}")
    world.receive(raw, SUPPORT, FOREIGN)
    assert of(named(raw)) == {person(world.ours, ANN), person(world.stranger, ANN)}


def test_a_mail_that_is_not_filed_is_still_open(world: World) -> None:
    raw = mail()
    (intake_id,) = world.accept(raw, SUPPORT)
    assert of(named(raw)) == set()
    world.file(intake_id)
    assert of(named(raw)) == {person(world.ours, ANN)}


def test_a_mail_that_no_message_came_of_is_its_senders(world: World) -> None:
    raw = mail(message_id="once@acme.example")
    world.receive(raw)
    again = b"Received: by another way\r\n" + raw
    world.receive(again)
    assert of(named(again)) == {person(world.ours, ANN)}
    unknown = b"Received: by a third way\r\n" + raw
    world.receive(unknown, mail_from=EVE)
    assert of(named(unknown)) == {Owner(world.ours.public_id)}


def test_a_mail_that_is_held_back_is_its_senders(world: World) -> None:
    raw = mail()
    world.accept(raw, SUPPORT)
    world.file(1)
    hold(world, 1)
    assert of(named(raw)) == {person(world.ours, ANN)}  # the message counts, where there is one
    other = b"Received: by another way\r\n" + raw
    world.accept(other, SUPPORT)
    world.file(2)
    hold(world, 2)
    assert of(named(other)) == {person(world.ours, ANN)}


def test_one_of_nobodys_contact_is_open_while_it_is_held_back(world: World) -> None:
    sent = mail()
    world.receive(sent)
    raw = b"Received: by a third way\r\n" + sent
    world.accept(raw, SUPPORT, mail_from=EVE)
    world.file(2)
    hold(world, 2)
    assert of(named(raw)) == set()
    with session.transaction() as db:
        db.execute(update(Quarantined).values(outcome="dismissed"))
    assert of(named(raw)) == {Owner(world.ours.public_id)}


def hold(world: World, intake_id: int) -> None:
    values = {"account_id": world.ours.account_id, "intake_id": intake_id, "reason": "token"}
    with session.transaction() as db:
        db.add(Quarantined(public_id=f"q{intake_id}", content_hash=str(intake_id), arrived_at=NOON, **values))


def test_a_preview_is_of_whose_file_it_is_of(world: World) -> None:
    world.receive(with_file(ANN))
    with session.transaction() as db:
        attachments.set_preview(db, 1, "ab" * 32)
    assert of("ab" * 32) == {person(world.ours, ANN)}


def test_a_notice_is_of_the_account_that_it_goes_to(world: World) -> None:
    with session.transaction() as db:
        deliveries.queue_notice(
            db, account_id=world.ours.account_id, recipient="o@x.example", raw_sha256="cd" * 32, now=NOON
        )
    assert of("cd" * 32) == {Owner(world.ours.public_id)}


def test_a_file_of_a_draft_alone_is_still_open(world: World) -> None:
    world.receive(mail())
    file = DraftedFile("a.txt", "text/plain", "ef" * 32, 3)
    staff, ticket = world.ours.staff.staff_id or 0, world.detail().ticket.id
    with session.transaction() as db:
        drafted = Drafted("reply", "Dear Ann", files=(file,))
        drafts.put(db, world.ours.account_id, ticket, staff, drafted, version=0, now=NOON)
    assert of("ef" * 32) == set()


def test_what_nobody_has_is_missing(world: World) -> None:
    world.receive(mail())
    assert of("12" * 32) is None
    with session.reading() as db:
        assert owners_of(db, []) == {}


def test_every_column_that_names_a_blob_is_looked_at() -> None:
    naming = {
        f"{table.name}.{column.name}"
        for table in Record.metadata.tables.values()
        for column in table.columns
        if column.name.endswith("sha256")
    }
    assert naming == {
        "article.raw_sha256",
        "attachment.sha256",
        "attachment.preview_sha256",
        "delivery.raw_sha256",
        "intake.raw_sha256",
    }, "a column more that names a blob: gateway.store.blobowners must look at it as well"


@pytest.mark.parametrize(
    ("owners", "common"),
    [
        ({A}, A),
        ({Owner()}, Owner()),
        ({A, B}, Owner("a1")),
        ({A, Owner("a1")}, Owner("a1")),
        ({A, Owner("a2", "ann")}, Owner()),
        ({Owner("a1"), Owner("a2")}, Owner()),
    ],
)
def test_several_share_what_they_have_in_common(owners: set[Owner], common: Owner) -> None:
    assert common_owner(owners) == common
