"""Settling: blobs come under their owners' keys, and a destroyed key takes nothing of anybody else's."""

import hashlib
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from gateway import clock
from gateway.errors import Erased, NotFound, Unavailable
from gateway.store import session, settling
from gateway.store.blobs import BlobStore
from gateway.store.keyring import Owner
from gateway.store.models import Article, Attachment, Intake
from gateway.store.settling import ARRIVALS_KEPT_FOR, Rounds, destroy_keys, settle
from tests.gateway.store.test_blobowners import CONTENT, named, person, with_file
from tests.world import ANN, BOB, FOREIGN, SUPPORT, World, mail

MARKER = b"MARKER-of-ann "


def soon() -> datetime:
    """When all that is marked by now is due."""
    return datetime.now(UTC) + timedelta(minutes=5)


def lies_under(world: World, sha256: str) -> bytes | None:
    return dict(world.blobs.walk())[sha256]


def key(world: World, owner: Owner) -> bytes:
    return world.blobs.keyring.of(owner).id


def forget_rows(sender: str) -> None:
    """As an erasure leaves the database: no row names a blob of theirs."""
    with session.transaction() as db:
        theirs = select(Article.id).where(Article.from_address == sender)
        db.execute(delete(Attachment).where(Attachment.article_id.in_(theirs)))
        db.execute(update(Article).where(Article.from_address == sender).values(raw_sha256=None))
        db.execute(delete(Intake).where(Intake.mail_from == sender))


