"""What the models say of what is kept, and how much of it an account has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, ScalarSelect, Table, bindparam, func, select
from sqlalchemy.orm import Session

from gateway.rules.privacy import Lasts, Privacy, Purpose, Whom
from gateway.store.models import Account, Record, Staff, table
from gateway.store.quarantine import MOST_COUNTED


@dataclass(frozen=True, slots=True)
class Field:
    """A column: its name, how near to a person it is, why it is there."""

    name: str
    privacy: Privacy
    purpose: Purpose


@dataclass(frozen=True, slots=True)
class Kept:
    """A table with all of its columns, about whom it is and how long its rows stay."""

    name: str
    whom: Whom
    lasts: Lasts
    fields: Sequence[Field]


def list_kept() -> Sequence[Kept]:
    """Every table there is; KeyError for a column that does not say why it is there."""
    return [
        Kept(
            one.name,
            one.info["whom"],
            one.info["lasts"],
            [Field(c.name, c.info["privacy"], c.info["purpose"]) for c in one.columns],
        )
        for one in Record.metadata.sorted_tables
    ]


def count_kept(db: Session, account_id: int) -> Mapping[str, int]:
    """How many rows the account has in each table that knows accounts, `MOST_COUNTED` + 1 for more."""
    return dict(db.execute(_COUNTS, {"account": account_id}).mappings().one())


def is_of_account(one: Table) -> ColumnElement[bool] | None:
    """That a row is the bound account's; None for a table that knows no accounts.

    What hangs on a person alone is of the person's account.
    """
    if one is table(Account):
        return one.c.id == bindparam("account")
    if "account_id" in one.c:
        return one.c.account_id == bindparam("account")
    if "staff_id" in one.c:
        return one.c.staff_id.in_(select(Staff.id).where(Staff.account_id == bindparam("account")))
    return None


def _count(one: Table, condition: ColumnElement[bool]) -> ScalarSelect[int]:
    some = select(one.c.id).where(condition).limit(MOST_COUNTED + 1)
    return select(func.count()).select_from(some.subquery()).scalar_subquery()


_COUNTS = select(
    *(
        _count(one, condition).label(one.name)
        for one in Record.metadata.sorted_tables
        if (condition := is_of_account(one)) is not None
    )
)
