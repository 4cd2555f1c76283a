"""Intake and ledger: owed from the commit on, exactly one fate for every offer."""

import pytest

from gateway.store import intake, outbox, session
from gateway.store.intake import Fate, Ledger, NewOffer, Source
from tests.world import EVE, NOON, SALES, SUPPORT, World


def put(world: World, *rcpt_tos: str) -> int:
    with session.transaction() as db:
        return intake.put(
            db,
            account_id=world.ours.account_id,
            raw=world.blobs.put(b"x"),
            source=Source.LMTP,
            mail_from=EVE,
            offers=[NewOffer(rcpt_to, world.ours.mailbox.id) for rcpt_to in rcpt_tos],
            now=NOON,
        ).id


def find(intake_id: int) -> intake.IntakeRow:
    with session.reading() as db:
        row = intake.find(db, intake_id)
    assert row is not None
    return row


def fates(world: World) -> Ledger:
    return world.ledger()


def test_an_accepted_mail_is_found_as_it_was_accepted(world: World) -> None:
    row = find(put(world, SUPPORT, SALES))
    assert (row.account_id, row.source, row.mail_from) == (world.ours.account_id, Source.LMTP, EVE)
    assert (row.received_at, row.tries, row.is_filed) == (NOON, 0, False)
    assert [offer.rcpt_to for offer in row.offers] == [SUPPORT, SALES]
    assert world.blobs.read(row.raw_sha256) == b"x"


def test_it_is_owed_in_the_same_transaction(world: World) -> None:
    intake_id = put(world, SUPPORT)
    with session.transaction() as db:
        (owed,) = outbox.claim_due(db, now=NOON + outbox.TOLD_AGAIN_AFTER, limit=9)
    assert (owed.topic, owed.ref_id) == (outbox.Topic.FILE, intake_id)


def test_what_is_gone_is_none(world: World) -> None:
    with session.reading() as db:
        assert intake.find(db, 999) is None


def test_tries_are_counted_and_taken_back_but_never_below_none(world: World) -> None:
    intake_id = put(world, SUPPORT)
    with session.transaction() as db:
        assert [intake.note_try(db, intake_id) for _ in range(2)] == [1, 2]
        for _ in range(3):
            intake.forget_try(db, intake_id)
    assert find(intake_id).tries == 0


@pytest.mark.parametrize(
    ("fate", "expected"),
    [
        (Fate.TICKET, Ledger(3, 1, 0, 2, 0, 0, 0)),
        (Fate.FOLLOW_UP, Ledger(3, 0, 1, 2, 0, 0, 0)),
        (Fate.DUPLICATE, Ledger(3, 0, 0, 3, 0, 0, 0)),
        (Fate.QUARANTINED, Ledger(3, 0, 0, 0, 3, 0, 0)),
    ],
)
def test_of_several_recipients_the_first_has_the_fate(world: World, fate: Fate, expected: Ledger) -> None:
    row = find(put(world, SUPPORT, SALES, "third@ours.example"))
    assert fates(world) == Ledger(3, 0, 0, 0, 0, 0, pending=3)
    with session.transaction() as db:
        assert [intake.take(db, row.id, now=NOON) for _ in range(2)] == [True, False]
        intake.mark_filed(db, row, fate, ticket_id=None, reason="r" * 500)
    assert find(row.id).is_filed
    assert fates(world) == expected


def test_a_refused_offer_is_in_the_books_and_nothing_is_owed(world: World) -> None:
    with session.transaction() as db:
        intake.refuse(
            db,
            account_id=world.ours.account_id,
            mailbox_id=world.ours.mailbox.id,
            rcpt_to=SUPPORT,
            source=Source.SMTP,
            reason="too large",
            now=NOON,
        )
        assert outbox.next_due_at(db) is None
    assert fates(world) == Ledger(1, 0, 0, 0, 0, refused=1, pending=0)


def test_books_are_kept_for_each_account(world: World) -> None:
    put(world, SUPPORT)
    assert world.ledger(world.stranger) == Ledger(0, 0, 0, 0, 0, 0, 0)


def test_the_ledger_knows_why(world: World) -> None:
    row = find(put(world, SUPPORT, SALES))
    with session.transaction() as db:
        intake.mark_filed(db, row, Fate.TICKET, ticket_id=None)
    held = find(put(world, SUPPORT))
    with session.transaction() as db:
        intake.mark_filed(db, held, Fate.QUARANTINED, ticket_id=None, reason="storm")
    with session.reading() as db:
        assert intake.reasons(db, world.ours.account_id) == {
            (Fate.DUPLICATE, intake.SEVERAL_ADDRESSES): 1,
            (Fate.QUARANTINED, "storm"): 1,
        }
        assert intake.reasons(db, world.stranger.account_id) == {}


def test_what_is_given_back_is_pending_and_owed_anew(world: World) -> None:
    row = find(put(world, SUPPORT, SALES))
    with session.transaction() as db:
        intake.take(db, row.id, now=NOON)
        intake.mark_filed(db, row, Fate.QUARANTINED, ticket_id=None, reason="loop")
        outbox.done_for(db, outbox.Topic.FILE, row.id)
        intake.give_back(db, row.id, now=NOON)
    assert fates(world) == Ledger(2, 0, 0, 0, 0, 0, pending=2)
    assert not find(row.id).is_filed
    with session.transaction() as db:
        assert outbox.done_for(db, outbox.Topic.FILE, row.id)
        assert not outbox.done_for(db, outbox.Topic.FILE, row.id)
