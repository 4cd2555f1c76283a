"""The second lock: what PostgreSQL shows and takes, whatever a query forgot."""

import pytest
from sqlalchemy import create_engine, delete, func, insert, make_url, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from gateway.desk import signin
from gateway.store import binding, rowlocks, session
from gateway.store.models import Account, Customer, Record, Staff, WebSession, table
from tests.world import NOON, World, mail

_POLICIES = text(
    "SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity, count(p.polname) FROM pg_class c "
    "LEFT JOIN pg_policy p ON p.polrelid = c.oid WHERE c.relkind = 'r' "
    "AND c.relnamespace = 'public'::regnamespace GROUP BY 1, 2"
)


@pytest.fixture
def kind() -> str:
    """SQLite has no such lock."""
    return "postgresql"


def count(model: type[Record] = Customer) -> int:
    """How many rows a query sees that forgot the account."""
    with session.reading() as db:
        return db.execute(select(func.count()).select_from(model)).scalar_one()


def test_every_table_has_its_policy_or_its_reason_for_none(database: str) -> None:
    with session.reading() as db:
        found = {name: (is_forced, policies) for name, is_forced, policies in db.execute(_POLICIES)}
    locked = {name for name, state in found.items() if state == (True, 1)}
    assert found.keys() - locked == set(rowlocks.OUTSIDE)
    with_account = {one.name for one in Record.metadata.sorted_tables if "account_id" in one.columns}
    assert locked == with_account | set(rowlocks.OTHERS)


def test_the_tests_own_role_is_a_plain_one(database: str) -> None:
    assert not rowlocks.are_idle(session.engine())


def test_sqlite_has_no_such_lock() -> None:
    assert not rowlocks.are_idle(create_engine("sqlite://"))


def test_a_query_that_forgot_the_account_sees_its_own_rows_only(world: World) -> None:
    world.receive(mail())
    assert count() == count(Account) == 2
    with binding.to_account(world.ours.account_id):
        assert [count(model) for model in (Customer, Account, Staff)] == [1, 1, 2]
    with binding.to_account(999):
        assert [count(model) for model in (Customer, Account, Staff)] == [0, 0, 0]


def test_nobody_sees_nothing_and_everywhere_is_everything(world: World) -> None:
    for one in Record.metadata.sorted_tables:
        if one.name not in (*rowlocks.OUTSIDE, "ceremony"):
            with binding.held(binding.NOBODY), session.reading() as db:
                assert db.execute(select(func.count()).select_from(one)).scalar_one() == 0, one.name
    with binding.held(binding.NOBODY), binding.everywhere():
        assert count() == 2


def test_a_row_of_another_account_is_not_written(world: World) -> None:
    theirs = world.stranger.account_id
    values = {"public_id": "x", "account_id": theirs, "name": "Planted", "created_at": NOON, "words": ""}
    with (
        binding.to_account(world.ours.account_id),
        pytest.raises(DBAPIError, match="row-level security"),
        session.transaction() as db,
    ):
        db.execute(insert(Customer), values)


def test_no_row_is_moved_to_another_account_changed_or_deleted_there(world: World) -> None:
    ours, theirs = world.ours.account_id, world.stranger.account_id
    with binding.to_account(ours):
        with pytest.raises(DBAPIError, match="row-level security"), session.transaction() as db:
            db.execute(update(Customer).values(account_id=theirs))
        with session.transaction() as db:
            db.execute(update(table(Customer)).values(name="Planted"))
            db.execute(delete(Account).where(Account.id == theirs))
    with session.reading() as db:
        assert db.execute(select(Customer.name).where(Customer.account_id == theirs)).scalar_one() == "Acme"


def test_what_hangs_on_a_person_is_seen_with_the_person(world: World) -> None:
    with session.transaction() as db:
        for business in (world.ours, world.stranger):
            signin.open_session(db, business.owner.staff_id or 0, browser="", now=NOON)
    assert count(WebSession) == 2
    with binding.to_account(world.ours.account_id):
        assert count(WebSession) == 1
        with pytest.raises(DBAPIError, match="row-level security"), session.transaction() as db:
            db.execute(update(WebSession).values(staff_id=world.stranger.owner.staff_id))


def test_the_pool_carries_nothing_over(world: World) -> None:
    with binding.to_account(world.ours.account_id):
        assert count() == 1
    with binding.held(binding.NOBODY):
        assert count() == 0
    with pytest.raises(ZeroDivisionError), binding.to_account(world.ours.account_id):
        _fail()
    assert session.engine().pool.checkedin() == 1  # type: ignore[attr-defined]  # of a pool that counts
    assert count() == 2


def _fail() -> None:
    with session.transaction():
        raise ZeroDivisionError


def test_processes_of_the_version_before_work_on_until_they_are_gone(world: World, db_url: str) -> None:
    seen = select(func.count()).select_from(Customer)
    before = create_engine(make_url(db_url).set(drivername="postgresql+psycopg"))  # says nothing of accounts
    with before.connect() as connection:
        assert connection.execute(seen).scalar_one() == 2
        connection.exec_driver_sql("SELECT set_config('m4a.account', '1', true)")
        assert connection.execute(seen).scalar_one() == 1
        connection.rollback()
        assert connection.execute(seen).scalar_one() == 0  # told once, it is closed from then on
    before.dispose()


def test_all_is_seen_inside_a_block_for_what_is_unique_everywhere(world: World) -> None:
    def seen(db: Session) -> int:
        return db.execute(select(func.count()).select_from(Customer)).scalar_one()

    with binding.to_account(world.ours.account_id), session.reading() as db:
        with session.across_accounts(db):
            assert seen(db) == 2
        assert seen(db) == 1
