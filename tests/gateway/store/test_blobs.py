"""Blobs: named by content, durable in the right order, and honest about a disk that is full or gone."""

import hashlib
import os
import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway import clock
from gateway.errors import Erased, NotFound, StorageFull, Unavailable
from gateway.store import sealedfiles
from gateway.store.blobs import BlobStore
from gateway.store.keyring import Owner
from gateway.store.sealedfiles import CHUNK_BYTES, HEADER_BYTES

DATA = b"It smokes.\r\n" * 1000
SHA = hashlib.sha256(DATA).hexdigest()
ANN, BUSINESS = Owner("a1", "ann"), Owner("a1")
LATER = datetime.now(UTC) + timedelta(minutes=10)

# Dies at the named call on its way to a durable blob.
DYING = """
import os, sys
from pathlib import Path
from gateway.store import blobs

def die(*_):
    os._exit(9)

at = sys.argv[2]
store = blobs.BlobStore(Path(sys.argv[1]) / "blobs", Path(sys.argv[1]) / "keyring")
spool = store.spool()
spool.write(sys.stdin.buffer.read())
if at == "sync":
    os.fsync = die
elif at == "rename":
    Path.replace = die
elif at == "directory":
    blobs.sync_directory = die
spool.keep()
"""


@pytest.fixture
def store(tmp_path: Path) -> BlobStore:
    return BlobStore(tmp_path / "blobs", tmp_path / "keyring")


def path(store: BlobStore, sha256: str) -> Path:
    return store.root / sha256[:2] / sha256


def lies_under(store: BlobStore, sha256: str = SHA) -> bytes | None:
    """The name of the key that a blob lies under; None when it is plain."""
    return sealedfiles.key_id_of(path(store, sha256).read_bytes()[:HEADER_BYTES])


def write_plain(store: BlobStore, data: bytes = DATA) -> str:
    """A blob as older versions wrote it."""
    sha256 = hashlib.sha256(data).hexdigest()
    path(store, sha256).write_bytes(data)
    return sha256


def mark(store: BlobStore, sha256: str = SHA) -> int:
    return store.list_unsettled(now=LATER, most=10)[sha256]


def give(store: BlobStore, owner: Owner = ANN, sha256: str = SHA) -> None:
    """As the settling does."""
    with store.keyring.exclusively():
        assert store.settle(sha256, owner, mark(store, sha256))


def destroy(store: BlobStore, owner: Owner = ANN) -> None:
    store.keyring.destroy(store.keyring.ids_of(owner))


def spooled(store: BlobStore) -> list[Path]:
    return list(store.spool_dir.iterdir())


def test_what_is_put_is_read_back_under_its_hash(store: BlobStore) -> None:
    kept = store.put(DATA)
    assert (kept.sha256, kept.size_bytes) == (SHA, len(DATA))
    assert store.read(SHA) == DATA
    assert path(store, SHA).name == SHA
    with store.open(SHA) as file:
        assert file.read(3) == DATA[:3]
    assert spooled(store) == []


def test_the_same_content_is_kept_once(store: BlobStore) -> None:
    store.put(DATA)
    at = path(store, SHA).stat().st_ino
    store.put(DATA)
    assert path(store, SHA).stat().st_ino == at


def test_a_spool_takes_pieces_and_any_kind_of_bytes(store: BlobStore) -> None:
    with store.spool() as spool:
        for piece in (DATA[:7], bytearray(DATA[7:100]), memoryview(DATA)[100:]):
            spool.write(bytes(piece) if isinstance(piece, bytearray) else piece)
        assert spool.size_bytes == len(DATA)
        assert not path(store, SHA).exists()
        first = spool.keep()
        assert spool.keep() == first
    assert store.read(SHA) == DATA


def test_what_is_not_kept_leaves_nothing(store: BlobStore) -> None:
    with store.spool() as spool:
        spool.write(DATA)
    spool.discard()
    assert spooled(store) == []
    assert not path(store, SHA).exists()


@pytest.mark.parametrize("size", [0, 1, 100_000])
def test_a_blob_tells_how_large_it_is(store: BlobStore, size: int) -> None:
    assert store.size_bytes(store.put(b"x" * size).sha256) == size
    with pytest.raises(NotFound):
        store.size_bytes("0" * 64)


def test_nothing_empty_is_lost_either(store: BlobStore) -> None:
    assert store.read(store.put(b"").sha256) == b""


def test_what_is_not_there_is_not_found(store: BlobStore) -> None:
    with pytest.raises(NotFound):
        store.read("0" * 64)


