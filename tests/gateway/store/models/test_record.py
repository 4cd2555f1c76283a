"""What every table shares."""

import pytest

from gateway.rules.privacy import Lasts, Privacy, Purpose, Whom
from gateway.store.models import Account, Record, table

ACCOUNTLESS = {
    "account": "is one",
    "broadcast": "is told to everybody",
    "ceremony": "hangs on staff, or on nobody yet",
    "erasure_item": "hangs on an erasure, which has one until the account is gone",
    "half_sign_in": "hangs on staff, which has one",
    "knock": "counts who is not known yet",
    "legal_text": "is the installation's",
    "outbox": "says topic and id alone",
    "passkey": "hangs on staff, which has one",
    "recovery_code": "hangs on staff, which has one",
    "totp": "hangs on staff, which has one",
    "staff_identity": "hangs on staff, which has one",
    "relay_offer": "is about the installation's own server",
    "sign_up_invitation": "is for who has none yet",
    "suggestion": "is nobody's",
    "web_session": "hangs on staff, which has one",
}


COLUMNS = [column for one in Record.metadata.sorted_tables for column in one.columns]


def test_every_column_says_how_near_to_a_person_it_is_and_why_it_is_there() -> None:
    missing = [
        str(column)
        for column in COLUMNS
        if not isinstance(column.info.get("privacy"), Privacy)
        or not isinstance(column.info.get("purpose"), Purpose)
    ]
    assert missing == []


def test_nothing_near_to_a_person_is_kept_because_the_program_likes_to() -> None:
    near = [column for column in COLUMNS if column.info["privacy"] is not Privacy.TECHNICAL]
    assert [str(column) for column in near if column.info["purpose"] is Purpose.RUNNING] == []


def test_every_table_says_about_whom_it_is_and_how_long_it_stays() -> None:
    missing = [
        one.name
        for one in Record.metadata.sorted_tables
        if not (isinstance(one.info.get("whom"), Whom) and isinstance(one.info.get("lasts"), Lasts))
    ]
    assert missing == []


def test_every_table_names_its_account() -> None:
    without = {one.name for one in Record.metadata.sorted_tables if "account_id" not in one.columns}
    assert without == set(ACCOUNTLESS)


def test_every_reference_says_what_happens_when_its_row_goes() -> None:
    silent = [
        f"{one.name}.{key.parent.name}"
        for one in Record.metadata.sorted_tables
        for key in one.foreign_keys
        if key.ondelete not in {"CASCADE", "SET NULL"}
    ]
    assert silent == []


def test_a_reference_that_may_be_emptied_may_be_empty() -> None:
    wrong = [
        f"{one.name}.{key.parent.name}"
        for one in Record.metadata.sorted_tables
        for key in one.foreign_keys
        if key.ondelete == "SET NULL" and not key.parent.nullable
    ]
    assert wrong == []


def test_every_constraint_has_a_name_to_drop_it_by() -> None:
    nameless = [c for one in Record.metadata.sorted_tables for c in one.constraints if not c.name]
    assert nameless == []


def test_a_models_table_is_the_one_statements_use() -> None:
    assert table(Account) is Account.__table__


def test_a_table_that_does_not_say_so_is_refused() -> None:
    with pytest.raises(TypeError, match=r"whom.*lasts|lasts.*whom"):
        type("Silent", (Record,), {"__tablename__": "silent"})
