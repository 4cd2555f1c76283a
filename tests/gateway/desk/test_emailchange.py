"""Another address: the new one gets a link, the old one is told."""

import pytest
from sqlalchemy import select

from gateway.desk import emailchange, mailedlinks
from gateway.desk.emailchange import Letters
from gateway.errors import Conflict
from gateway.mail.parse import parse
from gateway.store import session
from gateway.store.filetypes import detect_type
from gateway.store.models import Delivery, MailedLink
from tests.world import DOMAIN, NOON, World

NEW = "sam@new.example"


def write(world: World, *, was_confirmed: bool = True) -> Letters:
    with session.reading() as db:
        reader = mailedlinks.reader_of(db, world.ours.staff)
    return emailchange.write(
        reader,
        NEW,
        was_confirmed=was_confirmed,
        base_url="https://desk.example",
        blobs=world.blobs,
        mail_domain=DOMAIN,
        now=NOON,
    )


def send(letters: Letters) -> None:
    with session.transaction() as db:
        emailchange.send(db, letters, now=NOON)


def sent() -> dict[str, str]:
    with session.reading() as db:
        rows = db.execute(select(Delivery.recipient, Delivery.raw_sha256)).all()
    return {recipient: raw or "" for recipient, raw in rows}


def test_the_new_address_gets_the_link_and_the_old_one_is_told(world: World) -> None:
    letters = write(world)
    send(letters)
    mails = sent()
    assert set(mails) == {NEW, "sam@ours.example"}
    told = parse(world.blobs.read(mails["sam@ours.example"]), detect_type=detect_type)
    assert [who.address for who in told.to] == ["sam@ours.example"]
    assert NEW in told.text
    assert "#" not in told.text
    assert "/confirm#" in parse(world.blobs.read(mails[NEW]), detect_type=detect_type).text
    with session.reading() as db:
        assert db.execute(select(MailedLink.address)).scalars().all() == [NEW]


def test_an_address_that_nobody_confirmed_is_not_told(world: World) -> None:
    send(write(world, was_confirmed=False))
    assert set(sent()) == {NEW}


def test_who_changes_it_again_and_again_makes_no_flood(world: World) -> None:
    for _ in range(3):
        send(write(world))
    with pytest.raises(Conflict):
        send(write(world))
