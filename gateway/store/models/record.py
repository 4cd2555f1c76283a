"""What every table shares: naming of constraints, key type, privacy class of each column."""

from datetime import datetime
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import BigInteger, ForeignKey, Integer, MetaData, Table
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from gateway.store.types import UtcDateTime

_BIG = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts only INTEGER keys up by itself
_NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Privacy(StrEnum):
    """How near to a person the content of a column is."""

    TECHNICAL = "technical"
    PERSONAL = "personal"
    CONTENT = "content"
    SECRET = "secret"


class Record(DeclarativeBase):
    """One row of one table."""

    metadata = MetaData(naming_convention=_NAMING)
    type_annotation_map = {int: _BIG, datetime: UtcDateTime()}  # noqa: RUF012 - read by SQLAlchemy


def table(model: type[Record]) -> Table:
    """The table of a model, for statements that do without the ORM's bookkeeping."""
    return cast("Table", model.__table__)


def column(privacy: Privacy, **options: Any) -> Mapped[Any]:
    """A column with its privacy class, from which the inventory is generated."""
    return mapped_column(info={"privacy": privacy}, **options)


def key() -> Mapped[int]:
    """The row's own number."""
    return mapped_column(primary_key=True, autoincrement=True, info={"privacy": Privacy.TECHNICAL})


def link(target: str, *, privacy: Privacy = Privacy.TECHNICAL, **options: Any) -> Mapped[Any]:
    """A reference to another row; what hangs on a deleted row goes with it."""
    ondelete = options.pop("ondelete", "CASCADE")
    return mapped_column(ForeignKey(target, ondelete=ondelete), info={"privacy": privacy}, **options)