@pytest.mark.parametrize(("at", "is_there"), [("sync", False), ("rename", False), ("directory", True)])
def test_a_kill_on_the_way_leaves_all_of_it_or_nothing_under_the_hash(
    tmp_path: Path, at: str, *, is_there: bool
) -> None:
    died = subprocess.run([sys.executable, "-c", DYING, tmp_path, at], input=DATA, check=False, timeout=60)
    assert died.returncode == 9
    store = BlobStore(tmp_path / "blobs", tmp_path / "keyring")
    assert path(store, SHA).exists() is is_there
    assert store.put(DATA).sha256 == SHA
    assert store.read(SHA) == DATA


def test_a_second_writer_makes_the_first_ones_rename_durable(
    store: BlobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put(DATA)
    synced: list[int] = []
    real = os.fsync  # watched, not replaced: what it was called for cannot be seen afterwards

    def watched(fd: int) -> None:
        synced.append(os.fstat(fd).st_ino)
        real(fd)

    monkeypatch.setattr(os, "fsync", watched)
    store.put(DATA)
    assert synced == [path(store, SHA).parent.stat().st_ino]


def test_only_what_has_long_been_half_written_is_forgotten(store: BlobStore) -> None:
    old, young = store.spool(), store.spool()
    for spool in (old, young):
        spool.write(DATA)
    first, second = spooled(store)
    now = datetime.now(UTC)
    os.utime(first, (now.timestamp() - 7200, now.timestamp() - 7200))
    assert store.forget_unfinished(older_than=timedelta(hours=1), now=now) == 1
    assert spooled(store) == [second]
    for spool in (old, young):
        spool.discard()


def test_a_store_that_went_away_is_unavailable(tmp_path: Path) -> None:
    store = BlobStore(tmp_path / "blobs", tmp_path / "keyring")
    (tmp_path / "blobs").rename(tmp_path / "moved")
    for attempt in (store.spool, store.free_bytes, lambda: store.put(DATA)):
        with pytest.raises(Unavailable) as caught:
            attempt()
        assert str(tmp_path) not in str(caught.value)


def test_a_root_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Unavailable):
        BlobStore(tmp_path / "file" / "blobs", tmp_path / "keyring")


def test_a_full_disk_is_storage_full_and_what_was_kept_stays(small_disk: Path, tmp_path: Path) -> None:
    store = BlobStore(small_disk / "blobs", tmp_path / "keyring")
    store.put(DATA)
    with store.spool() as spool, pytest.raises(StorageFull) as caught:
        spool.write(bytes(3 * 1024 * 1024))
    assert caught.value.smtp == "452 4.3.1"
    assert spooled(store) == []
    assert store.read(SHA) == DATA
    assert 0 < store.free_bytes() < 2 * 1024 * 1024


# Dies at the named call on its way from one key to another.
DYING_GIVER = """
import os, sys
from pathlib import Path
from gateway.store.blobs import BlobStore
from gateway.store.keyring import Owner

def die(*_):
    os._exit(9)

root, sha256, at, mark = Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
store = BlobStore(root / "blobs", root / "keyring")
real = os.pwrite
if at == "before":
    os.pwrite = die
elif at == "after":
    os.pwrite = lambda *all: (real(*all), die())
elif at == "marked":
    Path.unlink = die
store.settle(sha256, Owner("a1", "ann"), mark)
"""


