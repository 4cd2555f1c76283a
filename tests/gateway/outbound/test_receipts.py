"""The receipt of an erasure goes to who asked by mail, and nothing is kept of them afterwards."""

import json
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from sqlalchemy import select, update

from gateway.desk import deletionrequests
from gateway.mail.authres import By, Check, Result, Verdict
from gateway.outbound.erasing import erase
from gateway.outbound.receipts import LOOKS_AGAIN, Means, tell_of_erasure
from gateway.rules.erasure import ErasureKind, Scope
from gateway.store import outbox, session
from gateway.store.deliveries import State
from gateway.store.models import DeletionRequest, Delivery, Mailbox, Outbox
from tests import erasing
from tests.world import ANN, DOMAIN, NOON, World, guards, mail

PROVEN = Verdict(
    By.CHECKED, "acme.example", dkim=(Check(Result.PASS, "acme.example"),), aligned="acme.example"
)


@pytest.fixture
def asked(world: World) -> World:
    """Ann has asked for deletion, and staff begin it."""
    with session.transaction() as db:
        db.execute(update(Mailbox).values(created_at=NOON - timedelta(days=1)))
    desk = replace(world, examine=lambda *_: PROVEN)
    desk.receive(mail("Please delete all my personal data."), guards=guards())
    return desk


def begin(world: World, kind: ErasureKind = ErasureKind.CONTACT) -> int:
    """The row of the erasure."""
    of = erasing.contact_of(ANN) if kind is ErasureKind.CONTACT else "1"
    with session.transaction() as db:
        made = deletionrequests.begin(db, world.ours.owner, Scope(kind, of), now=world.clock.now())
    return erasing.key_of(made)


def look(world: World) -> None:
    with session.reading() as db:
        owed = db.execute(select(Outbox.ref_id).where(Outbox.topic == "receipt")).scalars().all()
    for request_id in owed or [1]:
        tell_of_erasure(request_id, means=Means(world.blobs, world.clock, DOMAIN))


def rows() -> list[tuple[str, int | None]]:
    with session.reading() as db:
        return [(one.address, one.ticket_id) for one in db.execute(select(DeletionRequest)).scalars()]


def notices() -> list[tuple[str, bool, str]]:
    """Mails without a ticket: to whom, whether automatic, and the hash of their bytes."""
    with session.reading() as db:
        found = select(Delivery).where(Delivery.article_id.is_(None), Delivery.recipient != "")
        rows = db.execute(found).scalars()
        return [(one.recipient, one.is_automatic, one.raw_sha256 or "") for one in rows]


def depth() -> int:
    with session.reading() as db:
        return outbox.depth(db, outbox.Topic.RECEIPT)


def test_nothing_is_sent_before_it_is_done(asked: World) -> None:
    begin(asked)
    look(asked)
    assert notices() == []
    with session.reading() as db:
        due_at = db.execute(select(Outbox.due_at).where(Outbox.topic == "receipt")).scalar_one()
    assert due_at == asked.clock.now() + LOOKS_AGAIN


def test_the_receipt_goes_out_once_and_names_nobody(asked: World) -> None:
    erase(begin(asked), means=erasing.means(asked), is_stopping=lambda: False)
    assert rows() == [(ANN, None)]
    look(asked)
    look(asked)
    ((recipient, is_automatic, sha256),) = notices()
    assert (recipient, is_automatic) == (ANN, True)
    got = message_from_bytes(asked.blobs.read(sha256), policy=policy.default)
    assert (got["To"], got["Auto-Submitted"]) == (ANN, "auto-generated")
    assert got["Subject"] == "Ours: data about you has been deleted"
    (attached,) = got.iter_attachments()
    assert attached.get_filename() == "receipt.json"
    assert json.loads(attached.get_content())["receipt"]["kind"] == "contact"
    assert ANN not in attached.get_content().decode()


@pytest.mark.parametrize("state", [State.SENT, State.FAILED])
def test_when_it_has_gone_nothing_is_kept_of_who_got_it(asked: World, state: State) -> None:
    erase(begin(asked), means=erasing.means(asked), is_stopping=lambda: False)
    look(asked)
    ((_, _, sha256),) = notices()
    with session.transaction() as db:
        db.execute(update(Delivery).values(state=state.value, finished_at=asked.clock.now()))
    look(asked)
    assert (rows(), notices(), depth()) == ([], [], 0)
    assert not asked.blobs.has(sha256)
    look(asked)


def test_an_account_that_has_gone_owes_nothing(asked: World) -> None:
    with session.transaction() as db:
        outbox.put(db, outbox.Topic.RECEIPT, 999, now=NOON)
    look(asked)
    assert depth() == 0
