"""What every table shares: naming of constraints, key type, and what the inventory says of each column."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import BigInteger, ForeignKey, Integer, MetaData, Table
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from gateway.rules.privacy import Lasts, Privacy, Purpose, Whom
from gateway.store.types import UtcDateTime

_BIG = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts only INTEGER keys up by itself
_NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Record(DeclarativeBase):
    """One row of one table, which says about whom it is and how long it stays."""

    metadata = MetaData(naming_convention=_NAMING)
    type_annotation_map = {int: _BIG, datetime: UtcDateTime()}  # noqa: RUF012 - read by SQLAlchemy

    def __init_subclass__(cls, *, whom: Whom, lasts: Lasts, **options: Any) -> None:
        super().__init_subclass__(**options)
        table(cls).info.update(whom=whom, lasts=lasts)


def table(model: type[Record]) -> Table:
    """The table of a model, for statements that do without the ORM's bookkeeping."""
    return cast("Table", model.__table__)


def column(privacy: Privacy, purpose: Purpose, **options: Any) -> Mapped[Any]:
    """A column, how near to a person it is and why it is there, from which the inventory is generated."""
    return mapped_column(info={"privacy": privacy, "purpose": purpose}, **options)


def key() -> Mapped[int]:
    """The row's own number."""
    info = {"privacy": Privacy.TECHNICAL, "purpose": Purpose.RUNNING}
    return mapped_column(primary_key=True, autoincrement=True, info=info)


def link(
    target: str, *, privacy: Privacy = Privacy.TECHNICAL, purpose: Purpose = Purpose.RUNNING, **options: Any
) -> Mapped[Any]:
    """A reference to another row; what hangs on a deleted row goes with it."""
    ondelete = options.pop("ondelete", "CASCADE")
    info = {"privacy": privacy, "purpose": purpose}
    return mapped_column(ForeignKey(target, ondelete=ondelete), info=info, **options)
