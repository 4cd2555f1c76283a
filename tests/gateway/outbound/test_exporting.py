"""Making an export: whole or not at all, told by mail, begun anew by the next worker."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import select, update

from gateway.errors import NotFound
from gateway.mail.parse import parse
from gateway.outbound import exporting
from gateway.outbound.exporting import make_export
from gateway.rules.exporting import LASTS, MOST_TRIES, State
from gateway.store import exports, session
from gateway.store.exported import reading
from gateway.store.exportfiles import ExportFiles
from gateway.store.exports import LEASE
from gateway.store.filetypes import detect_type
from gateway.store.models import Article, Delivery, Staff
from tests import world as cast
from tests.databases import Databases, configured
from tests.exporting import Opened, ask, bindery, exported, make
from tests.furnished import with_file
from tests.world import World, mail


@pytest.fixture
def world(settled: None, db_url: str, databases: Databases, tmp_path: Path) -> Iterator[World]:
    with configured(db_url):
        made = cast.build(tmp_path, databases.given(db_url))
        made.receive(with_file("It smokes."))
        yield made


def state_of(world: World, public_id: str) -> State:
    by = world.ours.owner
    with session.reading() as db:
        found = exports.get(db, by.account_id, by.staff_id or 0, public_id, now=world.clock.now())
        return found.state


def notices(world: World) -> list[str]:
    with session.reading() as db:
        rows = db.execute(select(Delivery.raw_sha256).where(Delivery.article_id.is_(None))).scalars().all()
    return [parse(world.blobs.read(sha256 or ""), detect_type=detect_type).text for sha256 in rows]


def test_it_holds_rows_files_inventory_and_manifest(world: World) -> None:
    found = exported(world, world.ours.owner)
    manifest = found.json("manifest.json")
    assert (manifest["format"], manifest["version"], manifest["scope"]) == ("manage4all-export", 1, "account")
    assert manifest["rows"]["ticket"] == len(found.rows("ticket")) == 1
    assert manifest["files"] == len(found.blobs) == 2
    assert {one["table"] for one in found.json("inventory.json")["tables"]} >= set(found.tables)
    (raw,) = (content for name, content in found.files.items() if name.startswith("mail/"))
    assert b"It smokes." in raw


def test_whoever_asked_is_told_where_it_is_and_until_when(world: World) -> None:
    key, public_id = ask(world, world.ours.owner)
    make(world, key)
    make(world, key)
    assert state_of(world, public_id) is State.READY
    (text,) = notices(world)
    assert "https://desk.example/account/exports" in text
    assert "3/9/26" in text
    assert public_id not in text


def test_a_file_that_is_gone_is_named(world: World) -> None:
    with session.reading() as db:
        sha256 = db.execute(select(Article.raw_sha256)).scalar_one()
    world.blobs.forget(sha256 or "")
    found = exported(world, world.ours.owner)
    assert [path[:5] for path in found.json("manifest.json")["missing"]] == ["mail/"]
    assert found.json("manifest.json")["files"] == len(found.blobs) == 1


def test_a_worker_that_shall_stop_leaves_it_to_the_next(world: World) -> None:
    key, public_id = ask(world, world.ours.owner)
    make_export(key, bindery=bindery(world), is_stopping=lambda: True)
    files = ExportFiles(world.blobs.root)
    assert files.list_ids() == frozenset()
    with pytest.raises(NotFound):
        files.open(public_id)
    make(world, key)
    assert state_of(world, public_id) is State.READY


@pytest.mark.parametrize("step", ["_write_rows", "_write_files", "_manifest", "_tell"])
def test_one_that_dies_on_the_way_offers_nothing_and_is_made_anew(
    world: World, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """A patch, because a worker that is killed cleans nothing up; the real kill is in tests/workers."""
    key, public_id = ask(world, world.ours.owner)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(exporting, step, die)
        with pytest.raises(KeyboardInterrupt):
            make(world, key)
    assert state_of(world, public_id) is State.WORKING
    assert notices(world) == []
    make(world, key)  # too early: the first one may live
    assert state_of(world, public_id) is State.WORKING
    world.clock.at += LEASE
    make(world, key)
    assert state_of(world, public_id) is State.READY
    assert len(notices(world)) == 1


def test_one_that_was_given_up_meanwhile_is_not_finished(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A patch, to be there in the midst of it."""
    key, public_id = ask(world, world.ours.owner)
    tell = exporting._tell

    def give_up(*args: object) -> None:
        by = world.ours.owner
        with session.transaction() as db:
            exports.remove(db, by.account_id, by.staff_id or 0, public_id)
        tell(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(exporting, "_tell", give_up)
    make(world, key)
    assert notices(world) == []
    assert ExportFiles(world.blobs.root).list_ids() == frozenset()


def test_what_comes_while_it_is_made_is_not_half_in_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A patch, to be there in the midst of it: a ticket with a message comes after the tickets were read."""
    came = list[str]()
    write = reading.read_rows

    def read(db: object, picked: object, wanted: object) -> Iterator[dict[str, object]]:
        if getattr(picked, "name", "") == "article" and not came:
            came.append("now")
            _from_another_thread(lambda: world.receive(mail("meanwhile")))
        yield from write(db, picked, wanted)  # type: ignore[arg-type]

    monkeypatch.setattr(exporting, "read_rows", read)
    found: Opened = exported(world, world.ours.owner)
    tickets = {row["id"] for row in found.rows("ticket")}
    assert {row["ticket_id"] for row in found.rows("article")} <= tickets
    assert found.holds("meanwhile") == []


def _from_another_thread(work: object) -> None:
    thread = Thread(target=work)  # type: ignore[arg-type]
    thread.start()
    thread.join()


def test_it_is_there_for_a_week(world: World) -> None:
    _, public_id = ask(world, world.ours.owner)
    world.clock.at += LASTS - timedelta(seconds=1)
    state_of(world, public_id)
    world.clock.at += timedelta(seconds=1)
    with pytest.raises(NotFound):
        state_of(world, public_id)


@pytest.mark.parametrize(
    ("locale", "says"), [("en", "could not be made"), ("de", "konnte nicht erstellt werden")]
)
def test_who_asked_is_told_once_that_it_could_not_be_made(world: World, locale: str, says: str) -> None:
    with session.transaction() as db:
        db.execute(update(Staff).values(locale=locale))
    key, public_id = ask(world, world.ours.owner)
    for _ in range(MOST_TRIES):
        with session.transaction() as db:
            task = exports.begin(db, key, now=world.clock.now())
            assert task is not None
            assert not task.is_over
        world.clock.advance(seconds=LEASE.total_seconds() + 1)
    assert notices(world) == []
    for _ in range(2):
        make_export(key, bindery=bindery(world), is_stopping=lambda: False)
    (told,) = notices(world)
    assert says in " ".join(told.split())
    assert "https://desk.example/account/exports" in told
    assert "smokes" not in told
    assert state_of(world, public_id) is State.FAILED
