"""What the operator sees of accounts."""

from dataclasses import fields

from sqlalchemy import update

from gateway.rules.access import Role
from gateway.store import session
from gateway.store.models import Account
from gateway.store.queries import operating
from gateway.store.queries.operating import AccountLine
from tests.admitting import add_person
from tests.world import World, mail


def test_it_is_ids_counts_and_days() -> None:
    """A column more is a look more into accounts: whoever adds one has to want it."""
    assert {one.name for one in fields(AccountLine)} == {
        *("id", "public_id", "login", "staff", "tickets", "mailboxes", "kept_bytes", "signed_in_on"),
        *("created_at", "suspended_at", "terminates_at", "is_operators", "limits"),
    }


def test_each_account_has_its_own_counts(world: World) -> None:
    world.receive(mail())
    world.receive(mail())
    guest = add_person(world.ours.account_id, Role.GUEST)
    with session.reading() as db:
        found = {one.login: one for one in operating.list_accounts(db)}
        assert (found["ours"].tickets, found["ours"].staff, found["stranger"].tickets) == (2, 2, 0)
        assert guest in operating.everybody_of(db, world.ours.account_id)
        assert len(operating.everybody_of(db, world.ours.account_id)) == 3


def test_one_is_found_by_its_id_or_its_owners_login_alone(world: World) -> None:
    with session.transaction() as db:
        assert operating.find_operators(db) is None
        db.execute(update(Account).where(Account.id == world.stranger.account_id).values(is_operators=True))
        operators = operating.find_operators(db)
        assert operators is not None
        assert operators == operating.find_account(db, "stranger")
        assert operating.find_account(db, operators.public_id) == operators
        assert operating.find_account(db, "sam-ours") is None
