"""What every table shares."""

from gateway.store.models import Account, Privacy, Record, table

ACCOUNTLESS = {
    "account": "is one",
    "ceremony": "hangs on staff, or on nobody yet",
    "half_sign_in": "hangs on staff, which has one",
    "knock": "counts who is not known yet",
    "outbox": "says topic and id alone",
    "passkey": "hangs on staff, which has one",
    "recovery_code": "hangs on staff, which has one",
    "totp": "hangs on staff, which has one",
    "staff_identity": "hangs on staff, which has one",
    "relay_offer": "is about the installation's own server",
    "sign_up_invitation": "is for who has none yet",
    "web_session": "hangs on staff, which has one",
}


def test_every_column_has_its_privacy_class() -> None:
    missing = [
        f"{one.name}.{column.name}"
        for one in Record.metadata.sorted_tables
        for column in one.columns
        if not isinstance(column.info.get("privacy"), Privacy)
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