def files_of(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


def test_what_was_filed_comes_under_its_owners_key(world: World) -> None:
    raw, theirs = with_file(ANN), with_file(BOB, b"other")
    world.receive(raw)
    world.receive(theirs, mail_from=BOB)
    world.reply(1)
    assert settle(world.blobs, now=soon()) == 5
    ann, bob = person(world.ours, ANN), person(world.ours, BOB)
    assert lies_under(world, named(raw)) == lies_under(world, named(CONTENT)) == key(world, ann)
    assert lies_under(world, world.detail().articles[1].raw_sha256 or "") == key(world, ann)
    assert lies_under(world, named(theirs)) == key(world, bob)
    assert settle(world.blobs, now=soon()) == 0
    assert world.blobs.read(named(raw)) == raw


def test_what_two_people_have_comes_under_their_accounts_key(world: World) -> None:
    world.receive(with_file(ANN))
    settle(world.blobs, now=soon())
    world.receive(with_file(BOB), mail_from=BOB)
    settle(world.blobs, now=soon())
    assert lies_under(world, named(CONTENT)) == key(world, Owner(world.ours.public_id))


def test_what_is_open_or_nobodys_is_looked_at_again_later_and_later(world: World) -> None:
    raw = mail()
    (intake_id,) = world.accept(raw, SUPPORT)
    nobodys = world.blobs.put(b"nobody's").sha256
    assert settle(world.blobs, now=soon()) == 0
    arrivals = world.blobs.key_of_arrivals().id
    assert lies_under(world, named(raw)) == lies_under(world, nobodys) == arrivals
    assert world.blobs.list_unsettled(now=soon(), most=9) == {}
    world.file(intake_id)
    hour = soon() + timedelta(hours=1)
    assert settle(world.blobs, now=hour) == 1
    assert lies_under(world, named(raw)) == key(world, person(world.ours, ANN))
    assert settle(world.blobs, now=hour + timedelta(days=9)) == 0
    assert world.blobs.list_unsettled(now=hour + timedelta(days=9, minutes=59), most=9) == {}
    assert set(world.blobs.list_unsettled(now=hour + timedelta(days=9, hours=1), most=9)) == {nobodys}


def test_more_than_fit_into_one_look_are_settled(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settling, "_AT_ONCE", 2)
    for _ in range(5):
        world.receive(mail())
    assert settle(world.blobs, now=soon()) == 5


def test_while_keys_are_destroyed_nothing_is_settled(world: World) -> None:
    world.receive(mail())
    with world.blobs.keyring.exclusively(), pytest.raises(Unavailable):
        settle(world.blobs, now=soon())
    assert settle(world.blobs, now=soon()) == 1


def test_an_old_backup_is_unreadable_once_the_key_is_destroyed(world: World, tmp_path: Path) -> None:
    raw, theirs = with_file(ANN, MARKER * 3000), with_file(BOB, b"Bob's")
    world.receive(raw)
    world.receive(theirs, mail_from=BOB)
    (file,) = world.detail().articles[0].attachments
    settle(world.blobs, now=soon())
    ann = person(world.ours, ANN)
    secret = world.blobs.keyring.of(ann).secret
    assert MARKER not in files_of(world.blobs.root)
    shutil.copytree(world.blobs.root, tmp_path / "backup")
    forget_rows(ANN)
    destroy_keys(world.blobs, [ann])
    assert secret not in files_of(world.blobs.keyring.directory)
    assert not list(world.blobs.root.rglob(named(raw)))
    backup = BlobStore(tmp_path / "backup", world.blobs.keyring.directory)
    for sha256 in (named(raw), file.sha256):
        with pytest.raises(NotFound):
            world.blobs.read(sha256)
        with pytest.raises(Erased):
            backup.read(sha256)
    assert backup.read(named(theirs)) == world.blobs.read(named(theirs)) == theirs


def test_what_somebody_still_has_is_kept_when_the_key_goes(world: World) -> None:
    raw = mail()
    world.receive(raw)
    settle(world.blobs, now=soon())
    ann = person(world.ours, ANN)
    before = key(world, ann)
    destroy_keys(world.blobs, [ann])  # its row is there
    assert world.blobs.read(named(raw)) == raw
    with pytest.raises(Erased):
        world.blobs.keyring.secret(before)
    settle(world.blobs, now=soon())
    assert lies_under(world, named(raw)) == key(world, ann) != before


def test_what_another_has_meanwhile_is_kept_when_the_key_goes(world: World) -> None:
    world.receive(with_file(ANN))
    settle(world.blobs, now=soon())
    (file,) = world.detail().articles[0].attachments
    ann = person(world.ours, ANN)
    world.receive(with_file(BOB), mail_from=BOB)
    forget_rows(ANN)
    destroy_keys(world.blobs, [ann])
    assert world.blobs.read(file.sha256) == CONTENT


def test_an_accounts_keys_go_together_and_the_strangers_stay(world: World) -> None:
    raw, shared = mail(), mail(to=f"{SUPPORT}, {FOREIGN}")
    world.receive(raw)
    world.receive(shared, SUPPORT, FOREIGN)
    settle(world.blobs, now=soon())
    assert lies_under(world, named(shared)) == key(world, Owner())
    with session.transaction() as db:
        ours = Article.account_id == world.ours.account_id
        db.execute(update(Article).where(ours).values(raw_sha256=None))
        db.execute(delete(Intake).where(Intake.account_id == world.ours.account_id))
    destroy_keys(world.blobs, [Owner(world.ours.public_id)])
    assert not world.blobs.has(named(raw))
    assert world.blobs.read(named(shared)) == shared
    assert world.blobs.keyring.ids_of(Owner(world.ours.public_id)) == frozenset()


def test_destroying_again_and_of_nobody_is_done_at_once(world: World) -> None:
    world.receive(mail())
    settle(world.blobs, now=soon())
    destroy_keys(world.blobs, [])
    for _ in range(2):
        destroy_keys(world.blobs, [Owner("a1", "nobody")])
    assert world.blobs.has(world.detail().articles[0].raw_sha256 or "")


def test_a_try_that_was_cut_short_is_completed_by_the_next(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    raws = [mail() for _ in range(3)]
    for raw in raws:
        world.receive(raw)
    settle(world.blobs, now=soon())
    ann = person(world.ours, ANN)
    forget_rows(ANN)

    def cut(*_: object, **__: object) -> None:
        raise Unavailable

    for name in ("let_go", "sync"):
        with monkeypatch.context() as patch:
            patch.setattr(world.blobs, name, cut)
            with pytest.raises(Unavailable):
                destroy_keys(world.blobs, [ann])
    destroy_keys(world.blobs, [ann])
    assert not any(world.blobs.has(named(raw)) for raw in raws)
    assert world.blobs.keyring.ids_of(ann) == frozenset()


def test_who_arrive_at_once_are_all_noted(tmp_path: Path) -> None:
    stores = [BlobStore(tmp_path / "blobs", tmp_path / "keyring") for _ in range(4)]

    def bring(at: int) -> None:
        for number in range(50):
            stores[at].put(bytes([at, number]))

    found: set[str] = set()
    with ThreadPoolExecutor(4) as threads:
        bringing = [threads.submit(bring, at) for at in range(4)]
        while not all(one.done() for one in bringing):
            found |= stores[0].list_unsettled(now=soon(), most=1000).keys()
    for one in bringing:
        one.result()
    assert len(found | stores[0].list_unsettled(now=soon(), most=1000).keys()) == 200


# The rounds


def plain(world: World, data: bytes) -> str:
    """A blob as an older version wrote it."""
    sha256 = hashlib.sha256(data).hexdigest()
    (world.blobs.root / sha256[:2] / sha256).write_bytes(data)
    return sha256


def is_all_sealed(world: World) -> bool:
    return world.blobs.is_all_sealed


def steps(rounds: Rounds, *, now: datetime | None = None, most: int = 50) -> int:
    """Go on until it rests; how many steps that took."""
    for number in range(most):
        if not rounds.step(now=now or datetime.now(UTC)):
            return number
    raise AssertionError("it never rests")


@pytest.fixture
def older(world: World) -> World:
    """An installation whose blobs are from before there were keys."""
    (world.blobs.root / "sealed").unlink()
    return world


def test_what_an_older_version_wrote_is_sealed_and_given_to_its_owner(older: World) -> None:
    raw = mail(MARKER.decode() * 2000)
    older.receive(raw)
    older.blobs.forget(named(raw))
    plain(older, raw)
    assert MARKER in files_of(older.blobs.root)
    assert older.blobs.read(named(raw)) == raw
    rounds = Rounds(older.blobs)
    assert steps(rounds) == 1
    assert MARKER not in files_of(older.blobs.root)
    assert settle(older.blobs, now=soon()) == 1
    assert lies_under(older, named(raw)) == key(older, person(older.ours, ANN))
    assert not is_all_sealed(older)
    assert steps(rounds) == 1  # one round more, which finds nothing
    assert is_all_sealed(older)
    assert steps(rounds) == 0


def test_sealing_takes_a_few_at_a_step_and_goes_on_after_a_restart(older: World) -> None:
    names = [plain(older, bytes([number])) for number in range(45)]
    first = Rounds(older.blobs)
    assert first.step(now=datetime.now(UTC))
    sealed = [name for name, key_id in older.blobs.walk() if key_id]
    assert len(sealed) == 20
    assert steps(Rounds(older.blobs)) == 2
    assert all(key_id for _, key_id in older.blobs.walk())
    assert [older.blobs.read(name) for name in names] == [bytes([number]) for number in range(45)]


def test_a_fault_begins_the_round_anew(older: World, monkeypatch: pytest.MonkeyPatch) -> None:
    name = plain(older, b"plain")
    rounds = Rounds(older.blobs)

    def fail(_sha256: str) -> None:
        raise Unavailable

    with monkeypatch.context() as patch:
        patch.setattr(older.blobs, "seal", fail)
        with pytest.raises(Unavailable):
            rounds.step(now=datetime.now(UTC))
    assert not is_all_sealed(older)
    steps(rounds)
    assert dict(older.blobs.walk())[name] is not None


def test_an_old_key_of_arrivals_is_emptied_and_destroyed(world: World) -> None:
    waits, filed = mail(), mail()
    world.accept(waits, SUPPORT)
    world.receive(filed)
    nobodys = world.blobs.put(b"nobody's").sha256
    settle(world.blobs, now=soon())
    old = world.blobs.key_of_arrivals()
    long_ago = (datetime.now(UTC) - timedelta(hours=2)).timestamp()
    os.utime(world.blobs.root / nobodys[:2] / nobodys, (long_ago, long_ago))
    monday = datetime.combine(datetime.now(UTC).date(), time(), UTC) - timedelta(
        days=datetime.now(UTC).weekday()
    )
    rounds = Rounds(world.blobs)
    assert steps(rounds, now=monday + ARRIVALS_KEPT_FOR) == 0
    assert world.blobs.keyring.secret(old.id) == old.secret
    past = monday + ARRIVALS_KEPT_FOR + timedelta(days=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: past)
        assert steps(rounds, now=past) == 1
        assert lies_under(world, named(waits)) == world.blobs.key_of_arrivals().id
    with pytest.raises(Erased):
        world.blobs.keyring.secret(old.id)
    assert (world.blobs.read(named(waits)), world.blobs.read(named(filed))) == (waits, filed)
    assert not list(world.blobs.root.rglob(nobodys))
