"""Who is owed a certificate: held by one worker at a time, and forgotten once the mail is gone."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from gateway.rules.retry import GIVE_UP_AFTER, Deferred, Failed, Outcome, Sent
from gateway.store import farewells, outbox, session
from gateway.store.farewells import KEPT_FAILED, LEASE, LOOK_AGAIN, Debt
from gateway.store.models import Account, Farewell, Outbox
from gateway.store.outbox import Topic
from tests.world import NOON

OWNER = "owner@ours.example"


def owe(account_id: int | None = None) -> int:
    with session.transaction() as db:
        return farewells.owe(db, "erasure", recipient=OWNER, locale="de", account_id=account_id, now=NOON)


def is_known() -> bool:
    with session.reading() as db:
        return OWNER in db.execute(select(Farewell.recipient)).scalars().all()


def due_after() -> timedelta | None:
    """How long after noon its work is looked at."""
    with session.reading() as db:
        due_at = db.execute(select(Outbox.due_at).where(Outbox.topic == Topic.CERTIFY.value)).scalar()
        return due_at - NOON if due_at else None


@pytest.mark.usefixtures("world")
def test_it_is_looked_at_again_until_the_account_is_erased() -> None:
    farewell_id = owe()
    assert due_after() == LOOK_AGAIN
    with session.transaction() as db:
        assert farewells.find(db, farewell_id) == Debt("erasure", OWNER, has_failed=False)
        farewells.look_again(db, farewell_id, now=NOON + timedelta(hours=1))
        assert farewells.find(db, farewell_id + 1) is None
    assert due_after() == timedelta(hours=1) + LOOK_AGAIN


@pytest.mark.usefixtures("world")
def test_one_worker_at_a_time_has_it() -> None:
    farewell_id = owe()
    with session.transaction() as db:
        first, second = (farewells.claim(db, farewell_id, now=NOON) for _ in range(2))
        assert first is not None
        assert (first.erasure_public_id, first.recipient, first.locale, first.tries) == (
            "erasure",
            OWNER,
            "de",
            1,
        )
        assert OWNER not in repr(first)
        assert second is None
        later = farewells.claim(db, farewell_id, now=NOON + LEASE)
        assert later is not None
        assert later.tries == 2


def tried(outcome: Outcome, *, after: timedelta, account_id: int | None = None) -> bool:
    """Whether there is another try by itself after one that came to this, so long after the erasure's end."""
    farewell_id, now = owe(account_id), NOON + after
    with session.transaction() as db:
        owed = farewells.claim(db, farewell_id, now=now)
        assert owed is not None
        return farewells.record(db, owed, outcome, done_at=NOON, now=now, jitter=0.0)


@pytest.mark.usefixtures("world")
def test_who_has_the_mail_is_forgotten() -> None:
    assert not tried(Sent("250 ok"), after=timedelta())
    assert (is_known(), due_after()) == (False, None)


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("pause", [None, timedelta(seconds=60)])
@pytest.mark.parametrize(
    ("after", "goes_on"),
    [(timedelta(), True), (GIVE_UP_AFTER - timedelta(seconds=1), True), (GIVE_UP_AFTER, False)],
)
def test_what_is_put_off_is_tried_for_five_days(
    pause: timedelta | None, after: timedelta, *, goes_on: bool
) -> None:
    assert tried(Deferred("451 later", pause=pause), after=after) is goes_on
    assert is_known()


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("account_id", [None, 1])
def test_what_is_refused_waits_a_month_to_be_sent_again(account_id: int | None) -> None:
    assert not tried(Failed("550 no such user"), after=timedelta(), account_id=account_id)
    assert (is_known(), due_after()) == (True, KEPT_FAILED)
    other = 1 if account_id is None else None
    with session.transaction() as db:
        assert (farewells.list_unsent(db, other), farewells.list_unsent(db, 2)) == ([], [])
        (unsent,) = farewells.list_unsent(db, account_id)
        assert (unsent.erasure, unsent.recipient, unsent.answer) == ("erasure", OWNER, "550 no such user")
        assert farewells.send_again(db, other, "erasure", now=NOON) == 0
        assert farewells.give_up(db, other, "erasure", now=NOON) == 0
        later = NOON + timedelta(days=20)
        assert farewells.send_again(db, account_id, "erasure", now=later) == 1
        assert farewells.list_unsent(db, account_id) == []
    with session.transaction() as db:
        again = farewells.claim(db, 1, now=later)
        assert again is not None
        assert again.tries == 1
        assert farewells.record(db, again, Deferred("451 later"), done_at=NOON, now=later, jitter=0.0)


@pytest.mark.usefixtures("world")
def test_who_is_given_up_is_forgotten() -> None:
    tried(Failed("550 no such user"), after=timedelta(), account_id=1)
    with session.transaction() as db:
        assert farewells.give_up(db, 1, "erasure", now=NOON) == 1
    assert (is_known(), due_after()) == (False, None)


@pytest.mark.usefixtures("world")
def test_an_account_that_is_suspended_sends_none() -> None:
    farewell_id = owe(1)
    with session.transaction() as db:
        db.execute(update(Account).values(suspended_at=NOON))
        assert farewells.claim(db, farewell_id, now=NOON) is None
        db.execute(update(Account).values(suspended_at=None))
        owed = farewells.claim(db, farewell_id, now=NOON)
    assert owed is not None
    assert owed.business == "Ours"


@pytest.mark.usefixtures("world")
def test_of_an_account_that_ended_it_names_nothing() -> None:
    owe()
    with session.reading() as db:
        assert db.execute(select(Farewell.account_id)).scalars().all() == [None]
        assert outbox.depth(db, Topic.CERTIFY) == 1
