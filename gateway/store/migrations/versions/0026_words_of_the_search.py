"""What articles are found by: marked words for filters, ends of compounds, umlauts as they are spelt out

Revision: 0026, after 0025. The table stays as it is, so the version before searches and files on; what it
files is found by its words, too, as its last articles are taken along here and PostgreSQL adds the stretches
itself. SQLite's writers wait while the words are made anew.

The indexes serve filters without words: each leads to the few tickets that have something, in the order of
the list, and costs nothing where a ticket has it not. They stand here alone: in a model their conditions
would load both dialects.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from gateway.rules.folding import normalise
from gateway.store.search import Parts, words_for

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_BATCH = 500
_FEW = {
    "ix_ticket_tagged": "CAST(tags AS TEXT) <> '[]'",
    "ix_ticket_pressing": "priority <> 1",
}
_STRETCHES = """
    CREATE FUNCTION article_stretches(article bigint) RETURNS tsvector LANGUAGE sql IMMUTABLE AS $$
        SELECT array_to_tsvector(ARRAY[
            'zzb12x' || (article >> 12), 'zzb16x' || (article >> 16), 'zzb20x' || (article >> 20)
        ])
    $$
"""
_PLACE = """
    CREATE FUNCTION article_search_place() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.words = NEW.words || article_stretches(NEW.id);
        RETURN NEW;
    END $$
"""
_TRIGGER = (
    "CREATE TRIGGER article_search_place BEFORE INSERT ON article_search"
    " FOR EACH ROW EXECUTE FUNCTION article_search_place()"
)
_ARTICLES = sa.text(
    "SELECT article.id, article.account_id, article.kind, article.from_name, article.from_address,"
    ' article."to", article.cc, article.subject, article.text,'
    " ticket.requester_name, ticket.requester_address"
    " FROM article JOIN ticket ON ticket.id = article.ticket_id"
    " WHERE article.id > :after ORDER BY article.id LIMIT :most"
).columns(to=sa.JSON(), cc=sa.JSON())
_FILES = sa.text("SELECT article_id, filename FROM attachment WHERE article_id IN :articles ORDER BY id")
_KEEP = {
    "sqlite": sa.text("UPDATE article_search SET words = :words WHERE rowid = :row"),
    "postgresql": sa.text(
        "UPDATE article_search SET words = to_tsvector('simple', :words) || article_stretches(:row)"
        " WHERE id = :row"
    ),
}


def upgrade() -> None:
    """Make the words anew; the trigger comes last, because from then on filing waits for the end of this."""
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        _rebuild(connection, 0)
    else:
        op.execute(_STRETCHES)
        op.execute(_PLACE)
        done = _rebuild(connection, 0)
        op.execute(_TRIGGER)
        _rebuild(connection, done)
    for table in ("customer", "contact"):
        _fold_anew(connection, table)
    for name, condition in _FEW.items():
        op.execute(f"CREATE INDEX {name} ON ticket (account_id, updated_at, id) WHERE {condition}")
    op.execute(
        "CREATE INDEX ix_ticket_assigned ON ticket (account_id, assignee_id, updated_at, id)"
        " WHERE assignee_id IS NOT NULL"
    )


def _rebuild(connection: sa.Connection, after: int) -> int:
    """From the article behind this one; returns the last one."""
    while rows := connection.execute(_ARTICLES, {"after": after, "most": _BATCH}).all():
        after = rows[-1].id
        files = _files(connection, [row.id for row in rows])
        words = [{"row": row.id, "words": _words(row, files.get(row.id, ()))} for row in rows]
        connection.execute(_KEEP[connection.dialect.name], words)
    return after


def _files(connection: sa.Connection, articles: Sequence[int]) -> Mapping[int, Sequence[str]]:
    named: dict[int, list[str]] = defaultdict(list)
    asked = _FILES.bindparams(sa.bindparam("articles", expanding=True))
    for article_id, name in connection.execute(asked, {"articles": articles}):
        named[article_id].append(name)
    return named


def _words(row: Any, files: Sequence[str]) -> str:
    senders = [row.from_name, row.from_address]
    if row.kind != "inbound":
        senders += [row.requester_name, row.requester_address]
    recipients = [who[part] for who in (*row.to, *row.cc) for part in ("name", "address")]
    return words_for(row.account_id, Parts(row.subject, senders, recipients, files, row.text))


def _fold_anew(connection: sa.Connection, name: str) -> None:
    """Short words, so all at once are few bytes."""
    table = sa.table(name, sa.column("id"), sa.column("words"))
    rows = connection.execute(sa.select(table.c.id, table.c.words)).all()
    changed = [{"row": row.id, "new": new} for row in rows if (new := normalise(row.words)) != row.words]
    keep = sa.update(table).where(table.c.id == sa.bindparam("row")).values(words=sa.bindparam("new"))
    for start in range(0, len(changed), _BATCH):
        connection.execute(keep, changed[start : start + _BATCH])
