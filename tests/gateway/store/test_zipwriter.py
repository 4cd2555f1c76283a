"""Zip files of our own writing, as Python's own reader sees them."""

import random
import tracemalloc
import zipfile
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

import pytest

from gateway.store import zipwriter
from gateway.store.zipwriter import ZipWriter

AT = datetime(2026, 3, 2, 12, 30, 8, tzinfo=UTC)


def written(path: Path, entries: dict[str, bytes], *, block: int = 7) -> Path:
    with path.open("wb") as file:
        packed = ZipWriter(file, at=AT)
        for name, content in entries.items():
            with packed.entry(name) as write:
                for start in range(0, len(content), block):
                    write(content[start : start + block])
        packed.close()
    return path


def test_what_went_in_comes_out(tmp_path: Path) -> None:
    entries = {"a.txt": b"hello " * 99, "b/Übersicht “1”.pdf": b"\0\1\2", "empty": b""}
    with zipfile.ZipFile(written(tmp_path / "x.zip", entries)) as found:
        assert found.testzip() is None
        assert {name: found.read(name) for name in found.namelist()} == entries
        assert found.getinfo("a.txt").date_time == (2026, 3, 2, 12, 30, 8)
        assert found.getinfo("a.txt").compress_size < 99


def test_an_archive_of_nothing_is_one(tmp_path: Path) -> None:
    with zipfile.ZipFile(written(tmp_path / "x.zip", {})) as found:
        assert found.namelist() == []


def test_a_directory_that_older_readers_cannot_count_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A patch, as 65,535 entries and 4 GiB take long to write."""
    monkeypatch.setattr(zipwriter, "_MANY", 3)
    with zipfile.ZipFile(written(tmp_path / "x.zip", {str(n): b"%d" % n for n in range(3)})) as found:
        assert [found.read(str(n)) for n in range(3)] == [b"0", b"1", b"2"]


def test_entries_beyond_four_gigabytes_are_found(tmp_path: Path) -> None:
    """The file has a hole in it, which takes no space."""
    path = tmp_path / "x.zip"
    with path.open("wb") as file:
        packed = ZipWriter(file, at=AT)
        with packed.entry("first") as write:
            write(b"1")
        file.seek(5 * 2**30)
        with packed.entry("second") as write:
            write(b"2")
        packed.close()
    with zipfile.ZipFile(path) as found:
        assert [found.read(name) for name in ("first", "second")] == [b"1", b"2"]


def peak(path: Path, entries: int, blocks: int) -> int:
    """The most memory that Python had, in bytes, while so many entries and blocks were written."""
    content = random.Random(1).randbytes(64 * 1024)
    with path.open("wb") as file:
        packed = ZipWriter(file, at=AT)
        tracemalloc.start()
        for number in range(entries):
            with packed.entry(f"some/long/name/of/an/entry/{number}") as write:
                for _ in range(blocks):
                    write(content)
        packed.close()
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return most


def test_memory_does_not_grow_with_entries_and_sizes(tmp_path: Path) -> None:
    """In a process of its own, where nothing of other tests runs on."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
        sizes = [(10, 1), (5_000, 0), (1, 300)]
        few, many, large = (alone.submit(peak, tmp_path / "x.zip", *size).result() for size in sizes)
    assert max(many, large) < few + 1_500_000
