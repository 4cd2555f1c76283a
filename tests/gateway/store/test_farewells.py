"""Who is owed a certificate: held by one worker at a time, and forgotten once the mail is gone."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from gateway.rules.retry import GIVE_UP_AFTER, Deferred, Failed, Outcome, Sent
from gateway.store import farewells, outbox, session
from gateway.store.farewells import LEASE, LOOK_AGAIN
from gateway.store.models import Farewell, Outbox
from gateway.store.outbox import Topic
from tests.world import NOON, World

OWNER = "owner@ours.example"


def owe() -> int:
    with session.transaction() as db:
        return farewells.owe(db, "erasure", recipient=OWNER, locale="de", now=NOON)


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
        assert farewells.find(db, farewell_id) == "erasure"
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


def tried(outcome: Outcome, *, after: timedelta) -> bool:
    """Whether the address is still known after a try that came to this, so long after the erasure's end."""
    farewell_id, now = owe(), NOON + after
    with session.transaction() as db:
        owed = farewells.claim(db, farewell_id, now=now)
        assert owed is not None
        goes_on = farewells.record(db, owed, outcome, done_at=NOON, now=now, jitter=0.0)
    assert goes_on == is_known() == (due_after() is not None)
    return goes_on


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("outcome", [Sent("250 ok"), Failed("550 no")])
def test_who_has_the_mail_or_never_will_is_forgotten(outcome: Outcome) -> None:
    assert not tried(outcome, after=timedelta())


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


def test_nothing_of_it_names_an_account(world: World) -> None:
    owe()
    with session.reading() as db:
        columns = {column.name for column in Farewell.__table__.columns}
        assert not {name for name in columns if "account" in name}
        assert outbox.depth(db, Topic.CERTIFY) == 1
