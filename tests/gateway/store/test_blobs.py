"""Blobs: named by content, durable in the right order, and honest about a disk that is full or gone."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.errors import NotFound, StorageFull, Unavailable
from gateway.store.blobs import BlobStore

DATA = b"It smokes.\r\n" * 1000
SHA = hashlib.sha256(DATA).hexdigest()

# Dies at the named call on its way to a durable blob.
DYING = """
import os, sys
from pathlib import Path
from gateway.store import blobs

def die(*_):
    os._exit(9)

at = sys.argv[2]
store = blobs.BlobStore(Path(sys.argv[1]))
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
    return BlobStore(tmp_path / "blobs")


def spooled(store: BlobStore) -> list[Path]:
    return list(store.spool_dir.iterdir())


def test_what_is_put_is_read_back_under_its_hash(store: BlobStore) -> None:
    kept = store.put(DATA)
    assert (kept.sha256, kept.size_bytes) == (SHA, len(DATA))
    assert store.read(SHA) == DATA
    assert store.path(SHA).name == SHA
    with store.open(SHA) as file:
        assert file.read(3) == DATA[:3]
    assert spooled(store) == []


def test_the_same_content_is_kept_once(store: BlobStore) -> None:
    store.put(DATA)
    at = store.path(SHA).stat().st_ino
    store.put(DATA)
    assert store.path(SHA).stat().st_ino == at


def test_a_spool_takes_pieces_and_any_kind_of_bytes(store: BlobStore) -> None:
    with store.spool() as spool:
        for piece in (DATA[:7], bytearray(DATA[7:100]), memoryview(DATA)[100:]):
            spool.write(bytes(piece) if isinstance(piece, bytearray) else piece)
        assert spool.size_bytes == len(DATA)
        assert not store.path(SHA).exists()
        first = spool.keep()
        assert spool.keep() == first
    assert store.read(SHA) == DATA


def test_what_is_not_kept_leaves_nothing(store: BlobStore) -> None:
    with store.spool() as spool:
        spool.write(DATA)
    spool.discard()
    assert spooled(store) == []
    assert not store.path(SHA).exists()


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
    root = tmp_path / "blobs"
    died = subprocess.run([sys.executable, "-c", DYING, root, at], input=DATA, check=False, timeout=60)
    assert died.returncode == 9
    store = BlobStore(root)
    assert store.path(SHA).exists() is is_there
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
    assert synced == [store.path(SHA).parent.stat().st_ino]


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
    store = BlobStore(tmp_path / "blobs")
    (tmp_path / "blobs").rename(tmp_path / "moved")
    for attempt in (store.spool, store.free_bytes, lambda: store.put(DATA)):
        with pytest.raises(Unavailable) as caught:
            attempt()
        assert str(tmp_path) not in str(caught.value)


def test_a_root_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Unavailable):
        BlobStore(tmp_path / "file" / "blobs")


def aged(store: BlobStore, *, hours: float) -> datetime:
    """The blob as it was kept so long ago; now."""
    now = datetime.now(UTC)
    at = (now - timedelta(hours=hours)).timestamp()
    os.utime(store.path(SHA), (at, at))
    return now


def test_a_blob_that_nobody_touched_lately_goes(tmp_path: Path) -> None:
    store = BlobStore(tmp_path / "blobs")
    store.put(DATA)
    now = aged(store, hours=2)
    assert not store.forget(SHA, untouched_since=now - timedelta(hours=3))
    assert store.read(SHA) == DATA
    assert store.forget(SHA, untouched_since=now - timedelta(hours=1))
    assert not store.path(SHA).exists()
    assert spooled(store) == []
    assert store.forget(SHA, untouched_since=now)


def test_whoever_keeps_the_same_again_is_not_robbed_of_it(tmp_path: Path) -> None:
    store = BlobStore(tmp_path / "blobs")
    store.put(DATA)
    now = aged(store, hours=2)
    store.put(DATA)
    assert not store.forget(SHA, untouched_since=now - timedelta(hours=1))
    assert store.read(SHA) == DATA


def test_one_that_was_kept_while_it_was_put_aside_is_put_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = BlobStore(tmp_path / "blobs")
    store.put(DATA)
    now = aged(store, hours=2)
    stat = Path.stat

    def kept_after_the_first_look(path: Path) -> os.stat_result:
        seen = stat(path)
        if path == store.path(SHA):
            store.put(DATA)
        return seen

    # A race of two processes: the other one comes between the look and the renaming.
    monkeypatch.setattr(Path, "stat", kept_after_the_first_look)
    assert not store.forget(SHA, untouched_since=now - timedelta(hours=1))
    monkeypatch.undo()
    assert store.read(SHA) == DATA
    assert spooled(store) == []


def test_one_that_was_put_aside_by_somebody_who_died_is_looked_at_again(tmp_path: Path) -> None:
    store = BlobStore(tmp_path / "blobs")
    store.put(DATA)
    store.path(SHA).rename(store.spool_dir / f"{SHA}.gone")
    assert not store.forget(SHA, untouched_since=datetime.now(UTC) - timedelta(hours=1))
    assert store.read(SHA) == DATA


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 2 MiB."""
    at = tmp_path / "small"
    at.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", at], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no small disk here: {mounted.stderr.strip()}")
    yield at
    subprocess.run(["umount", at], check=True)


def test_a_full_disk_is_storage_full_and_what_was_kept_stays(small_disk: Path) -> None:
    store = BlobStore(small_disk / "blobs")
    store.put(DATA)
    with store.spool() as spool, pytest.raises(StorageFull) as caught:
        spool.write(bytes(3 * 1024 * 1024))
    assert caught.value.smtp == "452 4.3.1"
    assert spooled(store) == []
    assert store.read(SHA) == DATA
    assert 0 < store.free_bytes() < 2 * 1024 * 1024
