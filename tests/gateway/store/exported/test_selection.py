"""What a whole account's export takes."""

from gateway.rules.privacy import Privacy
from gateway.store.exported.selection import LEFT_OUT, WHOLE, of_account
from gateway.store.models import Record


def test_every_table_is_taken_or_left_out_for_a_reason() -> None:
    taken = [one.model.__tablename__ for one in WHOLE]
    assert sorted([*taken, *LEFT_OUT]) == sorted(Record.metadata.tables)
    assert all(LEFT_OUT.values())


def test_no_secret_is_taken() -> None:
    columns = [column for picked in of_account(1) for column in picked.columns]
    assert [str(column) for column in columns if column.info["privacy"] is Privacy.SECRET] == []


def test_what_is_left_out_of_a_table_is_in_it() -> None:
    for taken in WHOLE:
        assert taken.without <= set(taken.model.__table__.columns.keys())


def test_each_table_comes_after_those_that_it_must_refer_to() -> None:
    seen: set[str] = set()
    for picked in of_account(1):
        seen.add(picked.name)
        owed = {
            key.column.table.name
            for column in picked.columns
            for key in column.foreign_keys
            if not column.nullable
        }
        assert owed <= seen, picked.name
