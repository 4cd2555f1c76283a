from datetime import timedelta

import pytest
from sqlalchemy import select

from gateway.desk import quarantine
from gateway.errors import Conflict, NotFound
from gateway.rules.access import Actor
from gateway.store import session
from gateway.store.intake import Fate
from gateway.store.models import Outbox, Quarantined
from gateway.store.queries.quarantine import list_waiting
from tests.world import NOON, SUPPORT, Received, World, guards, mail

LOOP = [f"X-Loop: {SUPPORT}"]


def waiting(world: World) -> list[str]:
    with session.reading() as db:
        return [view.public_id for view in list_waiting(db, world.ours.account_id).items]


def hold(world: World, text: str = "") -> Received:
    return world.receive(mail(text, headers=LOOP))


def release(world: World, public_id: str, by: Actor | None = None) -> None:
    with session.transaction() as db:
        quarantine.release(db, by or world.ours.staff, public_id, now=NOON + timedelta(hours=1))


def dismiss(world: World, public_id: str, *, by: Actor | None = None, alike: bool = False) -> int:
    with session.transaction() as db:
        return quarantine.dismiss(db, by or world.ours.staff, public_id, alike=alike, now=NOON)


def sums(world: World) -> tuple[int, int, int, int]:
    ledger = world.ledger()
    fates = ledger.tickets, ledger.quarantined, ledger.pending
    assert ledger.offered == sum(fates) + ledger.duplicates + ledger.follow_ups
    return ledger.offered, *fates


def test_a_held_mail_is_in_no_ticket_and_owes_nothing(world: World) -> None:
    assert hold(world) == Received(Fate.QUARANTINED, 0)
    assert sums(world) == (1, 0, 1, 0)
    with session.reading() as db:
        assert db.execute(select(Outbox.id)).first() is None


def test_a_released_mail_is_filed_past_the_guards(world: World) -> None:
    hold(world, "Let me in")
    (public_id,) = waiting(world)
    release(world, public_id)
    assert waiting(world) == []
    assert sums(world) == (1, 0, 0, 1)
    with session.reading() as db:
        assert db.execute(select(Outbox.topic, Outbox.ref_id)).all() == [("file", 1)]
    assert world.file(1, guards=guards()) is Fate.TICKET
    assert sums(world) == (1, 1, 0, 0)
    assert world.detail(1).articles[0].text.strip() == "Let me in"


def test_a_storms_mail_is_released_into_a_ticket_of_its_own(world: World) -> None:
    strict = guards(storm_mails=2)
    for _ in range(21):
        world.receive(mail(sender="robot@x.example"), guards=strict, minutes=0)
    (public_id,) = waiting(world)
    release(world, public_id)
    assert world.file(21, guards=strict) is Fate.TICKET


def test_released_twice_is_released_once(world: World) -> None:
    hold(world)
    (public_id,) = waiting(world)
    release(world, public_id)
    release(world, public_id)
    assert world.file(1) is Fate.TICKET
    release(world, public_id)
    assert world.file(1) is None
    assert sums(world) == (1, 1, 0, 0)


def test_a_dismissed_mail_leaves_the_list_and_stays_in_the_ledger(world: World) -> None:
    hold(world)
    (public_id,) = waiting(world)
    assert dismiss(world, public_id) == 1
    assert waiting(world) == []
    assert sums(world) == (1, 0, 1, 0)
    assert dismiss(world, public_id) == 0
    with pytest.raises(Conflict):
        release(world, public_id)


def test_what_was_released_cannot_be_dismissed(world: World) -> None:
    hold(world)
    (public_id,) = waiting(world)
    release(world, public_id)
    with pytest.raises(Conflict):
        dismiss(world, public_id)


def test_all_alike_are_dismissed_together(world: World) -> None:
    for _ in range(3):
        hold(world)
    world.receive(mail(headers=LOOP, sender="other@x.example"))
    assert dismiss(world, waiting(world)[1], alike=True) == 3
    assert len(waiting(world)) == 1


def test_the_same_content_offered_again_is_a_duplicate_before_and_after(world: World) -> None:
    raw = mail(headers=LOOP)
    world.receive(raw)
    assert world.receive(b"Received: again\r\n" + raw).fate is Fate.DUPLICATE
    (public_id,) = waiting(world)
    release(world, public_id)
    assert world.receive(raw).fate is Fate.DUPLICATE
    assert world.file(1) is Fate.TICKET
    again = world.receive(raw)
    assert (again.fate, again.number) == (Fate.DUPLICATE, 1)
    assert world.ledger().duplicates == 3


def test_a_mail_for_two_mailboxes_waits_for_both(world: World) -> None:
    world.receive(mail(headers=LOOP), SUPPORT, world.ours.mailbox.forwarding_address)
    assert sums(world) == (2, 0, 2, 0)
    release(world, waiting(world)[0])
    world.file(1)
    assert world.ledger().duplicates == 1


def test_a_stranger_can_neither_release_nor_dismiss(world: World) -> None:
    hold(world)
    (public_id,) = waiting(world)
    for verb in (release, dismiss):
        with pytest.raises(NotFound):
            verb(world, public_id, by=world.stranger.owner)
    assert waiting(world) == [public_id]


def test_who_decided_is_noted(world: World) -> None:
    hold(world)
    dismiss(world, waiting(world)[0])
    with session.reading() as db:
        row = db.execute(select(Quarantined)).scalar_one()
        assert (row.outcome, row.settled_by_id) == ("dismissed", world.ours.staff.staff_id)
