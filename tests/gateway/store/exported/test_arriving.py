"""Rows on their way in: keys of their own, references that follow, nothing that leads elsewhere."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.errors import Invalid
from gateway.store import session
from gateway.store.exported.arriving import Arriving, blobs_of
from gateway.store.models import Account, Contact, Staff, Ticket
from tests.world import World

AT = "2026-03-02T12:00:00+00:00"
ACCOUNT = {"id": 70, "public_id": "a", "name": "A", "created_at": AT, "last_ticket_number": 0}


def person(key: int, **values: Any) -> dict[str, Any]:
    made = {
        "id": key,
        "public_id": f"p{key}",
        "role": "owner",
        "login": f"who{key}",
        "email": f"x{key}@x.example",
    }
    return made | {"created_at": AT} | values


def contact(key: int, **values: Any) -> dict[str, Any]:
    return {"id": key, "public_id": f"c{key}", "name": "", "created_at": AT} | values


def ticket(key: int, **values: Any) -> dict[str, Any]:
    made = {"id": key, "public_id": "t", "number": key, "subject": "S", "status": "new", "tags": ["red"]}
    return made | {"created_at": AT, "updated_at": AT, "queue_at": AT, "due_at": AT} | values


def rows(db: Session, model: Any, account_id: int) -> list[Any]:
    return list(db.execute(select(model).where(model.account_id == account_id).order_by(model.id)).scalars())


NOBODYS = {"contact_id": None, "follow_up_of_id": None, "assignee_id": None}


def test_references_follow_also_to_rows_that_come_later(world: World) -> None:
    with session.transaction() as db:
        arriving = Arriving(db)
        arriving.take("account", [ACCOUNT])
        arriving.take("staff", [person(71, stand_in_id=72), person(72, role="staff", stand_in_id=None)])
        arriving.take("customer", [])
        arriving.take("contact", [contact(5, merged_into_id=None), contact(9, merged_into_id=5)])
        arriving.take("mailbox", [])
        arriving.take(
            "ticket", [ticket(3, contact_id=9, follow_up_of_id=4, assignee_id=72), ticket(4, **NOBODYS)]
        )
        arriving.take("article", [])
        arriving.settle()
        mine = arriving.account_id
    with session.reading() as db:
        one, two = rows(db, Staff, mine)
        assert (one.stand_in_id, one.password_hash) == (two.id, "")
        five, nine = rows(db, Contact, mine)
        assert nine.merged_into_id == five.id
        three, four = rows(db, Ticket, mine)
        assert (three.contact_id, three.follow_up_of_id, three.assignee_id) == (nine.id, four.id, two.id)
        assert three.tags == ["red"]
        key = db.execute(select(Account.mail_key).where(Account.id == mine)).scalar_one()
        assert len(key) == 32


def test_what_refers_to_a_row_of_another_account_refers_to_nothing(world: World) -> None:
    theirs = world.stranger.owner.staff_id
    with session.transaction() as db:
        arriving = Arriving(db)
        arriving.take("account", [ACCOUNT])
        for name in ("staff", "customer", "contact", "mailbox"):
            arriving.take(name, [])
        arriving.take("ticket", [ticket(3, assignee_id=theirs, account_id=world.stranger.account_id)])
        mine = select(Ticket.account_id, Ticket.assignee_id).where(Ticket.account_id == arriving.account_id)
        assert db.execute(mine).all() == [(arriving.account_id, None)]


@pytest.mark.parametrize(
    "rows",
    [
        [ACCOUNT, ACCOUNT | {"id": 71, "public_id": "b"}],
        [],
        [ACCOUNT | {"id": None}],
        [ACCOUNT | {"name": 7}],
        [ACCOUNT | {"created_at": "yesterday"}],
        [ACCOUNT | {"has_targets": "yes"}],
        [ACCOUNT | {"last_ticket_number": True}],
    ],
)
def test_what_no_account_can_be_is_refused(world: World, rows: list[dict[str, Any]]) -> None:
    with session.transaction() as db, pytest.raises(Invalid):
        Arriving(db).take("account", rows)


def test_rows_that_do_not_say_the_same_are_refused(world: World) -> None:
    with session.transaction() as db:
        arriving = Arriving(db)
        arriving.take("account", [ACCOUNT])
        with pytest.raises(Invalid):
            arriving.take("staff", [person(1), person(2, zone="UTC")])


def test_rows_out_of_order_are_refused(world: World) -> None:
    with session.transaction() as db:
        arriving = Arriving(db)
        arriving.take("account", [ACCOUNT])
        arriving.take("customer", [])
        with pytest.raises(Invalid):
            arriving.take("contact", [contact(9), contact(5)])


@pytest.mark.parametrize("sha256", ["../../etc/passwd", "A" * 64, "a" * 63, None, 7])
def test_a_blob_is_named_by_a_hash(sha256: object) -> None:
    with pytest.raises(Invalid):
        list(blobs_of("attachment", {"file": "attachments/x/y", "sha256": sha256}))
