"""Deliveries: who may try, what is recorded, and what nobody can record twice."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from gateway.mail.tokens import bounce_local
from gateway.rules.budget import Budget
from gateway.rules.retry import GIVE_UP_AFTER, Deferred, Failed, Outcome, Sent
from gateway.store import deliveries, outbox, session
from gateway.store.blobs import BlobStore
from gateway.store.deliveries import Leased
from gateway.store.models import Account, Delivery
from tests.databases import Databases
from tests.fakes.outgoing import KEY, NOON, RAW, lay_out, owe, owed, row, ticket, told

LEASE = timedelta(minutes=10)
MINUTE = timedelta(minutes=1)
UNBOUNDED, ONE_AN_HOUR = Budget(), Budget(account_hour=1)


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, databases: Databases) -> Iterator[Path]:
    lay_out(tmp_path, databases)
    yield tmp_path
    session.dispose()


def claim(
    delivery_id: int, *, owner: str = "w1", after: timedelta = timedelta(), budget: Budget = UNBOUNDED
) -> Leased | None:
    with session.transaction() as db:
        return deliveries.claim(db, delivery_id, owner=owner, now=NOON + after, lease=LEASE, budget=budget)


def leased(delivery_id: int, *, owner: str = "w1", after: timedelta = timedelta()) -> Leased:
    held = claim(delivery_id, owner=owner, after=after)
    assert held is not None
    return held


def record(held: Leased, outcome: Outcome, *, after: timedelta = timedelta()) -> bool:
    with session.transaction() as db:
        return deliveries.record(db, held.id, held.token, outcome, now=NOON + after, jitter=0.0)


def test_a_lease_says_who_gets_what_on_which_way(desk: Path) -> None:
    held = leased(owe())
    assert held.recipient == "ann@example.org"
    assert held.bounce_local == bounce_local(KEY, held.id)
    assert held.leased_until == NOON + LEASE
    assert BlobStore(desk / "blobs", desk / "keyring").read(held.raw_sha256) == RAW
    assert held.smtp_id is None


def test_one_worker_at_a_time_has_it() -> None:
    delivery_id = owe()
    assert claim(delivery_id) is not None
    assert claim(delivery_id, owner="w2", after=LEASE - MINUTE) is None
    assert claim(delivery_id, owner="w2", after=LEASE) is not None


def test_it_is_not_tried_before_its_time() -> None:
    delivery_id = owe(not_before=NOON + MINUTE)
    assert claim(delivery_id) is None
    assert owed() == {delivery_id: NOON + MINUTE}
    assert claim(delivery_id, after=MINUTE) is not None


def test_a_sent_one_is_finished_told_and_owed_no_more() -> None:
    held = leased(owe())
    assert record(held, Sent("250 ok"), after=MINUTE)
    assert (row(held.id)["state"], row(held.id)["answer"]) == ("sent", "250 ok")
    assert (row(held.id)["attempts"], row(held.id)["finished_at"]) == (
        1,
        NOON + MINUTE,
    )
    assert (told(), owed()) == (["sent"], {})
    assert ticket()["status"] == "closed"
    assert claim(held.id, after=2 * LEASE) is None


def test_saying_it_twice_changes_nothing_the_second_time() -> None:
    held = leased(owe())
    assert record(held, Sent("250 ok"))
    assert not record(held, Sent("250 again"))
    assert not record(held, Failed("550 no"))
    assert (row(held.id)["answer"], told()) == ("250 ok", ["sent"])


def test_a_deferred_one_is_told_once_and_due_with_growing_pauses() -> None:
    delivery_id = owe()
    record(leased(delivery_id), Deferred("451 later"))
    assert (row(delivery_id)["state"], row(delivery_id)["attempts"]) == ("deferred", 1)
    assert owed() == {delivery_id: NOON + MINUTE}
    record(leased(delivery_id, after=MINUTE), Deferred("452 later"), after=MINUTE)
    assert owed() == {delivery_id: NOON + 3 * MINUTE}
    assert (row(delivery_id)["answer"], told()) == ("452 later", ["deferred"])


def test_a_fault_of_ours_counts_no_try_and_never_gives_up() -> None:
    delivery_id = owe()
    late = 2 * GIVE_UP_AFTER
    record(leased(delivery_id, after=late), Deferred("no server", pause=MINUTE), after=late)
    assert (row(delivery_id)["state"], row(delivery_id)["attempts"]) == ("deferred", 0)
    assert owed() == {delivery_id: NOON + late + MINUTE}


def test_after_five_days_it_fails_with_the_last_answer() -> None:
    held = leased(owe(), after=GIVE_UP_AFTER)
    record(held, Deferred("451 later"), after=GIVE_UP_AFTER)
    assert row(held.id)["state"] == "failed"
    assert row(held.id)["answer"].endswith("451 later")
    assert owed() == {}


def test_a_permanent_failure_raises_the_ticket() -> None:
    held = leased(owe())
    record(held, Failed("550 no such user"), after=MINUTE)
    assert (row(held.id)["state"], told(), owed()) == ("failed", ["failed"], {})
    assert (ticket()["status"], ticket()["closed_at"]) == ("open", None)
    assert ticket()["updated_at"] == NOON + MINUTE


def test_a_lost_lease_changes_nothing() -> None:
    lost = leased(owe())
    other = leased(lost.id, owner="w2", after=LEASE)
    assert not record(lost, Failed("550 no"), after=LEASE)
    assert not record(lost, Deferred("451 later"), after=LEASE)
    assert (row(lost.id)["lease_token"], row(lost.id)["state"]) == (other.token, "queued")


def test_that_it_was_sent_counts_without_the_lease_and_ends_the_others() -> None:
    lost = leased(owe())
    other = leased(lost.id, owner="w2", after=LEASE)
    assert record(lost, Sent("250 ok"), after=LEASE)
    assert not record(other, Deferred("451 later"), after=LEASE)
    assert row(lost.id)["state"] == "sent"


def test_no_token_is_no_lease() -> None:
    delivery_id = owe()
    with session.transaction() as db:
        assert not deliveries.record(db, delivery_id, "", Failed("550"), now=NOON, jitter=0.0)


def test_a_dead_owners_leases_are_free_and_due_at_once() -> None:
    first, second, sent = owe("a@example.org"), owe("b@example.org"), owe("c@example.org")
    leased(first)
    leased(second, owner="w2")
    record(leased(sent), Sent("250 ok"))
    with session.transaction() as db:
        assert deliveries.release_owner(db, "w1", now=NOON + MINUTE) == 1
    assert claim(first, owner="w3", after=MINUTE) is not None
    assert claim(second, owner="w3", after=MINUTE) is None
    assert owed()[first] == NOON + MINUTE


def test_work_that_is_done_is_not_owed_again() -> None:
    held = leased(owe())
    record(held, Sent("250 ok"))
    with session.transaction() as db:
        outbox.put(db, outbox.Topic.DELIVER, held.id, now=NOON)
    assert claim(held.id) is None
    assert owed() == {}


def test_a_bounce_marks_the_delivery_once_and_raises_the_ticket() -> None:
    held = leased(owe())
    record(held, Sent("250 ok"))
    for expected in (True, False):
        with session.transaction() as db:
            assert deliveries.mark_bounced(db, 1, held.id, answer="5.1.1", now=NOON) is expected
    assert (row(held.id)["state"], told(), ticket()["status"]) == ("bounced", ["sent", "bounced"], "open")
    assert not record(held, Sent("250 ok"))


def test_a_strangers_bounce_changes_nothing() -> None:
    delivery_id = owe()
    with session.transaction() as db:
        assert not deliveries.mark_bounced(db, 2, delivery_id, answer="5.1.1", now=NOON)
        assert deliveries.withdraw(db, 2, 1, now=NOON) == 0
    assert row(delivery_id)["state"] == "queued"


def test_what_waits_can_be_withdrawn_and_is_never_sent() -> None:
    waiting, under_way, tried = owe("a@example.org"), owe("b@example.org"), owe("c@example.org")
    leased(under_way)
    record(leased(tried), Deferred("451 later"))
    with session.transaction() as db:
        assert deliveries.withdraw(db, 1, 1, now=NOON) == 1
    assert row(waiting)["state"] == "withdrawn"
    assert claim(waiting, after=2 * LEASE) is None
    assert set(owed()) == {under_way, tried}


def test_a_notice_needs_no_ticket_and_goes_out_with_the_null_reverse_path() -> None:
    owe()
    with session.transaction() as db:
        account_id = min(db.execute(select(Account.id)).scalars())
        notice = deliveries.queue_notice(
            db, account_id=account_id, recipient="owner@example.org", raw_sha256="a" * 64, now=NOON
        )
    held = leased(notice)
    assert (held.recipient, held.raw_sha256, held.is_automatic) == ("owner@example.org", "a" * 64, True)
    before = told()
    assert record(held, Failed("550 no"))
    assert told() == before
    assert row(notice)["state"] == "failed"


def test_what_waits_for_a_later_moment_is_tried_for_five_days_from_then() -> None:
    later = 10 * GIVE_UP_AFTER
    delivery_id = owe(not_before=NOON + later)
    record(leased(delivery_id, after=later), Deferred("451 later"), after=later)
    assert row(delivery_id)["state"] == "deferred"


def test_what_waits_for_a_later_moment_leaves_at_once_when_somebody_wants_it() -> None:
    delivery_id = owe(not_before=NOON + LEASE)
    with session.transaction() as db:
        assert deliveries.hasten(db, 2, 1, now=NOON) == 0
        assert deliveries.hasten(db, 1, 1, now=NOON) == 1
        assert deliveries.hasten(db, 1, 1, now=NOON) == 0
    assert list(owed()) == [delivery_id]
    assert claim(delivery_id) is not None


def test_without_a_place_in_the_budget_it_is_held_and_owed_by_nobody() -> None:
    first, second = owe("a@x.example"), owe("b@x.example")
    assert claim(first, budget=ONE_AN_HOUR) is not None
    assert claim(second, budget=ONE_AN_HOUR) is None
    held = row(second)
    assert (held["state"], held["answer"], held["attempts"]) == ("held", "account_hour:1", 0)
    assert (held["lease_token"], held["leased_until"], held["finished_at"]) == ("", None, NOON)
    assert (set(owed()), told(), ticket()["status"]) == ({first}, ["held"], "closed")
    assert claim(second, budget=ONE_AN_HOUR, after=timedelta(days=1)) is None


def test_a_mail_that_is_tried_again_needs_no_second_place() -> None:
    delivery_id = owe()
    assert claim(delivery_id, budget=ONE_AN_HOUR) is not None  # its worker dies
    held = claim(delivery_id, after=LEASE, budget=ONE_AN_HOUR)
    assert held is not None
    assert record(held, Deferred("451 later"), after=LEASE)
    assert claim(delivery_id, after=timedelta(hours=4), budget=ONE_AN_HOUR) is not None


def test_a_notice_of_the_installation_is_never_held_and_counts_for_nothing() -> None:
    with session.transaction() as db:
        notices = [
            deliveries.queue_notice(db, account_id=1, recipient="o@x.example", raw_sha256="", now=NOON)
            for _ in range(2)
        ]
    assert all(claim(notice, budget=ONE_AN_HOUR) for notice in notices)
    assert claim(owe(), budget=ONE_AN_HOUR) is not None


def test_what_is_held_can_be_taken_back() -> None:
    claim(owe("a@x.example"), budget=ONE_AN_HOUR)
    held = owe("b@x.example")
    claim(held, budget=ONE_AN_HOUR)
    with session.transaction() as db:
        assert deliveries.withdraw(db, 1, 1, now=NOON) == 1
    assert row(held)["state"] == "withdrawn"


def test_one_that_is_put_back_was_not_tried_and_nothing_is_told() -> None:
    held = leased(owe())
    with session.transaction() as db:
        deliveries.put_back(db, held, NOON + MINUTE)
    found = row(held.id)
    assert (found["state"], found["attempts"], found["lease_token"]) == ("queued", 0, "")
    assert (told(), owed()) == ([], {held.id: NOON + MINUTE})
    assert claim(held.id) is not None


def test_putting_back_what_another_holds_changes_nothing() -> None:
    late = leased(owe())
    held = leased(late.id, owner="w2", after=LEASE)
    with session.transaction() as db:
        deliveries.put_back(db, late, NOON + MINUTE)
    assert row(held.id)["lease_token"] == held.token


def test_what_waits_after_a_fault_of_its_mailboxs_server_is_tried_at_once() -> None:
    waiting, other = leased(owe()), leased(owe("bob@example.org"))
    for held in (waiting, other):
        assert record(held, Deferred("No.", pause=5 * MINUTE))
    with session.transaction() as db:
        db.execute(update(Delivery).where(Delivery.id == other.id).values(mailbox_id=None))
    with session.transaction() as db:
        assert deliveries.try_again(db, 2, 1, now=NOON + MINUTE) == 0
        assert deliveries.try_again(db, 1, 1, now=NOON + MINUTE) == 1
    assert row(waiting.id)["next_try_at"] == NOON + MINUTE
    assert (claim(waiting.id, after=MINUTE) is None, claim(other.id, after=MINUTE) is None) == (False, True)
