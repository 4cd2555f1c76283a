"""A whole account out of its export: the same desk, in another installation."""

import json
import zipfile
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from gateway.desk import auditing, mailboxes, mailedlinks, people, signin
from gateway.errors import Conflict, Invalid
from gateway.inbound.deskimport import Arrived, count_rows, import_desk
from gateway.rules.access import Actor, Role, Sight
from gateway.rules.searching import parse
from gateway.store import outbox, session
from gateway.store.blobs import BlobStore
from gateway.store.exported import arriving
from gateway.store.exported.selection import WHOLE
from gateway.store.exportfiles import ExportFiles
from gateway.store.models import Account, Article, Delivery, Record, Staff
from gateway.store.outbox import Topic
from gateway.store.queries.found import find
from gateway.store.queries.narrowing import Viewer
from tests import world as cast
from tests.databases import Databases, configured
from tests.exporting import Opened, ask, exported, make
from tests.furnished import SECRET, furnish
from tests.world import SetClock, World


@pytest.fixture
def world(settled: None, db_url: str, databases: Databases, tmp_path: Path) -> Iterator[World]:
    """The cast with a furnished account of ours."""
    with configured(db_url):
        made = cast.build(tmp_path, databases.given(db_url))
        furnish(made)
        yield made


@pytest.fixture
def file(world: World, tmp_path: Path) -> Path:
    """The export of our account."""
    export_id, public_id = ask(world, world.ours.owner)
    make(world, export_id)
    path = tmp_path / "export.zip"
    with ExportFiles(world.blobs.root).open(public_id) as packed:
        path.write_bytes(packed.read())
    return path


@pytest.fixture
def elsewhere(kind: str, databases: Databases, tmp_path: Path) -> Iterator[BlobStore]:
    """Another installation, empty, is the one that this process works on; its blobs."""
    (tmp_path / "elsewhere").mkdir()
    with configured(databases.migrated(kind, tmp_path / "elsewhere")) as url:
        yield BlobStore(tmp_path / "elsewhere" / "blobs", tmp_path / "elsewhere" / "keyring")
    databases.drop(url)


def bring(file: Path, blobs: BlobStore) -> Arrived:
    return import_desk(file, blobs=blobs, clock=SetClock())


def digest(content: bytes) -> str:
    return sha256(content).hexdigest()


def opened(file: Path) -> Opened:
    with zipfile.ZipFile(file) as packed:
        return Opened(packed)


def changed(file: Path, name: str, change: Callable[[bytes], bytes]) -> Path:
    """A copy in which one file is another."""
    path = file.with_name("changed.zip")
    with zipfile.ZipFile(file) as before, zipfile.ZipFile(path, "w") as after:
        for one in before.namelist():
            content = before.read(one)
            after.writestr(one, change(content) if one == name else content)
    return path


def comparable(found: Opened) -> dict[str, list[dict[str, Any]]]:
    """The rows with each key as its place in its table: those are others in another installation."""
    places = {
        name: {row["id"]: place for place, row in enumerate(found.rows(name), 1)} for name in found.tables
    }

    def place(name: str, column: str, value: Any) -> Any:
        if column == "id":
            return places[name][value]
        if column == "file":
            return value
        target = arriving._target(name, column)
        if (name, column) in arriving._UP_TO and value is not None:
            return sum(key <= value for key in places[target or ""])
        if target is not None and value:
            return places[target][value]
        if listed := arriving._LISTS.get((name, column)):
            return [places[listed][key] for key in value]
        if name == "ticket_event" and column == "data" and "delivery" in value:
            return value | {"delivery": places["delivery"][value["delivery"]]}
        if name == "draft" and column == "files":
            return [one | {"file": one["file"].rpartition("/")[2]} for one in value]
        return value

    return {
        name: [
            {column: place(name, column, value) for column, value in row.items()} for row in found.rows(name)
        ]
        for name in found.tables
    }


def test_out_and_in_and_out_again_is_the_same(file: Path, elsewhere: BlobStore, world: World) -> None:
    before = opened(file)
    assert [name for name in before.tables if not before.rows(name)] == []
    assert before.tables == [taken.model.__tablename__ for taken in WHOLE]
    arrived = bring(file, elsewhere)
    assert sum(arrived.rows.values()) == count_rows(file)
    with session.reading() as db:
        columns = select(Staff.account_id, Staff.id, Staff.login)
        account_id, key, login = db.execute(columns.where(Staff.role == Role.OWNER.value)).one()
    owner = Actor(account_id, Role.OWNER, key, login)
    there = World(world.ours, world.stranger, elsewhere, world.clock)
    after = exported(there, owner)
    mine, theirs = comparable(before), comparable(after)
    log, longer = mine.pop("audit_entry"), theirs.pop("audit_entry")
    assert longer[: len(log)] == log
    assert [one["kind"] for one in longer[len(log) :]] == ["account_imported", "export_asked"]
    for one in mine["delivery"]:  # what was still to be sent is not sent from here
        one["state"] = "withdrawn" if one["state"] == "queued" else one["state"]
    assert theirs == mine
    assert sorted(map(digest, before.blobs)) == sorted(map(digest, after.blobs))
    assert len(before.blobs) == 8


def test_the_desk_works_there(file: Path, elsewhere: BlobStore, world: World) -> None:
    bring(file, elsewhere)
    with session.reading() as db:
        account_id = db.execute(select(Account.id)).scalar_one()
        assert auditing.verify_of(db, account_id).broken_at is None
        viewer = Viewer(None, cast.NOON)
        hits = find(db, Sight(account_id), parse("smokes"), viewer, limit=9)
        assert [found.ticket.number for found in hits.items] == [1]
        assert outbox.depth(db, Topic.PREVIEW) == 0
        assert outbox.depth(db, Topic.DELIVER) == 0
        states = set(db.execute(select(Delivery.state)).scalars())
    assert states == {"withdrawn"}


