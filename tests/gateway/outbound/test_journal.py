"""The journal: a note is there when `note` returned, and nothing else is."""

import os
import resource
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.outbound import journal as journal_module
from gateway.outbound.journal import Journal, Note, is_same_file, read_notes

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def noted(journal: Journal) -> list[Note]:
    return read_notes(journal.path.read_bytes())


def test_what_was_noted_can_be_read(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal") as journal:
        journal.note(7, "t1", "250 ok\nsecond ü", NOON)
        journal.note(8, "t2", "250 ok", NOON)
        expected = [Note(7, "t1", "250 ok\nsecond ü", NOON), Note(8, "t2", "250 ok", NOON)]
        assert noted(journal) == expected
        assert list(journal.unmerged) == expected


def test_a_line_torn_or_damaged_is_no_note(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.note(7, "t1", "250 ok", NOON)
        whole = journal.path.read_bytes()
    for torn in (whole[:-1], b"{}\n", b"[1]\n", b"\xff\n", whole[10:]):
        assert read_notes(whole + torn) == [Note(7, "t1", "250 ok", NOON)]
    assert read_notes(b"") == []


def test_each_process_has_a_file_of_its_own_and_only_it_can_be_read_by_others(tmp_path: Path) -> None:
    with Journal(tmp_path) as one, Journal(tmp_path) as other:
        assert one.owner != other.owner
        assert {path.stem for path in tmp_path.iterdir()} == {one.owner, other.owner}
        assert one.path.stat().st_mode & 0o777 == 0o600


def test_a_file_with_nothing_left_goes_when_it_is_closed(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.note(7, "t1", "250 ok", NOON)
        journal.merged("t1")
        assert journal.unmerged == ()
    assert list(tmp_path.iterdir()) == []


def test_a_file_with_something_left_stays_when_it_is_closed(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.note(7, "t1", "250 ok", NOON)
    assert read_notes(journal.path.read_bytes()) == [Note(7, "t1", "250 ok", NOON)]


def test_it_shrinks_only_when_the_database_has_all_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "TRUNCATE_ABOVE_BYTES", 10)  # a megabyte of notes proves no more
    with Journal(tmp_path) as journal:
        journal.note(7, "t1", "250 ok", NOON)
        journal.note(8, "t2", "250 ok", NOON)
        journal.merged("t1")
        assert len(noted(journal)) == 2
        journal.merged("t2")
        assert noted(journal) == []
        journal.note(9, "t3", "250 ok", NOON)
        assert noted(journal) == [Note(9, "t3", "250 ok", NOON)]


def test_a_note_that_the_disk_does_not_take_leaves_no_half_line(tmp_path: Path) -> None:
    """A limit on the file's size stands for a full disk: the same half-written line, the same OSError."""
    program = f"""
import resource, signal
from datetime import datetime, UTC
from pathlib import Path
from gateway.outbound.journal import Journal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
journal = Journal(Path({str(tmp_path)!r}))
journal.note(1, "t1", "250 ok", datetime.now(UTC))
size = journal.path.stat().st_size
resource.setrlimit(resource.RLIMIT_FSIZE, (size + 20, {resource.RLIM_INFINITY}))
try:
    journal.note(2, "t2", "250 ok", datetime.now(UTC))
except OSError:
    print("refused", journal.path.stat().st_size == size, len(journal.unmerged))
resource.setrlimit(resource.RLIMIT_FSIZE, ({resource.RLIM_INFINITY}, {resource.RLIM_INFINITY}))
journal.note(3, "t3", "250 ok", datetime.now(UTC))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=True
    )
    assert done.stdout.split() == ["refused", "True", "2"]
    (path,) = tmp_path.iterdir()
    assert [note.delivery_id for note in read_notes(path.read_bytes())] == [1, 3]


def test_a_file_that_was_replaced_or_removed_is_another_one(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.touch()
    descriptor = os.open(path, os.O_RDONLY)
    try:
        assert is_same_file(descriptor, path)
        path.unlink()
        assert not is_same_file(descriptor, path)
        path.touch()
        (tmp_path / "b").touch()
        assert not is_same_file(descriptor, tmp_path / "b")
    finally:
        os.close(descriptor)
