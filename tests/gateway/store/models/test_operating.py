"""What the operator tells everybody, and what is suggested: neither belongs to an account or a person."""

import pytest
from sqlalchemy import insert, inspect
from sqlalchemy.exc import IntegrityError

from gateway.store import session
from gateway.store.models import Account, Broadcast, Farewell, LegalText, Record, Suggestion, table
from tests.world import NOON, World


@pytest.mark.parametrize("model", [Broadcast, LegalText, Suggestion])
def test_nothing_of_it_leads_to_an_account_or_a_person(model: type[Record]) -> None:
    assert list(table(model).foreign_keys) == []
    assert {name for name in table(model).c.keys() if "account" in name or "staff" in name} == set()  # noqa: SIM118


def test_a_farewell_leads_to_nobody_but_the_account_that_writes_it() -> None:
    """Of an account that ended there is none; `tests/gateway/store/test_farewells.py` has that."""
    assert {one.target_fullname for one in table(Farewell).foreign_keys} == {"account.id"}
    assert [name for name in table(Farewell).c.keys() if "staff" in name] == []  # noqa: SIM118


def test_a_suggestion_has_no_number_and_no_time(database: str) -> None:
    assert {one["name"] for one in inspect(session.engine()).get_columns("suggestion")} == {
        "id",
        "day",
        "text",
    }


def test_a_document_has_each_version_once(database: str) -> None:
    values = {"document": "terms", "number": 1, "text_en": "", "text_de": "", "changed_at": NOON}
    with session.transaction() as db:
        db.execute(insert(LegalText), [values, values | {"document": "privacy"}, values | {"number": 2}])
    with pytest.raises(IntegrityError), session.transaction() as db:
        db.execute(insert(LegalText), values)


def test_two_accounts_are_not_the_operators(world: World) -> None:
    with pytest.raises(IntegrityError), session.transaction() as db:
        db.query(Account).update({"is_operators": True})
