"""Migrations: from nothing to the newest schema, which is that of the models, on both databases."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import DBAPIError

from gateway.errors import Unavailable
from gateway.rules.access import Sight
from gateway.rules.searching import parse
from gateway.store import migrate, session
from gateway.store.models import Record, Ticket
from gateway.store.queries.found import find
from gateway.store.queries.narrowing import Viewer
from gateway.store.sealed import Seal
from tests.databases import Databases, configured

_AT = "'2026-01-02 03:04:05.000000'"
# An account with a customer, a contact and one answer, in the columns of the first schema.
OLDEST = f"""
    INSERT INTO account VALUES (1, 'acc', 'Desk', 'k', 1, {_AT});
    INSERT INTO customer VALUES (1, 'cust', 1, 'Müller', {_AT});
    INSERT INTO customer_domain VALUES (1, 1, 1, 'mus.example');
    INSERT INTO contact VALUES (1, 'cont', 1, 1, 'Ann', {_AT});
    INSERT INTO contact_address VALUES (1, 1, 1, 'ann@mus.example');
    INSERT INTO ticket (id, account_id, number, subject, status, requester_name, requester_address, tags,
        snippet, article_count, attachment_count, created_at, updated_at)
    VALUES (1, 1, 1, 'Printer', 'open', '', '', '[]', '', 1, 0, {_AT}, {_AT});
    INSERT INTO article (id, public_id, account_id, ticket_id, kind, from_name, from_address, reply_to, "to",
        cc, bcc, subject, "references", text, reply_text, trust, defects, created_at)
    VALUES (1, 'first', 1, 1, 'outbound', '', '', '[]', '[]', '[]', '[]', '', '[]', '', '', '', '[]', {_AT});
    INSERT INTO delivery (id, account_id, ticket_id, article_id, recipient, state, answer, attempts,
        lease_owner, lease_token, created_at)
    VALUES (1, 1, 1, 1, 'ann@example.org', 'sent', '250 OK', 1, '', '', {_AT})
"""
# What that version may go on writing while this one starts.
MEANWHILE = OLDEST.rpartition(";")[2].replace("(1, 1, 1, 1, 'ann", "(2, 1, 1, 1, 'bob")
MAILBOX = f"""
    INSERT INTO mailbox (id, public_id, account_id, address, forwarding_local, name, signature,
        sealed_relay_url, locale, reopen_days, created_at)
    VALUES (:id, :name, 1, :name, :name, '', '', :sealed, 'en', 30, {_AT})