def test_neither_disk_nor_spool_ever_has_the_content(store: BlobStore) -> None:
    with store.spool() as spool:
        spool.write(b"MARKER " * 10_000)
        assert all(b"MARKER" not in file.read_bytes() for file in spooled(store))
        kept = spool.keep()
    store.put(b"a short MARKER")
    files = [file for file in store.root.rglob("*") if file.is_file()]
    assert path(store, kept.sha256) in files
    assert all(b"MARKER" not in file.read_bytes() for file in files)


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES, CHUNK_BYTES + 1, 100_000])
def test_sealed_or_plain_a_blob_is_read_from_anywhere(store: BlobStore, size: int) -> None:
    data = os.urandom(size)
    for sha256 in (store.put(data).sha256, write_plain(store, data)):
        with store.open(sha256) as file:
            assert file.seek(size // 2) == size // 2
            assert file.read() == data[size // 2 :]
        assert store.size_bytes(sha256) == size
        assert store.read(sha256) == data
        assert store.has(sha256)


def test_what_comes_lies_under_this_weeks_key_until_it_is_given_away(store: BlobStore) -> None:
    store.put(DATA)
    assert lies_under(store) == store.key_of_arrivals().id
    before = path(store, SHA).read_bytes()
    give(store)
    assert lies_under(store) == store.keyring.of(ANN).id
    assert path(store, SHA).read_bytes()[HEADER_BYTES:] == before[HEADER_BYTES:]
    assert store.list_unsettled(now=LATER, most=10) == {}
    assert store.read(SHA) == DATA


def test_the_key_of_arrivals_is_another_one_each_week(
    store: BlobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = []
    for day in (2, 8, 9):  # Monday, Sunday, Monday
        monkeypatch.setattr(clock, "now", lambda day=day: datetime(2026, 3, day, 12, tzinfo=UTC))
        keys.append(store.key_of_arrivals())
    assert keys[0] == keys[1] != keys[2]


@pytest.mark.parametrize("at", ["before", "after", "marked"])
def test_a_kill_between_two_keys_leaves_one_that_opens(tmp_path: Path, store: BlobStore, at: str) -> None:
    store.put(DATA)
    command = [sys.executable, "-c", DYING_GIVER, str(tmp_path), SHA, at, str(mark(store))]
    died = subprocess.run(command, check=False, timeout=60)
    assert died.returncode == 9
    assert (lies_under(store) == store.keyring.of(ANN).id) is (at != "before")
    assert store.read(SHA) == DATA
    give(store, BUSINESS)
    assert store.read(SHA) == DATA


def test_a_torn_header_was_never_seen_while_keys_change(store: BlobStore) -> None:
    store.put(DATA)
    owners = [Owner("a1", str(number)) for number in range(2)]
    stop = threading.Event()

    def change() -> None:
        while not stop.is_set():
            for owner in owners:
                store.take_back(SHA)
                give(store, owner)

    changing = threading.Thread(target=change)
    changing.start()
    try:
        assert all(store.read(SHA) == DATA for _ in range(300))
    finally:
        stop.set()
        changing.join()


def test_a_destroyed_key_ends_the_blob_here_and_in_any_copy(store: BlobStore, tmp_path: Path) -> None:
    store.put(DATA)
    give(store)
    shutil.copytree(store.root, tmp_path / "backup")
    destroy(store)
    for one in (store, BlobStore(tmp_path / "backup", tmp_path / "keyring")):
        for look in (one.open, one.read):
            with pytest.raises(Erased):
                look(SHA)
        assert not one.has(SHA)


def test_without_its_keyring_a_blob_is_unavailable_and_not_erased(store: BlobStore, tmp_path: Path) -> None:
    store.put(DATA)
    with pytest.raises(Unavailable):
        BlobStore(store.root, tmp_path / "another").read(SHA)


def test_the_same_content_after_its_key_was_destroyed_is_kept_anew(store: BlobStore) -> None:
    store.put(DATA)
    give(store)
    destroy(store)
    store.put(DATA)
    assert store.read(SHA) == DATA


def test_content_that_comes_again_is_looked_at_again(store: BlobStore) -> None:
    store.put(DATA)
    give(store)
    with store.spool() as spool:
        spool.write(DATA)
        spool.keep()
    assert lies_under(store) == store.key_of_arrivals().id
    give(store)
    store.put(DATA)
    assert lies_under(store) == store.key_of_arrivals().id
    destroy(store)
    assert store.read(SHA) == DATA


def test_what_was_put_again_while_an_owner_was_looked_for_is_not_given_to_them(store: BlobStore) -> None:
    store.put(DATA)
    before = mark(store)
    os.utime(store.unsettled_dir / SHA, ns=(before - 1, before - 1))
    store.put(DATA)
    assert not store.settle(SHA, ANN, before - 1)
    assert lies_under(store) == store.key_of_arrivals().id
    assert SHA in store.list_unsettled(now=LATER, most=10)


def test_what_is_gone_or_plain_is_settled_with_nothing_done(store: BlobStore) -> None:
    plain = write_plain(store)
    store.take_back(plain)
    assert store.settle(plain, ANN, mark(store))
    assert lies_under(store) is None
    store.put(b"gone")
    gone = hashlib.sha256(b"gone").hexdigest()
    path(store, gone).unlink()
    assert store.settle(gone, ANN, mark(store, gone))
    assert not store.settle(gone, ANN, 0)
    assert store.list_unsettled(now=LATER, most=10) == {}


def test_whose_turn_has_not_come_is_not_listed(store: BlobStore) -> None:
    for number in range(5):
        store.put(bytes([number]))
    assert len(store.list_unsettled(now=LATER, most=3)) == 3
    first = next(iter(store.list_unsettled(now=LATER, most=5)))
    store.look_again(first, at=LATER + timedelta(seconds=1))
    store.look_again("0" * 64, at=LATER)  # settled meanwhile
    assert len(store.list_unsettled(now=LATER, most=5)) == 4
    assert len(store.list_unsettled(now=LATER + timedelta(seconds=1), most=5)) == 5


def test_it_is_known_when_a_blob_was_put_or_given(store: BlobStore) -> None:
    store.put(DATA)
    assert abs(store.changed_at(SHA, default=LATER) - datetime.now(UTC)) < timedelta(minutes=5)
    assert store.changed_at("0" * 64, default=LATER) == LATER


def test_removing_leaves_nothing_and_may_be_repeated(store: BlobStore) -> None:
    store.put(DATA)
    for _ in range(2):
        assert store.forget(SHA)
    assert not store.has(SHA)
    assert list(store.root.rglob(SHA)) == []


def test_what_was_kept_since_then_stays(store: BlobStore) -> None:
    store.put(DATA)
    kept_at = path(store, SHA).stat().st_mtime
    assert not store.forget(SHA, untouched_since=datetime.fromtimestamp(kept_at - 0.001, UTC))
    assert store.read(SHA) == DATA
    os.utime(path(store, SHA), (kept_at - 60, kept_at - 60))
    store.put(DATA)
    assert not store.forget(SHA, untouched_since=datetime.fromtimestamp(kept_at - 30, UTC))
    assert store.forget(SHA, untouched_since=datetime.fromtimestamp(kept_at + 3600, UTC))
    assert not store.has(SHA)


def test_one_that_is_kept_while_another_removes_it_is_there(store: BlobStore) -> None:
    begin, long_ago = threading.Barrier(2), datetime.fromtimestamp(1, UTC)

    def keep() -> None:
        with store.spool() as spool:
            spool.write(DATA)
            begin.wait()
            spool.keep()

    def remove() -> None:
        begin.wait()
        store.forget(SHA, untouched_since=long_ago)

    with ThreadPoolExecutor(2) as threads:
        for _ in range(200):
            store.put(DATA)
            os.utime(path(store, SHA), (0, 0))
            for work in [threads.submit(keep), threads.submit(remove)]:
                work.result()
            assert store.read(SHA) == DATA


def test_who_lets_go_removes_only_what_lies_under_that_key(store: BlobStore) -> None:
    store.put(DATA)
    give(store)
    store.let_go(SHA, under={store.keyring.of(BUSINESS).id})
    assert store.read(SHA) == DATA
    store.let_go(SHA, under={store.keyring.of(ANN).id})
    assert not store.has(SHA)
    store.let_go(SHA, under={store.keyring.of(ANN).id})


def test_who_lets_go_leaves_what_somebody_is_about_to_have(store: BlobStore) -> None:
    store.put(DATA)
    old = store.keyring.of(ANN).id
    give(store)
    (store.unsettled_dir / SHA).touch()  # as in the moment between another's put and their row
    store.let_go(SHA, under={old})
    assert lies_under(store) == store.key_of_arrivals().id
    long_ago = (datetime.now(UTC) - timedelta(hours=1, seconds=5)).timestamp()
    os.utime(path(store, SHA), (long_ago, long_ago))
    store.let_go(SHA, under={store.key_of_arrivals().id})
    assert list(store.root.rglob(SHA)) == []


def test_plain_blobs_are_found_and_sealed(store: BlobStore) -> None:
    plain = write_plain(store)
    other = store.put(b"other").sha256
    assert dict(store.walk()) == {plain: None, other: store.key_of_arrivals().id}
    with store.open(plain) as reader:
        store.seal(plain)
        assert reader.read() == DATA  # who is reading it reads on
    assert lies_under(store) == store.key_of_arrivals().id
    assert store.read(plain) == DATA
    assert plain in store.list_unsettled(now=LATER, most=10)
    assert spooled(store) == []
    store.seal("0" * 64)


def test_a_plain_blob_whose_content_changed_is_kept_as_it_is(store: BlobStore) -> None:
    path(store, SHA).write_bytes(b"rotten")
    store.seal(SHA)
    assert store.read(SHA) == b"rotten"


def test_a_new_store_has_nothing_plain_and_an_older_one_may(tmp_path: Path, store: BlobStore) -> None:
    assert store.is_all_sealed
    (tmp_path / "older" / "00").mkdir(parents=True)
    older = BlobStore(tmp_path / "older", tmp_path / "keyring")
    assert not older.is_all_sealed
    older.note_all_sealed()
    assert BlobStore(tmp_path / "older", tmp_path / "keyring").is_all_sealed


def test_a_damaged_blob_is_unavailable(store: BlobStore) -> None:
    store.put(DATA)
    path(store, SHA).write_bytes(path(store, SHA).read_bytes()[:-1])
    with pytest.raises(Unavailable):
        store.read(SHA)


def test_lines_that_a_power_cut_spoiled_are_passed_over(store: BlobStore) -> None:
    store.put(DATA)
    with (store.root / "arrived").open("ab") as file:
        file.write(bytes(65) + b"../../../etc\n" + b"0" * 63 + b"\n" + b"ab" * 20)
    assert set(store.list_unsettled(now=LATER, most=10)) == {SHA}
    assert (store.root / "arrived").stat().st_size == 0
    assert {file.name for file in store.unsettled_dir.iterdir()} == {SHA}