def test_nobody_has_a_password_there_before_they_set_one(file: Path, elsewhere: BlobStore) -> None:
    bring(file, elsewhere)
    with session.reading() as db:
        found = signin.find_credentials(db, "ours")
        assert found is not None
        assert db.execute(select(func.count()).where(Staff.password_hash != "")).scalar_one() == 0
    with session.transaction() as db:
        mailedlinks.set_password_of(db, "ours", "hash", now=cast.NOON)
        assert db.execute(select(Staff.password_hash).where(Staff.login == "ours")).scalar_one() == "hash"


def test_no_secret_is_in_it(world: World, file: Path) -> None:
    found = opened(file)
    assert found.holds(SECRET) == []
    columns = {f"{name}.{column}" for name in found.tables for row in found.rows(name) for column in row}
    secrets = {
        f"{one.name}.{column.name}"
        for one in Record.metadata.sorted_tables
        for column in one.columns
        if column.info["privacy"].value == "secret"
    }
    assert columns & secrets == set()


def test_the_account_is_brought_once(file: Path, elsewhere: BlobStore) -> None:
    bring(file, elsewhere)
    with pytest.raises(Conflict, match="here already"):
        bring(file, elsewhere)
    with session.reading() as db:
        assert db.execute(select(func.count()).select_from(Account)).scalar_one() == 1


def test_a_login_that_is_taken_becomes_another_one(file: Path, elsewhere: BlobStore, tmp_path: Path) -> None:
    with session.transaction() as db:
        people.create_account(
            db, login="ours", email="o@x.example", name="X", password_hash="x", now=cast.NOON
        )
    assert bring(file, elsewhere).renamed == {"ours": "ours-2"}


def test_a_mailbox_that_another_account_has_is_not_taken_from_it(file: Path, elsewhere: BlobStore) -> None:
    with session.transaction() as db:
        made = people.create_account(
            db, login="xx", email="o@x.example", name="X", password_hash="x", now=cast.NOON
        )
        mailboxes.add(db, made.id, cast.SUPPORT, mail_domain=cast.DOMAIN, now=cast.NOON)
    with pytest.raises(Conflict, match=cast.SUPPORT):
        bring(file, elsewhere)
    with session.reading() as db:
        assert db.execute(select(func.count()).select_from(Article)).scalar_one() == 0


def test_another_scope_version_or_format_is_refused(file: Path, elsewhere: BlobStore) -> None:
    def said(**values: Any) -> Path:
        return changed(file, "manifest.json", lambda raw: json.dumps(json.loads(raw) | values).encode())

    for name, value, word in ("scope", "contact", "whole"), ("version", 9, "newer"), ("format", 1, "damaged"):
        with pytest.raises(Invalid, match=word):
            bring(said(**{name: value}), elsewhere)


def test_what_is_no_zip_is_refused(elsewhere: BlobStore, tmp_path: Path) -> None:
    (tmp_path / "no.zip").write_bytes(b"no zip")
    with pytest.raises(Invalid, match="damaged"):
        bring(tmp_path / "no.zip", elsewhere)
    with pytest.raises(Invalid, match="damaged"):
        count_rows(tmp_path / "no.zip")


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("data/article.jsonl", b'"ticket_id": ', b'"ticket_id": 999'),
        ("data/article.jsonl", b'"raw_sha256": "', b'"raw_sha256": "../'),
        ("data/ticket.jsonl", b'"number": 1', b'"number": "one"'),
        ("data/ticket.jsonl", b'"created_at": "', b'"created_at": "x'),
        ("data/contact.jsonl", b'"name": "', b'"name": 1, "was": "'),
        ("data/contact.jsonl", b"{", b"[{"),
        ("data/account.jsonl", b"\n", b"\n\n"),
    ],
)
def test_what_is_damaged_is_refused_whole(
    file: Path, elsewhere: BlobStore, name: str, before: bytes, after: bytes
) -> None:
    with pytest.raises(Invalid, match="damaged"):
        bring(changed(file, name, lambda raw: raw.replace(before, after, 1)), elsewhere)
    with session.reading() as db:
        assert db.execute(select(func.count()).select_from(Account)).scalar_one() == 0


def test_a_file_with_another_content_is_refused(file: Path, elsewhere: BlobStore) -> None:
    mails = [name for name in opened(file).names if name.startswith("mail/")]
    with pytest.raises(Invalid, match="damaged"):
        bring(changed(file, mails[0], lambda raw: raw + b"more"), elsewhere)


def test_a_mail_that_was_lost_before_stops_nothing(file: Path, elsewhere: BlobStore) -> None:
    lost = next(name for name in opened(file).names if name.startswith("mail/"))
    without = file.with_name("without.zip")
    with zipfile.ZipFile(file) as before, zipfile.ZipFile(without, "w") as after:
        for name in set(before.namelist()) - {lost}:
            after.writestr(name, before.read(name))
    with pytest.raises(Invalid, match="damaged"):
        bring(without, elsewhere)
    told = changed(
        without, "manifest.json", lambda raw: json.dumps(json.loads(raw) | {"missing": [lost]}).encode()
    )
    assert bring(told, elsewhere).files == bring_count(file) - 1


def bring_count(file: Path) -> int:
    """Of files, by the export's own account."""
    count: int = opened(file).json("manifest.json")["files"]
    return count