"""
# These have conditions, which in a model would load both dialects.
OF_SOME = (
    "ix_account_operators",
    "ix_staff_owner",
    "ix_ticket_tagged",
    "ix_ticket_pressing",
    "ix_ticket_assigned",
)
INBOUND = (
    OLDEST.split(";")[6]
    .replace("(1, 'first'", "(2, 'second'")
    .replace("'outbound'", "'inbound'")
    .replace(_AT, "AT")
)
SEARCH = "article_search"  # made by hand: SQLAlchemy knows no full-text tables


def test_an_empty_database_comes_to_the_newest_schema(
    databases: Databases, kind: str, tmp_path: Path
) -> None:
    with configured(databases.empty(kind, tmp_path)) as url:
        assert migrate.current_revision() is None
        assert not migrate.is_current()
        migrate.upgrade()
        assert migrate.current_revision() == migrate.HEAD == migrate.head_of_scripts()
        migrate.upgrade()
        assert migrate.is_current()
    databases.drop(url)


def test_what_the_oldest_version_wrote_is_kept(databases: Databases, kind: str, tmp_path: Path) -> None:
    with configured(databases.empty(kind, tmp_path)) as url:
        migrate.upgrade("0001")
        with session.schema_change() as connection:
            for statement in OLDEST.split(";"):
                connection.execute(text(statement))
        migrate.upgrade()
        with session.schema_change() as connection:
            connection.execute(text(MEANWHILE))
            columns = "recipient, answer, is_automatic, raw_sha256"
            sent = connection.execute(text(f"SELECT {columns} FROM delivery ORDER BY id"))
            assert [(r[0], r[1], bool(r[2]), r[3]) for r in sent] == [
                ("ann@example.org", "250 OK", False, None),
                ("bob@example.org", "250 OK", False, None),
            ]
            words = text("SELECT words FROM customer UNION ALL SELECT words FROM contact")
            assert connection.execute(words).scalars().all() == ["muller mus example", "ann ann mus example"]
    databases.drop(url)


def test_what_the_oldest_version_filed_is_found_by_the_new_words(
    databases: Databases, kind: str, tmp_path: Path
) -> None:
    article = "SET subject = 'Druckertreiber', text = 'von Frau Mueller', from_name = 'Ann' WHERE id = 1"
    old = "(1, 'account1 druckertreiber von frau mueller ann')"
    with configured(databases.empty(kind, tmp_path)) as url:
        migrate.upgrade("0001")
        with session.schema_change() as connection:
            for statement in OLDEST.split(";"):
                connection.execute(text(statement))
            connection.execute(text(f"UPDATE article {article}"))
            put = "(rowid, words) VALUES" if kind == "sqlite" else "SELECT id, words::tsvector FROM (VALUES"
            end = "" if kind == "sqlite" else ") AS old (id, words)"
            connection.execute(text(f"INSERT INTO article_search {put} {old}{end}"))
        migrate.upgrade("0024")
        migrate.upgrade()
        for query in ("treiber", "müller", "from:ann", "subject:treiber", "druckertrei"):
            with session.reading() as db:
                found = find(db, Sight(1), parse(query), Viewer(None, datetime.now(UTC)))
            assert [one.ticket.number for one in found.items] == [1], query
    databases.drop(url)


def test_what_the_version_before_files_meanwhile_is_found(
    databases: Databases, kind: str, tmp_path: Path
) -> None:
    later = OLDEST.split(";")[6].replace("(1, 'first'", "(2, 'second'")
    words = ":words" if kind == "sqlite" else "to_tsvector('simple', :words)"
    key = "rowid" if kind == "sqlite" else "id"
    with configured(databases.empty(kind, tmp_path)) as url:
        migrate.upgrade("0001")
        with session.schema_change() as connection:
            for statement in OLDEST.split(";"):
                connection.execute(text(statement))
        migrate.upgrade()
        with session.schema_change() as connection:
            connection.execute(text(later))
            put = text(f"INSERT INTO article_search ({key}, words) VALUES (2, {words})")
            connection.execute(put, {"words": "account1 late words"})
        with session.reading() as db:
            found = find(db, Sight(1), parse("late"), Viewer(None, datetime.now(UTC)))
        assert [one.article_id for one in found.items] == [2]
    databases.drop(url)


def test_what_was_answered_and_closed_before_has_its_working_time(
    databases: Databases, kind: str, tmp_path: Path
) -> None:
    first = _AT.replace("03:04", "01:04")  # a mail two hours before the answer
    days = "[[0, 1440]], " * 4 + "[[120, 1440]], [], []"
    office = f'{{"zone": "UTC", "week": [{days}], "closed": []}}'
    with configured(databases.empty(kind, tmp_path)) as url:
        migrate.upgrade("0001")
        with session.schema_change() as connection:
            for statement in OLDEST.replace(f"1, 0, {_AT}", f"1, 0, {first}").split(";"):
                connection.execute(text(statement))
            connection.execute(text(MAILBOX), {"id": 1, "name": "m", "sealed": ""})
            connection.execute(text(INBOUND.replace("AT", first)))
        migrate.upgrade("0024")
        with session.schema_change() as connection:
            connection.execute(text("UPDATE mailbox SET hours = :hours"), {"hours": office})
            connection.execute(
                text(f"UPDATE ticket SET status = 'closed', closed_at = {_AT}, mailbox_id = 1")
            )
        migrate.upgrade()
        with session.reading() as db:
            columns = (
                Ticket.first_answered_at,
                Ticket.answer_seconds,
                Ticket.resolution_seconds,
                Ticket.rests_since,
            )
            answered_at, *seconds, rests_since = db.execute(select(*columns)).one()
    assert answered_at == rests_since == datetime.fromisoformat("2026-01-02T03:04:05+00:00")
    assert seconds == [3845, 3845]  # of a Friday on which somebody is there from two on
    databases.drop(url)


def test_a_sealed_address_of_an_outgoing_server_becomes_an_account(
    databases: Databases, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("M4A_SECRET_KEY", "the installation's")
    seal = Seal(b"the installation's")
    urls = {
        "smtps://me:pass%20word@mail.example": ("mail.example", 465, "tls", "me", "pass word"),
        "smtp://mail.example:587": ("mail.example", 587, "starttls", "", ""),
        "smtp://127.0.0.1:2525": ("127.0.0.1", 2525, "plain", "", ""),
        "smtp://localhost?starttls=require": ("localhost", 25, "starttls", "", ""),
        "": None,
    }
    with configured(databases.empty(kind, tmp_path)) as url:
        migrate.upgrade("0001")
        with session.schema_change() as connection:
            connection.execute(text(OLDEST.split(";", maxsplit=1)[0]))
            for number, address in enumerate(urls):
                values = {"id": number, "name": f"m{number}", "sealed": seal.seal(address)}
                connection.execute(text(MAILBOX), values)
        migrate.upgrade()
        columns = "host, port, security, username, sealed_secret, is_operators, account_id"
        with session.schema_change() as connection:
            rows = connection.execute(text(f"SELECT {columns} FROM smtp_account ORDER BY mailbox_id"))
            found = [(*row[:4], seal.open(row[4]), bool(row[5]), row[6]) for row in rows]
    assert found == [(*wanted, True, 1) for wanted in urls.values() if wanted]
    databases.drop(url)


def test_who_waited_for_a_receipt_still_gets_it(databases: Databases, kind: str, tmp_path: Path) -> None:
    columns = "id, account_id, intake_id, address, locale, because, erasure, delivery_id, created_at"
    waiting = {
        "waiting": "(1, 1, 1, 'ann@mus.example', 'de', 'words', 'e1', NULL, AT)",
        "on its way": "(2, 1, 2, 'bob@mus.example', 'en', 'words', 'e2', 7, AT)",
        "has it": "(3, 1, 3, '', 'en', 'words', 'e3', NULL, AT)",
        "only asked": "(4, 1, 4, 'dan@mus.example', 'en', 'words', '', NULL, AT)",
    }
    with configured(databases.empty(kind, tmp_path)) as url:
        migrate.upgrade("0001")
        with session.schema_change() as connection:
            connection.execute(text(OLDEST.split(";", maxsplit=1)[0]))
        migrate.upgrade("0041")
        with session.schema_change() as connection:
            for row in waiting.values():
                values = row.replace("AT", _AT)
                connection.execute(text(f"INSERT INTO deletion_request ({columns}) VALUES {values}"))
            owed = (
                f"INSERT INTO outbox (topic, ref_id, told, due_at, created_at) VALUES ('receipt', 1, 0, {_AT}"
            )
            connection.execute(text(f"{owed}, {_AT})"))
        migrate.upgrade()
        with session.schema_change() as connection:
            told = text("SELECT id, account_id, erasure_public_id, recipient, locale FROM farewell")
            (farewell,) = connection.execute(told).all()
            work = connection.execute(text("SELECT topic, ref_id FROM outbox")).all()
            asked = text("SELECT address FROM deletion_request ORDER BY id")
            kept = connection.execute(asked).scalars().all()
    assert tuple(farewell[1:]) == (1, "e1", "ann@mus.example", "de")
    assert [tuple(row) for row in work] == [("certify", farewell[0])]
    assert kept == ["", "", "", "dan@mus.example"]  # what is carried out knows its asker no more
    databases.drop(url)


def test_under_another_key_the_database_stays_as_it_was(
    databases: Databases, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("M4A_SECRET_KEY", "another")
    with configured(databases.empty(kind, tmp_path)) as url:
        migrate.upgrade("0001")
        with session.schema_change() as connection:
            connection.execute(text(OLDEST.split(";", maxsplit=1)[0]))
            sealed = Seal(b"first").seal("smtp://mail.example")
            connection.execute(text(MAILBOX), {"id": 1, "name": "m1", "sealed": sealed})
        with pytest.raises(Unavailable, match="secret key is another"):
            migrate.upgrade()
        assert migrate.current_revision() == "0001"
    databases.drop(url)


def test_the_newest_schema_is_that_of_the_models(database: str) -> None:
    with session.engine().connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = compare_metadata(context, Record.metadata)
    assert [one for one in found if not any(name in repr(one) for name in (SEARCH, *OF_SOME))] == []


def test_postgresql_knows_how_few_tickets_have_tags(database: str) -> None:
    """Or it reads all tickets for a tag, instead of the index of those that have one."""
    if session.is_sqlite():
        return
    told = text(
        "SELECT pg_get_statisticsobjdef_expressions(oid) FROM pg_statistic_ext"
        " WHERE stxrelid = 'ticket'::regclass"
    )
    with session.engine().connect() as connection:
        assert connection.execute(told).scalars().all() == [["(tags)::text"]]


def test_every_table_of_the_models_is_there(database: str) -> None:
    assert set(Record.metadata.tables) <= set(inspect(session.engine()).get_table_names())


def test_a_failed_migration_leaves_nothing_behind(databases: Databases, kind: str, tmp_path: Path) -> None:
    with configured(databases.empty(kind, tmp_path)) as url:
        with session.schema_change() as connection:
            connection.execute(text("CREATE TABLE web_session (id INTEGER)"))
        with pytest.raises((Unavailable, DBAPIError)):
            migrate.upgrade()
        assert inspect(session.engine()).get_table_names() == ["web_session"]
    databases.drop(url)


def test_a_folder_that_is_missing_is_made(tmp_path: Path) -> None:
    with configured(f"sqlite:///{tmp_path / 'deep' / 'down' / 'desk.db'}"):
        migrate.upgrade()
        assert migrate.is_current()


def test_a_database_that_is_not_there_is_unavailable() -> None:
    with configured("postgresql://u@127.0.0.1:1/none"):
        for ask in (migrate.upgrade, migrate.current_revision, migrate.is_current):
            with pytest.raises(Unavailable):
                ask()


def test_processes_that_start_together_migrate_once(databases: Databases, kind: str, tmp_path: Path) -> None:
    url = databases.empty(kind, tmp_path)
    environment = {**os.environ, "M4A_DATA_DIR": str(tmp_path), "M4A_DATABASE_URL": url}
    command = [sys.executable, "-m", "gateway.cli.main", "db", "upgrade"]
    started = [
        subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        for _ in range(3)
    ]
    said = [process.communicate(timeout=60)[0] for process in started]
    assert [process.returncode for process in started] == [0, 0, 0], said
    databases.drop(url)
