"""INSERT … ON CONFLICT, which SQLAlchemy has for each database apart."""

from typing import TYPE_CHECKING

from sqlalchemy import TableClause

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite


def insert_into(dialect: str, table: TableClause) -> "sqlite.Insert | postgresql.Insert":
    """An insert that can be told what to do on conflict, for `sqlite` or `postgresql`.

    Loads what belongs to the one database there is: the other's part of SQLAlchemy takes 2 MB.
    """
    if dialect == "sqlite":
        from sqlalchemy.dialects.sqlite import insert as sqlite_insert

        return sqlite_insert(table)
    from sqlalchemy.dialects.postgresql import insert as pg_insert

    return pg_insert(table)
